import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TimerConfig } from '../../../src/sipd/config.ts';
import type { Any } from '../kit.ts';
import { startNetwork } from './network.ts';

/**
 * Runs a file of the suite as a subtest. `assertions` is how many it makes: some files take a failure for an
 * outcome and leave the rest out.
 */
export async function runFile(
  t: Any,
  file: string,
  assertions: number,
  timers: Partial<TimerConfig> = {},
): Promise<void> {
  const { env } = await startNetwork(t, file, timers);
  const run = join(import.meta.dirname, 'run.ts');
  const result = await t.spawn(process.execPath, ['--import=tsx', run, file], { env }, file);
  t.match(result, { ok: true, pass: assertions, fail: 0 });
}

/** Plays one of the suite's scenarios as the caller, as the suite does; rejects unless it goes as written. */
export async function playCaller(env: NodeJS.ProcessEnv, scenario: string): Promise<void> {
  const words = ['run', 'drachtio/sipp', 'sipp', '-sf', `/tmp/scenarios/${scenario}`];
  const child = spawn('docker', [...words, '-m', '1', '-nostdin', 'drachtio-sut'], { env, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`sipp ended with ${code}`);
}
