import type { Fxs } from '../../src/port/fxs.ts';
import { defaultFxsOptions, type FxsOptions } from '../../src/port/options.ts';
import { createPorts } from '../../src/port/ports.ts';
import { environment, settle } from './port-bench.ts';

/** A telephone port, up and on-hook, with everything it says in `take()` and nothing left in `card.take()`. */
export async function telephone(changes: Partial<FxsOptions> = {}) {
  const env = environment();
  const options = { kind: 'fxs' as const, ...defaultFxsOptions(1), ...changes };
  const ports = createPorts(env, [options]);
  const port = ports.fxs.get(1) as Fxs;
  const said: string[] = [];
  for (const event of ['seized', 'answered', 'hungUp', 'flashed'] as const)
    port.on(event, () => said.push(event));
  port.on('digit', (key) => said.push(`digit ${key}`));
  env.card.come();
  env.card.indicate(1, { type: 'on-hook' });
  await settle();
  env.card.take();
  const take = (): string[] => said.splice(0);
  return { ...env, ports, port, options, take };
}
