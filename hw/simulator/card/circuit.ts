import type { Values } from '../link/fields.ts';
import type { Timeline } from '../office/timeline.ts';
import { BLOCK } from '../office/wire.ts';

/** Tells the host something of a port. `at` in samples of the office's time; now when left out. */
export type Tell = (type: string, values?: Values, at?: number) => void;

/** Thrown by a circuit that cannot carry out a command; the name stands in refusals.json. */
export class Refusal extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** Samples kept for playing: far more than the host may be ahead (frame.md section 6). */
const PLAYOUT = 4096;

/** What FXS and FXO circuits share: the audio both ways. */
export abstract class Circuit {
  readonly port: number;
  abstract readonly kind: 'fxs' | 'fxo';
  /** What came from the line in the last block. */
  readonly received = new Int16Array(BLOCK);
  audio = false;
  /** Share of the own signal that the hybrid lets back. */
  echo = 0;
  rxGain = 1;
  txGain = 1;
  /** The lifeline relay has taken the port's pair away. */
  detached = false;
  protected readonly time: Timeline;
  protected readonly tell: Tell;
  #playout = new Int16Array(PLAYOUT);

  constructor(port: number, time: Timeline, tell: Tell) {
    this.port = port;
    this.time = time;
    this.tell = tell;
  }

  /** Ends everything of a session (frame.md 3.3 and 5). */
  abstract rest(): void;
  /** The relay takes the pair away: nothing is sensed any more, and the next thing known is an idle pair. */
  abstract detach(): void;
  /** Tells the present state, at the beginning of a session and after the relay has parted. */
  abstract snapshot(): void;
  abstract execute(command: Values & { type: string }): void;

  /** Stores a sample to be played at `at` (samples of the office's time). */
  store(at: number, sample: number): void {
    this.#playout[((at % PLAYOUT) + PLAYOUT) % PLAYOUT] = sample;
  }

  /** Takes the next block to be played out of store. */
  protected play(out: Int16Array): void {
    const from = this.time.now;
    for (let i = 0; i < BLOCK; i++) {
      const slot = (from + i) % PLAYOUT;
      out[i] = this.audio ? this.#playout[slot]! * this.txGain : 0;
      this.#playout[slot] = 0;
    }
  }

  protected amplify(): void {
    if (this.rxGain === 1) return;
    for (let i = 0; i < BLOCK; i++) {
      this.received[i] = Math.max(-32768, Math.min(32767, this.received[i]! * this.rxGain));
    }
  }

  protected configureGains(command: Values): void {
    this.rxGain = 10 ** ((command.rxGainDb as number) / 20);
    this.txGain = 10 ** ((command.txGainDb as number) / 20);
  }
}
