import type { EndpointId } from './api.ts';
import type { Endpoint } from './endpoint.ts';
import { FRAME_SAMPLES } from './line-audio.ts';

/** Frames of a seat that others may still be about to hear; a power of two. */
const KEPT = 8;
/** Frames that may wait for one hearer; more would only be delay, and come of a clock that stood still. */
const MAX_WAITING = 3;

/** Sums of one frame; used up within the call that makes them. */
const sum = new Float32Array(FRAME_SAMPLES);

/** Somebody whom a seat hears. */
interface Source {
  readonly seat: Seat;
  readonly gain: number;
  /** The frame of that seat to be heard next. */
  next: number;
}

/** Whom a seat hears and how loud, as a factor. */
export interface Hears {
  from: EndpointId;
  gain: number;
}

/** One party's place in a {@link Mixer}. */
export class Seat {
  readonly endpoint: Endpoint;
  readonly mixer: Mixer;
  readonly #frames = new Int16Array(KEPT * FRAME_SAMPLES);
  #written = 0;
  sources: Source[] = [];

  constructor(endpoint: Endpoint, mixer: Mixer) {
    this.endpoint = endpoint;
    this.mixer = mixer;
  }

  get written(): number {
    return this.#written;
  }

  /** 10 ms that the party says. */
  said(frame: Int16Array): void {
    this.#frames.set(frame, (this.#written++ % KEPT) * FRAME_SAMPLES);
  }

  /** 10 ms of what it hears: the others of its list, never itself, as loud as it may get and no louder. */
  mix(out: Int16Array): void {
    sum.fill(0);
    for (let i = 0; i < this.sources.length; i++) {
      const source = this.sources[i]!;
      const { seat, gain } = source;
      if (seat.#written - source.next > MAX_WAITING) source.next = seat.#written - 1;
      if (source.next >= seat.#written) continue;
      const at = (source.next++ % KEPT) * FRAME_SAMPLES;
      for (let n = 0; n < FRAME_SAMPLES; n++) sum[n]! += seat.#frames[at + n]! * gain;
    }
    for (let n = 0; n < FRAME_SAMPLES; n++) {
      const value = Math.round(sum[n]!);
      out[n] = Math.max(-32_768, Math.min(32_767, value));
    }
  }

  /** Whether any of those whom it hears is sounding a digit made of an event. */
  get soundsDigit(): boolean {
    return this.sources.some(({ seat }) => seat.endpoint.soundsDigit);
  }
}

/**
 * Joins more than two endpoints: each hears those whom its list names. Its clock is the card's as long as frames of a
 * line among them come, and the timer otherwise, as with two.
 */
export class Mixer {
  readonly seats: Seat[] = [];

  /** Seats exactly these endpoints, with these ears. @returns endpoints that have no seat any more. */
  arrange(wanted: ReadonlyMap<Endpoint, readonly Hears[]>): Endpoint[] {
    const leavers = this.seats
      .filter(({ endpoint }) => !wanted.has(endpoint))
      .map(({ endpoint }) => endpoint);
    for (const endpoint of leavers) this.leave(endpoint);
    for (const endpoint of wanted.keys()) {
      if (endpoint.seat?.mixer === this) continue;
      endpoint.seat = new Seat(endpoint, this);
      this.seats.push(endpoint.seat);
    }
    for (const seat of this.seats) {
      const before = seat.sources;
      seat.sources = (wanted.get(seat.endpoint) ?? []).flatMap(({ from, gain }) => {
        const other = this.seats.find(({ endpoint }) => endpoint.id === from);
        if (!other || other === seat) return [];
        const known = before.find((source) => source.seat === other);
        return [{ seat: other, gain, next: known?.next ?? other.written }];
      });
    }
    return leavers;
  }

  /** Takes an endpoint out of it; the others go on. */
  leave(endpoint: Endpoint): void {
    const at = this.seats.findIndex((seat) => seat.endpoint === endpoint);
    if (at < 0) return;
    this.seats.splice(at, 1);
    endpoint.seat = undefined;
    for (const seat of this.seats)
      seat.sources = seat.sources.filter((source) => source.seat.endpoint !== endpoint);
  }

  /** The line whose frames are the clock now; undefined: the timer is. */
  leader(now: number): Endpoint | undefined {
    for (let i = 0; i < this.seats.length; i++) {
      const { endpoint } = this.seats[i]!;
      if (endpoint.live(now)) return endpoint;
    }
    return undefined;
  }
}
