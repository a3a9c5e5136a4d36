import { CodedError } from '../../base/error.ts';
import { SAMPLES_PER_MS } from '../dsp/level.ts';
import { DelayEstimator } from './delay-estimator.ts';
import { timestampDelta } from './sequence.ts';

/**
 * What a pull gave: `audio` - received samples; `lost` - conceal, these samples were due and are
 * missing; `hold` - conceal or play comfort noise: nothing is due (nothing has come yet, a stream in pause, or more delay is being built up).
 */
export type PullResult = 'audio' | 'lost' | 'hold';

export interface JitterBufferOptions {
  /** Least playout delay, ms. */
  readonly minDelayMs?: number;
  /** Largest playout delay, ms; at most 400. */
  readonly maxDelayMs?: number;
  /** Delay before anything is known of the network, ms. */
  readonly initialDelayMs?: number;
  /** Keep the initial delay and never adjust: for fax and modem (rulings 25). */
  readonly fixed?: boolean;
}

/** Counts since the start; the difference of two readings is what happened between. */
export interface JitterBufferStats {
  received: number;
  /** Came after their time; each made or lengthened a gap. */
  late: number;
  /** The same samples again. */
  duplicate: number;
  /** Samples that were due and missing, in ms. */
  lostMs: number;
  /** Time taken out of, or put into, the audio to move the delay, in ms. */
  skippedMs: number;
  insertedMs: number;
  /** Starts over: a jump of the timestamps or a long pause. */
  restarts: number;
}

/** Ring of samples: 1.024 s, a power of two. */
const RING = 8192;
const MASK = RING - 1;
/** A timestamp this far from where playout would be belongs to another stream, samples. */
const JUMP = 4000;
/** Without any audio for this long the stream is taken to pause; the next packet sets the delay anew, samples. */
const PAUSE = 200 * SAMPLES_PER_MS;
/** The delay is left alone while it is this near to the target, ms; no shift is worth a click. */
const TOLERANCE_MS = 10;
/** With loud audio the delay is moved only when it is this far off, ms: quiet places come sooner or later. */
const FORCE_MS = 60;
/** Mean square under which samples count as quiet: -40 dBm0 for 16-bit audio. */
const QUIET_POWER = (32768 * 10 ** (-43.14 / 20)) ** 2 / 2;
/** Length of the cross-fade where samples are left out. */
const FADE = 24;

/**
 * Adaptive playout buffer. Decoded samples go in by RTP timestamp, frames of any length come out at
 * the puller's own pace; the delay between is what the network's recent jitter needs, within bounds.
 * It grows by holding back and shrinks by leaving samples out, in quiet places first, which also
 * takes up the difference between the two clocks.
 */
export class JitterBuffer {
  readonly #options: Required<JitterBufferOptions>;
  readonly #pcm = new Int16Array(RING);
  readonly #valid = new Uint8Array(RING);
  readonly #delays: DelayEstimator;
  readonly stats: JitterBufferStats = {
    received: 0,
    late: 0,
    duplicate: 0,
    lostMs: 0,
    skippedMs: 0,
    insertedMs: 0,
    restarts: 0,
  };
  #started = false;
  /** Unwrapped timestamps: the next sample to play, the one after the newest, the last packet's. */
  #read = 0;
  #end = 0;
  #last = 0;
  /** Samples concealed while nothing was there to play: not yet known whether lost or only late. */
  #held = 0;
  #waiting = 0;
  #farOff = 0;

  /** @throws CodedError `media/jitter-options` */
  constructor(options: JitterBufferOptions = {}) {
    const { minDelayMs = 20, maxDelayMs = 200, fixed = false } = options;
    const initialDelayMs = options.initialDelayMs ?? Math.max(minDelayMs, 40);
    if (
      !(minDelayMs >= 0 && minDelayMs <= initialDelayMs && initialDelayMs <= maxDelayMs && maxDelayMs <= 400)
    ) {
      throw new CodedError(
        'media/jitter-options',
        `delays must satisfy 0 <= min <= initial <= max <= 400 ms, got ${minDelayMs}, ${initialDelayMs}, ${maxDelayMs}`,
      );
    }
    this.#options = { minDelayMs, maxDelayMs, initialDelayMs, fixed };
    this.#delays = new DelayEstimator(initialDelayMs);
  }

  /** Delay that the buffer aims at, ms. */
  get targetMs(): number {
    const { minDelayMs, maxDelayMs, initialDelayMs, fixed } = this.#options;
    if (fixed) return initialDelayMs;
    return Math.min(maxDelayMs, Math.max(minDelayMs, this.#delays.neededMs));
  }

  /** Audio waiting to be played now, ms, gaps included. */
  get depthMs(): number {
    return this.#started ? Math.max(0, this.#end - this.#read) / SAMPLES_PER_MS : 0;
  }

  /**
   * Puts in `count` samples whose first has RTP timestamp `timestamp`, come at `nowMs`. `talkspurt`:
   * the packet's marker bit, where the delay may be set anew (RFC 3551 4.1).
   */
  push(timestamp: number, pcm: Int16Array, count: number, nowMs: number, talkspurt = false): void {
    this.stats.received++;
    if (!this.#started) {
      this.#restart(timestamp, pcm, count, nowMs);
      return;
    }
    const at = this.#last + timestampDelta(this.#last >>> 0, timestamp);
    if (Math.abs(at - this.#read - this.#held) > JUMP) {
      // One stray packet is thrown away (RFC 3550 A.1 does so for sequence numbers); a second means a new stream.
      if (++this.#farOff >= 2) this.#restart(timestamp, pcm, count, nowMs);
      return;
    }
    this.#farOff = 0;
    this.#last = at;
    this.#delays.add(nowMs - at / SAMPLES_PER_MS, nowMs, count / SAMPLES_PER_MS);
    const idle = this.#end <= this.#read;
    if (idle && at >= this.#read && (talkspurt || this.#held >= PAUSE)) {
      this.#begin(at, nowMs);
    } else if (idle && this.#held > 0 && at > this.#read) {
      // What was concealed in the wait turns out to have been lost, not late: do not play the gap twice.
      const gap = Math.min(at - this.#read, this.#held);
      this.#read += gap;
      this.stats.lostMs += gap / SAMPLES_PER_MS;
    }
    if (idle) this.#held = 0;
    this.#store(at, pcm, count);
  }

  /** Takes the next `count` samples into `out`, at the puller's time `nowMs`. */
  pull(out: Int16Array, count: number, nowMs: number): PullResult {
    if (!this.#started) return 'hold';
    if (this.#waiting > 0) {
      this.#waiting -= count;
      return 'hold';
    }
    if (this.#end <= this.#read) {
      this.#held += count;
      return this.#held > PAUSE ? 'hold' : 'lost';
    }
    if (!this.#options.fixed && this.#adjust(count, nowMs)) return 'hold';
    return this.#take(out, count);
  }

  /** Forgets the stream: a new SSRC, another payload type, a re-INVITE. Statistics go on. */
  reset(): void {
    this.#started = false;
    this.#valid.fill(0);
    this.#delays.reset();
  }

  #restart(timestamp: number, pcm: Int16Array, count: number, nowMs: number): void {
    if (this.#started) this.stats.restarts++;
    this.reset();
    this.#started = true;
    this.#farOff = 0;
    // Far from zero, so that samples before the first one have a place too.
    this.#last = (timestamp >>> 0) + 2 ** 33;
    this.#delays.add(nowMs - this.#last / SAMPLES_PER_MS, nowMs, count / SAMPLES_PER_MS);
    this.#end = this.#last;
    this.#begin(this.#last, nowMs);
    this.#held = 0;
    this.#store(this.#last, pcm, count);
  }

  /** Starts playing at `at`, once the packet has waited for the target delay. */
  #begin(at: number, nowMs: number): void {
    this.#read = at;
    const late = this.#delays.lagOf(nowMs - at / SAMPLES_PER_MS);
    this.#waiting = Math.round(Math.max(0, this.targetMs - late) * SAMPLES_PER_MS);
  }

  #store(at: number, pcm: Int16Array, count: number): void {
    if (at + count <= this.#read) {
      this.stats.late++;
      return;
    }
    const room = this.#read + RING - FADE;
    const from = Math.max(at, this.#read);
    const to = Math.min(at + count, room);
    if (from < this.#end && this.#valid[from & MASK] === 1) {
      this.stats.duplicate++;
      return;
    }
    for (let t = from; t < to; t++) {
      this.#pcm[t & MASK] = pcm[t - at]!;
      this.#valid[t & MASK] = 1;
    }
    if (to > this.#end) this.#end = to;
  }

  /** Moves the delay toward its target; true if this pull is to be spent waiting. */
  #adjust(count: number, nowMs: number): boolean {
    const error = this.#delays.lagOf(nowMs - this.#read / SAMPLES_PER_MS) - this.targetMs;
    if (Math.abs(error) < TOLERANCE_MS + count / SAMPLES_PER_MS / 2) return false;
    if (!this.#quiet(count) && Math.abs(error) < FORCE_MS) return false;
    if (error < 0) {
      this.stats.insertedMs += count / SAMPLES_PER_MS;
      return true;
    }
    if (this.#end - this.#read < 2 * count + FADE) return false;
    this.#skip(count);
    return false;
  }

  /** Whether the next `count` samples, and those after them, are quiet or missing. */
  #quiet(count: number): boolean {
    let energy = 0;
    for (let t = this.#read; t < this.#read + 2 * count; t++) {
      if (this.#valid[t & MASK] === 1 && t < this.#end) energy += this.#pcm[t & MASK]! ** 2;
    }
    return energy < QUIET_POWER * 2 * count;
  }

  /** Leaves `count` samples out, fading from those left out into those that follow. */
  #skip(count: number): void {
    for (let i = 0; i < FADE; i++) {
      const a = (this.#read + i) & MASK;
      const b = (this.#read + count + i) & MASK;
      if (this.#valid[a] === 1 && this.#valid[b] === 1) {
        const w = (i + 1) / (FADE + 1);
        this.#pcm[b] = Math.round(this.#pcm[a]! * (1 - w) + this.#pcm[b]! * w);
      }
    }
    for (let t = this.#read; t < this.#read + count; t++) this.#valid[t & MASK] = 0;
    this.#read += count;
    this.stats.skippedMs += count / SAMPLES_PER_MS;
  }

  #take(out: Int16Array, count: number): PullResult {
    let missing = 0;
    for (let i = 0; i < count; i++) {
      const at = (this.#read + i) & MASK;
      if (this.#valid[at] === 1) {
        out[i] = this.#pcm[at]!;
        this.#valid[at] = 0;
      } else {
        out[i] = 0;
        missing++;
      }
    }
    this.#read += count;
    if (missing === 0) return 'audio';
    this.stats.lostMs += missing / SAMPLES_PER_MS;
    return 'lost';
  }
}
