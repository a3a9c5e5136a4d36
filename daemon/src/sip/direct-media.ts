import { BlockList, isIPv6 } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { codeOf } from '../base/error.ts';
import type { EndpointId, Media } from '../media/api.ts';
import type { Elsewhere, MediaSession } from './media-session.ts';
import type { SipLeg } from './sip-leg.ts';

/** How often, and after which pause, a re-INVITE is tried that meets another of ours, ms. */
const TRIES = 60;
const BUSY_MS = 50;
/** How long what needs the packets waits for both peers to have answered, ms; they answer in a round trip or never. */
const BACK_MS = 2000;
/** How long a peer that has refused is not asked again, in whatever call, ms. */
const REFUSED_MS = 3_600_000;

/** Two legs whose packets go past us, or are on the way there or back. */
interface Pair {
  readonly legs: readonly [SipLeg, SipLeg];
  /** They are needed here: back, as soon as what is under way is done. */
  needed: boolean;
  state: 'going' | 'past' | 'coming';
  /** It has been told that they go past us. */
  told: boolean;
}

/**
 * Media path 1: where both peers allow it and nothing here needs the packets of a call from trunk to trunk, each is told
 * the other's address by re-INVITE, and ours again when something does. The media engine says which calls are free and
 * when they are needed ({@link Media.bypass}); on both paths a receiver sees the same stream.
 */
export class DirectMedia {
  readonly #media: Media;
  readonly #clock: Clock;
  readonly #legs: ReadonlySet<SipLeg>;
  readonly #pairs = new Map<SipLeg, Pair>();
  /** Until when a peer is not asked again. */
  readonly #refusing = new Map<string, number>();

  constructor(media: Media, clock: Clock, legs: ReadonlySet<SipLeg>) {
    this.#media = media;
    this.#clock = clock;
    this.#legs = legs;
    media.on('pathFree', (a, b) => this.#free(this.#legOf(a), this.#legOf(b)));
    media.on('pathNeeded', (endpoint) => this.#needed(this.#legOf(endpoint)));
  }

  /** A leg's own session has become another: the packets of both legs come here again. */
  returned(leg: SipLeg): void {
    // Behind what has brought it about, which may be describing the session just now.
    queueMicrotask(() => this.#needed(leg));
  }

  #legOf(endpoint: EndpointId): SipLeg | undefined {
    for (const leg of this.#legs) if (leg.endpoint === endpoint) return leg;
    return undefined;
  }

  #free(a: SipLeg | undefined, b: SipLeg | undefined): void {
    const [mine, theirs] = [a?.standing, b?.standing];
    if (!a || !b || !mine || !theirs || this.#pairs.has(a) || this.#pairs.has(b)) return;
    if (this.#refuses(a) || this.#refuses(b) || !mine.mayGo || !theirs.mayGo || !reachable(a, b)) return;
    const pair: Pair = { legs: [a, b], needed: false, state: 'going', told: false };
    this.#pairs.set(a, pair).set(b, pair);
    void this.#go(pair, [placeOf(theirs), placeOf(mine)]);
  }

  #needed(leg: SipLeg | undefined): void {
    const pair = leg && this.#pairs.get(leg);
    if (!pair) return;
    pair.needed = true;
    if (pair.state === 'past') void this.#come(pair);
  }

  async #go(pair: Pair, places: readonly (Elsewhere | undefined)[]): Promise<void> {
    this.#bypass(pair, true);
    // Both at once: whoever takes packets from the place it was told alone is without them for as short as can be.
    await Promise.all(pair.legs.map((leg, i) => this.#redirect(leg, places[i])));
    pair.state = 'past';
    if (pair.needed || !pair.legs.every((leg) => leg.standing?.away)) await this.#come(pair);
    else this.#tell(pair, true);
  }

  async #come(pair: Pair): Promise<void> {
    pair.state = 'coming';
    const told = pair.legs.filter((leg) => leg.standing?.away);
    const late = new Promise<void>((resolve) => void this.#clock.after(BACK_MS, resolve));
    await Promise.race([Promise.all(told.map((leg) => this.#redirect(leg, undefined))), late]);
    this.#bypass(pair, false);
    for (const leg of pair.legs) this.#pairs.delete(leg);
    if (pair.told) this.#tell(pair, false);
  }

  #tell(pair: Pair, direct: boolean): void {
    pair.told = true;
    for (const leg of pair.legs) if (leg.standing) leg.emit('path', direct);
  }

  #bypass({ legs }: Pair, on: boolean): void {
    for (const { endpoint } of legs) if (endpoint) void this.#media.bypass(endpoint, on).catch(() => {});
  }

  /** Tells a leg; what it refuses leaves its session as it was. */
  async #redirect(leg: SipLeg, place: Elsewhere | undefined): Promise<void> {
    for (let tries = 0; tries < TRIES && leg.standing; tries++) {
      try {
        await leg.redirect(place);
        return;
      } catch (error) {
        const code = codeOf(error);
        if (code === 'sip/refused' && place) this.#refusing.set(leg.place, this.#clock.now() + REFUSED_MS);
        // Another offer of ours is under way, of something else.
        if (code !== 'sip/busy') return;
        await new Promise<void>((resolve) => void this.#clock.after(BUSY_MS, resolve));
      }
    }
  }

  #refuses({ place }: SipLeg): boolean {
    return (this.#refusing.get(place) ?? 0) > this.#clock.now();
  }
}

/** Addresses that lead to one network here and to another there, or nowhere: RFC 1918, 6598, 3927, 4193, 4291. */
const inner = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  inner.addSubnet(net, bits);
inner.addSubnet('fc00::', 7, 'ipv6');
inner.addSubnet('fe80::', 10, 'ipv6');
inner.addAddress('::1', 'ipv6');

const isPublic = (address: string): boolean => !inner.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

function placeOf({ agreement }: MediaSession): Elsewhere | undefined {
  if (!agreement) return undefined;
  const { remoteAddress, remotePort, ptimeMs } = agreement.rtp;
  return { address: remoteAddress, port: remotePort, ptimeMs };
}

/**
 * Whether two peers can be taken to reach each other as we reach both: from one interface of ours, and all of it either
 * on the public network or, where addresses are private, within the network of one operator.
 */
function reachable(a: SipLeg, b: SipLeg): boolean {
  const [mine, theirs] = [a.standing, b.standing];
  const [x, y] = [mine?.agreement?.rtp.remoteAddress, theirs?.agreement?.rtp.remoteAddress];
  if (!mine || !theirs || !x || !y || mine.rtp.address !== theirs.rtp.address) return false;
  const open = [mine.rtp.address, x, y].map(isPublic);
  return open.every((is) => is) || (a.peer.place === b.peer.place && !open.includes(true));
}
