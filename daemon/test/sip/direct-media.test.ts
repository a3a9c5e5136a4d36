import t, { type Test } from 'tap';
import type { Leg } from '../../src/call/leg.ts';
import type { Media } from '../../src/media/api.ts';
import { MediaSession } from '../../src/sip/media-session.ts';
import type { AudioWishes } from '../../src/sip/peer.ts';
import { SrfPhone } from '../peers/srf-phone.ts';
import { makeLeg, next, type SilentMedia, startEngine, startGateway, trunkConfig, until } from './kit.ts';

// biome-ignore lint/suspicious/noExplicitAny: a dialog of the library's.
type Any = any;

/** One side of the call: the leg, and the operator's end of it. */
interface Side {
  leg: Leg;
  far: Any;
  port: number;
  /** Bodies of the box's re-INVITEs, in order. */
  offers: string[];
  /** How it answers them. */
  answer: { status: number; port?: number };
  /** Re-INVITE of the operator's. */
  invite(body: string): Promise<{ status: number; body: string }>;
}

interface Talking {
  a: Side;
  b: Side;
  media: SilentMedia;
  /** What the legs have told of their path. */
  path: string[];
}

const audio = (port: number, change: { direction?: string; address?: string } = {}): string =>
  [
    'v=0',
    `o=far ${port} ${++version} IN IP4 127.0.0.1`,
    's=-',
    `c=IN IP4 ${change.address ?? '127.0.0.1'}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 8 101`,
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=ptime:20',
    `a=${change.direction ?? 'sendrecv'}`,
    '',
  ].join('\r\n');
let version = 0;

/** Where a description of the box's tells the peer to send to. */
const told = (body: string | undefined): string =>
  `${/^c=IN IP4 (\S+)/m.exec(body ?? '')?.[1]}:${/^m=audio (\d+)/m.exec(body ?? '')?.[1]}`;

/** Two calls on one trunk whose operator lets packets go past us, unless `trunk` says otherwise. */
async function talking(t: Test, { trunk = {}, address = '127.0.0.1', fax = false } = {}): Promise<Talking> {
  const engine = await startEngine(t);
  const phone = await SrfPhone.start(t);
  const { gateway, media } = await startGateway(
    t,
    engine,
    [trunkConfig({ server: `${phone.host}:${phone.port}`, directMedia: true, ...trunk })],
    { fax: () => fax },
  );
  const path: string[] = [];
  const side = async (port: number): Promise<Side> => {
    phone.sdp = () => audio(port, { address });
    const known = phone.dialogs.length;
    const leg = await makeLeg(gateway);
    leg.on('path', (direct) => path.push(`${leg.endpoint} ${direct}`));
    leg.start();
    await next(leg, 'answered');
    await phone.until('the far side has its dialog', () => phone.dialogs.length > known);
    const far = phone.dialogs[known];
    const offers: string[] = [];
    const answer: Side['answer'] = { status: 200 };
    far.removeAllListeners('modify');
    far.on('modify', (req: Any, res: Any) => {
      offers.push(req.body);
      if (answer.status >= 300) res.send(answer.status);
      else res.send(200, { body: audio(answer.port ?? port) });
    });
    const invite = async (body: string) => {
      const headers = { Contact: phone.contact, 'Content-Type': 'application/sdp' };
      const { status, body: said } = await far.request({ method: 'INVITE', body, headers });
      return { status, body: String(said ?? '') };
    };
    return { leg, far, port, offers, answer, invite };
  };
  const a = await side(40_000);
  const b = await side(42_000);
  return { a, b, media, path };
}

/** The engine finds that nothing needs the packets; resolves once both are told to go past us. */
async function past({ a, b, media, path }: Talking): Promise<void> {
  media.emit('pathFree', a.leg.endpoint!, b.leg.endpoint!);
  await until(() => path.length === 2);
}

/** All bypasses are over again. */
const over = ({ media }: Talking): Promise<unknown> =>
  until(() => media.bypasses.filter(({ on }) => !on).length >= 2);

t.test(
  'RFC 3264 8: each peer is told the address of the other, and ours when we need the packets',
  async (t) => {
    const call = await talking(t);
    const { a, b, media, path } = call;
    const sessions = media.set.length;
    t.match(media.set, [{ parameters: { mayBypass: true } }, { parameters: { mayBypass: true } }]);
    await past(call);
    t.equal(told(a.offers[0]), '127.0.0.1:42000');
    t.equal(told(b.offers[0]), '127.0.0.1:40000');
    t.match(
      a.offers[0],
      /^o=- \d+ 2 IN IP4 127\.0\.0\.1\r$/m,
      'the description is ours as before, in its next version',
    );
    t.match(a.offers[0], /^m=audio 42000 RTP\/AVP 8 101\r$/m, 'what was agreed on and nothing else');
    t.same(
      media.bypasses,
      [a, b].map(({ leg }) => ({ endpoint: leg.endpoint, on: true })),
      'the engine is silent before the first of them goes',
    );
    t.equal(media.set.length, sessions, 'our own sessions are as they were');

    media.emit('pathNeeded', b.leg.endpoint!);
    media.emit('pathNeeded', a.leg.endpoint!);
    await over(call);
    for (const side of [a, b]) {
      t.equal(side.offers.length, 2, 'once');
      t.not(told(side.offers[1]), told(side.offers[0]));
      t.match(side.offers[1], /^o=- \d+ 3 IN/m);
      t.match(side.offers[1], /^m=audio 2\d{4} RTP\/AVP 8 0 101\r$/m);
    }
    t.same(path.slice(2).sort(), [`${a.leg.endpoint} false`, `${b.leg.endpoint} false`].sort());
    t.equal(media.set.length, sessions);
    await past({ ...call, path: path.splice(0) && path });
    t.equal(told(a.offers[2]), '127.0.0.1:42000', 'and past us again');
  },
);

t.test('a session refresh while they go past us has the same description (RFC 4028 7.4)', async (t) => {
  const call = await talking(t);
  const { a, b, media } = call;
  await past(call);
  const sessions = media.set.length;
  const again = await a.invite(audio(a.port));
  t.equal(again.status, 200);
  t.equal(told(again.body), '127.0.0.1:42000');
  const asked = await b.invite('');
  t.equal(told(asked.body), '127.0.0.1:40000', 'asked for an offer, too');
  t.equal(media.set.length, sessions);
  t.equal(a.offers.length + b.offers.length, 2);
});

t.test(
  'a peer that holds while they go past us has our address in the answer, and the other one is told',
  async (t) => {
    const call = await talking(t);
    const { a, b } = call;
    await past(call);
    const held = next(a.leg, 'held');
    const answer = await a.invite(audio(a.port, { direction: 'sendonly' }));
    t.match(told(answer.body), /^127\.0\.0\.1:2\d{4}$/);
    t.match(answer.body, /^a=recvonly\r$/m);
    t.equal((await held)[0], true);
    await over(call);
    t.match(told(b.offers.at(-1)), /^127\.0\.0\.1:2\d{4}$/);
    t.equal(a.offers.length, 1, 'it is not told twice');
  },
);

t.test('we hold one: it is offered our address, and so is the other', async (t) => {
  const call = await talking(t);
  const { a, b } = call;
  await past(call);
  await a.leg.hold(true);
  await over(call);
  t.match(a.offers.at(-1), /^a=sendonly\r$/m);
  t.match(told(a.offers.at(-1)), /^127\.0\.0\.1:2\d{4}$/);
  t.match(told(b.offers.at(-1)), /^127\.0\.0\.1:2\d{4}$/);
});

t.test(
  'a fax while they go past us comes to us by T.38, and the other side is back with its audio',
  async (t) => {
    const call = await talking(t, { fax: true });
    const { a, b, media } = call;
    await past(call);
    const image = audio(a.port).replace(/m=audio[\s\S]*/, 'm=image 40000 udptl t38\r\n');
    const { status, body } = await a.invite(image);
    t.equal(status, 200);
    t.match(body, /^m=image 2\d{4} udptl t38\r$/m);
    t.match(media.faxes, [{ endpoint: a.leg.endpoint }]);
    await over(call);
    t.match(told(b.offers.at(-1)), /^127\.0\.0\.1:2\d{4}$/);
  },
);

t.test(
  'a peer that refuses: the other is told our address again, and neither is asked in the next call',
  async (t) => {
    const call = await talking(t);
    const { a, b, media, path } = call;
    b.answer.status = 488;
    media.emit('pathFree', a.leg.endpoint!, b.leg.endpoint!);
    await over(call);
    t.equal(a.offers.length, 2);
    t.match(told(a.offers[1]), /^127\.0\.0\.1:2\d{4}$/);
    t.equal(b.offers.length, 1, 'its session is as it was (RFC 3261 14.1)');
    t.same(path, [], 'nobody hears of it');
    media.emit('pathFree', a.leg.endpoint!, b.leg.endpoint!);
    t.equal(media.bypasses.length, 4, 'nor is it tried again');
    for (const side of [a, b]) t.equal(side.leg.state, 'answered');
  },
);

t.test('a peer that answers from another place than it was said to have: back', async (t) => {
  const call = await talking(t);
  const { a, b, media } = call;
  a.answer.port = 40_100;
  media.emit('pathFree', a.leg.endpoint!, b.leg.endpoint!);
  await over(call);
  t.match(told(a.offers.at(-1)), /^127\.0\.0\.1:2\d{4}$/);
  t.match(told(b.offers.at(-1)), /^127\.0\.0\.1:2\d{4}$/);
  t.equal(media.last(a.leg.endpoint)?.remotePort, 40_100);
});

t.test('needed while they are on their way: back as soon as they are there', async (t) => {
  const call = await talking(t);
  const { a, b, media, path } = call;
  media.emit('pathFree', a.leg.endpoint!, b.leg.endpoint!);
  media.emit('pathNeeded', a.leg.endpoint!);
  await over(call);
  for (const side of [a, b]) t.match(told(side.offers.at(-1)), /^127\.0\.0\.1:2\d{4}$/);
  t.same(path, []);
});

t.test('one hangs up while they go past us: the other is left alone', async (t) => {
  const call = await talking(t);
  const { a, b, media } = call;
  await past(call);
  const gone = next(a.leg, 'released');
  a.far.destroy();
  await gone;
  b.leg.release({ q850: 16, text: 'the other has hung up', by: 'local' });
  media.emit('pathNeeded', b.leg.endpoint!);
  t.equal(b.offers.length, 1);
});

for (const [what, options] of [
  ['the trunk does not allow it', { trunk: { directMedia: false } }],
  ['the operator has addresses that we reach from a private one', { address: '203.0.113.9' }],
] as const)
  t.test(`never where ${what}`, async (t) => {
    const { a, b, media } = await talking(t, options);
    media.emit('pathFree', a.leg.endpoint!, b.leg.endpoint!);
    await a.leg.hold(true);
    t.equal(a.offers.length, 1, 'the hold alone');
    t.same(media.bypasses, []);
  });

t.test('never where the box is behind a NAT of its own, in an emergency call, on hold, or protected', (t) => {
  const engine = { setRtp: async () => {}, detect: async () => {} } as Partial<Media> as Media;
  const rtp = { endpoint: 'rtp:1', port: 20000, address: '192.0.2.1' };
  const may = (change: Partial<AudioWishes>, watchLoss = true): MediaSession => {
    const wishes: AudioWishes = { codecs: ['PCMA'], ptimeMs: 20, direct: true, ...change };
    const session = new MediaSession(rtp, engine, wishes, watchLoss);
    session.offer();
    session.accept(audio(4000));
    return session;
  };
  const usual = may({});
  t.equal(usual.mayGo, true);
  usual.holding = true;
  t.equal(usual.mayGo, false);
  t.equal(may({ direct: false }).mayGo, false);
  t.equal(may({ announced: '203.0.113.5' }).mayGo, false);
  t.equal(may({}, false).mayGo, false);
  const required = new MediaSession(rtp, engine, {
    ...{ codecs: ['PCMA'], ptimeMs: 20, direct: true },
    srtp: { required: true, suites: [] },
  });
  t.equal(required.mayGo, false);
  t.end();
});
