import { createSocket } from 'node:dgram';
import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { Operator } from '../../../scripts/lib/operator.ts';
import { freeUdpPort } from '../peers/process.ts';
import { expectRequest, pause, respond, respondInDialog, sippSdp, startSipp } from '../peers/sipp.ts';
import { makeLeg, next, QUICK, ready, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const normal = { q850: 16, text: 'Normal call clearing', by: 'local' as const };

t.test('given up while ringing: CANCEL with a reason, and nothing is left', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    scenario: [
      expectRequest('INVITE', 'rrs="true"'),
      respond('180 Ringing'),
      expectRequest('CANCEL'),
      respond('200 OK'),
      // SIPp answers the INVITE with the headers of the CANCEL, whose CSeq is put right here.
      `  <send><![CDATA[
SIP/2.0 487 Request Terminated
[last_Via:]
[last_From:]
[last_To:];tag=[pid]sipp[call_number]
[last_Call-ID:]
CSeq: 1 INVITE
Content-Length: 0

]]></send>`,
      expectRequest('ACK'),
    ].join('\n'),
  });
  const { gateway, media } = await startGateway(t, engine, [
    trunkConfig({ server: `127.0.0.1:${sipp.port}` }),
  ]);
  const leg = await makeLeg(gateway);
  const released = next(leg, 'released');
  leg.start();
  await next(leg, 'alerting');
  leg.release(normal);
  leg.release(normal);
  t.match((await released)[0], { q850: 16, by: 'local' });
  await sipp.done();
  t.match(
    (await sipp.messages()).find((m) => m.startLine.startsWith('CANCEL'))?.header('Reason'),
    /Q\.850;cause=16/,
  );
  t.equal(gateway.trunks()[0]?.calls, 0);
  t.notOk(media.open.has(leg.endpoint!));
});

t.test('ruling 15: a 200 that crosses our CANCEL is acknowledged and ended', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    scenario: [
      expectRequest('INVITE'),
      respond('180 Ringing'),
      expectRequest('CANCEL'),
      // As if it had been on its way already.
      `  <send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]sipp[call_number]
[last_Call-ID:]
CSeq: 1 INVITE
Contact: <sip:sipp@[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

${sippSdp()}
]]></send>`,
      expectRequest('ACK'),
      expectRequest('BYE'),
      respondInDialog('200 OK'),
      pause(100),
    ].join('\n'),
  });
  const { gateway } = await startGateway(t, engine, [trunkConfig({ server: `127.0.0.1:${sipp.port}` })]);
  const leg = await makeLeg(gateway);
  const news: string[] = [];
  leg.on('answered', () => news.push('answered'));
  leg.on('released', () => news.push('released'));
  leg.start();
  await next(leg, 'alerting');
  leg.release(normal);
  await sipp.done();
  t.same(news, ['released']);
});

t.test('released before the INVITE is out, and before any answer', async (t) => {
  const far = await Operator.start({ usual: { status: 200, ringMs: 5000 } });
  t.teardown(() => far.close());
  const engine = await startEngine(t, { timers: QUICK });
  const { gateway } = await startGateway(t, engine, [trunkConfig({ server: `127.0.0.1:${far.port}` })]);
  const leg = await makeLeg(gateway);
  leg.start();
  leg.release(normal);
  await until(() => far.calls()[0]?.state === 'ended');
  t.match(far.calls()[0], { status: 487, endedBy: 'box' });
  const never = await makeLeg(gateway);
  never.release(normal);
  t.equal(never.state, 'released');
  never.start();
  t.equal(far.counts.INVITE, 1);
});

t.test('no answer to INVITE: the next route after noAnswerMs; 100 Trying is an answer', async (t) => {
  const engine = await startEngine(t);
  const silent = createSocket('udp4');
  t.teardown(() => silent.close());
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ server: `127.0.0.1:${silent.address().port}`, noAnswerMs: 500 }),
  ]);
  const leg = await makeLeg(gateway);
  const released = next(leg, 'released');
  const began = performance.now();
  leg.start();
  const [cause] = await released;
  t.match(cause, { q850: 102, sip: 408, by: 'local' });
  t.equal(cause.final, undefined);
  t.ok(performance.now() - began < patient(1000));
  t.match(gateway.trunks()[0]?.lastExchange, {
    request: 'INVITE',
    status: 408,
    said: { en: "The operator's server does not answer" },
  });

  const sipp = await startSipp(t, t.testdir(), {
    scenario: [
      expectRequest('INVITE'),
      respond('100 Trying', { tag: false }),
      pause(900),
      respond('486 Busy Here'),
      expectRequest('ACK'),
    ].join('\n'),
  });
  gateway.apply({ trunks: [trunkConfig({ server: `127.0.0.1:${sipp.port}`, noAnswerMs: 500 })] });
  const slow = await makeLeg(gateway);
  const busy = next(slow, 'released');
  slow.start();
  t.match((await busy)[0], { q850: 17 }, 'the operator had time to find out');
  await sipp.done();
});

t.test('channels full, trunk off, unknown trunk: said at once', async (t) => {
  const far = await Operator.start({ usual: { status: 200, ringMs: 10 } });
  t.teardown(() => far.close());
  const engine = await startEngine(t);
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ server: `127.0.0.1:${far.port}`, maxCalls: 1 }),
  ]);
  const first = await makeLeg(gateway);
  first.start();
  await next(first, 'answered');
  const request = { trunkId: 'acme', number: '+78121234567', caller: {} };
  t.match(gateway.call(request), { q850: 34, by: 'local' });
  t.ok(
    'start' in gateway.call({ ...request, number: '112', emergency: true }),
    'an emergency call is not refused for that',
  );
  t.match(gateway.call({ ...request, trunkId: 'other' }), { q850: 38 });
  gateway.apply({ trunks: [trunkConfig({ server: `127.0.0.1:${far.port}`, enabled: false })] });
  t.match(gateway.call(request), { q850: 27 });
  t.equal(first.state, 'answered', 'turning the trunk off drops no call');
  t.equal(gateway.trunks()[0]?.state, 'disabled');
});

t.test(
  'the engine is lost in mid-call: the leg ends, and the dialog gets its BYE when it is back',
  async (t) => {
    const far = await Operator.start({ usual: { status: 200, ringMs: 10 } });
    t.teardown(() => far.close());
    const engine = await startEngine(t);
    const sip = await freeUdpPort();
    const config = { listen: [{ transport: 'udp' as const, host: '127.0.0.1', port: sip }] };
    const { port } = engine.control;
    const { gateway } = await startGateway(t, engine, [trunkConfig({ server: `127.0.0.1:${far.port}` })]);
    const leg = await makeLeg(gateway);
    leg.start();
    await next(leg, 'answered');
    const released = next(leg, 'released');
    const lost = next(gateway, 'engine', (up) => !up);
    await engine.close();
    t.match((await released)[0], { q850: 41, by: 'local' });
    await lost;
    t.match(gateway.call({ trunkId: 'acme', number: '+78121234567', caller: {} }), { q850: 41 });
    const closed = next(gateway, 'dialogClosed');
    await startEngine(t, { ...config, control: { host: '127.0.0.1', port, secret: 'cymru' } });
    await closed;
    t.match(far.calls()[0], {
      state: 'ended',
      endedBy: 'box',
      reason: 'Q.850;cause=41;text="call interrupted"',
    });
    t.match(gateway.counters, { orphansEnded: 1, orphansLeft: 0 });
    await ready(gateway, 'untried');
    const again = await makeLeg(gateway);
    again.start();
    await next(again, 'answered');
  },
);

t.test('ruling 7: a dialog known only from the journal is ended over its route set', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    scenario: [expectRequest('BYE'), respondInDialog('200 OK')].join('\n'),
  });
  const { gateway } = await startGateway(t, engine, []);
  const ended = await gateway.endOrphan({
    callRecordId: 'r1',
    callId: 'lost-call',
    localUri: 'sip:office@operator.example',
    remoteUri: 'sip:+78121234567@operator.example',
    localTag: 'ours',
    remoteTag: 'theirs',
    localSeq: 7,
    remoteTarget: 'sip:gw@192.0.2.9:5060',
    routeSet: [`<sip:127.0.0.1:${sipp.port};lr>`, '<sip:192.0.2.8;lr>'],
    nextHop: `udp/127.0.0.1:${sipp.port}`,
  });
  t.equal(ended, true);
  await sipp.done();
  const bye = (await sipp.messages()).find((m) => m.startLine.startsWith('BYE'));
  t.equal(bye?.startLine, 'BYE sip:gw@192.0.2.9:5060 SIP/2.0');
  t.equal(bye?.header('Call-ID'), 'lost-call');
  t.equal(bye?.header('From'), '<sip:office@operator.example>;tag=ours');
  t.equal(bye?.header('To'), '<sip:+78121234567@operator.example>;tag=theirs');
  t.match(bye?.text, /^Route: <sip:127.0.0.1:\d+;lr>(, |\nRoute: )<sip:192.0.2.8;lr>$/m);
  t.ok(Number.parseInt(bye?.header('CSeq') ?? '', 10) > 7);
});
