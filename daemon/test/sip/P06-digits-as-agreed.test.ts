import t from 'tap';
import {
  expectRequest,
  expectResponse,
  request,
  respond,
  respondInDialog,
  sippSdp,
  startSipp,
} from '../peers/sipp.ts';
import { makeLeg, next, startEngine, startGateway, trunkConfig, until } from './kit.ts';

/** Remembers who called, so that SIPp can send requests of its own into the dialog. */
const invited = expectRequest(
  'INVITE',
  'rrs="true"',
  '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/><ereg regexp="sip:.*@[^&gt;]*" search_in="hdr" header="Contact:" assign_to="target"/>',
);

const info = (cseq: number, key: string): string => {
  const body = `Signal=${key}\nDuration=160`;
  return request(
    `INFO [$target] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:sipp@[local_ip]>;tag=[pid]sipp[call_number]
To: [$from]
Call-ID: [call_id]
CSeq: ${cseq} INFO
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/dtmf-relay
Content-Length: [len]

${body}`,
    ' retrans="500"',
  );
};

t.test('a trunk whose setting is INFO: digits go and come by INFO alone', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    scenario: [
      invited,
      respond('200 OK', { sdp: sippSdp() }),
      expectRequest('ACK'),
      expectRequest('INFO'),
      respondInDialog('200 OK'),
      expectRequest('INFO'),
      respondInDialog('200 OK'),
      info(3, '7'),
      expectResponse(200),
      expectRequest('BYE'),
      respondInDialog('200 OK'),
    ].join('\n'),
  });
  const { gateway, media } = await startGateway(t, engine, [
    trunkConfig({ server: `127.0.0.1:${sipp.port}`, dtmf: 'info' }),
  ]);
  const leg = await makeLeg(gateway);
  const heard: string[] = [];
  leg.on('digit', (key) => heard.push(key));
  leg.start();
  await next(leg, 'answered');
  t.equal(media.last(leg.endpoint)?.digitsAside, true, 'the media keeps them out of the audio');
  t.equal(media.last(leg.endpoint)?.telephoneEventPayloadType, undefined, 'and out of events');
  // A key pressed by whoever the trunk is joined to, as the media worker tells it; then one of a service.
  media.emit('digitOut', leg.endpoint!, '5');
  await until(async () => (await received('INFO')).length === 1);
  await leg.sendDigits('#');
  await until(() => heard.length === 1);
  leg.release({ q850: 16, text: 'done', by: 'local', final: true });
  await sipp.done();
  t.same(heard, ['7']);
  t.same(media.pressed, [`${leg.endpoint} 7`], 'what came by INFO goes on to the other side');
  const [invite] = await received('INVITE');
  t.notMatch(invite!.body, /telephone-event/, 'events are not offered');
  t.same(
    (await received('INFO')).map((m) => /Signal=(.)/.exec(m.body)?.[1]),
    ['5', '#'],
  );

  async function received(method: string): Promise<{ body: string }[]> {
    const all = await sipp.messages();
    return all.filter((m) => m.direction === 'received' && m.startLine.startsWith(method));
  }
});

t.test('a trunk whose setting is in-band offers no events, and takes none', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    scenario: [
      expectRequest('INVITE'),
      respond('200 OK', { sdp: sippSdp() }),
      expectRequest('ACK'),
      expectRequest('BYE'),
      respondInDialog('200 OK'),
    ].join('\n'),
  });
  const { gateway, media } = await startGateway(t, engine, [
    trunkConfig({ server: `127.0.0.1:${sipp.port}`, dtmf: 'inband' }),
  ]);
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'answered');
  t.equal(media.last(leg.endpoint)?.telephoneEventPayloadType, undefined, 'although the answer names them');
  t.equal(media.last(leg.endpoint)?.digitsAside, undefined);
  await leg.sendDigits('42');
  t.match(media.played.at(-1)?.source, { type: 'dtmf', digits: '42' });
  leg.release({ q850: 16, text: 'done', by: 'local', final: true });
  await sipp.done();
});
