import t from 'tap';
import { expectRequest, pause, respond, respondInDialog, sippSdp, startSipp } from '../peers/sipp.ts';
import { makeLeg, next, QUICK, ready, startEngine, startGateway, trunkConfig } from './kit.ts';

t.test('rings, early media, answer, hang-up from our side', async (t) => {
  const folder = t.testdir();
  const engine = await startEngine(t);
  const sipp = await startSipp(t, folder, {
    scenario: [
      expectRequest('INVITE'),
      respond('100 Trying', { tag: false }),
      respond('180 Ringing'),
      respond('183 Session Progress', { sdp: sippSdp() }),
      respond('200 OK', { sdp: sippSdp(), attributes: ' retrans="500"' }),
      expectRequest('ACK'),
      expectRequest('BYE'),
      respondInDialog('200 OK'),
    ].join('\n'),
  });
  const trunk = trunkConfig({ server: `127.0.0.1:${sipp.port}`, callerNumber: '+74951112233' });
  const { gateway, media } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'untried');
  const leg = await makeLeg(gateway, { caller: { number: '101', name: 'Anna' } });
  const news: string[] = [];
  leg.on('alerting', (early) => news.push(`alerting ${early}`));
  leg.on('answered', (source) => news.push(`answered ${source}`));
  leg.on('released', (cause) => news.push(`released ${cause.q850} ${cause.by}`));
  const opened = next(gateway, 'dialogOpened');
  leg.start();
  t.equal(leg.state, 'trying');
  t.type(leg.startedAt, 'number', 'the INVITE leaves in the same turn, thanks to a session bound in advance');
  await next(leg, 'answered');
  t.match((await opened)[1], {
    callId: leg.callId,
    localUri: 'sip:+74951112233@127.0.0.1',
    nextHop: `udp/127.0.0.1:${sipp.port}`,
  });
  t.match(media.last(leg.endpoint), {
    codec: 'PCMA',
    remoteAddress: '127.0.0.1',
    telephoneEventPayloadType: 101,
    direction: 'sendrecv',
  });
  t.equal(gateway.trunks()[0]?.calls, 1);
  const closed = next(gateway, 'dialogClosed');
  leg.release({ q850: 16, text: 'Normal call clearing', by: 'local' });
  await sipp.done();
  t.equal((await closed)[0], leg.callId);
  t.same(news, ['alerting false', 'alerting true', 'answered sip', 'released 16 local']);
  t.equal(gateway.trunks()[0]?.calls, 0);
  t.notOk(media.open.has(leg.endpoint!), 'the RTP session is closed');
  const messages = await sipp.messages();
  const invite = messages.find((m) => m.startLine.startsWith('INVITE'));
  t.match(invite?.startLine, `INVITE sip:+78121234567@127.0.0.1:${sipp.port} SIP/2.0`);
  t.match(invite?.header('From'), /^"Anna" <sip:\+74951112233@127\.0\.0\.1>;tag=/);
  t.match(invite?.header('P-Asserted-Identity'), '<sip:+74951112233@127.0.0.1>');
  t.match(messages.find((m) => m.startLine.startsWith('BYE'))?.header('Reason'), 'Q.850;cause=16');
});

t.test('hang-up from the far side, with its reason', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    scenario: [
      expectRequest(
        'INVITE',
        '',
        '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/><ereg regexp="sip:.*@[^&gt;]*" search_in="hdr" header="Contact:" assign_to="target"/>',
      ),
      respond('200 OK', { sdp: sippSdp(), attributes: ' retrans="500"' }),
      expectRequest('ACK'),
      pause(50),
      `  <send retrans="500"><![CDATA[
BYE [$target] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:sipp@[local_ip]>;tag=[pid]sipp[call_number]
To: [$from]
[last_Call-ID:]
CSeq: 1 BYE
Max-Forwards: 70
Reason: Q.850;cause=31;text="gone"
Content-Length: 0

]]></send>
  <recv response="200"/>`,
    ].join('\n'),
  });
  const { gateway } = await startGateway(t, engine, [trunkConfig({ server: `127.0.0.1:${sipp.port}` })]);
  await ready(gateway, 'untried');
  const leg = await makeLeg(gateway);
  const released = next(leg, 'released');
  leg.start();
  t.match((await released)[0], { q850: 31, by: 'remote', text: 'BYE: gone' });
  await sipp.done();
});

t.test(
  'reliable early media is acknowledged (RFC 3262), and what the far side says later holds',
  async (t) => {
    const engine = await startEngine(t);
    const sipp = await startSipp(t, t.testdir(), {
      scenario: [
        // SIPp answers with the headers received last, and after the PRACK those are the wrong ones for the INVITE.
        expectRequest('INVITE', '', '<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>'),
        respond('183 Session Progress', { headers: 'Require: 100rel\nRSeq: 7', sdp: sippSdp() }),
        expectRequest('PRACK'),
        respondInDialog('200 OK'),
        `  <send retrans="500"><![CDATA[
SIP/2.0 200 OK
Via:[$via]
[last_From:]
[last_To:]
[last_Call-ID:]
CSeq: 1 INVITE
Contact: <sip:sipp@[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

${sippSdp({ version: 2, port: '7000' })}
]]></send>`,
        expectRequest('ACK'),
        expectRequest('BYE'),
        respondInDialog('200 OK'),
      ].join('\n'),
    });
    const trunk = trunkConfig({ server: `127.0.0.1:${sipp.port}` });
    const { gateway, media } = await startGateway(t, engine, [trunk]);
    const leg = await makeLeg(gateway);
    const early = next(leg, 'alerting');
    leg.start();
    t.same(await early, [true]);
    await next(leg, 'answered');
    t.equal(media.last(leg.endpoint)?.remotePort, 7000);
    leg.release({ q850: 16, text: '', by: 'local' });
    await sipp.done();
    t.equal(
      (await sipp.messages()).find((m) => m.startLine.startsWith('PRACK'))?.header('RAck'),
      '7 1 INVITE',
    );
  },
);

t.test('which way a refused call goes on (ruling 15, C08)', async (t) => {
  const engine = await startEngine(t, { timers: QUICK });
  const cases: [status: string, headers: string, ringing: boolean, final: true | undefined, q850: number][] =
    [
      ['486 Busy Here', '', false, true, 17],
      ['503 Service Unavailable', '', false, undefined, 41],
      ['503 Service Unavailable', '', true, true, 41],
      ['500 Server Internal Error', 'Reason: Q.850;cause=17', false, true, 17],
      ['603 Decline', '', false, true, 21],
      ['404 Not Found', 'Reason: Q.850;cause=3', false, undefined, 3],
      ['302 Moved Temporarily', '', false, undefined, 23],
    ];
  for (const [status, headers, ringing, final, q850] of cases) {
    const sipp = await startSipp(t, t.testdir(), {
      scenario: [
        expectRequest('INVITE'),
        ...(ringing ? [respond('180 Ringing')] : []),
        respond(status, headers ? { headers } : {}),
        expectRequest('ACK'),
      ].join('\n'),
    });
    const { gateway } = await startGateway(t, engine, [trunkConfig({ server: `127.0.0.1:${sipp.port}` })]);
    await ready(gateway, 'untried');
    const leg = await makeLeg(gateway);
    const released = next(leg, 'released');
    leg.start();
    const [cause] = await released;
    t.match(cause, { q850, sip: Number(status.slice(0, 3)), by: 'remote' }, status);
    t.equal(cause.final, final, `${status} ${ringing ? 'after ringing ' : ''}final: ${final}`);
    await sipp.done();
    await gateway.close();
  }
});
