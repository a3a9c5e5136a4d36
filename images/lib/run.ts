import { spawnSync } from 'node:child_process';

/** Runs a program to its end. @returns its standard output. @throws Error with its words if it fails */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; input?: string | Buffer; env?: Record<string, string> } = {},
): string {
  const { env, ...rest } = options;
  const done = spawnSync(program, args, {
    ...rest,
    env: { ...process.env, LC_ALL: 'C', ...env },
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (done.error) throw new Error(`${program} cannot be started: ${done.error.message}`);
  if (done.status !== 0)
    throw new Error(
      `${program} ${args.slice(0, 3).join(' ')} … ended with ${done.status ?? done.signal}:\n${`${done.stdout}${done.stderr}`.slice(-2000)}`,
    );
  return done.stdout;
}

/** Lines of a list: without comments and empty ones. */
export const listed = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
