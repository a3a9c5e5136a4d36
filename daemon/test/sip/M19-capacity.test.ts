import t from 'tap';
import type { Leg } from '../../src/call/leg.ts';
import {
  expectRequest,
  expectResponse,
  request,
  respond,
  respondInDialog,
  sippSdp,
  startSipp,
} from '../peers/sipp.ts';
import { makeLeg, next, sipAddress, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const normal = { q850: 16, text: '', by: 'local' as const };

/** Calls that come in and are held until the box ends them; what is refused is refused. */
const callIn = (refusal: string): string =>
  [
    request(
      `INVITE sip:+7495111[call_number]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+79161234567@[local_ip]>;tag=[call_number]
To: <sip:+7495111@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

${sippSdp()}`,
    ),
    expectResponse(100, 'optional="true"'),
    `  <recv response="${refusal}" optional="true" next="refused"/>`,
    expectResponse(200, 'rrs="true"'),
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
    '  <nop next="over"/>',
    '  <label id="refused"/>',
    request(`ACK sip:x@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0`),
    '  <label id="over"/>',
  ]
    .join('\n')
    .replaceAll('"refused"', '"1"')
    .replaceAll('"over"', '"2"');

/** Answers everything until it is told to stop. */
const answering = [
  expectRequest('INVITE'),
  respond('180 Ringing'),
  respond('200 OK', { sdp: sippSdp() }),
  expectRequest('ACK'),
  expectRequest('BYE'),
  respondInDialog('200 OK'),
].join('\n');

const CHANNELS = 40;

t.test(
  'M19: the box carries N calls, refuses the next with 503 and Retry-After, and takes an emergency call',
  async (t) => {
    const engine = await startEngine(t);
    const folder = t.testdir();
    const far = await startSipp(t, folder, { scenario: answering, calls: 1 });
    const trunk = trunkConfig({ server: `127.0.0.1:${far.port}`, maxCalls: 1000, peers: ['127.0.0.51'] });
    const settings = { trunks: [trunk], channels: CHANNELS };
    const { gateway } = await startGateway(t, engine, [trunk], settings);
    const legs: Leg[] = [];
    gateway.on('incoming', (leg) => {
      legs.push(leg);
      void leg.answer();
    });
    const extra = 10;
    const sipp = await startSipp(t, folder, {
      remote: sipAddress(engine),
      host: '127.0.0.51',
      scenario: callIn('503'),
      calls: CHANNELS + extra,
      rate: 100,
      timeoutSeconds: 14,
    });
    await until(() => gateway.counters.overloaded === extra, 8000);
    await until(() => legs.filter((leg) => leg.state === 'answered').length === CHANNELS, 8000);
    t.equal(legs.length, CHANNELS);

    t.match(gateway.call({ trunkId: 'acme', number: '+78121234567', caller: {} }), { q850: 42, by: 'local' });
    const emergency = await makeLeg(gateway, { number: '112', emergency: true });
    emergency.start();
    await next(emergency, 'answered');
    t.equal(emergency.state, 'answered', 'somebody in need is let through a full box');
    emergency.release(normal);

    legs[0]!.release(normal);
    const again = gateway.call({ trunkId: 'acme', number: '+78121234567', caller: {} });
    t.ok('start' in again, 'a call that ends makes room for one');
    if ('start' in again) again.release(normal);
    for (const leg of legs) leg.release(normal);
    await sipp.done();
    const refused = (await sipp.messages()).filter((m) => m.startLine.startsWith('SIP/2.0 503'));
    t.equal(refused.length, extra);
    for (const answer of refused) {
      t.match(answer.header('Retry-After'), /^[1-9]\d*$/, 'ruling 15: the whole box is full');
    }
    await far.done();
  },
);

t.test(
  'M19, ruling 15: a full trunk says 486 with a Q.850 Reason and never Retry-After; its neighbour is not concerned',
  async (t) => {
    const engine = await startEngine(t);
    const folder = t.testdir();
    const trunks = [
      trunkConfig({ server: '127.0.0.52', maxCalls: 3 }),
      trunkConfig({ id: 'bell', server: '127.0.0.53', maxCalls: 3 }),
    ];
    const { gateway } = await startGateway(t, engine, trunks, { channels: CHANNELS });
    const legs: Leg[] = [];
    gateway.on('incoming', (leg) => {
      legs.push(leg);
      void leg.answer();
    });
    const play = (host: string, calls: number) =>
      startSipp(t, folder, {
        remote: sipAddress(engine),
        host,
        scenario: callIn('486'),
        calls,
        rate: 50,
        timeoutSeconds: 14,
      });
    const acme = await play('127.0.0.52', 5);
    await until(() => gateway.counters.full === 2, 8000);
    t.match(gateway.call({ trunkId: 'acme', number: '+78121234567', caller: {} }), { q850: 34, by: 'local' });
    const emergency = gateway.call({ trunkId: 'acme', number: '112', caller: {}, emergency: true });
    t.ok('start' in emergency, 'an emergency call is let through a full trunk too');
    if ('start' in emergency) emergency.release(normal);
    const bell = await play('127.0.0.53', 3);
    await until(() => legs.filter((leg) => leg.state === 'answered').length === 6, 8000);
    t.same(
      gateway.trunks().map((trunk) => trunk.calls),
      [3, 3],
    );
    for (const leg of legs) leg.release(normal);
    await Promise.all([acme.done(), bell.done()]);
    const refused = (await acme.messages()).filter((m) => m.startLine.startsWith('SIP/2.0 486'));
    t.equal(refused.length, 2);
    t.match(refused[0]?.header('Reason'), /^Q\.850;cause=34/);
    t.equal(refused[0]?.header('Retry-After'), undefined);
    t.same(
      gateway.trunks().map((trunk) => trunk.calls),
      [0, 0],
      'every channel is free again',
    );
  },
);
