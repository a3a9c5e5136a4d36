import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { BoxClient, until } from '../../../scripts/lib/clients.ts';
import { startStack } from '../../../scripts/lib/stack.ts';
import type { LiveState } from '../../src/api/contract.ts';

t.test('what scripts/run starts is whole again at the second start, and leaves nothing behind', async (t) => {
  const data = t.testdir();
  const password = 'a good password';
  for (const round of [1, 2]) {
    const stack = await startStack({ data });
    t.teardown(() => stack.stop());
    const box = new BoxClient(stack.daemon.ready.http!);
    if (round === 1) await box.claim(readFileSync(join(data, 'label-code'), 'utf8').trim(), password);
    else await box.login(password);
    const trunk = async (): Promise<string | undefined> =>
      (await box.snapshot<LiveState>()).trunks.find(({ id }) => id === 'operator')?.state;
    await until(
      `the operator has us, round ${round}`,
      async () => (await trunk()) === 'registered' || undefined,
      5000,
    );
    const parts = [stack.daemon, stack.simulator!, stack.operator!];
    await stack.stop();
    t.ok(
      parts.every(({ process }) => process.exitCode !== null || process.signalCode !== null),
      'all have ended',
    );
    t.throws(() => readFileSync(stack.daemon.ready.line!), { code: 'ENOENT' }, 'the line card is gone');
  }
});
