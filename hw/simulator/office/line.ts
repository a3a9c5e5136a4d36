import { AonRequestEar, aonSounds } from '../sound/aon.ts';
import { type CallerIdMessage, type CallerIdScheme, callerIdSounds } from '../sound/caller-id.ts';
import { DtmfReceiver, type DtmfTiming, dtmfSounds, HAND } from '../sound/dtmf.ts';
import { americanTone, type ExchangeTone, exchangeToneAt } from '../sound/tones.ts';
import { Device, type Report, SILENCE } from './device.ts';
import { LoopWatch } from './loop-watch.ts';
import type { Timeline } from './timeline.ts';
import { BLOCK, deadFeed, type Feed, type Feeder, type Load, measure } from './wire.ts';

/** What becomes of a dialed number. */
export interface NumberRule {
  /** Regular expression for the whole number; the first rule that matches is taken at once. */
  pattern: string;
  /** `outside`: another dial tone, the digits so far are forgotten (a PBX's «9»). */
  result: 'answer' | 'busy' | 'congestion' | 'no-answer' | 'sit' | 'outside' | 'silence';
  /** Ringback before the answer. */
  ringMs?: number;
  /** What the answerer says at once: dial tone of an operator's access number, or a voice-like tone. */
  says?: ExchangeTone | { tone: number; level?: number };
}

export interface LineOptions {
  volts?: number;
  /** Delay of the dial tone after seizing; null: it never comes. */
  dialToneDelayMs?: number | null;
  polarityOnAnswer?: boolean;
  /** How the exchange tells that the other side has gone. */
  release?: 'loop-break' | 'polarity' | 'busy' | 'congestion' | 'sit' | 'dial' | 'none';
  breakMs?: number;
  /** Whose tones it has; those of North America are two frequencies each, and `toneHz` and `busyCadence` are not for them. */
  tones?: 'ru' | 'us';
  /** What all its tones are at, Hz: an old exchange drifts from 425. */
  toneHz?: number;
  /** On and pause of its busy tone, ms. */
  busyCadence?: readonly [number, number];
  /** Digits then pause: when no rule matched, the number is taken as complete after this. */
  interDigitMs?: number;
  rules?: NumberRule[];
  /** For numbers that no rule matches. */
  otherwise?: Omit<NumberRule, 'pattern'>;
  /** `aon`: told on request to whoever has answered (classic АОН). */
  callerIdScheme?: CallerIdScheme | 'aon';
  /** Before the first ring (FSK behind a reversal of polarity), or after it; undefined: as usual with the scheme. */
  callerIdWhen?: 'before' | 'after';
  /** From the end of the first burst to the data. */
  callerIdDelayMs?: number;
  /** In the single data format. */
  callerIdSingle?: boolean;
  callerIdLevel?: number;
  dead?: boolean;
  /** Whether it takes dial pulses, and DTMF. */
  pulses?: boolean;
  dtmf?: boolean;
  ringCadence?: readonly number[];
}

export type LineState =
  | 'idle'
  | 'ringing'
  | 'dial-tone'
  | 'dialing'
  | 'ringback'
  | 'talking'
  | 'released'
  | 'glare';

/** Numbers of a Russian city exchange that are complete as they stand. */
export const CITY_RULES: NumberRule[] = [
  { pattern: '112|10[1-4]|122', result: 'answer', ringMs: 500 },
  { pattern: '8[3-9]\\d{9}', result: 'answer', ringMs: 1500 },
  { pattern: '[2-7]\\d{6}', result: 'answer', ringMs: 1500 },
];

type Options = Required<Omit<LineOptions, 'callerIdWhen'>> & Pick<LineOptions, 'callerIdWhen'>;

const DEFAULTS: Options = {
  volts: 60,
  dialToneDelayMs: 200,
  polarityOnAnswer: true,
  release: 'loop-break',
  breakMs: 500,
  tones: 'ru',
  toneHz: 425,
  busyCadence: [350, 350],
  interDigitMs: 3000,
  rules: CITY_RULES,
  otherwise: { result: 'answer', ringMs: 1500 },
  callerIdScheme: 'fsk-v23',
  callerIdDelayMs: 500,
  callerIdSingle: false,
  callerIdLevel: -13.5,
  dead: false,
  pulses: true,
  dtmf: true,
  ringCadence: [1000, 4000],
};

/** An exchange's end of a pair on an FXO port: a city line, or an extension of an office PBX. */
export class Line extends Device implements Feeder {
  readonly kind: 'city-line' | 'pbx-extension';
  readonly feed: Feed = deadFeed();
  options: Options;
  /** Digits of the present call, until it was put through; and those keyed while talking. */
  digits = '';
  talkDigits = '';
  #state: LineState = 'idle';
  #timers = new Set<() => void>();
  #digitTimer: (() => void) | undefined;
  #receiver = new DtmfReceiver((key) => this.#digit(key, 'dtmf'));
  #watch: LoopWatch;
  #reverse = false;
  #cut = false;
  #glare: CallerIdMessage | undefined;
  /** Who calls, for whoever asks by classic АОН after the answer. */
  #caller: CallerIdMessage | undefined;
  #aon = new AonRequestEar(() => this.#asked());
  #volts = 0;
  #milliamps = 0;
  /** Other lines of the same exchange, by their numbers, and the one that this call is with. */
  readonly #neighbours = new Map<string, Line>();
  #partner: Line | undefined;
  readonly #said = new Int16Array(BLOCK);

  constructor(
    id: string,
    port: number,
    time: Timeline,
    report: Report,
    kind: Line['kind'],
    options: LineOptions = {},
  ) {
    super(id, port, time, report);
    this.kind = kind;
    this.options = { ...DEFAULTS, ...options };
    this.feed.ohms = 1000;
    this.feed.limitMa = 60;
    this.#watch = new LoopWatch(time, {
      seized: () => this.#seized(),
      released: () => this.#released(),
      pulseDigit: (digit) => this.options.pulses && this.#digit(digit, 'pulse'),
      flash: (ms) => this.tell('flash', { ms }),
    });
  }

  get lineState(): LineState {
    return this.#state;
  }

  /** The far party is connected. */
  get talking(): boolean {
    return this.#state === 'talking';
  }

  get milliamps(): number {
    return this.#milliamps;
  }

  set dead(dead: boolean) {
    this.options.dead = dead;
    this.tell(dead ? 'cut' : 'restored');
  }

  get dead(): boolean {
    return this.options.dead;
  }

  /** A second telephone on the same pair is lifted. */
  set parallel(lifted: boolean) {
    this.feed.parallel = lifted;
    this.tell(lifted ? 'parallel-lifted' : 'parallel-hung-up');
  }

  get parallel(): boolean {
    return this.feed.parallel;
  }

  /**
   * Calls from outside: rings, with caller ID as the exchange sends it (as a rule FSK after the first burst,
   * DTMF before it). `bursts` limits the ringing; then the caller has given up.
   */
  ringIn(caller: CallerIdMessage = {}, bursts = Infinity): void {
    if (this.#state !== 'idle') throw new Error(`${this.id} is ${this.#state}`);
    this.#enter('ringing');
    this.tell('ring-in');
    const { callerIdScheme: scheme, callerIdLevel, callerIdSingle, callerIdDelayMs } = this.options;
    const known = caller.number !== undefined || caller.absence !== undefined || caller.name !== undefined;
    this.#caller = scheme === 'aon' && known ? caller : undefined;
    const sounds =
      scheme === 'aon' || !known ? [] : callerIdSounds(caller, scheme, callerIdLevel, callerIdSingle);
    const when = this.options.callerIdWhen ?? (scheme === 'dtmf' ? 'before' : 'after');
    const say = () => void (sounds.length > 0 && this.voice.play(sounds));
    let lead = 0;
    if (sounds.length > 0 && when === 'before') {
      const length = sounds.reduce(
        (ms, one) => ms + (one.type === 'pcm' ? one.samples.length / 8 : one.ms),
        0,
      );
      // The reversal that an FSK telephone waits for; DTMF comes once, 70 ms before the ring and more.
      const before = scheme === 'dtmf' ? 0 : 250;
      if (before > 0) this.reverse();
      this.#later(before, say);
      lead = before + length + 250;
    }
    const [on = 1000, ...rest] = this.options.ringCadence;
    const off = rest.reduce((a, b) => a + b, 0) || 4000;
    const burst = (n: number) => {
      if (n > bursts) {
        this.abandon();
        return;
      }
      this.feed.ringing = true;
      this.tell('ring-burst', { count: n });
      this.#later(on, () => {
        this.feed.ringing = false;
        if (when === 'after' && (n === 1 || scheme === 'dtmf')) this.#later(callerIdDelayMs, say);
        this.#later(off, () => burst(n + 1));
      });
    };
    this.#later(lead, () => burst(1));
  }

  /** The outside caller gives up while ringing. */
  abandon(): void {
    if (this.#state !== 'ringing') return;
    this.#enter('idle');
    this.tell('abandoned');
  }

  /** A call to `number` from here goes to another line of the office, with sound both ways. */
  reaches(number: string, line: Line): void {
    this.#neighbours.set(number, line);
  }

  /** Next time the box seizes the line, a call from outside reaches it in the same moment. */
  armGlare(caller: CallerIdMessage = {}): void {
    this.#glare = caller;
  }

  /** The far party answers now, instead of after its time. */
  answer(): void {
    if (this.#state === 'ringback') this.#answered();
  }

  /** The far party hangs up; the exchange tells it as set up. */
  hangup(): void {
    if (this.#state === 'ringing') {
      this.abandon();
      return;
    }
    if (this.#state !== 'talking' && this.#state !== 'ringback') return;
    this.#enter('released');
    this.tell('far-hung-up');
    const { release, breakMs } = this.options;
    if (release === 'loop-break') this.breakLoop(breakMs);
    if (release === 'polarity') this.#reverse = !this.#reverse;
    else if (release !== 'none') this.#tone(release === 'loop-break' ? 'busy' : release);
  }

  /** Cuts the line's voltage for `ms`. */
  breakLoop(ms: number): void {
    // Begun on a tick of the clock, so that it lasts exactly so long whoever asks.
    this.time.after(0, () => {
      this.#cut = true;
      this.time.after(ms, () => {
        this.#cut = false;
      });
    });
  }

  /** Turns the polarity, as some exchanges also do for reasons of their own. */
  reverse(): void {
    this.#reverse = !this.#reverse;
  }

  /** The far party keys digits. */
  async dial(digits: string, timing: Partial<DtmfTiming> = {}): Promise<void> {
    await this.voice.play(dtmfSounds(digits, { ...HAND, ...timing }));
  }

  /** Plays an exchange tone until something else is said. */
  sound(tone: ExchangeTone): void {
    this.#tone(tone);
  }

  state(): Record<string, unknown> {
    return {
      state: this.#state,
      seized: this.#watch.seized,
      dead: this.options.dead,
      parallel: this.feed.parallel,
      ringing: this.feed.ringing,
      reversed: this.feed.reversed,
      digits: this.digits,
      talkDigits: this.talkDigits,
      volts: Math.round(this.#volts * 10) / 10,
      milliamps: Math.round(this.#milliamps * 10) / 10,
      speaking: !this.voice.silent,
    };
  }

  tick(load: Load): void {
    this.feed.volts = this.options.dead || this.#cut ? 0 : this.options.volts;
    this.feed.reversed = this.#reverse;
    const { volts, milliamps } = measure(this.feed, load);
    this.#volts = volts;
    this.#milliamps = milliamps;
    if (this.#glare && load.closed && this.#state === 'idle') {
      // Both ends reached for the line at once: the ring is on it while the loop closes.
      this.#enter('glare');
      this.feed.ringing = true;
      this.#later(5, () => {
        this.feed.ringing = false;
      });
    }
    // While the exchange itself has cut the pair it cannot see the loop.
    this.#watch.countsPulses = this.options.pulses;
    if (!this.#cut && !this.options.dead) this.#watch.tick(load.closed);
    else if (this.options.dead && this.#watch.seized) this.#watch.tick(false);
  }

  speakBlock(): void {
    this.voice.fill(this.feed.audio);
    const { audio } = this.feed;
    const from = this.#state === 'talking' ? this.#partner?.said : undefined;
    if (from)
      for (let i = 0; i < BLOCK; i++) audio[i] = Math.max(-32768, Math.min(32767, audio[i]! + from[i]!));
  }

  /** What was last said into this line by whoever holds it. */
  get said(): Int16Array {
    return this.#said;
  }

  hearBlock(load: Load): void {
    const audio = load.closed && this.feed.volts > 0 ? load.audio : SILENCE;
    this.heard.push(audio);
    this.#said.set(audio);
    if (load.closed && this.options.dtmf) this.#receiver.push(audio);
    if (this.#caller && this.#state === 'talking') this.#aon.push(audio);
  }

  /** Whoever answered asks who calls. */
  #asked(): void {
    this.tell('aon-request');
    const { number, category } = this.#caller ?? {};
    if (number !== undefined) this.#later(50, () => void this.voice.play(aonSounds(number, category)));
  }

  #seized(): void {
    if (this.#state === 'ringing' || this.#state === 'glare') {
      const glare = this.#state === 'glare';
      this.#glare = undefined;
      this.feed.ringing = false;
      this.#enter('talking');
      this.tell('picked-up', { glare });
      this.#partner?.answer();
      return;
    }
    this.digits = '';
    this.talkDigits = '';
    this.#receiver.reset();
    this.#enter('dialing');
    this.tell('seized');
    const delay = this.options.dialToneDelayMs;
    if (delay !== null) this.#later(delay, () => this.digits === '' && this.#dialTone());
  }

  #dialTone(): void {
    this.#enter('dial-tone');
    this.#tone('dial');
    this.tell('dial-tone');
  }

  #released(): void {
    if (this.#state === 'idle') return;
    this.#enter('idle');
    this.#reverse = false;
    this.tell('released');
    const partner = this.#partner;
    this.#part();
    partner?.hangup();
  }

  #digit(digit: string, by: 'dtmf' | 'pulse'): void {
    if (this.#state === 'talking') {
      this.talkDigits += digit;
      // An operator's dial tone or prompt stops at the first digit.
      if (this.talkDigits.length === 1) this.voice.stop();
      this.tell('digit', { digit, by, talking: true });
      return;
    }
    if (this.#state !== 'dial-tone' && this.#state !== 'dialing') return;
    if (this.#state === 'dial-tone') {
      this.voice.stop();
      this.#state = 'dialing';
    }
    this.digits += digit;
    this.tell('digit', { digit, by, talking: false });
    this.#digitTimer?.();
    const neighbour = this.#neighbours.get(this.digits);
    if (neighbour) {
      this.#call(neighbour);
      return;
    }
    const rule = this.options.rules.find((r) => new RegExp(`^(?:${r.pattern})$`).test(this.digits));
    if (rule) this.#route(rule);
    else this.#digitTimer = this.#later(this.options.interDigitMs, () => this.#route(this.options.otherwise));
  }

  #route(rule: Omit<NumberRule, 'pattern'>): void {
    this.#digitTimer?.();
    if (rule.result === 'outside') {
      this.digits = '';
      this.#later(this.options.dialToneDelayMs ?? 0, () => this.#dialTone());
      return;
    }
    this.tell('dialed', { digits: this.digits });
    switch (rule.result) {
      case 'answer':
      case 'no-answer':
        this.#enter('ringback');
        this.#tone('ringback');
        this.tell('ringback');
        if (rule.result === 'answer') this.#later(rule.ringMs ?? 1500, () => this.#answered(rule.says));
        return;
      case 'silence':
        this.#enter('ringback');
        return;
      default:
        this.#enter('released');
        this.#tone(rule.result);
    }
  }

  /** Rings another line of the office, or finds it busy. */
  #call(other: Line): void {
    this.tell('dialed', { digits: this.digits });
    if (other.lineState !== 'idle' || other.dead || other.parallel) {
      this.#enter('released');
      this.#tone('busy');
      return;
    }
    this.#enter('ringback');
    this.#tone('ringback');
    this.tell('ringback');
    this.#partner = other;
    other.#partner = this;
    other.ringIn({ number: '4957654321' });
  }

  #part(): void {
    if (this.#partner) this.#partner.#partner = undefined;
    this.#partner = undefined;
  }

  #answered(says?: NumberRule['says']): void {
    this.#enter('talking');
    if (this.options.polarityOnAnswer) this.#reverse = true;
    this.tell('answered', { digits: this.digits });
    if (typeof says === 'string') this.#tone(says);
    else if (says) void this.speak(says);
  }

  #tone(tone: ExchangeTone): void {
    const { tones, toneHz, busyCadence } = this.options;
    const sounds = tones === 'us' ? americanTone(tone) : exchangeToneAt(tone, toneHz, busyCadence);
    void this.voice.play(sounds, true);
  }

  #enter(state: LineState): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.voice.stop();
    this.feed.ringing = false;
    if (state !== this.#state) {
      this.#state = state;
      this.tell('state', { state });
    }
  }

  #later(ms: number, fn: () => void): () => void {
    const cancel = this.time.after(ms, () => {
      this.#timers.delete(cancel);
      fn();
    });
    this.#timers.add(cancel);
    return cancel;
  }
}
