import type { Leg } from '../call/leg.ts';
import { type ToneName, toneSource } from '../call/tones.ts';
import type { ClassifiedNumber } from '../dialplan/route-plan.ts';
import type { PlaySource } from '../media/api.ts';
import { type Announcement, type Language, soundOf } from './announcing.ts';
import type { Origin, ServiceContext } from './context.ts';
import type { DigitSource } from './digit-source.ts';
import type { PromptName } from './prompts.ts';

/** One caller being asked things: tones and prompts go out, digits come in. */
export class Dialog {
  readonly digits: DigitSource;
  /** What is announced and prompted is in this language; undefined: in that of the box. */
  language: Language | undefined;
  readonly #context: ServiceContext;
  #leg: Leg;
  /** What plays now; one object for each time. */
  #playing: object | undefined;
  #pause: { over: Promise<void>; end(): void } | undefined;

  constructor(leg: Leg, digits: DigitSource, context: ServiceContext) {
    this.#leg = leg;
    this.digits = digits;
    this.#context = context;
  }

  get leg(): Leg {
    return this.#leg;
  }

  /** The party's place is taken by another, who hears the rest of what plays and goes on. */
  move(next: Leg): void {
    const { endpoint } = this.#leg;
    this.#leg = next;
    this.digits.follow(next);
    if (this.#playing && endpoint) void this.#context.media.stop(endpoint).catch(() => {});
  }

  /** While true the party is somebody else's to speak to and to listen to; what is to be played waits. */
  pause(on: boolean): void {
    this.digits.deaf = on;
    if (!on) {
      this.#pause?.end();
      this.#pause = undefined;
      return;
    }
    this.hush();
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#pause ??= { over, end };
  }

  /** Nothing more is said or heard. */
  close(): void {
    this.hush();
    this.digits.close();
    this.pause(false);
  }

  get gone(): boolean {
    return this.digits.closed;
  }

  tone(name: ToneName): void {
    void this.#play([toneSource(this.#context.tones, name)]);
  }

  prompt(name: PromptName): void {
    void this.#play([this.#prompt(name)]);
  }

  /** Plays to the end (or until the caller is gone). */
  async sayAll(name: PromptName): Promise<void> {
    await this.#play([this.#prompt(name)]);
  }

  /**
   * Says announcements one after the other, without a gap; a key cuts them off, and one that was keyed ahead leaves
   * them out. The key is still there to be read.
   * @param options.keys false: a key does not cut it off
   * @returns true: heard to the end (at once where there is nothing to say); false: cut off, or the caller is gone.
   */
  async announce(
    what: Announcement | readonly Announcement[],
    options: { keys?: boolean } = {},
  ): Promise<boolean> {
    const cutting = options.keys ?? true;
    if (this.gone || (cutting && this.digits.pending)) return false;
    const off = cutting ? this.digits.onAhead(() => this.hush()) : undefined;
    try {
      return await this.#play(soundOf(what, this.#context, this.language));
    } finally {
      off?.();
    }
  }

  /** Plays a sound, music for one, to its end, or until something else is played or {@link hush}. */
  play(source: PlaySource): void {
    void this.#play([source]);
  }

  #prompt(name: PromptName): PlaySource {
    return this.#context.prompts.source(name, this.language);
  }

  /** @returns whether it was heard to the end. */
  async #play(sources: PlaySource[] | Promise<PlaySource[]>): Promise<boolean> {
    const playing = {};
    this.#playing = playing;
    const mine = (): boolean => this.#playing === playing;
    // What is there already begins at once.
    for (const source of Array.isArray(sources) ? sources : await sources) {
      for (let whole = false; !whole; ) {
        while (this.#pause) await this.#pause.over;
        const leg = this.#leg;
        if (!mine() || !leg.endpoint || this.gone) return false;
        whole = await this.#context.media.play(leg.endpoint, source).catch(() => false);
        // Whoever has come in the party's place hears it, too.
        if (!whole && (this.#leg === leg || !mine())) return false;
      }
    }
    return mine();
  }

  /** Silence: a digit came, or the dialog is over. */
  hush(): void {
    const endpoint = this.leg.endpoint;
    if (!this.#playing || !endpoint) return;
    this.#playing = undefined;
    void this.#context.media.stop(endpoint).catch(() => {});
  }

  /** The next key, with whatever plays cut off by it. */
  async key(ms: number): Promise<string | undefined> {
    const key = await this.digits.next(ms);
    if (key !== undefined) this.hush();
    return key;
  }

  /**
   * Collects digits until `#`, until `length` of them, or until a pause. `*` begins anew (P03).
   * @returns the digits; empty after a pause without any, undefined when the caller is gone.
   */
  async entry(options: { length?: number; maxLength: number }): Promise<string | undefined> {
    const { firstDigitMs, interDigitMs } = this.#context.config().dialing;
    let entered = '';
    for (;;) {
      const key = await this.key(entered === '' ? firstDigitMs : interDigitMs);
      if (this.gone) return undefined;
      if (key === undefined || key === '#') return entered;
      if (key === '*') entered = '';
      else entered += key;
      if (entered.length >= (options.length ?? options.maxLength)) return entered;
    }
  }

  /**
   * Collects a number as long as the dial plan says that there is more to come; complete numbers end
   * at once (ruling 32). `*` and `#` are digits while the plan knows codes with them; a `#` that leads
   * nowhere ends the number. After the long-distance prefix dial tone sounds again, where the office has it so.
   * @param firstMs how long the first digit is waited for; as configured unless said.
   * @returns what was dialed, or undefined: nothing came, or the caller is gone.
   */
  async number(origin: Origin, firstMs?: number): Promise<ClassifiedNumber | undefined> {
    const { firstDigitMs, interDigitMs, matchMs } = this.#context.config().dialing;
    let dialed = '';
    let known: ClassifiedNumber | undefined;
    for (;;) {
      const wait =
        known === undefined
          ? (firstMs ?? firstDigitMs)
          : known.completeness === 'may-continue'
            ? matchMs
            : interDigitMs;
      const key = await this.key(wait);
      if (this.gone) return undefined;
      if (key === undefined) {
        if (known) this.hush();
        return known;
      }
      const next = this.#context.dialPlan().classify(dialed + key, origin);
      if (key === '#' && next.completeness === 'impossible' && known) return known;
      dialed += key;
      known = next;
      if (known.completeness === 'complete' || known.completeness === 'impossible') return known;
      if (known.secondDialTone && !this.digits.pending) this.tone('dial');
    }
  }
}
