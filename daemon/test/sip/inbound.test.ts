import t from 'tap';
import type { Engine } from '../../src/sipd/engine.ts';
import {
  expectRequest,
  expectResponse,
  request,
  respondInDialog,
  sippSdp,
  startSipp,
} from '../peers/sipp.ts';
import { next, sipAddress, startEngine, startGateway, trunkConfig } from './kit.ts';

/** An INVITE of SIPp's from `host`; `extra`: further headers. */
const invite = (
  options: { extra?: string; to?: string; uri?: string; body?: string; type?: string } = {},
): string =>
  request(
    `INVITE sip:${options.uri ?? '+74951112233'}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Ivan" <sip:+79161234567@[local_ip]>;tag=[call_number]
To: <sip:${options.to ?? '+74951112233'}@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70
${options.extra ? `${options.extra}\n` : ''}Content-Type: ${options.type ?? 'application/sdp'}
Content-Length: [len]

${options.body ?? sippSdp()}`,
  );

const ack = request(`ACK sip:x@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0`);

const refused = (status: number, step = invite()): string =>
  [step, expectResponse(100, 'optional="true"'), expectResponse(status), ack].join('\n');

async function play(
  t: Parameters<typeof startSipp>[0],
  engine: Engine,
  scenario: string,
  host = '127.0.0.1',
) {
  const sipp = await startSipp(t, t.testdir(), { remote: sipAddress(engine), host, scenario });
  await sipp.done();
  return (await sipp.messages()).filter((m) => m.direction === 'received');
}

// The whole of 127/8 is this machine, so that a stranger can have an address of his own.
const STRANGER = '127.0.0.9';

t.test('strangers are counted and turned away, whatever they ask', async (t) => {
  const engine = await startEngine(t);
  const { gateway } = await startGateway(t, engine, [trunkConfig({ server: '127.0.0.1' })]);
  gateway.on('incoming', () => t.fail('a stranger got in'));
  const [, answer] = await play(t, engine, refused(403), STRANGER);
  t.match(answer?.startLine, '403');
  t.equal(answer?.body.trim(), '', 'no session is described');
  for (const method of ['OPTIONS', 'REGISTER', 'REFER', 'MESSAGE']) {
    const asked = request(`${method} sip:100@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:100@[local_ip]>;tag=[call_number]
To: <sip:100@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 ${method}
Contact: <sip:100@[local_ip]:[local_port]>
Refer-To: <sip:+8810@[remote_ip]>
Max-Forwards: 70
Content-Length: 0`);
    await play(t, engine, [asked, expectResponse(403)].join('\n'), STRANGER);
  }
  t.match(gateway.counters, { strangers: 5, accepted: 0 });
});

t.test('a pinned peer, by address or subnet, may call although it is not the server', async (t) => {
  const engine = await startEngine(t);
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ server: '127.0.0.1', peers: ['127.0.0.8/31'] }),
  ]);
  const arrived = next(gateway, 'incoming');
  const played = play(t, engine, refused(486), STRANGER);
  const [leg, call] = await arrived;
  t.match(call, { trunkId: 'acme', sourceAddress: STRANGER });
  leg.release({ q850: 17, text: '', by: 'local' });
  await played;
});

t.test(
  'what a trusted peer may not: Replaces, unknown extensions, other bodies, more calls than channels',
  async (t) => {
    const engine = await startEngine(t);
    const { gateway } = await startGateway(t, engine, [trunkConfig({ server: '127.0.0.1', maxCalls: 1 })]);
    gateway.on('incoming', () => {});
    await play(t, engine, refused(403, invite({ extra: 'Replaces: abc;to-tag=1;from-tag=2' })));
    const answers = await play(t, engine, refused(420, invite({ extra: 'Require: magic' })));
    t.equal(answers.at(-1)?.header('Unsupported'), 'magic');
    await play(t, engine, refused(415, invite({ type: 'text/plain', body: 'hello' })));
    await play(t, engine, refused(488, invite({ body: sippSdp().replace('RTP/AVP', 'RTP/SAVP') })));
    t.equal(gateway.counters.accepted, 0);
    const first = next(gateway, 'incoming');
    const occupied = play(t, engine, refused(480));
    const [leg] = await first;
    const [, full] = await play(t, engine, refused(486));
    t.match(full?.header('Reason'), /Q\.850;cause=34/, 'ruling 15: channels full is 486 with a Q.850 Reason');
    t.equal(full?.header('Retry-After'), undefined);
    t.match(gateway.counters, { full: 1, accepted: 1 });
    leg.release({ q850: 18, text: '', by: 'local' });
    await occupied;
  },
);

t.test('OPTIONS of a trunk is answered, in and outside of calls', async (t) => {
  const engine = await startEngine(t);
  await startGateway(t, engine, [trunkConfig({ server: '127.0.0.1' })]);
  const options = request(`OPTIONS sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[local_ip]>;tag=[call_number]
To: <sip:[remote_ip]>
Call-ID: [call_id]
CSeq: 1 OPTIONS
Max-Forwards: 70
Content-Length: 0`);
  const [answer] = await play(t, engine, [options, expectResponse(200)].join('\n'));
  t.match(answer?.header('Allow'), /INVITE.*BYE/);
});

t.test('which number was called, and on which of two accounts at one operator', async (t) => {
  const engine = await startEngine(t);
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ id: 'first', server: '127.0.0.1', user: 'acc1', callerNumber: '+74951112233' }),
    trunkConfig({ id: 'second', server: '127.0.0.1', user: 'acc2', callerNumber: '+74954445566' }),
  ]);
  const of = async (step: string): Promise<string> => {
    const arrived = next(gateway, 'incoming');
    const played = play(t, engine, refused(486, step));
    const [leg, call] = await arrived;
    leg.release({ q850: 17, text: '', by: 'local' });
    await played;
    return `${call.trunkId} ${call.calledNumber} ${call.caller.number ?? call.caller.absence} ${call.caller.name ?? ''}`.trim();
  };
  t.equal(await of(invite({ uri: 'acc2', to: '84954445566' })), 'second 84954445566 +79161234567 Ivan');
  t.equal(await of(invite({ uri: '74951112233' })), 'first 74951112233 +79161234567 Ivan');
  t.equal(
    await of(invite({ uri: 'acc2', to: 'acc2', extra: 'P-Called-Party-ID: <sip:74954445577@x>' })),
    'second 74954445577 +79161234567 Ivan',
  );
  t.equal(
    await of(invite({ uri: '84954445566', extra: 'Privacy: id\nP-Asserted-Identity: <sip:+79160000000@x>' })),
    'second 84954445566 private',
  );
});

t.test('a caller who insists on reliable ringing gets it (RFC 3262)', async (t) => {
  const engine = await startEngine(t);
  const { gateway } = await startGateway(t, engine, [trunkConfig({ server: '127.0.0.1' })]);
  const arrived = next(gateway, 'incoming');
  const sipp = await startSipp(t, t.testdir(), {
    remote: sipAddress(engine),
    scenario: [
      invite({ extra: 'Require: 100rel' }),
      expectResponse(100, 'optional="true"'),
      '  <recv response="180" rrs="true"><action><ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" assign_to="rseq"/></action></recv>',
      request(`PRACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: 2 PRACK
RAck: [$rseq] 1 INVITE
Max-Forwards: 70
Content-Length: 0`),
      expectResponse(200),
      expectResponse(200),
      request(`ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0`),
      expectRequest('BYE'),
      respondInDialog('200 OK'),
    ].join('\n'),
  });
  const [leg] = await arrived;
  leg.alert();
  await leg.answer();
  leg.release({ q850: 16, text: '', by: 'local' });
  await sipp.done();
  t.match(
    (await sipp.messages()).find((m) => m.startLine.startsWith('SIP/2.0 180'))?.header('Require'),
    '100rel',
  );
});
