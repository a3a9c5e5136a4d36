import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { withPbx } from '../kit/devices.ts';
import { freeUdpPort } from '../peers/process.ts';
import {
  expectRequest,
  expectResponse,
  request,
  respond,
  respondInDialog,
  startSipp,
} from '../peers/sipp.ts';

/** The PBX's own address, so that it is not taken for the operator on loopback. */
const host = '127.0.0.7';

/** What an old PBX writes: 30 ms packets, no events. */
const oddSdp = [
  'v=0',
  'o=PBX 1 1 IN IP4 [local_ip]',
  's=call',
  'c=IN IP4 [media_ip]',
  't=0 0',
  'm=audio [media_port] RTP/AVP 8',
  'a=ptime:30',
].join('\n');

const inDialog = (method: 'ACK' | 'BYE', number: number, body = ''): string =>
  request(
    `${method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Reception" <sip:205@[local_ip];user=phone>;tag=[pid]p[call_number]
To: <tel:88121234567>[peer_tag_param]
Call-ID: [call_id]
CSeq: ${number} ${method}
Max-Forwards: 10
${body ? 'Content-Type: application/sdp\n' : ''}Content-Length: [len]

${body}`,
    method === 'ACK' ? '' : ' retrans="500"',
  );

t.test(
  'a PBX known by address calls without offer, PAI, 100rel or sip: URI, in packets of 30 ms (H01)',
  async (t) => {
    const operator = await startOperator(t, { sound: { type: 'tone', frequency: 1400, dbm0: -10 } });
    const port = await freeUdpPort(host);
    const box = await startBox(t, {
      edit: (office) => {
        withPbx(office, { mode: 'static', address: `${host}:${port}` });
        pointTrunk(office, 'alpha', operator);
      },
    });
    const sipp = await startSipp(t, t.testdir(), {
      remote: `${box.sip.host}:${box.sip.port}`,
      host,
      port,
      echo: true,
      scenario: [
        request(
          `INVITE tel:88121234567 SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Reception" <sip:205@[local_ip];user=phone>;tag=[pid]p[call_number]
To: <tel:88121234567>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:205@[local_ip]:[local_port];user=phone>
Max-Forwards: 10
Content-Length: 0
`,
          ' retrans="500"',
        ),
        expectResponse(100, 'optional="true"'),
        expectResponse(180, 'optional="true"'),
        expectResponse(183, 'optional="true"'),
        expectResponse(200, 'rrs="true"'),
        inDialog('ACK', 1, oddSdp),
        expectRequest('BYE'),
        respondInDialog('200 OK'),
      ].join('\n'),
    });
    const far = await operatorCall(operator, 'answered', 6000);
    t.equal(far.number, '+78121234567');
    await toneAtOperator(operator, far.id, 1400);
    t.pass("the operator's own tone came back from the PBX: audio both ways");
    t.match((await box.live()).calls, [
      { caller: { number: '205', name: 'Reception', place: 'device:pbx' } },
    ]);
    operator.hangUp(far.id);
    await sipp.done();
    const ok = (await sipp.messages()).find((m) => m.startLine.startsWith('SIP/2.0 200'));
    t.match(ok?.body, /m=audio \d+ RTP\/AVP 8/, 'our offer stood in the 200 (RFC 3261 13.3.1.4)');
    const record = await box.ended();
    t.match(record, {
      direction: 'outgoing',
      callerNumber: '205',
      callerName: 'Reception',
      calledNumber: '+78121234567',
      routeId: 'alpha-out',
      costCentre: 'works',
      releasedBy: 'called',
      price: 1.5,
    });
  },
);

t.test(
  'numbers behind the PBX are extensions of the office; it is told which is called, and by whom (H01)',
  async (t) => {
    const port = await freeUdpPort(host);
    const box = await startBox(t, {
      edit: (office) => withPbx(office, { mode: 'static', address: `${host}:${port}` }),
    });
    const sipp = await startSipp(t, t.testdir(), {
      host,
      port,
      echo: true,
      calls: 2,
      scenario: [
        // OPTIONS may come before and between.
        '  <label id="1"/>',
        '  <recv request="OPTIONS" optional="true" next="2"/>',
        expectRequest('INVITE'),
        respond('180 Ringing'),
        respond('200 OK', { sdp: oddSdp, attributes: ' retrans="500"' }),
        expectRequest('ACK'),
        expectRequest('BYE'),
        respondInDialog('200 OK', {}).replace('<send>', '<send next="3">'),
        '  <label id="2"/>',
        respond('200 OK'),
        '  <label id="3"/>',
      ].join('\n'),
    });
    await until(
      'it answers',
      async () => (await box.live()).devices[0]?.state === 'ready' || undefined,
      3000,
    );
    const desk = box.telephone(1);
    await box.dial(1, '245');
    await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 5000);
    void desk.speak({ tone: 1000, level: -10 });
    await desk.waitForTone(1000, -20, 5000);
    t.pass('heard back from the PBX');
    desk.hangup();
    await sipp.done();
    const invite = (await sipp.messages()).find((m) => m.startLine.startsWith('INVITE'))!;
    t.equal(invite.startLine, `INVITE sip:245@${host}:${port} SIP/2.0`);
    t.match(invite.header('From'), /^"Anna" <sip:21@/);
    t.match(await box.ended(), {
      direction: 'internal',
      calledNumber: '245',
      tollClass: 'extension',
      legs: [{ place: 'port:1' }, { place: 'device:pbx' }],
    });
  },
);
