import { join } from 'node:path';
import type { PromptAccess } from '../api/deps.ts';
import type { PromptView } from '../api/prompt-contract.ts';
import type { Clock } from '../base/clock.ts';
import { announcementsOf, promptUses } from '../config/prompt-references.ts';
import type { Config } from '../config/schema.ts';
import type { Logger } from '../log/logger.ts';
import type { AlarmSink, ServiceContext } from '../service/context.ts';
import type { Synthesiser } from './espeak.ts';
import { PromptStore } from './prompt-store.ts';
import { TakenSounds } from './sound-takes.ts';
import { Speech } from './speech.ts';

/** After the start and after each change, how long until texts are spoken ahead, ms: the box has better to do first. */
const warmAfterMs = 5000;

/** What callers hear from the box: texts it speaks, and recordings of the office. */
export class SoundDesk implements PromptAccess {
  readonly store: PromptStore;
  readonly #speech: Speech;
  readonly #clock: Clock;
  readonly #config: () => Config;
  readonly #takes: TakenSounds;
  #warming: { cancel(): void } | undefined;

  constructor(of: {
    data: string;
    clock: Clock;
    alarms: AlarmSink;
    config: () => Config;
    log: Logger;
    /** Speaks; the program of the system unless said. */
    synthesise?: Synthesiser;
  }) {
    const { data, clock, alarms, config } = of;
    const log = (message: string): void => of.log.info(message);
    this.#clock = clock;
    this.#config = config;
    const language = (): 'ru' | 'en' => config().site.language;
    const { synthesise } = of;
    this.#speech = new Speech({
      ...{ folder: join(data, 'speech'), clock, alarms, language, log },
      ...(synthesise ? { synthesise } : {}),
    });
    const ids = (): ReadonlySet<string> => new Set(config().prompts.map(({ id }) => id));
    this.store = new PromptStore(join(data, 'prompts'), ids, log);
    this.#takes = new TakenSounds(data);
    this.apply();
  }

  /** What services speak with. */
  get voice(): Required<Pick<ServiceContext, 'speech' | 'uploaded' | 'takes' | 'keepPrompt'>> {
    return {
      speech: (text, language) => this.#speech.speak(text, language),
      uploaded: (id) => this.store.samples(id),
      takes: this.#takes,
      keepPrompt: (id, samples) => this.store.put(id, samples),
    };
  }

  /** Has the texts of the configuration spoken before the first call needs them. */
  apply(): void {
    this.#warming?.cancel();
    this.#warming = this.#clock.after(warmAfterMs, () => {
      const config = this.#config();
      const texts = new Set(announcementsOf(config).map(({ text }) => text));
      // Whoever answers hears which of the office's names was called (S01).
      for (const { label } of config.incomingNumbers) if (label !== undefined) texts.add(label);
      this.#speech.warm([...texts].filter((text) => text !== '' && !text.startsWith('prompt:')));
    });
  }

  close(): void {
    this.#warming?.cancel();
    this.#speech.close();
  }

  list(): PromptView[] {
    const config = this.#config();
    const uses = promptUses(config);
    return config.prompts.map(({ id, name, text }) => {
      const sound = this.store.sound(id);
      return { id, name, text, ...(sound ? { sound } : {}), usedAt: uses.get(id) ?? [] };
    });
  }

  file(id: string): string | undefined {
    return this.store.sound(id) && this.store.path(id);
  }

  replace(id: string, file: Buffer): ReturnType<PromptStore['replace']> {
    return this.store.replace(id, file);
  }

  remove(id: string): Promise<boolean> {
    return this.store.remove(id);
  }
}
