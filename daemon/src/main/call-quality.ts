import type { CallQualityLive } from '../api/contract.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { Call } from '../call/call.ts';
import type { Leg } from '../call/leg.ts';
import type { EndpointId, Media, RtpStatistics } from '../media/api.ts';
import { qualityOf } from '../media/quality/speech-quality.ts';

/** How often the figures of calls are looked at, ms. */
const everyMs = 2000;
/** Looks of which the oldest is what the newest is compared with: the last ten seconds. */
const looks = 5;
/** Legs looked at in one go; of more, each has its turn later, so that a full box spends no more than half of one. */
const mostAtOnce = 64;

interface Parts {
  clock: Clock;
  media: Pick<Media, 'statisticsOf'>;
  calls(): Iterable<Call>;
  /** Whether anybody would see it. */
  watched(): boolean;
  /** A call sounds otherwise than told before; null: it is over. */
  told(id: string, quality: CallQualityLive | null): void;
}

interface Looked {
  call: Call;
  leg: Leg;
  endpoint: EndpointId;
}

/**
 * How the calls in progress sound. The figures are in the media worker; it is asked for all of them at once, and only
 * while there are calls and somebody watches: an idle box, or one without a page, spends nothing.
 */
export class CallQuality {
  readonly #parts: Parts;
  #timer: Timer | undefined;
  #asking = false;
  /** Leg at which the next round begins, where there are too many for one. */
  #turn = 0;
  /** Figures of the last looks, by leg. */
  #seen = new Map<string, RtpStatistics[]>();
  #told = new Map<string, CallQualityLive>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What is known now. */
  get list(): CallQualityLive[] {
    return [...this.#told.values()];
  }

  /** There may be something to look at from now on. */
  wake(): void {
    const { clock, calls, watched } = this.#parts;
    if (this.#timer || !watched() || isEmpty(calls())) return;
    this.#timer = clock.every(everyMs, () => void this.#look());
  }

  /** A call is over. */
  ended(id: string): void {
    if (this.#told.delete(id)) this.#parts.told(id, null);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#seen.clear();
    this.#told.clear();
  }

  async #look(): Promise<void> {
    const { media, calls, watched } = this.#parts;
    if (!watched() || isEmpty(calls())) return this.close();
    // A worker that has not answered yet has more urgent things to do.
    if (this.#asking) return;
    const legs = this.#turnOf(sipLegs(calls()));
    if (legs.length === 0) return;
    this.#asking = true;
    try {
      this.#take(legs, await media.statisticsOf(legs.map(({ endpoint }) => endpoint)));
    } catch {
      // The worker is gone, and the daemon ends for that by itself.
    } finally {
      this.#asking = false;
    }
  }

  #turnOf(all: Looked[]): Looked[] {
    this.#forget(all);
    if (all.length <= mostAtOnce) return all;
    const from = this.#turn % all.length;
    this.#turn = from + mostAtOnce;
    return [...all.slice(from), ...all.slice(0, from)].slice(0, mostAtOnce);
  }

  /** Legs that are no more are not remembered. */
  #forget(all: Looked[]): void {
    const there = new Set(all.map(({ leg }) => leg.id));
    for (const id of this.#seen.keys()) if (!there.has(id)) this.#seen.delete(id);
  }

  #take(legs: Looked[], figures: (RtpStatistics | undefined)[]): void {
    const found = new Map<Call, CallQualityLive['legs']>();
    for (const [i, { call, leg }] of legs.entries()) {
      const now = figures[i];
      if (!now || call.state === 'ended') continue;
      const seen = this.#seen.get(leg.id) ?? [];
      const quality = qualityOf(now, seen[0]);
      this.#seen.set(leg.id, [...seen, now].slice(-looks));
      if (!(quality.from ?? quality.to)) continue;
      const of = found.get(call) ?? [];
      of.push({ id: leg.id, ...quality });
      found.set(call, of);
    }
    for (const [{ id }, of] of found) {
      const quality: CallQualityLive = { id, legs: this.#merged(id, of) };
      if (JSON.stringify(this.#told.get(id)) === JSON.stringify(quality)) continue;
      this.#told.set(id, quality);
      this.#parts.told(id, quality);
    }
  }

  /** With the legs of the same call that had no turn now, as they were told last. */
  #merged(id: string, news: CallQualityLive['legs']): CallQualityLive['legs'] {
    const kept = (this.#told.get(id)?.legs ?? []).filter(
      (old) => this.#seen.has(old.id) && !news.some((leg) => leg.id === old.id),
    );
    return [...kept, ...news].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

const isEmpty = (calls: Iterable<Call>): boolean => {
  for (const _ of calls) return false;
  return true;
};

/** The two parties of each call that are reached over a network. */
function sipLegs(calls: Iterable<Call>): Looked[] {
  const found: Looked[] = [];
  for (const call of calls)
    for (const leg of [call.caller, call.called])
      if (leg?.kind === 'sip' && leg.endpoint !== undefined)
        found.push({ call, leg, endpoint: leg.endpoint });
  return found;
}
