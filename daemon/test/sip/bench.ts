/** A gateway whose one trunk leads to a bare peer, for tests that see and send exact messages. */
import type { TrunkConfig } from '../../src/config/schema.ts';
import type { IncomingSipLeg } from '../../src/sip/incoming-leg.ts';
import type { SipGateway, TrunkCallRequest } from '../../src/sip/index.ts';
import { type Peer, type Seen, udpPeer } from '../sipd/peer.ts';
import {
  makeLeg,
  next,
  type SilentMedia,
  sipAddress,
  startEngine,
  startGateway,
  trunkConfig,
} from './kit.ts';

interface Test {
  teardown(fn: () => unknown): void;
}

export interface Bench {
  peer: Peer;
  gateway: SipGateway;
  media: SilentMedia;
  /** `host:port` of the engine. */
  to: string;
}

export async function bench(t: Test, change: Partial<TrunkConfig> = {}): Promise<Bench> {
  const engine = await startEngine(t);
  const peer = await udpPeer(t);
  const { gateway, media } = await startGateway(t, engine, [
    trunkConfig({ server: peer.address, ...change }),
  ]);
  closing(t, gateway, [peer]);
  return { peer, gateway, media, to: sipAddress(engine) };
}

/** The gateway ends its calls when it closes, and would wait for peers that say nothing. */
export function closing(t: Test, gateway: SipGateway, peers: readonly Peer[]): void {
  t.teardown(async () => {
    const answered = new Set<Seen>();
    const poll = setInterval(() => {
      for (const peer of peers)
        for (const m of peer.seen) {
          if (m.method === '' || m.method === 'ACK' || answered.has(m)) continue;
          answered.add(m);
          peer.reply(m, m.method === 'INVITE' ? 487 : 200);
        }
    }, 5);
    await gateway.close();
    clearInterval(poll);
  });
}

export const tagOf = (value: string): string => /;tag=([^;>]+)/.exec(value)![1]!;

/** A description with these m= lines (and what belongs to them). */
export const describe = (media: readonly string[], version = 1): string =>
  ['v=0', `o=- 77 ${version} IN IP4 127.0.0.1`, 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', ...media, ''].join(
    '\r\n',
  );

export const AUDIO = ['m=audio 4000 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000'];

export interface Ids {
  callId: string;
  fromTag: string;
  toTag: string;
}

let calls = 0;

/** The peer calls; what came of it is a leg that has not said anything yet. */
export async function incoming(
  b: Bench,
  o: { extra?: string; body?: string } = {},
): Promise<{ leg: IncomingSipLeg; ids: { callId: string; fromTag: string; branch: string } }> {
  const ids = { callId: `gw-${++calls}`, fromTag: `f${calls}`, branch: `z9hG4bKgw${calls}` };
  const arrived = next(b.gateway, 'incoming', () => true, 3000);
  b.peer.request(b.to, 'INVITE', { ...ids, body: describe(AUDIO), ...o });
  const [leg] = await arrived;
  return { leg: leg as IncomingSipLeg, ids };
}

/** A call from the peer that is answered and acknowledged. */
export async function answered(
  b: Bench,
  o: { extra?: string; body?: string } = {},
): Promise<{ leg: IncomingSipLeg; ids: Ids; ok: Seen }> {
  const { leg, ids } = await incoming(b, o);
  await leg.answer();
  const ok = await b.peer.response(200);
  const all = { callId: ids.callId, fromTag: ids.fromTag, toTag: tagOf(ok.headers.to!) };
  b.peer.request(b.to, 'ACK', { ...all, cseq: 1 });
  return { leg, ids: all, ok };
}

/** A call to the peer, whose INVITE has arrived there. */
export async function outgoing(
  b: Bench,
  change: Partial<TrunkCallRequest> = {},
): Promise<{ leg: Awaited<ReturnType<typeof makeLeg>>; invite: Seen; ids: Ids }> {
  const leg = await makeLeg(b.gateway, change);
  leg.start();
  const invite = await b.peer.expect('INVITE');
  const ids = { callId: invite.headers['call-id']!, fromTag: 'peer', toTag: tagOf(invite.headers.from!) };
  return { leg, invite, ids };
}

/** A call to the peer that it has answered. */
export async function connected(
  b: Bench,
  o: { extra?: string; body?: string } = {},
): ReturnType<typeof outgoing> {
  const call = await outgoing(b);
  const up = next(call.leg, 'answered');
  b.peer.reply(call.invite, 200, { body: describe(AUDIO), ...o });
  await up;
  await b.peer.expect('ACK');
  return call;
}

/** The call of an incoming leg goes out again on the trunk, as forwarded; `invite`: as the peer sees it. */
export async function forwarded(
  b: Bench,
  from: IncomingSipLeg,
  change: Partial<TrunkCallRequest> = {},
): Promise<{ leg: Awaited<ReturnType<typeof makeLeg>>; invite: Seen }> {
  const leg = await makeLeg(b.gateway, {
    caller: { number: '+79161234567' },
    divertedFrom: '+74951112244',
    diversionReason: 'no-answer',
    ...change,
  });
  leg.follows?.(from);
  leg.start();
  // What the peer sent itself is not seen here.
  return { leg, invite: await b.peer.expect('INVITE') };
}
