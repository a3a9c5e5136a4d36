import type { Confirm } from '../call/attempt-limits.ts';
import type { Party } from '../call/leg.ts';
import type { Said } from '../dialplan/route-plan.ts';
import { type Announcement, soundOf } from './announcing.ts';
import type { ServiceContext } from './context.ts';
import type { HostedService, Next, Visit } from './hosted.ts';
import type { ReachRequest } from './reach-request.ts';
import { takeSound } from './take-sound.ts';

/** Which callers are asked for their name before a person is rung (S02). */
export type Screening = 'off' | 'unknown' | 'outside';

/** A name and a firm, ms; and how long a silence ends it. */
const nameLimits = { longestMs: 8000, silenceMs: 1500 };
/** How long who was rung has to decide, ms. */
const patienceMs = 20_000;
/** Pause between two times of being told, ms. */
const pauseMs = 1500;

/** Whether a caller is to be asked now. Nobody is twice, no colleague is, and none where the box could not tell it on. */
export function isScreened(
  screening: Screening,
  request: Pick<ReachRequest, 'ring' | 'caller' | 'unscreened' | 'asMember'>,
  context: Pick<ServiceContext, 'takes'>,
): boolean {
  // A service has the caller to itself: of several who are rung at once none can have asked.
  if (screening === 'off' || request.unscreened || request.asMember || request.ring !== 'external')
    return false;
  return context.takes !== undefined && (screening === 'outside' || isUnknown(request.caller));
}

const isUnknown = ({ number, absence }: Party): boolean => number === undefined || absence !== undefined;

/** Asks a caller for the name, and rings whom he wants with it. */
export class ScreeningDesk implements HostedService {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  async serve(visit: Visit): Promise<Next> {
    if (!(await visit.answer())) return { kind: 'done' };
    const { dialog } = visit;
    await dialog.announce(words.ask, { keys: false });
    if (visit.gone) return { kind: 'done' };
    const name = await takeSound(dialog, nameLimits, this.#context);
    if (visit.gone) return { kind: 'done' };
    visit.note('screened', name ? 'name given' : 'no name');
    await dialog.announce(words.wait);
    if (visit.gone) return { kind: 'done' };
    const announced = name ? [words.from, { sound: name }] : [words.nameless];
    const rung = await visit.ring(visit.attempt('screened', { announced }));
    return rung.kind === 'failed' ? { kind: 'next-step', cause: rung.cause } : { kind: 'done' };
  }
}

/**
 * Tells whoever has answered who calls, until 1 (the call is taken) or 2 (it is not, and goes on to the next); without a
 * key it is not taken either: a voicemail may have answered.
 */
export function acceptCall(announced: readonly Announcement[], context: ServiceContext): Confirm {
  return (leg, aborted) =>
    new Promise<boolean>((resolve) => {
      const { clock, media } = context;
      const { endpoint } = leg;
      let over = false;
      const end = (accepted: boolean): void => {
        if (over) return;
        over = true;
        offDigit();
        timer.cancel();
        resolve(accepted);
      };
      const offDigit = leg.on('digit', (key) => {
        if (key !== '1' && key !== '2') return;
        if (endpoint) void media.stop(endpoint).catch(() => {});
        end(key === '1');
      });
      const timer = clock.after(patienceMs, () => end(false));
      // What is heard by whoever is released is not ours to end.
      void aborted.then(() => end(false));
      const say = async (): Promise<void> => {
        for (const source of await soundOf([...announced, words.keys], context)) {
          if (over || !endpoint) return;
          await media.play(endpoint, source).catch(() => false);
        }
        if (!over) clock.after(pauseMs, () => void say());
      };
      void say();
    });
}

const words = {
  ask: {
    ru: 'Назовите себя после сигнала, и мы вас соединим.',
    en: 'Please say your name after the tone, and we will put you through.',
  },
  wait: { ru: 'Спасибо. Соединяем.', en: 'Thank you. We are putting you through.' },
  from: { ru: 'Вам звонит', en: 'A call from' },
  nameless: { ru: 'Вам звонят и не называют себя.', en: 'A call from somebody who gives no name.' },
  keys: {
    ru: 'Чтобы ответить, нажмите один. Чтобы не отвечать, нажмите два.',
    en: 'To take the call, press one. To refuse it, press two.',
  },
} as const satisfies Record<string, Said>;
