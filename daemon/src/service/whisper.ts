import type { Confirm } from '../call/attempt-limits.ts';
import { spoken } from './announcing.ts';
import type { ServiceContext } from './context.ts';

/** How long a whisper may take, ms: whoever has lifted the handset waits for the caller. */
const longestMs = 10_000;

/** Says to whoever has answered which of the office's names was called, before the caller is put through (S01). */
export function whisper(label: string, context: ServiceContext, then?: Confirm): Confirm {
  return async (leg, aborted) => {
    const { clock, media } = context;
    const source = await spoken(label, context);
    const { endpoint } = leg;
    if (source && endpoint) {
      let end = (): void => {};
      const over = new Promise<void>((resolve) => {
        end = resolve;
      });
      const timer = clock.after(longestMs, end);
      const spoken = media.play(endpoint, source).catch(() => false);
      const given = await Promise.race([spoken, over, aborted.then(() => 'aborted' as const)]);
      timer.cancel();
      // What is heard by whoever is released is not ours to end.
      if (given === 'aborted') return false;
      await media.stop(endpoint).catch(() => {});
    }
    return then ? then(leg, aborted) : true;
  };
}
