import type { Clock } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/error.ts';
import type { PlaySource } from '../media/api.ts';
import { levelled, PROMPT_LEVEL_DBM0 } from '../media/sound/loudness.ts';
import { narrowWav } from '../media/sound/narrow.ts';
import { type Language, languageOf } from '../service/announcing.ts';
import type { AlarmSink } from '../service/context.ts';
import { readable } from '../service/saying/saying.ts';
import { espeak, type Synthesiser } from './espeak.ts';
import { SpokenTexts } from './spoken-texts.ts';

/** Changes of how texts are spoken: what is kept under another number is spoken anew. */
const EDITION = 1;
/** A call waits no longer for a text to be spoken, ms; it is kept for the next one all the same. */
const callPatienceMs = 3000;
/** After the program was found missing it is not looked for again for so long, ms. */
const lookAgainMs = 60_000;
/** A text that could not be spoken is not tried again for so long, ms. */
const tryAgainMs = 60_000;
/** More of a text is not spoken, characters. */
const LONGEST_TEXT = 600;
/** How many texts may wait to be spoken. */
const LONGEST_QUEUE = 200;
/** What the program makes at most, s; see espeak.ts. */
const LONGEST_SOUND = 70;
/** Somebody's telephone number: such a text is not kept on disk. */
const personal = /\d(?:[\s()-]?\d){6}/;

export interface SpeechParts {
  folder: string;
  clock: Clock;
  alarms: AlarmSink;
  language(): Language;
  log(message: string): void;
  synthesise?: Synthesiser;
  kept?: SpokenTexts;
}

interface Job {
  key: string;
  text: string;
  language: Language;
  lasting: boolean;
  done(samples: Int16Array | undefined): void;
}

/** The voice of the box: texts spoken by a program of the system, each once. Never throws and never holds up a call. */
export class Speech {
  readonly #parts: SpeechParts;
  readonly #synthesise: Synthesiser;
  readonly #kept: SpokenTexts;
  /** What is being spoken or waits for it, by key: nothing is spoken twice. */
  readonly #pending = new Map<string, Promise<Int16Array | undefined>>();
  /** Calls first, then what is only to be ready. */
  readonly #urgent: Job[] = [];
  readonly #ahead: Job[] = [];
  #busy = false;
  #closed = false;
  #missingUntil = 0;
  /** Texts that could not be spoken, and when that may be tried again: they are not to hold up call after call. */
  readonly #failed = new Map<string, number>();

  constructor(parts: SpeechParts) {
    this.#parts = parts;
    this.#synthesise = parts.synthesise ?? espeak();
    this.#kept = parts.kept ?? new SpokenTexts(parts.folder);
  }

  /** A text for a caller, undefined if it cannot be had soon. `language`: as its letters tell unless said. */
  async speak(text: string, language?: Language): Promise<PlaySource | undefined> {
    const spoken = this.#samples(text, language, this.#urgent);
    const timer: { cancel(): void }[] = [];
    const late = new Promise<undefined>((resolve) => {
      timer.push(this.#parts.clock.after(callPatienceMs, () => resolve(undefined)));
    });
    const samples = await Promise.race([spoken, late]);
    for (const one of timer) one.cancel();
    return samples && { type: 'pcm', samples };
  }

  /** Has texts spoken before anybody asks for them. */
  warm(texts: Iterable<string>): void {
    for (const text of texts) {
      const { key } = this.#named(text, undefined);
      if (!this.#kept.has(key)) void this.#samples(text, undefined, this.#ahead);
    }
  }

  close(): void {
    this.#closed = true;
    for (const job of [...this.#urgent.splice(0), ...this.#ahead.splice(0)]) job.done(undefined);
  }

  async #samples(text: string, wanted: Language | undefined, queue: Job[]): Promise<Int16Array | undefined> {
    const { clean, language, key } = this.#named(text, wanted);
    if (clean === '') return undefined;
    const known = this.#kept.find(key);
    if (known) return known;
    const pending = this.#pending.get(key);
    if (pending) {
      this.#hurry(key, queue);
      return pending;
    }
    const { clock } = this.#parts;
    for (const [failed, until] of this.#failed) if (until <= clock.now()) this.#failed.delete(failed);
    if (this.#closed || this.#failed.has(key) || queue.length >= LONGEST_QUEUE) return undefined;
    const spoken = new Promise<Int16Array | undefined>((done) => {
      queue.push({ key, text: clean, language, lasting: !personal.test(text), done });
    }).finally(() => this.#pending.delete(key));
    this.#pending.set(key, spoken);
    void this.#work();
    return spoken;
  }

  #named(text: string, wanted: Language | undefined): { clean: string; language: Language; key: string } {
    const language = wanted ?? languageOf(text, this.#parts.language());
    const clean = cleaned(text, language);
    return { clean, language, key: SpokenTexts.key(clean, `${EDITION} ${language}`) };
  }

  /** A call needs what was only to be ready. */
  #hurry(key: string, queue: Job[]): void {
    if (queue !== this.#urgent) return;
    const at = this.#ahead.findIndex((job) => job.key === key);
    if (at >= 0) this.#urgent.push(...this.#ahead.splice(at, 1));
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (;;) {
      const urgent = this.#urgent.shift();
      const job = urgent ?? this.#ahead.shift();
      if (!job) break;
      job.done(await this.#speakNow(job, urgent === undefined));
    }
    this.#busy = false;
  }

  async #speakNow({ key, text, language, lasting }: Job, ahead: boolean): Promise<Int16Array | undefined> {
    const { clock, alarms, log } = this.#parts;
    if (clock.now() < this.#missingUntil) return undefined;
    try {
      const wav = await this.#synthesise(text, language, ahead);
      const samples = levelled(narrowWav(wav, LONGEST_SOUND), PROMPT_LEVEL_DBM0);
      this.#kept.keep(key, samples, lasting);
      alarms.clear('no-speech');
      return samples;
    } catch (error) {
      this.#failed.set(key, clock.now() + tryAgainMs);
      if (codeOf(error) === 'main/no-voice') this.#missingUntil = clock.now() + lookAgainMs;
      // A text of nothing but signs is not the program's fault.
      if (codeOf(error) !== 'media/sound-empty') alarms.raise(cannotSpeak);
      log(`a text could not be spoken: ${messageOf(error)}`);
      return undefined;
    }
  }
}

/**
 * A text as it is given to the program: one line, not too long, numbers as people say them. Two square brackets would
 * begin phonemes of the program's own.
 */
function cleaned(text: string, language: Language): string {
  const line = text
    .slice(0, LONGEST_TEXT)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]+/gu, ' ')
    .replace(/[[\]{}<>\\|]+/g, ' ');
  return readable(line, language).replace(/\s+/g, ' ').trim();
}

const cannotSpeak = {
  id: 'no-speech',
  severity: 'warning',
  said: {
    ru: 'Устройство не может произносить тексты: звонящие слышат вместо них короткий сигнал.',
    en: 'The box cannot speak texts: callers hear a short chime in their place.',
  },
  cure: {
    ru: 'Установите пакет espeak-ng. До того загрузите свои записи вместо текстов.',
    en: 'Install the package espeak-ng. Until then, upload recordings in place of texts.',
  },
} as const;
