/** Which test files there are, and which of them are run many to a process. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What one process runs. */
export interface TestJob {
  files: readonly string[];
}

/**
 * Not for a process with others, and not for the inner loop: whole boxes, browsers, foreign peers, ptys, sockets, files,
 * real time, and minutes of sound.
 */
const alone: readonly RegExp[] = [
  /\/scenario\/|\/worker\/|web-ui\/test\/[A-Z]|page\.test|pty|on-a-line|on-the-simulator|lifeline|link-protocol/,
  /control-api|card-timing|peers|sipp|baresip|G01-|P06-dtmf|rtp-|-rtp|latch|host\.test|loss|flood|fuzz|races|in-call/,
  /operator|inbound|power|full-disk|kill|resolve|srf-|\/cli|test\/api\/|test\/records\/|control-protocol|proxy/,
  /\/(media|dsp|fax)\/[A-Z]|media\/echo\/|kernel-relay|port\/(A12|G0[26])|hw\/test\/G02|L04-|V05-|C05-|hostile-input/,
  /rfc3263|overload|call-records|transport|session-timer|outgoing-call|config\/store|service-manager|test-runner/,
];

/** What a file sets for the whole process. */
const setsProcess =
  /^(await )?t\.(jobs|setTimeout|before|beforeEach|after|afterEach|teardown|plan|end|bailout)\b|^await t\./m;

/** Of the rest, as many share a process: their start is paid once, and a crash among them leaves few to look through. */
const SHARED = 15;

/** Test files under `folder`, in order. */
export function testFiles(folder = '.'): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || ['node_modules', 'dist'].includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...testFiles(path));
    else if (entry.name.endsWith('.test.ts')) found.push(path);
  }
  return found.sort();
}

/** `paths` with folders replaced by what is in them. */
export function expand(paths: readonly string[]): string[] {
  return paths.flatMap((path) => (statSync(path).isDirectory() ? testFiles(path) : [path]));
}

/** Whether a file tests what takes no time, beside others in one process. */
export function isUnit(file: string): boolean {
  return !alone.some((pattern) => pattern.test(file)) && !setsProcess.test(readFileSync(file, 'utf8'));
}

/**
 * Whole boxes first: they take longest and mostly wait, and at the end of a run nothing long is left to wait for alone.
 * Unit tests last.
 */
export function plan(files: readonly string[]): TestJob[] {
  const whole = (file: string): boolean => file.includes('/scenario/');
  const units = files.filter(isUnit);
  const rest = files.filter((file) => !units.includes(file));
  const own = [...rest.filter(whole), ...rest.filter((file) => !whole(file))];
  const shares = Math.ceil(units.length / SHARED);
  return [
    ...own.map((file) => ({ files: [file] })),
    // Every so-manieth: neighbours are of one layer, and a share of nothing but long ones would be a tail.
    ...Array.from({ length: shares }, (_, n) => ({ files: units.filter((_file, i) => i % shares === n) })),
  ];
}
