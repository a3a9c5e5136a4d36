import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import Database from 'libsql';
import t, { type Test } from 'tap';
import type { TraceView } from '../../src/api/contract.ts';
import type { CallRecord } from '../../src/records/call-record.ts';
import { type Box, operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { officePins } from '../kit/office.ts';
import { type Seen, udpPeer } from '../sipd/peer.ts';

const access = '+74951112233';
const pin = officePins['pin-sales'];
const password = 'keen-owl-5ecret';
const sdp = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 8',
  'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0IGtleSBvZiB0aGUgY2FsbGVy',
  '',
].join('\r\n');

/** What tcpdump makes of a file: one line and its text for every packet. */
function dump(t: Test, data: Buffer): string {
  const file = join(t.testdir(), 'trace.pcap');
  writeFileSync(file, data);
  const options = ['-r', file, '-nn', '-vv', '-A', '-s', '0'];
  return execFileSync('tcpdump', options, { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] });
}

const traceOf = (box: Box, record: CallRecord): Promise<TraceView> =>
  box.api.get<TraceView>(`/api/v1/calls/${record.id}/trace`);

/** Fails if anything in `text` could be the PIN, the password or what they could be guessed from. */
function hasNoSecret(t: Test, text: string, where: string): void {
  t.notOk(text.includes(pin), `${where}: no PIN`);
  t.notMatch(text, /Signal ?= ?[\dA-D*#]/i, `${where}: no key`);
  t.notMatch(text, /c2VjcmV0|5ecret/, `${where}: no key of SRTP, no password`);
  t.notMatch(
    text,
    /\b(?:response|nonce|cnonce)=\\?"(?!\*\*\*)/i,
    `${where}: nothing to guess a password from`,
  );
}

t.test('a PIN keyed as INFO and dialed in one go is in no trace, and the call is (P05)', async (t) => {
  const operator = await startOperator(t, { accounts: { office: password }, challengeCalls: true });
  const account = { mode: 'register', user: 'office', password, registerSeconds: 60 };
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator, account) });
  await until(
    'alpha is registered',
    async () =>
      (await box.live()).trunks.find((trunk) => trunk.id === 'alpha')?.state === 'registered' || undefined,
    6000,
  );
  const caller = await udpPeer(t);
  const to = `${box.sip.host}:${box.sip.port}`;

  // Everything in one go: such a number exists nowhere, and begins with the access number.
  const burst = {
    uri: `sip:${access}17%23${pin}%2388121234567@${to}`,
    callId: 'burst',
    fromTag: 'b',
    body: sdp,
  };
  caller.request(to, 'INVITE', burst);
  const refused = await caller.next((m) => m.status >= 300 && m.headers['call-id'] === 'burst');
  caller.request(to, 'ACK', { ...burst, toTag: tagOf(refused), branch: branchOf(refused), body: '' });

  // The usual way: the access number, then keys, which this caller's equipment sends as INFO.
  const callId = 'keyed-call';
  const dialog = { uri: `sip:${access}@${to}`, callId, fromTag: 'k' };
  caller.request(to, 'INVITE', { ...dialog, body: sdp });
  const answer = await caller.next((m) => m.status === 200, 9000);
  const toTag = tagOf(answer);
  caller.request(to, 'ACK', { ...dialog, toTag });
  const digits = `17#${pin}#88121234567#`;
  for (const [i, digit] of [...digits].entries()) {
    const body = `Signal=${digit}\r\nDuration=100\r\n`;
    const head = [
      `INFO sip:${access}@${to} SIP/2.0`,
      `Via: SIP/2.0/UDP ${caller.address};branch=z9hG4bKinfo${i}`,
      'Max-Forwards: 70',
      `From: <sip:peer@${caller.address}>;tag=k`,
      `To: <sip:2000@${to}>;tag=${toTag}`,
      `Call-ID: ${callId}`,
      `CSeq: ${i + 2} INFO`,
      'Content-Type: application/dtmf-relay',
      `Content-Length: ${body.length}`,
    ];
    caller.send(to, `${head.join('\r\n')}\r\n\r\n${body}`);
    await caller.next((m) => m.status === 200 && m.headers.cseq === `${i + 2} INFO`);
  }
  const far = await operatorCall(operator, 'answered', 8000);
  t.equal(far.number, '+78121234567', 'the keys were heard');
  caller.request(to, 'BYE', { ...dialog, toTag, cseq: 90 });
  await until('the far end is left', () => operator.calls().at(-1)?.state === 'ended' || undefined, 4000);
  const record = await box.record((r) => r.state === 'ended' && r.calledNumber === '+78121234567');
  t.match(record, { pinId: 'pin-sales', service: 'access' });

  const burstRecord = await box.record((r) => r.legs[0]?.sipCallId === 'burst' && r.state !== 'active');
  t.equal(burstRecord.calledNumber, access, 'of what was dialed in one go the access number stays');
  const burstView = await traceOf(box, burstRecord);
  t.equal(burstView.messages[0]?.text.split(' ')[1], `sip:${access}***@${to}`);
  hasNoSecret(t, JSON.stringify([burstView, await box.records()]), 'the burst, and all records');

  const view = await traceOf(box, record);
  const both = view.messages.map((m) => `${m.place} ${m.direction} ${m.summary}`);
  const [inLeg, outLeg] = record.legs.map((leg) => leg.sipCallId);
  for (const leg of [inLeg, outLeg])
    t.ok(
      ['INVITE', '200 OK', 'ACK', 'BYE'].every((what) =>
        view.messages.some((m) => m.callId === leg && m.summary === what),
      ),
      `a whole dialog is there: ${both.filter((line) => !line.includes('INFO')).join(', ')}`,
    );
  t.ok(both.includes('trunk:alpha in 401 Unauthorized'), 'the challenge of the second leg too');
  t.equal(view.messages.filter((m) => m.method === 'INFO' && m.kind === 'request').length, digits.length);
  t.ok(view.messages.some((m) => m.text.includes('Signal=x\r\nDuration=100')));
  t.ok(
    view.messages.some((m) => /^INVITE sip:\+78121234567@/.test(m.text)),
    'telephone numbers stay',
  );
  hasNoSecret(t, JSON.stringify(view), 'the page');

  const file = await box.api.download(`/api/v1/calls/${record.id}/trace.pcap`);
  t.match(file.name, /^linegate-\d{4}(-\d\d){5}-78121234567\.pcap$/);
  const packets = dump(t, file.data);
  t.equal(
    packets.match(/udp sum ok/g)?.length,
    view.messages.length,
    'tcpdump reads every message, sums right',
  );
  hasNoSecret(t, packets, 'the file');
  t.match(packets, 'Authorization: Digest username="office", realm=', 'what explains a refusal stays');

  const trunk = await box.api.get<TraceView>('/api/v1/trunks/alpha/trace');
  const summaries = new Set(trunk.messages.map((m) => m.summary));
  t.same([...summaries], ['REGISTER', '401 Unauthorized', '200 OK']);
  hasNoSecret(t, JSON.stringify(trunk), "the trunk's exchange");
  hasNoSecret(t, dump(t, (await box.api.download('/api/v1/trunks/alpha/trace.pcap')).data), 'its file');

  // On the disk, where it is packed: unpacked here, and read again by another daemon.
  await box.daemon.stop();
  const db = new Database(join(box.data, 'traces.sqlite'));
  const rows = db.prepare('SELECT record_id AS id, doc FROM trace').all() as { id: string; doc: Buffer }[];
  db.close();
  t.ok(
    rows.some((row) => row.id === record.id),
    'the call is on the disk',
  );
  for (const row of rows) hasNoSecret(t, inflateRawSync(row.doc).toString('latin1'), 'the disk');
  t.ok(readdirSync(box.data).includes('traces.sqlite'));
  await box.restart();
  const later = await traceOf(box, record);
  t.same(
    later.messages.map((m) => m.text),
    view.messages.map((m) => m.text),
    'and after a restart nothing is lost',
  );
});

const tagOf = (m: Seen): string => /;tag=([^;]+)/.exec(m.headers.to!)![1]!;
const branchOf = (m: Seen): string => /branch=([^;]+)/.exec(m.headers.via!)![1]!;
