import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import type { Box } from '../kit/box.ts';
import type { Thread } from '../kit/sabotage.ts';
import { recovered, supervised, talk } from '../kit/supervised.ts';

const ended = (box: Box): Promise<number | null> =>
  Promise.race([
    box.daemon.ended,
    wait(15_000, undefined, { ref: false }).then(() => {
      throw new Error('the process goes on');
    }),
  ]);

for (const thread of ['media', 'sipd'] as Thread[]) {
  t.test(
    `the thread ${thread} dies: the process ends at once with an error, to be started anew`,
    async (t) => {
      const parts = await supervised(t);
      await talk(parts);
      parts.sabotage.kill(thread);
      t.equal(await ended(parts.box), 1);
      t.match(parts.box.daemon.errors(), /fatal: .*sabotage/);
      await recovered(t, parts);
    },
  );
}
