import t from 'tap';
import {
  expectRequest,
  expectResponse,
  pause,
  request,
  respond,
  respondInDialog,
  sippSdp,
  startSipp,
} from '../peers/sipp.ts';
import { makeLeg, next, sipAddress, startEngine, startGateway, trunkConfig } from './kit.ts';

/** Remembers who called, so that SIPp can send requests of its own into the dialog. */
const invited = expectRequest(
  'INVITE',
  'rrs="true"',
  '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/><ereg regexp="sip:.*@[^&gt;]*" search_in="hdr" header="Contact:" assign_to="target"/>',
);

/** A request of SIPp's inside the dialog that `invited` began. */
const within = (method: string, cseq: number, extra = '', body = ''): string =>
  request(
    `${method} [$target] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:sipp@[local_ip]>;tag=[pid]sipp[call_number]
To: [$from]
Call-ID: [call_id]
CSeq: ${cseq} ${method === 'ACK' ? 'ACK' : method}
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70
${extra ? `${extra}\n` : ''}${body && !extra.includes('Content-Type') ? 'Content-Type: application/sdp\n' : ''}Content-Length: [len]

${body}`,
    method === 'ACK' ? '' : ' retrans="500"',
  );

t.test(
  'hold and retrieve by the far side; its media session, digits by INFO, and a REFER refused',
  async (t) => {
    const engine = await startEngine(t);
    const sipp = await startSipp(t, t.testdir(), {
      scenario: [
        invited,
        respond('200 OK', { sdp: sippSdp() }),
        expectRequest('ACK'),
        within('INVITE', 1, '', sippSdp({ direction: 'sendonly', version: 2 })),
        expectResponse(100, 'optional="true"'),
        expectResponse(200),
        within('ACK', 1),
        pause(50),
        within('INVITE', 2, '', sippSdp({ version: 3 })),
        expectResponse(100, 'optional="true"'),
        expectResponse(200),
        within('ACK', 2),
        within('INFO', 3, 'Content-Type: application/dtmf-relay', 'Signal=5\nDuration=160'),
        expectResponse(200),
        within('INFO', 4, 'Content-Type: application/dtmf', '#'),
        expectResponse(200),
        within('REFER', 5, 'Refer-To: <sip:+8810@premium.example>'),
        expectResponse(603),
        within('OPTIONS', 6),
        expectResponse(200),
        within(
          'INVITE',
          7,
          '',
          sippSdp({ version: 4, port: '4000' }).replace('RTP/AVP 8 101', 'RTP/SAVP 8 101'),
        ),
        expectResponse(100, 'optional="true"'),
        expectResponse(488),
        within('ACK', 7),
        // An offer that we are to make: the answer comes in the ACK.
        within('INVITE', 8),
        expectResponse(100, 'optional="true"'),
        expectResponse(200),
        within('ACK', 8, '', sippSdp({ version: 5, direction: 'sendonly' })),
        pause(50),
        within('BYE', 9),
        expectResponse(200),
      ].join('\n'),
    });
    const { gateway, media } = await startGateway(t, engine, [
      trunkConfig({ server: `127.0.0.1:${sipp.port}` }),
    ]);
    const leg = await makeLeg(gateway);
    const news: string[] = [];
    leg.on('held', (held) => news.push(`held ${held} ${media.last(leg.endpoint)?.direction}`));
    leg.on('digit', (key) => news.push(`digit ${key}`));
    leg.on('released', (cause) => news.push(`released ${cause.q850}`));
    leg.start();
    await sipp.done();
    t.same(news, [
      'held true recvonly',
      'held false sendrecv',
      'digit 5',
      'digit #',
      'held true recvonly',
      'released 16',
    ]);
    const ours = (await sipp.messages()).filter((m) => m.direction === 'received' && m.body.includes('o=-'));
    const versions = ours.map((m) => Number(/^o=- \d+ (\d+)/m.exec(m.body)?.[1]));
    t.same(versions.slice(0, 3), [1, 2, 3], 'each new description of ours has the next version');
    t.match(ours[1]?.body, /a=recvonly/, 'RFC 3264: sendonly is answered with recvonly');
  },
);

t.test(
  'our hold: re-INVITE with sendonly; 491 is tried again; a refusal leaves the call as it was',
  async (t) => {
    const engine = await startEngine(t);
    const sipp = await startSipp(t, t.testdir(), {
      scenario: [
        expectRequest('INVITE'),
        respond('200 OK', { sdp: sippSdp() }),
        expectRequest('ACK'),
        expectRequest('INVITE'),
        respondInDialog('491 Request Pending'),
        expectRequest('ACK'),
        expectRequest('INVITE'),
        respondInDialog('200 OK', { sdp: sippSdp({ direction: 'recvonly', version: 2 }) }),
        expectRequest('ACK'),
        expectRequest('INVITE'),
        respondInDialog('500 Server Internal Error'),
        expectRequest('ACK'),
        expectRequest('BYE'),
        respondInDialog('200 OK'),
      ].join('\n'),
    });
    const { gateway, media } = await startGateway(t, engine, [
      trunkConfig({ server: `127.0.0.1:${sipp.port}` }),
    ]);
    const leg = await makeLeg(gateway);
    await t.rejects(leg.hold(true), { code: 'sip/not-answered' });
    leg.start();
    await next(leg, 'answered');
    await leg.hold(true);
    t.equal(media.last(leg.endpoint)?.direction, 'sendonly');
    await t.rejects(leg.hold(false), { code: 'sip/refused' });
    t.equal(leg.state, 'answered');
    leg.release({ q850: 16, text: '', by: 'local' });
    await sipp.done();
    const offers = (await sipp.messages()).filter((m) => m.startLine.startsWith('INVITE'));
    t.match(offers[1]?.body, /a=sendonly/);
  },
);

t.test('an offerless call in, and one whose ACK brings nothing usable', async (t) => {
  const engine = await startEngine(t);
  const call = (ack: string, end: string[]): string =>
    [
      request(`INVITE sip:+74951112233@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+79161234567@[local_ip]>;tag=[call_number]
To: <sip:+74951112233@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0`),
      expectResponse(100, 'optional="true"'),
      expectResponse(180, 'optional="true"'),
      expectResponse(200, 'rrs="true"'),
      request(`ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+79161234567@[local_ip]>;tag=[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

${ack}`),
      ...end,
    ].join('\n');
  const bye = [expectRequest('BYE'), respondInDialog('200 OK')];
  const { gateway, media } = await startGateway(t, engine, [trunkConfig({ server: '127.0.0.1' })]);
  for (const usable of [true, false]) {
    const arrived = next(gateway, 'incoming');
    const sdp = usable ? sippSdp() : sippSdp().replaceAll('RTP/AVP', 'RTP/SAVP');
    const sipp = await startSipp(t, t.testdir(), { remote: sipAddress(engine), scenario: call(sdp, bye) });
    const [leg] = await arrived;
    leg.alert();
    await leg.openEarlyMedia();
    const released = next(leg, 'released');
    await leg.answer();
    if (usable) {
      await t.resolves(sippTold(media, leg.endpoint));
      leg.release({ q850: 16, text: '', by: 'local' });
    } else t.match((await released)[0], { q850: 88 });
    await sipp.done();
    const offer = (await sipp.messages()).find(
      (m) => m.startLine.startsWith('SIP/2.0 200') && m.body.includes('m=audio'),
    );
    t.match(offer?.body, /m=audio \d+ RTP\/AVP 8 0 101/, 'our 200 makes the offer');
  }
});

async function sippTold(
  media: { last(endpoint: string | undefined): unknown },
  endpoint: string | undefined,
): Promise<void> {
  const end = performance.now() + 2000;
  while (!media.last(endpoint)) {
    if (performance.now() > end) throw new Error('the answer in the ACK was not taken');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
