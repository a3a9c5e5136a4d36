import { SilenceWatch } from '../dsp/silence-watch.ts';
import { FRAME_SAMPLES } from '../line-audio.ts';
import type { RecordingLimit, RecordingOrder } from './file.ts';

/** Where the audio of a recording goes, in pieces of some 100 ms. */
export interface RecordingSink {
  /** Interleaved, left first; the memory is the sink's from now on. */
  audio(id: string, samples: Int16Array): void;
  /** There is no more of it. */
  close(id: string): void;
}

const SAMPLES_PER_MS = 8;
/** Samples of each side that may wait; a power of two. */
const RING = 16_384;
const MASK = RING - 1;
/** How far a side may be from the clock before it is set right: more than a late packet, less than anybody notices. */
const TOLERANCE = 250 * SAMPLES_PER_MS;
/** The longest piece handed on at once. */
const PIECE = 8000;
/** A hole shorter than this comes of two clocks that run apart; the last sample stands on in it, which does not click. */
const SLIP = 80;

/** One side: what a party says, or what it hears. */
class Side {
  readonly ring = new Int16Array(RING);
  /** Samples of it that are known, from the beginning of the recording. */
  end = 0;
  /** Nothing has come for a while; what comes next is placed by the clock. */
  resting = true;

  fill(to: number): void {
    const gap = to - this.end;
    if (gap <= 0) return;
    const value = gap < SLIP && this.end > 0 ? this.ring[(this.end - 1) & MASK]! : 0;
    for (let t = this.end; t < to; t++) this.ring[t & MASK] = value;
    this.end = to;
  }
}

/**
 * What one party of a call says (left) and hears (right), side by side: both are kept to the clock, so that what is
 * missing on one of them (hold, a change of parties) is silence there and moves nothing. It costs a copy of each
 * frame; the rest is another thread's.
 */
export class Recording {
  readonly id: string;
  readonly #sink: RecordingSink;
  readonly #startedAt: number;
  readonly #left = new Side();
  readonly #right = new Side();
  #sent = 0;
  readonly #longestMs: number;
  readonly #silence: SilenceWatch | undefined;
  #silent = false;
  muted = false;
  /** The party's own voice is on the right. */
  mirrored = false;

  constructor(
    id: string,
    sink: RecordingSink,
    now: number,
    limits: Pick<RecordingOrder, 'silenceMs' | 'longestMs'> = {},
  ) {
    this.id = id;
    this.#sink = sink;
    this.#startedAt = now;
    this.#longestMs = limits.longestMs ?? Number.POSITIVE_INFINITY;
    if (limits.silenceMs !== undefined)
      this.#silence = new SilenceWatch(limits.silenceMs, () => {
        this.#silent = true;
      });
  }

  /** The limit of its order that it has come to. */
  limit(now: number): RecordingLimit | undefined {
    if (this.#silent) return 'silence';
    return now - this.#startedAt >= this.#longestMs ? 'length' : undefined;
  }

  /** Whether there was anything but silence; undefined where nobody listened for it. */
  get sounded(): boolean | undefined {
    return this.#silence?.sounded;
  }

  /** 10 ms from the party. */
  said(frame: Int16Array, now: number): void {
    this.#silence?.process(frame);
    this.#put(this.mirrored ? this.#right : this.#left, frame, now);
  }

  /** 10 ms toward the party. */
  heard(frame: Int16Array, now: number): void {
    this.#put(this.mirrored ? this.#left : this.#right, frame, now);
  }

  /** Hands on what both sides have; asked each 100 ms. */
  flush(now: number): void {
    this.#advance(this.#due(now) - TOLERANCE);
  }

  /** Ends it: as long as the time that has gone by. */
  close(now: number): void {
    this.#advance(this.#due(now));
    this.#sink.close(this.id);
  }

  #due(now: number): number {
    return Math.floor((now - this.#startedAt) * SAMPLES_PER_MS);
  }

  #put(side: Side, frame: Int16Array, now: number): void {
    const due = this.#due(now);
    // This thread was away for long: what is missing is put down before the ring overflows.
    if (due - this.#sent > PIECE) this.#advance(due - TOLERANCE);
    if (side.resting || side.end < due - TOLERANCE - FRAME_SAMPLES) side.fill(due - FRAME_SAMPLES);
    side.resting = false;
    if (side.end > due + TOLERANCE) return;
    for (let i = 0; i < FRAME_SAMPLES; i++) side.ring[(side.end + i) & MASK] = this.muted ? 0 : frame[i]!;
    side.end += FRAME_SAMPLES;
  }

  /** Hands on all up to `horizon`, and beyond it what both sides have. */
  #advance(horizon: number): void {
    const left = this.#left;
    const right = this.#right;
    for (;;) {
      const to = Math.min(horizon, this.#sent + PIECE);
      for (const side of [left, right]) {
        if (to - side.end >= SLIP) side.resting = true;
        side.fill(to);
      }
      const count = Math.min(left.end, right.end, this.#sent + PIECE) - this.#sent;
      if (count <= 0) return;
      const piece = new Int16Array(2 * count);
      for (let i = 0; i < count; i++) {
        const at = (this.#sent + i) & MASK;
        piece[2 * i] = left.ring[at]!;
        piece[2 * i + 1] = right.ring[at]!;
      }
      this.#sent += count;
      this.#sink.audio(this.id, piece);
    }
  }
}
