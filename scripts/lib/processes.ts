/** Starting and stopping the programs that a whole box is made of. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const root = resolve(import.meta.dirname, '../..');

/** A program that has said `ready key=value...`. */
export interface Running {
  name: string;
  process: ChildProcess;
  /** The words of its ready line. */
  ready: Record<string, string>;
  /** Its last lines on standard error, for when something is wrong. */
  errors(): string;
  /** Ends it: SIGTERM, after 5 s SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves when it has ended. */
  ended: Promise<number | null>;
}

export interface StartOptions {
  /** How long it may take to be ready, ms. */
  patienceMs?: number;
  env?: NodeJS.ProcessEnv;
  /** Whether its log goes to our standard error as well. */
  verbose?: boolean;
  /** Further arguments of node, such as --import=tsx. */
  nodeArguments?: string[];
  /** Ends the program while it is still starting. */
  signal?: AbortSignal;
}

/** An exit in words. */
export function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `with code ${code}` : `by ${signal}`;
}

/** How many lines of standard error are kept. */
const keptLines = 400;

/** Starts a program of ours under node and waits for its ready line. @throws Error with its last words. */
export async function start(
  name: string,
  file: string,
  args: string[],
  options: StartOptions = {},
): Promise<Running> {
  const child = spawn(process.execPath, [...(options.nodeArguments ?? []), join(root, file), ...args], {
    // The channel carries nothing: its end tells the program that we are gone, even by kill -9.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: options.env ?? process.env,
    cwd: root,
  });
  const kept: string[] = [];
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (kept.push(line) > keptLines) kept.shift();
    if (options.verbose) process.stderr.write(`${name}: ${line}\n`);
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const abort = (): void => void child.kill('SIGTERM');
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  const ready = await new Promise<Record<string, string>>((done, failed) => {
    const fail = (why: string): void => failed(new Error(`${name} ${why}\n${kept.slice(-40).join('\n')}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail('was not ready in time');
    }, options.patienceMs ?? 30_000);
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (!line.startsWith('ready ')) return;
      clearTimeout(timer);
      done(
        Object.fromEntries(
          line
            .slice(6)
            .split(' ')
            .map((word) => word.split(/=(.*)/s).slice(0, 2)),
        ),
      );
    });
    void ended.then((code) => {
      clearTimeout(timer);
      // The last lines of standard error come after the exit.
      setImmediate(() => fail(`ended ${howItEnded(code, child.signalCode)}`));
    });
  });
  options.signal?.removeEventListener('abort', abort);
  return {
    name,
    process: child,
    ready,
    errors: () => kept.join('\n'),
    ended,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    },
  };
}
