import type { Attempt } from '../call/attempt.ts';
import { LimitedAttempt } from '../call/attempt-limits.ts';
import { cause, localCause } from '../call/cause.ts';
import type { Leg } from '../call/leg.ts';
import type { Said } from '../dialplan/route-plan.ts';
import type { ServiceContext } from './context.ts';
import { Dialog } from './dialog.ts';
import { DigitSource } from './digit-source.ts';
import { targetOfExtension } from './directory.ts';
import type { Reach } from './reach.ts';
import { takeSound } from './take-sound.ts';

/** A message, ms; and how long a silence ends it. */
const limits = { longestMs: 300_000, silenceMs: 5000 };
/** How long the telephone is rung, ms. */
const ringMs = 40_000;
/** How long a choice is waited for, ms. */
const keyMs = 10_000;
/** How often somebody may begin anew. */
const mostTries = 10;

export type RecorderRefusal = 'no-telephone' | 'busy';

/** Records prompts of the office on its telephones: one is rung, and who answers is asked for the message (M01). */
export class PromptRecorder {
  readonly #context: ServiceContext;
  readonly #reach: Reach;
  #running: { id: string; extension: string } | undefined;

  constructor(context: ServiceContext, reach: Reach) {
    this.#context = context;
    this.#reach = reach;
  }

  /** Which prompt is being recorded, and where; undefined: none is. */
  get running(): { id: string; extension: string } | undefined {
    return this.#running;
  }

  /** Rings the telephone; why not, or undefined: it rings. */
  begin(id: string, extension: string): RecorderRefusal | undefined {
    const { config, clock } = this.#context;
    if (this.#running) return 'busy';
    const kind = targetOfExtension(config(), extension)?.kind;
    // Whoever is forwarded to, or on a mobile, is not who is to be recorded.
    if (kind !== 'port' && kind !== 'device' && kind !== 'person') return 'no-telephone';
    const attempt: Attempt = new LimitedAttempt(
      this.#reach.extension(extension, {
        caller: { name: config().site.language === 'ru' ? 'Запись сообщения' : 'Recording' },
        ring: 'internal',
        pressOne: true,
        asMember: true,
        rights: { classOfService: config().classesOfService[0]?.id ?? '' },
      }),
      clock,
      ringMs,
    );
    this.#running = { id, extension };
    attempt.on('failed', () => {
      this.#running = undefined;
    });
    attempt.on('answered', (leg) => {
      void this.#record(id, leg)
        .catch(() => {})
        .finally(() => {
          this.#running = undefined;
          leg.release(localCause(cause.normal));
        });
    });
    attempt.start();
    return undefined;
  }

  async #record(id: string, leg: Leg): Promise<void> {
    const context = this.#context;
    const dialog = new Dialog(leg, new DigitSource(leg, context.clock), context);
    try {
      for (let tries = 0; tries < mostTries && !dialog.gone; tries++) {
        await dialog.announce(words.say);
        const sound = await takeSound(dialog, limits, context);
        if (dialog.gone) return;
        if (!sound) await dialog.announce(words.nothing);
        else if ((await this.#choice(dialog, sound)) === '1') {
          const kept = await context.keepPrompt?.(id, sound).then(
            () => true,
            () => false,
          );
          if (!dialog.gone) await dialog.announce(kept ? words.kept : words.notKept);
          return;
        }
      }
    } finally {
      dialog.close();
    }
  }

  /** 1: keep it, 2: anew; whoever hangs up has kept nothing. */
  async #choice(dialog: Dialog, sound: Int16Array): Promise<string | undefined> {
    for (let times = 0; times < mostTries && !dialog.gone; times++) {
      await dialog.announce([{ sound }, words.choose]);
      const key = await dialog.key(keyMs);
      if (key === '1' || key === '2') return key;
    }
    return undefined;
  }
}

const words = {
  say: {
    ru: 'После сигнала произнесите сообщение. Закончив, нажмите решётку.',
    en: 'Say the message after the tone. Press hash when you have done.',
  },
  nothing: { ru: 'Ничего не слышно.', en: 'Nothing was heard.' },
  choose: {
    ru: 'Чтобы сохранить, нажмите один. Записать заново: два. Прослушать ещё раз: три.',
    en: 'To keep it, press one. To record again, two. To hear it again, three.',
  },
  kept: { ru: 'Сообщение сохранено.', en: 'The message is kept.' },
  notKept: { ru: 'Сообщение не удалось сохранить.', en: 'The message could not be stored.' },
} as const satisfies Record<string, Said>;
