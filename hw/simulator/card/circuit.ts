import type { Values } from '../link/fields.ts';
import type { Timeline } from '../office/timeline.ts';
import { BLOCK } from '../office/wire.ts';
import { Hybrid } from './hybrid.ts';
import { PairTest } from './pair-test.ts';

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

export type Termination = '600r' | '900r' | 'tbr21';

/** Samples kept for playing: far more than the host may be ahead (frame.md section 6). */
const PLAYOUT = 4096;

/** What FXS and FXO circuits share: the audio both ways. */
export abstract class Circuit {
  readonly port: number;
  abstract readonly kind: 'fxs' | 'fxo';
  /** What came from the line in the last block. */
  readonly received = new Int16Array(BLOCK);
  audio = false;
  readonly test = new PairTest();
  readonly hybrid = new Hybrid();
  rxGain = 1;
  txGain = 1;
  /** Termination put over the country's own. */
  termination: Termination | undefined;
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
      out[i] = this.audio ? clip(this.#playout[slot]! * this.txGain) : 0;
      this.#playout[slot] = 0;
    }
  }

  protected amplify(): void {
    if (this.rxGain === 1) return;
    for (let i = 0; i < BLOCK; i++) {
      this.received[i] = clip(this.received[i]! * this.rxGain);
    }
  }

  /** Carries out what both kinds have; false: it is something else. */
  protected executeCommon(command: Values & { type: string }): boolean {
    switch (command.type) {
      case 'configure':
        this.configureGains(command);
        this.termination = undefined;
        return true;
      case 'impedance':
        this.termination = command.termination as Termination;
        return true;
      case 'line-test':
        if (this.test.running) throw new Refusal('busy');
        if (!this.beginTest()) throw new Refusal('wrong-state');
        return true;
      default:
        return false;
    }
  }

  /** Begins a line test; false where it may not be made now. */
  protected abstract beginTest(): boolean;

  protected configureGains(command: Values): void {
    this.rxGain = 10 ** ((command.rxGainDb as number) / 20);
    this.txGain = 10 ** ((command.txGainDb as number) / 20);
  }
}

const clip = (sample: number): number => Math.max(-32768, Math.min(32767, sample));
