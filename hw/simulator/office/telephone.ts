import { aonRequest, readAon } from '../sound/aon.ts';
import { type CallerIdMessage, CallerIdReader, type CallerIdScheme } from '../sound/caller-id.ts';
import { type DtmfTiming, dtmfSounds, HAND } from '../sound/dtmf.ts';
import { Device, SILENCE } from './device.ts';
import { TypeTwo } from './type-two.ts';
import { type Feed, type Load, measure, openLoad, type Terminal } from './wire.ts';

export interface PulseTiming {
  breakMs: number;
  makeMs: number;
  /** Pause after each digit. */
  interDigitMs: number;
}

const DIAL_PLATE: PulseTiming = { breakMs: 60, makeMs: 40, interDigitMs: 700 };

/** Something that speaks and hears in the place of a person, block by block: a fax machine. */
export interface Modem {
  /** Fills the block with what it says next. */
  speak(out: Int16Array): void;
  hear(samples: Int16Array): void;
}

/** Anything that closes a loop on an FXS port: a telephone, a fax, or a PBX's city-line input. */
export class Telephone extends Device implements Terminal {
  readonly kind: string = 'telephone';
  readonly load: Load = { ...openLoad(), ren: 1 };
  /** On the line in the place of a person while the loop is closed. */
  modem: Modem | undefined;
  /** Caller ID read since the ringing began. */
  callerId: (CallerIdMessage & { scheme: CallerIdScheme }) | undefined;
  #lifted = false;
  #stuck = false;
  /** Loop kept open for a flash or a pulse though the handset is lifted. */
  #break = false;
  #plan: [boolean, number][] = [];
  #planned: (() => void) | undefined;
  #ringing = false;
  #bursts = 0;
  #bell = false;
  #silentSince = 0;
  #reversed = false;
  #current = false;
  #volts = 0;
  #milliamps = 0;
  #reader = new CallerIdReader((message) => {
    if (message.lamp !== undefined) {
      this.lamp = message.lamp;
      this.tell('lamp', { ...message, on: message.lamp });
      return;
    }
    this.callerId = message;
    this.tell('caller-id', { ...message });
  });
  /** The message-waiting lamp, as last told by the exchange. */
  lamp = false;
  /** It can show who calls while it is in a call (type II). */
  typeTwo = false;
  #typeTwo = new TypeTwo(
    () => {
      this.tell('call-waiting-alert');
      void this.voice.play(dtmfSounds('D', { onMs: 60, offMs: 0, level: -10 }));
    },
    (message) => this.tell('call-waiting-id', { ...message, read: message !== undefined }),
  );

  get offHook(): boolean {
    return this.#lifted;
  }

  /** The bell rings or rang less than 6 s ago. */
  get ringing(): boolean {
    return this.#ringing;
  }

  /** Ring bursts since the ringing began. */
  get bursts(): number {
    return this.#bursts;
  }

  get reversed(): boolean {
    return this.#reversed;
  }

  get volts(): number {
    return this.#volts;
  }

  get milliamps(): number {
    return this.#milliamps;
  }

  /** A fault: the hook switch does not open any more. */
  set stuckHook(stuck: boolean) {
    this.#stuck = stuck;
    this.#loop();
  }

  get stuckHook(): boolean {
    return this.#stuck;
  }

  lift(): void {
    if (this.#lifted) return;
    this.#lifted = true;
    this.#ringing = false;
    this.#loop();
    this.tell('lifted');
  }

  hangup(): void {
    if (!this.#lifted) return;
    this.#lifted = false;
    this.#plan = [];
    this.callerId = undefined;
    this.voice.stop();
    this.#loop();
    this.tell('hung-up');
  }

  /** Opens the loop for `ms` (R key or a short press of the hook). Resolves when it is closed again. */
  flash(ms = 180): Promise<void> {
    return this.#carryOut([[false, ms]]);
  }

  /** Keys digits; ',' is a pause of 1 s. Resolves when the last is out. */
  async dial(digits: string, timing: Partial<DtmfTiming> = {}): Promise<void> {
    this.tell('dialed', { count: digits.length });
    await this.voice.play(dtmfSounds(digits, { ...HAND, ...timing }));
  }

  /** Dials with the dial plate: breaks of the loop. */
  async pulse(digits: string, timing: Partial<PulseTiming> = {}): Promise<void> {
    const t = { ...DIAL_PLATE, ...timing };
    const plan: [boolean, number][] = [];
    for (const digit of digits) {
      const pulses = digit === '0' ? 10 : Number(digit);
      for (let i = 1; i <= pulses; i++) {
        plan.push([false, t.breakMs]);
        plan.push([true, i < pulses ? t.makeMs : t.interDigitMs]);
      }
    }
    await this.#carryOut(plan);
  }

  /** Asks who calls, as an old telephone with АОН does once it has lifted; undefined: no reply that could be read. */
  async askCaller(): Promise<{ number: string; category: string } | undefined> {
    await this.voice.play(aonRequest);
    return readAon(await this.heard.next(1600));
  }

  state(): Record<string, unknown> {
    return {
      offHook: this.#lifted,
      ringing: this.#ringing,
      bell: this.#bell,
      bursts: this.#bursts,
      reversed: this.#reversed,
      volts: Math.round(this.#volts * 10) / 10,
      milliamps: Math.round(this.#milliamps * 10) / 10,
      stuckHook: this.#stuck,
      speaking: !this.voice.silent,
      lamp: this.lamp,
      ...(this.callerId ? { callerId: this.callerId } : {}),
    };
  }

  tick(feed: Feed): void {
    this.#planTick();
    const { volts, milliamps } = measure(feed, this.load);
    this.#volts = volts;
    this.#milliamps = milliamps;
    this.#bellTick(feed);
    if (feed.volts > 0 && feed.reversed !== this.#reversed) {
      this.#reversed = feed.reversed;
      this.tell('polarity', { reversed: feed.reversed });
    }
    const current = milliamps > 3;
    if (this.load.closed && current !== this.#current) {
      this.#current = current;
      this.tell(current ? 'current' : 'current-lost', { milliamps });
    }
    if (!this.load.closed) this.#current = false;
  }

  speakBlock(): void {
    if (this.modem && this.load.closed && this.voice.silent) this.modem.speak(this.load.audio);
    else this.voice.fill(this.load.audio);
    if (!this.load.closed) this.load.audio.fill(0);
  }

  hearBlock(feed: Feed): void {
    const connected = feed.volts > 0;
    const audio = connected ? feed.audio : SILENCE;
    this.heard.push(audio);
    if (this.modem && this.load.closed) this.modem.hear(audio);
    // Caller ID comes on-hook, between ring bursts or before the first (EN 300 659-1 6.1).
    if (!this.load.closed && !feed.ringing && connected) this.#reader.push(audio);
    else this.#reader.reset();
    if (this.typeTwo && this.load.closed && connected) this.#typeTwo.push(audio);
  }

  #bellTick(feed: Feed): void {
    const bell = feed.ringing && !this.load.closed;
    if (bell && !this.#bell) {
      if (!this.#ringing) {
        this.#ringing = true;
        this.#bursts = 0;
        this.tell('ringing');
      }
      this.#bursts++;
      this.tell('ring-burst', { count: this.#bursts });
    }
    if (!bell && this.#bell) this.#silentSince = this.time.ms;
    this.#bell = bell;
    if (this.#ringing && !bell && this.time.ms - this.#silentSince > 6000) {
      this.#ringing = false;
      this.callerId = undefined;
      this.tell('ringing-stopped');
    }
  }

  /** Opens and closes the loop by the millisecond; resolves when done. */
  #carryOut(plan: [boolean, number][]): Promise<void> {
    this.#planned?.();
    return new Promise((resolve) => {
      this.#plan = plan;
      this.#planned = resolve;
    });
  }

  #planTick(): void {
    const step = this.#plan[0];
    if (step) {
      this.#break = !step[0];
      if (step[1]-- <= 0) {
        this.#plan.shift();
        this.#planTick();
        return;
      }
    } else if (this.#planned) {
      this.#break = false;
      this.#planned();
      this.#planned = undefined;
    } else return;
    this.#loop();
  }

  #loop(): void {
    this.load.closed = this.#stuck || (this.#lifted && !this.#break);
  }
}
