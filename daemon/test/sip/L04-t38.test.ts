import t, { type Test } from 'tap';
import type { Leg } from '../../src/call/leg.ts';
import type { SipOptions } from '../../src/sip/index.ts';
import { MediaSession } from '../../src/sip/media-session.ts';
import { parseSdp } from '../../src/sip/sdp.ts';
import { agreeOnFax } from '../../src/sip/t38-sdp.ts';
import { SrfPhone } from '../peers/srf-phone.ts';
import { makeLeg, next, SilentMedia, startEngine, startGateway, trunkConfig, until } from './kit.ts';

// biome-ignore lint/suspicious/noExplicitAny: a dialog of the library's.
type Any = any;

interface Talking {
  leg: Leg;
  media: SilentMedia;
  phone: SrfPhone;
  far: Any;
  /** Bodies of the box's re-INVITEs. */
  offers: string[];
  /** How the far side answers them. */
  answers: { status: number; image?: string };
  /** Re-INVITE of the far side's. */
  invite(body: string): Promise<{ status: number; body: string }>;
}

const standard = [
  'T38FaxVersion:0',
  'T38MaxBitRate:14400',
  'T38FaxRateManagement:transferredTCF',
  'T38FaxMaxBuffer:262',
  'T38FaxMaxDatagram:176',
  'T38FaxUdpEC:t38UDPRedundancy',
];

let version = 100;
/** A far side's description of T.38. */
const image = (attributes: readonly string[] = standard, before: readonly string[] = []): string =>
  [
    'v=0',
    `o=fax 1 ${++version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    ...before,
    'm=image 40400 udptl t38',
    ...attributes.map((a) => `a=${a}`),
    '',
  ].join('\r\n');

/** A call on a trunk, answered, where a gateway is to be had. */
async function talking(t: Test, trunk: object = {}, change: Partial<SipOptions> = {}): Promise<Talking> {
  const engine = await startEngine(t);
  const phone = await SrfPhone.start(t);
  const { gateway, media } = await startGateway(
    t,
    engine,
    [trunkConfig({ server: `${phone.host}:${phone.port}`, ...trunk })],
    { fax: () => true, ...change },
  );
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'answered');
  await phone.until('the far side has its dialog', () => phone.dialogs.length > 0);
  const far = phone.dialogs[0];
  const offers: string[] = [];
  const answers: Talking['answers'] = { status: 200 };
  far.removeAllListeners('modify');
  far.on('modify', (req: Any, res: Any) => {
    offers.push(req.body);
    if (answers.status >= 300) res.send(answers.status);
    else if (/m=image/.test(req.body)) res.send(200, { body: answers.image ?? image() });
    else res.send(200, { body: phone.sdp() });
  });
  const invite = async (body: string) => {
    const headers = { Contact: phone.contact, 'Content-Type': 'application/sdp' };
    const { status, body: said } = await far.request({ method: 'INVITE', body, headers });
    return { status, body: String(said ?? '') };
  };
  return { leg, media, phone, far, offers, answers, invite };
}

t.test('RFC 3362, T.38 D.2: a fax on our side is offered by UDPTL, in the line of the audio', async (t) => {
  const { leg, media, offers } = await talking(t);
  const carried = next(leg, 'fax');
  t.equal(await leg.toFax?.(true), 't38');
  t.same(await carried, ['t38']);
  const [offer = ''] = offers;
  t.equal(offer.match(/^m=/gm)?.length, 1, 'one line as before (RFC 3264 8)');
  t.match(offer, /^m=image \d+ udptl t38\r$/m);
  for (const line of [
    'T38FaxVersion:0',
    'T38MaxBitRate:14400',
    'T38FaxRateManagement:transferredTCF',
    'T38FaxMaxBuffer:2000',
    'T38FaxMaxDatagram:400',
    'T38FaxUdpEC:t38UDPRedundancy',
  ])
    t.match(offer, new RegExp(`^a=${line}\r$`, 'm'), line);
  t.match(media.faxes, [
    {
      endpoint: leg.endpoint,
      parameters: {
        remoteAddress: '127.0.0.1',
        remotePort: 40400,
        maxBitRate: 14_400,
        maxBuffer: 262,
        maxDatagram: 176,
        redundancy: 3,
      },
    },
  ]);
  t.equal(await leg.toFax?.(true), 't38', 'once is enough');
  t.equal(offers.length, 1);
});

for (const status of [488, 415, 606]) {
  t.test(`${status} to T.38: audio goes on, and a later offer of G.711 has its answer (C07)`, async (t) => {
    const { leg, media, answers, invite, phone, offers } = await talking(t);
    answers.status = status;
    const sessions = media.set.length;
    t.equal(await leg.toFax?.(true), 'audio');
    t.equal(offers.length, 1, 'no further re-INVITE is needed');
    t.equal(media.faxes.length, 0);
    t.equal(media.set.length, sessions, 'the session is as it was (RFC 3261 14.1)');
    const back = await invite(phone.sdp());
    t.equal(back.status, 200);
    t.match(back.body, /^m=audio [1-9]\d* RTP\/AVP 8/m, 'with a description');
    t.equal(leg.state, 'answered');
  });
}

t.test('T.38 answered by a line that is refused: audio is offered again', async (t) => {
  const { leg, answers, offers, media } = await talking(t);
  answers.image = image().replace('m=image 40400', 'm=image 0');
  const carried: string[] = [];
  leg.on('fax', (by) => carried.push(by));
  t.equal(await leg.toFax?.(true), 'audio');
  t.match(offers[1], /^m=audio [1-9]/m);
  t.equal(media.faxes.length, 0);
  t.same(carried, []);
});

t.test('the peer goes over to T.38 and comes back, by a line of its own', async (t) => {
  const { leg, media, invite, phone } = await talking(t);
  const carried: string[] = [];
  leg.on('fax', (by) => carried.push(by));
  // As many gateways do: the audio is given up, an image line added (RFC 3264 8.2, 8.1).
  const { status, body } = await invite(image(standard, ['m=audio 0 RTP/AVP 8']));
  t.equal(status, 200);
  t.match(body, /^m=audio 0 RTP\/AVP 8\r\nm=image [1-9]\d* udptl t38\r\na=T38FaxVersion:0\r\n/m);
  t.same(carried, ['t38']);
  const audio = phone.sdp().trimEnd();
  const back = await invite(`${audio}\r\nm=image 0 udptl t38\r\n`);
  t.equal(back.status, 200);
  t.match(back.body, /^m=audio [1-9]/m);
  t.match(back.body, /^m=image 0 udptl t38\r$/m);
  t.same(carried, ['t38', 'audio']);
  t.equal(
    media.set.at(-1)?.endpoint,
    leg.endpoint,
    'the media worker is told, though the audio is as before',
  );
});

t.test(
  'RFC 4028: a refresh in the midst of a fax leaves it alone, with and without a description',
  async (t) => {
    const { leg, media, invite, far, offers, phone } = await talking(t);
    await leg.toFax?.(true);
    const same = image();
    const first = await invite(same);
    const again = await invite(same);
    t.equal(first.status, 200);
    t.equal(again.body, first.body, 'the same answer, of the same version');
    t.match(first.body, /^m=image [1-9]\d* udptl t38/m);
    const update = await far.request({ method: 'UPDATE', headers: { Contact: phone.contact } });
    t.equal(update.status, 200);
    t.equal(media.faxes.length, 1, 'the gateway was touched by none of them');
    t.equal(offers.length, 1);
    const bare = await far.request({ method: 'INVITE', headers: { Contact: phone.contact } });
    t.match(
      String(bare.body),
      /^m=image [1-9]\d* udptl t38/m,
      'what is asked for without an offer is offered',
    );
  },
);

t.test('our own way back to audio, when the fax is over and the call goes on', async (t) => {
  const { leg, offers, media } = await talking(t);
  await leg.toFax?.(true);
  const sessions = media.set.length;
  await leg.toAudio?.();
  t.match(offers[1], /^m=audio [1-9]\d* RTP\/AVP 8/m);
  t.equal(offers[1]?.match(/^m=/gm)?.length, 1);
  t.equal(media.set.length, sessions + 1);
  const versions = offers.map((offer) => Number(/^o=- \d+ (\d+)/m.exec(offer)?.[1]));
  t.equal(versions[1], versions[0]! + 1, 'RFC 3264 8: the next version');
});

t.test('RFC 3261 14.1: two offers at once: 491, and the fax goes by whichever comes through', async (t) => {
  const { leg, invite, answers, offers, media } = await talking(t);
  answers.status = 491;
  const going = leg.toFax?.(true);
  await until(() => offers.length === 1);
  // Refused as well until our own refusal has come back, which is on its way at most.
  let status = 491;
  while (status === 491) status = (await invite(image())).status;
  t.equal(status, 200, "the peer's, after its pause");
  answers.status = 200;
  t.equal(await going, 't38');
  t.equal(media.faxes.length, 1);
});

t.test("where the fax that answers is the other side's, the peer offers first", async (t) => {
  const { leg, invite, offers } = await talking(t);
  const going = leg.toFax?.(false);
  t.equal((await invite(image())).status, 200);
  t.equal(await going, 't38');
  t.equal(offers.length, 0);
});

t.test(
  'a peer that waits, too, is offered T.38 after a while; at once where the trunk says so',
  async (t) => {
    const patient = await talking(t);
    t.equal(await patient.leg.toFax?.(false), 't38');
    t.equal(patient.offers.length, 1);
    // The shortest of some: a machine that is held up makes each longer, and none shorter.
    let least = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 5 && least >= 1400; tries++) {
      const eager = await talking(t, { fax: 't38' });
      const before = performance.now();
      t.equal(await eager.leg.toFax?.(false), 't38');
      least = Math.min(least, performance.now() - before);
    }
    t.ok(least < 1400, 'no pause for the peer');
  },
);

t.test(
  'no T.38: the trunk forbids it, there is no library, or the session is protected (ruling 25)',
  async (t) => {
    for (const [trunk, change] of [
      [{ fax: 'g711' }, {}],
      [{}, { fax: () => false }],
    ] as const) {
      const { leg, offers, invite, media } = await talking(t, trunk, change);
      t.equal(await leg.toFax?.(true), 'audio');
      t.equal((await invite(image())).status, 488);
      t.equal(offers.length + media.faxes.length, 0);
      t.equal(leg.state, 'answered');
    }
  },
);

t.test(
  'RFC 4568, ruling 25: what is protected, or must be, is never offered or given up for T.38',
  async (t) => {
    const wishes = (required: boolean) => ({
      codecs: ['PCMA'] as const,
      ptimeMs: 20 as const,
      srtp: { required, suites: ['AES_CM_128_HMAC_SHA1_80'] as const },
    });
    const offer = (crypto: string): string =>
      image()
        .replace(/m=image[\s\S]*/, `m=audio 4000 RTP/${crypto ? 'SAVP' : 'AVP'} 8\r\n${crypto}`)
        .concat('a=rtpmap:8 PCMA/8000\r\n');
    const key = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n';
    const session = (required: boolean): MediaSession =>
      new MediaSession(
        { endpoint: 'rtp:1', port: 4002, address: '127.0.0.1' },
        new SilentMedia(),
        wishes(required),
      );
    t.equal(session(true).protected, true, 'required, before anything is agreed on');
    const optional = session(false);
    t.equal(optional.protected, false);
    t.match(optional.answer(offer(key)), /^a=crypto:1 /m);
    t.equal(optional.protected, true, 'keys are in force');
    t.equal(optional.answer(image()), undefined, 'T.38 is refused');
    const plain = session(false);
    plain.mayFax = () => !plain.protected;
    t.ok(plain.answer(offer('')));
    t.equal(plain.protected, false);
    t.match(plain.answer(image()), /^m=image [1-9]/m, 'a peer without SRTP faxes by T.38');
  },
);

t.test('what a peer writes of T.38', async (t) => {
  const read = (...attributes: string[]) => agreeOnFax(parseSdp(image(attributes)))?.t38;
  t.match(read(), { maxBitRate: 14_400, maxBuffer: 2000, maxDatagram: 400, redundancy: 3 }, 'nothing at all');
  t.match(
    read('t38maxbitrate:9600', 'T38FAXMAXDATAGRAM: 72'),
    { maxBitRate: 9600, maxDatagram: 72 },
    'in any case',
  );
  t.equal(read('T38MaxBitRate:33600')?.maxBitRate, 14_400, 'V.34 is beyond us');
  t.equal(read('T38FaxUdpEC:t38UDPNoEC')?.redundancy, 0);
  t.equal(read('T38FaxUdpEC:t38UDPFEC')?.redundancy, 3, 'redundancy is understood by all');
  t.equal(read('T38FaxMaxDatagram:1')?.maxDatagram, 400, 'a figure that means something else');
  t.equal(read('T38FaxMaxBuffer:0')?.maxBuffer, 2000);
  t.equal(read('T38FaxRateManagement:localTCF'), undefined, 'not over UDP (T.38 8.2)');
  t.equal(read(`T38FaxMaxDatagram:${'9'.repeat(400)}`)?.maxDatagram, 400, 'junk');
  const none = (from: string, to: string) => agreeOnFax(parseSdp(image().replace(from, to)));
  t.equal(none('udptl t38', 'tcp t38'), undefined);
  t.equal(none('udptl t38', 'udptl t39'), undefined);
  t.equal(none('IN IP4 127.0.0.1\r\nt=', 'IN IP4 0.0.0.0\r\nt='), undefined);
  t.equal(none('m=image 40400', 'm=image 0'), undefined);
  const many = image(Array.from({ length: 200 }, (_, n) => `T38Vendor${n}:x`));
  t.equal(parseSdp(many).media[0]?.t38.size, 16, 'attributes without end');
});
