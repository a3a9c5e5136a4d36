import type { Values } from '../link/fields.ts';
import { SAMPLES_PER_MS } from '../office/timeline.ts';
import { type Feed, type Load, measure, openLoad, type Terminal } from '../office/wire.ts';
import { Circuit, Refusal } from './circuit.ts';
import { figure } from './pair-test.ts';

/** Times and thresholds of frame.md section 4. */
const RING_MS = 150;
const RING_HZ = [16, 60] as const;
const RING_VOLTS = 25;
const SETTLE_MS = 500;
const POLARITY_MS = 20;
const BREAK_MIN = 40;
const BREAK_MAX = 2000;
const CURRENT_MS = 100;
/** Less is no current. */
const NO_CURRENT = 3;
/** A ring seen within this time of closing the loop is told though not yet validated: glare. */
const GLARE_MS = 100;
/** A line test of an idle line closes the loop for a moment; in a call there is only its current to tell. */
const TEST_MS = 200;
const LOOP_TEST_MS = 20;

/** The country's own termination, and what another than the line's costs: 14 dB of echo. */
const USUAL = '600r';
const MISMATCH = 5;

type LineState = 'dead' | 'idle' | 'in-use';
const stateOf = (volts: number): LineState => (volts < 3 ? 'dead' : volts <= 20 ? 'in-use' : 'idle');

/** An FXO port: a telephone to a line. */
export class FxoCircuit extends Circuit implements Terminal {
  readonly kind = 'fxo';
  readonly load: Load = openLoad();
  #seized = false;
  /** Own loop openings and closings still to be done: flash and pulses, as [closed, ms]. */
  #plan: [boolean, number][] = [];
  #busy: 'pulses' | 'flash' | undefined;
  #ringFor = 0;
  #quietFor = 0;
  #ring = false;
  #reversed = false;
  #reversedFor = 0;
  #told: LineState | undefined;
  #seen: LineState = 'dead';
  #seenFor = 0;
  #volts = 0;
  #seizedFor = 0;
  #awayFor = 0;
  #current = -1;
  #currentFor = 0;
  #testVolts = 0;
  #testCloses = false;

  get seized(): boolean {
    return this.#seized;
  }

  /** A ring stands on the line, validated or not. */
  get ringing(): boolean {
    return this.#ring;
  }

  rest(): void {
    this.#release();
    this.audio = false;
  }

  detach(): void {
    this.#release();
    this.#ring = false;
    this.#ringFor = 0;
  }

  /** Ends a flash or pulses in the middle; the loop stays closed (an orphan until its time is over). */
  stopDialing(): void {
    this.#plan = [];
    this.#busy = undefined;
    this.load.closed = this.#seized;
  }

  snapshot(): void {
    if (this.#seized) return;
    this.#told = this.#seen;
    this.tell('line-state', { state: this.#seen, volts: this.#volts });
    if (this.#reversed) this.tell('polarity', { reversed: true });
    if (this.#ring) this.tell('ring', { on: true });
  }

  execute(command: Values & { type: string }): void {
    if (this.executeCommon(command)) return;
    // A call goes before measuring.
    this.test.hurry();
    switch (command.type) {
      case 'seize':
        this.#seize();
        return;
      case 'release':
        this.#release();
        return;
      case 'flash':
        this.#ready();
        this.#plan = [[false, command.ms as number]];
        this.#busy = 'flash';
        return;
      case 'pulse-dial':
        this.#ready();
        this.#plan = pulses(command);
        this.#busy = 'pulses';
        return;
      default:
        throw new Refusal('wrong-kind');
    }
  }

  tick(feed: Feed): void {
    const { volts, milliamps } = measure(feed, this.load);
    this.#volts = volts;
    if (this.detached) {
      this.#seen = stateOf(volts);
      return;
    }
    this.#ringTick(feed);
    this.#polarityTick(feed);
    if (this.#seized) this.#seizedTick(milliamps);
    else if (!this.#testCloses) this.#idleTick(volts);
    this.#planTick();
    this.#testTick(milliamps);
  }

  speakBlock(): void {
    this.play(this.load.audio);
    // On-hook nothing is sent into the line.
    if (!this.load.closed) this.load.audio.fill(0);
  }

  hearBlock(feed: Feed): void {
    const matched = (feed.impedance ?? USUAL) === (this.termination ?? USUAL);
    this.hybrid.mismatch = matched ? 1 : MISMATCH;
    if (this.detached || feed.volts === 0) this.received.fill(0);
    else this.hybrid.mix(feed.audio, this.load.audio, this.received);
    this.amplify();
  }

  #ready(): void {
    if (!this.#seized) throw new Refusal('wrong-state');
    if (this.#busy) throw new Refusal('busy');
  }

  #seize(): void {
    if (this.#seized) return;
    this.#seized = true;
    this.load.closed = true;
    this.#seizedFor = 0;
    this.#awayFor = 0;
    this.#current = -1;
    if (this.#ringFor > 0 && !this.#ring) this.#tellRing(true);
  }

  protected beginTest(): boolean {
    if (this.#ring || this.#ringFor > 0) return false;
    this.#testVolts = this.#volts;
    // A line that somebody holds is not touched.
    this.#testCloses = !this.#seized && stateOf(this.#volts) === 'idle';
    if (this.#testCloses) this.load.closed = true;
    this.test.begin(this.#testCloses ? TEST_MS : LOOP_TEST_MS);
    return true;
  }

  #testTick(milliamps: number): void {
    if (!this.test.tick()) return;
    const tell = (item: string, value: number): void => this.tell('measured', { item, value: figure(value) });
    if (!this.#seized) tell('line-voltage', this.#testVolts);
    if (this.#testCloses || this.#seized) tell('loop-current', milliamps);
    this.#endTest();
    this.tell('line-test-done');
  }

  #endTest(): void {
    this.test.stop();
    if (this.#testCloses && !this.#seized) this.load.closed = false;
    this.#testCloses = false;
    this.#seenFor = 0;
  }

  #release(): void {
    this.#endTest();
    this.#plan = [];
    this.#busy = undefined;
    this.#seized = false;
    this.load.closed = false;
    this.#seenFor = 0;
  }

  #ringTick(feed: Feed): void {
    const { ringing, ringHz = RING_HZ[0], ringVolts = RING_VOLTS } = feed;
    const rings = ringing && ringVolts >= RING_VOLTS && ringHz >= RING_HZ[0] && ringHz <= RING_HZ[1];
    if (rings) {
      this.#ringFor++;
      this.#quietFor = 0;
    } else {
      this.#quietFor++;
      // Shorter than the pause between two dial pulses of 20 a second.
      if (this.#quietFor > 10) this.#ringFor = 0;
    }
    const glare = this.#seized && this.#seizedFor < GLARE_MS;
    if (!this.#ring && rings && (glare || this.#ringFor === RING_MS)) this.#tellRing(true);
    if (this.#ring && this.#quietFor === RING_MS) this.#tellRing(false);
  }

  #tellRing(on: boolean): void {
    this.#ring = on;
    this.tell('ring', { on });
  }

  #polarityTick(feed: Feed): void {
    if (feed.volts === 0 || feed.reversed === this.#reversed) {
      this.#reversedFor = 0;
      return;
    }
    if (++this.#reversedFor < POLARITY_MS) return;
    this.#reversed = feed.reversed;
    this.#reversedFor = 0;
    this.tell('polarity', { reversed: this.#reversed }, this.time.now - POLARITY_MS * SAMPLES_PER_MS);
  }

  #idleTick(volts: number): void {
    const state = stateOf(volts);
    if (state !== this.#seen || this.#ring || this.#ringFor > 0) {
      this.#seen = state;
      this.#seenFor = 0;
      return;
    }
    if (++this.#seenFor !== SETTLE_MS || state === this.#told) return;
    this.#told = state;
    this.tell('line-state', { state, volts });
  }

  #seizedTick(milliamps: number): void {
    this.#seizedFor++;
    // Breaks of our own making are not the line's.
    if (!this.load.closed) return;
    if (milliamps < NO_CURRENT) {
      this.#awayFor++;
      const never = this.#current < 0 && this.#awayFor === CURRENT_MS;
      if (never || this.#awayFor === BREAK_MAX + 1) this.#tellCurrent(0);
      return;
    }
    const away = this.#awayFor;
    this.#awayFor = 0;
    if (away >= BREAK_MIN && away <= BREAK_MAX && this.#current > 0) this.tell('loop-break', { ms: away });
    const changed = Math.abs(milliamps - Math.max(0, this.#current)) > NO_CURRENT;
    this.#currentFor = changed ? this.#currentFor + 1 : 0;
    if (this.#currentFor >= CURRENT_MS) this.#tellCurrent(milliamps);
  }

  #tellCurrent(milliamps: number): void {
    this.#current = milliamps;
    this.#currentFor = 0;
    this.tell('loop-current', { milliamps });
  }

  #planTick(): void {
    while (this.#plan[0]?.[1] === 0) this.#plan.shift();
    const step = this.#plan[0];
    if (step) {
      this.load.closed = step[0];
      step[1]--;
      return;
    }
    if (!this.#busy) return;
    this.load.closed = true;
    if (this.#busy === 'pulses') this.tell('pulses-sent');
    this.#busy = undefined;
  }
}

/** Loop openings and closings of a pulse-dial command; the last digit's pause is dialed too. */
function pulses(command: Values): [boolean, number][] {
  const plan: [boolean, number][] = [];
  for (const digit of command.digits as string) {
    const count = digit === '0' ? 10 : Number(digit);
    for (let i = 0; i < count; i++) {
      plan.push([false, command.breakMs as number]);
      plan.push([true, i < count - 1 ? (command.makeMs as number) : (command.interDigitMs as number)]);
    }
  }
  return plan;
}
