import t from 'tap';
import { type OfficeDocument, startBox, until } from '../kit/box.ts';
import { devicePassword } from '../kit/devices.ts';
import {
  expectRequest,
  expectResponse,
  request,
  respond,
  respondInDialog,
  sippSdp,
  startSipp,
} from '../peers/sipp.ts';

/** An adapter's own address, so that it is not taken for the operator on loopback. */
const host = '127.0.0.6';

/** What a common two-port adapter sends: its serial in the tags, an instance, and a list of what it can do. */
const from = 'From: "Fax room" <sip:ata1@[remote_ip]>;tag=[pid]a[call_number]';
const about = `Contact: <sip:ata1@[local_ip]:[local_port]>;reg-id=1;+sip.instance="<urn:uuid:00000000-0000-1000-8000-000B82000001>"
Max-Forwards: 70
User-Agent: Adapter HT8xx 1.0.29.8
Supported: replaces, path, timer, eventlist
Allow: INVITE, ACK, OPTIONS, CANCEL, BYE, SUBSCRIBE, NOTIFY, INFO, REFER, UPDATE`;

const head = (line: string, to: string, cseq: string, body = ''): string => `${line} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
${from}
To: ${to}
Call-ID: [call_id]
CSeq: ${cseq}
${about}
${body}`;

const account = `[authentication username=ata1 password=${devicePassword}]`;

const register = (number: number, more = ''): string =>
  request(
    head(
      'REGISTER sip:[remote_ip]:[remote_port]',
      '<sip:ata1@[remote_ip]>',
      `${number} REGISTER`,
      `Expires: 3600\n${more}Content-Length: 0\n`,
    ),
  );

/** It gives up at a challenge of SHA-256, as adapters of old do, and is offered MD5 alone when it tries anew. */
const registering = [
  register(2000),
  expectResponse(401),
  register(2001),
  expectResponse(401, 'auth="true"'),
  register(2002, `${account}\n`),
  expectResponse(200),
].join('\n');

const sdp = sippSdp();
const withSdp = (extra: string): string =>
  `${extra}Content-Type: application/sdp\nContent-Length: [len]\n\n${sdp}`;

function withAdapter(office: OfficeDocument): void {
  office.devices = [
    {
      id: 'fax-room',
      name: 'Fax room',
      kind: 'adapter',
      user: 'ata1',
      password: devicePassword,
      extension: '41',
      classOfService: 'staff',
    },
  ];
}

t.test('an adapter of the HT8xx kind registers and calls a telephone of ours (A08)', async (t) => {
  const box = await startBox(t, { edit: withAdapter });
  const at = `${box.sip.host}:${box.sip.port}`;
  const number = 'sip:12@[remote_ip]:[remote_port]';
  const folder = t.testdir();
  const registration = await startSipp(t, folder, { remote: at, host, scenario: registering });
  await registration.done();
  const sipp = await startSipp(t, folder, {
    remote: at,
    host,
    port: registration.port,
    echo: true,
    // What it signs; else SIPp signs the server's address alone.
    args: ['-auth_uri', `12@${at}`],
    scenario: [
      request(head(`INVITE ${number}`, `<${number}>`, '1 INVITE', withSdp(''))),
      expectResponse(100, 'optional="true"'),
      expectResponse(401, 'auth="true"'),
      request(head(`ACK ${number}`, `<${number}>[peer_tag_param]`, '1 ACK', 'Content-Length: 0\n')),
      request(head(`INVITE ${number}`, `<${number}>`, '2 INVITE', withSdp(`${account}\n`))),
      expectResponse(100, 'optional="true"'),
      expectResponse(180, 'optional="true"'),
      expectResponse(200, 'rrs="true"'),
      request(head('ACK [next_url]', `<${number}>[peer_tag_param]`, '2 ACK', 'Content-Length: 0\n')),
      expectRequest('BYE'),
      respondInDialog('200 OK'),
    ].join('\n'),
  });
  const store = box.telephone(2);
  const shown = store.next('caller-id', 12_000);
  await until('the telephone rings', () => store.ringing || undefined, 6000);
  t.match(await shown, { number: '41', name: 'Fax room' });
  store.lift();
  await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 4000);
  void store.speak({ tone: 1000, level: -10 });
  await store.waitForTone(1000, -20, 5000);
  t.pass('the adapter echoes what it hears');
  t.match((await box.live()).devices, [
    {
      state: 'registered',
      contacts: [{ userAgent: 'Adapter HT8xx 1.0.29.8', address: `udp/${host}:${sipp.port}` }],
    },
  ]);
  store.hangup();
  await sipp.done();
  t.match(await box.ended(), { callerNumber: '41', calledNumber: '12', releasedBy: 'called' });
});

t.test('such an adapter is called where it has registered (A08)', async (t) => {
  const box = await startBox(t, { edit: withAdapter });
  const folder = t.testdir();
  const at = `${box.sip.host}:${box.sip.port}`;
  const registration = await startSipp(t, folder, { remote: at, host, scenario: registering });
  await registration.done();
  const called = await startSipp(t, folder, {
    host,
    port: registration.port,
    echo: true,
    scenario: [
      expectRequest('INVITE'),
      respond('180 Ringing'),
      respond('200 OK', { sdp, attributes: ' retrans="500"' }),
      expectRequest('ACK'),
      expectRequest('BYE'),
      respondInDialog('200 OK'),
    ].join('\n'),
  });
  await box.dial(1, '41');
  const desk = box.telephone(1);
  await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 5000);
  desk.hangup();
  await called.done();
});
