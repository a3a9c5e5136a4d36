/** One process with tests in it, and everything that it starts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { howItEnded } from '../processes.ts';
import { SHARE } from './marks.ts';
import type { TestJob } from './plan.ts';
import { type FileResult, TapReader } from './tap-reader.ts';

/** What a test may take unless it says otherwise, s: a guard against what hangs, on machines that are often shared. */
const TEST_SECONDS = 240;
/** What a process may take, ms: tests that say otherwise say less. */
const PROCESS_MS = 600_000;
/** So long what a test has started may take to end after it, ms. */
const LINGER_MS = 5000;

const running = new Set<ChildProcess>();

/** Ends all processes that run, and what they have started. */
export function endAll(): void {
  for (const child of running) signalGroup(child, 'SIGKILL');
}

/** Runs a job. What it has started and left behind is ended, and counts as a failure. */
export async function runJob({ files }: TestJob): Promise<FileResult[]> {
  const shared = files.length > 1;
  const reader = new TapReader(files, shared, () => performance.now());
  const child = spawn(
    process.execPath,
    ['--import=tsx', ...(shared ? [join(import.meta.dirname, 'share.ts'), `${++shares}`] : files)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: whatever it starts can be found and ended with it.
      detached: true,
      env: {
        // Waiting longer costs nothing where nothing is wrong.
        LINEGATE_PATIENCE: '3',
        TAP_TIMEOUT: `${TEST_SECONDS}`,
        // tap removes a test's folder before the teardowns that were asked for after it, while they still write there.
        TAP_SAVE_FIXTURE: '1',
        ...process.env,
        ...(shared ? { [SHARE]: files.join('\n') } : {}),
      },
    },
  );
  running.add(child);
  const closed = once(child, 'close');
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => reader.line(line));
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    signalGroup(child, 'SIGKILL');
  }, PROCESS_MS);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearTimeout(limit);
  const left = await leftovers(child);
  signalGroup(child, 'SIGKILL');
  await closed;
  running.delete(child);
  const why = late
    ? `after ${PROCESS_MS / 1000} s, by force`
    : left.length > 0
      ? `and left behind: ${left.join('; ')}`
      : code === 0
        ? undefined
        : howItEnded(code, signal);
  return reader.end(why);
}

/** Numbers the processes that files share, so that their folders do not have the same names. */
let shares = 0;

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // Nobody is left in it.
  }
}

/** What is still there of a group some time after its first process has ended, as command lines. */
async function leftovers(child: ChildProcess): Promise<string[]> {
  const until = performance.now() + LINGER_MS;
  let left = membersOf(child.pid!);
  for (; left.length > 0 && performance.now() < until; left = membersOf(child.pid!)) await sleep(50);
  return left;
}

/** Command lines of a group's processes. One that has ended and waits for its parent to look is none. */
function membersOf(group: number): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      // After the name in parentheses: state, parent, group.
      const [state, , of] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      if (Number(of) === group && state !== 'Z')
        found.push(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim());
    } catch {
      // It has ended meanwhile.
    }
  return found;
}
