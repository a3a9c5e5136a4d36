import type { Confirm } from '../call/attempt-limits.ts';
import type { ServiceContext } from './context.ts';

/** How long somebody outside has to press 1, from the answer, ms. */
const patienceMs = 15_000;
/** Pause between two times of the announcement, ms. */
const pauseMs = 1500;

/**
 * "Press 1 to accept" (M14): the announcement is repeated until 1 is pressed, time is over, or the
 * caller gives up. Any other key is ignored, since a voicemail's greeting may sound like one.
 */
export function pressOne(context: ServiceContext): Confirm {
  return (leg, aborted) =>
    new Promise<boolean>((resolve) => {
      const { clock, media, prompts } = context;
      const endpoint = leg.endpoint;
      let over = false;
      const end = (accepted: boolean): void => {
        if (over) return;
        over = true;
        offDigit();
        timer.cancel();
        if (endpoint) void media.stop(endpoint).catch(() => {});
        resolve(accepted);
      };
      const offDigit = leg.on('digit', (key) => {
        if (key === '1') end(true);
      });
      const timer = clock.after(patienceMs, () => end(false));
      void aborted.then(() => end(false));
      const say = async (): Promise<void> => {
        if (over || !endpoint) return;
        await media.play(endpoint, prompts.source('press-one')).catch(() => false);
        if (!over) clock.after(pauseMs, () => void say());
      };
      void say();
    });
}
