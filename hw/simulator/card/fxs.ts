import type { Values } from '../link/fields.ts';
import { SAMPLES_PER_MS } from '../office/timeline.ts';
import { deadFeed, type Feed, type Feeder, type Load, measure } from '../office/wire.ts';
import { Circuit, Refusal } from './circuit.ts';
import { type HookTiming, HookWatch } from './hook.ts';
import { figure } from './pair-test.ts';

const BATTERY = 48;
/** SLIC feed: 2 x 200 ohms, limited to 25 mA. */
const FEED_OHMS = 400;
const LIMIT_MA = 25;
/** What is left with power denied: enough to see the loop open. */
const DENIED_MA = 2;
/** A line test with the handset down, and with the loop closed. */
const TEST_MS = 600;
const LOOP_TEST_MS = 100;

/** An FXS port: battery, ringing, hook. */
export class FxsCircuit extends Circuit implements Feeder {
  readonly kind = 'fxs';
  readonly feed: Feed = { ...deadFeed(), volts: BATTERY, ohms: FEED_OHMS, limitMa: LIMIT_MA };
  /** A voltage from elsewhere on the socket (fault: a city line plugged in here). */
  foreignVolts = 0;
  #hook = new HookWatch();
  #cadence: readonly number[] | undefined;
  #step = 0;
  #left = 0;
  #break = 0;
  #current = 0;
  #tellCurrentIn = 0;
  #foreignTold = false;
  #load: Load | undefined;

  get offHook(): boolean {
    return this.#hook.offHook;
  }

  rest(): void {
    this.#stopRing();
    this.feed.reversed = false;
    this.#break = 0;
    this.test.stop();
    this.#denyPower(false);
    this.audio = false;
  }

  detach(): void {
    this.rest();
    const timing = this.#hook.timing;
    this.#hook = new HookWatch();
    this.#hook.timing = timing;
  }

  snapshot(): void {
    this.tell(this.#hook.offHook ? 'off-hook' : 'on-hook');
    if (this.foreignVolts > 0) this.tell('foreign-voltage', { present: true, volts: this.foreignVolts });
  }

  execute(command: Values & { type: string }): void {
    if (this.executeCommon(command)) {
      if (command.hook) this.#hook.timing = command.hook as HookTiming;
      return;
    }
    switch (command.type) {
      case 'power-denial':
        if (!this.#hook.offHook) throw new Refusal('wrong-state');
        this.#denyPower(command.denied as boolean);
        return;
      case 'ring':
        if (this.#hook.offHook) throw new Refusal('wrong-state');
        // Somebody calls: that goes before measuring.
        this.test.hurry();
        this.#stopRing();
        this.#cadence = command.cadence as number[];
        this.#step = -1;
        this.#left = 0;
        return;
      case 'ring-stop':
        this.#stopRing();
        return;
      case 'polarity':
        this.feed.reversed = command.reversed as boolean;
        return;
      case 'current-break':
        this.#break = command.ms as number;
        return;
      default:
        throw new Refusal('wrong-kind');
    }
  }

  tick(load: Load): void {
    if (this.foreignVolts > 0 !== this.#foreignTold) {
      this.#foreignTold = this.foreignVolts > 0;
      this.tell('foreign-voltage', { present: this.#foreignTold, volts: this.foreignVolts });
    }
    if (this.detached) return;
    if (this.#break > 0) {
      // Without battery the loop cannot be seen; its state before stands.
      this.feed.volts = 0;
      this.#break--;
      return;
    }
    this.feed.volts = BATTERY;
    this.#ringTick();
    this.#load = load;
    const event = this.#hook.tick(load.closed);
    if (event) {
      if (event.type === 'on-hook') this.#denyPower(false);
      if (event.type === 'off-hook') {
        // Ring trip: within the 20 ms that make an off-hook certain.
        this.#stopRing();
        this.test.hurry();
        this.#tellCurrentIn = 100;
        this.#current = 0;
      }
      const { type, agoMs, ...values } = event;
      this.tell(type, values, this.time.now - agoMs * SAMPLES_PER_MS);
    }
    this.#currentTick(load);
    if (this.test.tick()) this.#tellTest(load);
  }

  speakBlock(): void {
    this.play(this.feed.audio);
    if (this.denied) this.feed.audio.fill(0);
  }

  /** Power is denied to a handset left off the hook. */
  get denied(): boolean {
    return this.feed.limitMa === DENIED_MA;
  }

  hearBlock(load: Load): void {
    if (this.detached || !load.closed) this.received.fill(0);
    else this.hybrid.mix(load.audio, this.feed.audio, this.received);
    this.amplify();
  }

  protected beginTest(): boolean {
    if (this.#cadence) return false;
    this.test.begin(this.#load?.closed ? LOOP_TEST_MS : TEST_MS);
    return true;
  }

  /** With the loop closed only the loop itself can be measured. */
  #tellTest(load: Load): void {
    const tell = (item: string, value: number): void => this.tell('measured', { item, value: figure(value) });
    tell('feed-voltage', BATTERY);
    if (load.closed) {
      const { milliamps } = measure(this.feed, load);
      tell('loop-current', milliamps);
      tell('loop-resistance', load.ohms);
    } else {
      tell('foreign-voltage', this.foreignVolts);
      tell('insulation', load.leakKohm);
      tell('ringer-load', load.ren);
    }
    this.tell('line-test-done');
  }

  #denyPower(denied: boolean): void {
    this.feed.limitMa = denied ? DENIED_MA : LIMIT_MA;
  }

  #ringTick(): void {
    const cadence = this.#cadence;
    if (!cadence || this.#left-- > 0) return;
    this.#step = (this.#step + 1) % cadence.length;
    this.#left = cadence[this.#step]! - 1;
    const on = this.#step % 2 === 0;
    if (on === this.feed.ringing) return;
    this.feed.ringing = on;
    this.tell('ring-phase', { on });
  }

  #stopRing(): void {
    this.#cadence = undefined;
    if (!this.feed.ringing) return;
    this.feed.ringing = false;
    this.tell('ring-phase', { on: false });
  }

  #currentTick(load: Load): void {
    if (!this.#hook.offHook || !load.closed) return;
    if (this.#tellCurrentIn > 0 && --this.#tellCurrentIn > 0) return;
    const { milliamps } = measure(this.feed, load);
    if (Math.abs(milliamps - this.#current) <= 3) return;
    this.#current = milliamps;
    this.tell('loop-current', { milliamps });
  }
}
