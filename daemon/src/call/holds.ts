import type { Media, PlaySource } from '../media/api.ts';
import type { Leg } from './leg.ts';
import { type ToneSet, toneSource } from './tones.ts';

/**
 * Who of a call's two parties holds the other, and what each hears meanwhile. Both may hold at once. A held
 * party hears music or the hold tone, unless the holder plays music of its own; a holder's own ear is its own business.
 */
export class Holds {
  readonly #media: Media;
  readonly #tones: ToneSet;
  readonly #sound: () => PlaySource | undefined;
  /** Holders, and whether they send music themselves. */
  #by = new Map<Leg, boolean>();
  /** Parties toward whom the hold tone plays. */
  #toned = new Set<Leg>();

  /** @param sound what held parties hear; the country's hold tone where it is missing, or gives nothing */
  constructor(media: Media, tones: ToneSet, sound: () => PlaySource | undefined = () => undefined) {
    this.#media = media;
    this.#tones = tones;
    this.#sound = sound;
  }

  /** Whether anybody holds. */
  get any(): boolean {
    return this.#by.size > 0;
  }

  /** Who began to hold first. */
  get first(): Leg | undefined {
    return this.#by.keys().next().value;
  }

  has(leg: Leg): boolean {
    return this.#by.has(leg);
  }

  /** Whether a holder sends music; undefined: it holds nobody. */
  musicOf(leg: Leg): boolean | undefined {
    return this.#by.get(leg);
  }

  /** Notes that `by` holds, or no longer; false if that was known. */
  note(by: Leg, on: boolean, music: boolean): boolean {
    if (this.#by.has(by) === on) return false;
    if (on) this.#by.set(by, music);
    else this.#by.delete(by);
    return true;
  }

  /** Whether `leg` is to be told that it is held by `other`: with music its path simply stays. */
  silences(other: Leg | undefined): boolean {
    return other !== undefined && this.#by.get(other) === false;
  }

  /** Brings what both hear in line with who holds; at once, nobody waits for a peer. */
  async apply(one: Leg, other: Leg): Promise<void> {
    const work: Promise<unknown>[] = [];
    const parted = this.silences(one) || this.silences(other);
    for (const [leg, by] of [
      [one, other],
      [other, one],
    ] as const) {
      const { endpoint } = leg;
      const tone = this.silences(by) && !this.#by.has(leg);
      if (!endpoint || tone === this.#toned.has(leg)) continue;
      if (tone) {
        this.#toned.add(leg);
        work.push(this.#media.disconnect(endpoint).catch(() => {}));
        const sound = this.#sound() ?? toneSource(this.#tones, 'callWaiting');
        void this.#media.play(endpoint, sound).catch(() => {});
      } else {
        this.#toned.delete(leg);
        work.push(this.#media.stop(endpoint).catch(() => {}));
      }
    }
    if (!parted && one.endpoint && other.endpoint)
      work.push(this.#media.connect(one.endpoint, other.endpoint).catch(() => {}));
    await Promise.all(work);
  }

  /** Ends the hold tone toward `leg`, which hears something else for a while; {@link apply} begins it anew. */
  hush(leg: Leg): void {
    if (this.#toned.delete(leg) && leg.endpoint) void this.#media.stop(leg.endpoint).catch(() => {});
  }

  /** `leg` leaves the call; what it held is no longer held by it. */
  forget(leg: Leg): void {
    this.#by.delete(leg);
    this.hush(leg);
  }
}
