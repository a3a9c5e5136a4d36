/**
 * What detectors take for a key or for the end of a call in hours of speech and music that hold neither, and, so
 * that deaf ones are not praised, what they hear of keys and tones at the edge of what they must. Two processes
 * (tsx does not load TypeScript in worker threads of Node 20), far faster than real time; speech is kept in the
 * cache of the user between runs. Nothing of it is timed, so that it is put before whatever else the machine does
 * where that is permitted: with others at its two cores it would take most of the quarter of an hour that the area has.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseProfile } from '../../../../daemon/src/media/dsp/profile.ts';
import { Listener } from '../../../../daemon/src/media/listener.ts';
import type { Figure } from '../../bench.ts';
import { MusicHours, SpeechHours, type Stream } from '../../corpus/hours.ts';
import { speak, speaks, voiceOf } from '../../corpus/speech.ts';
import { hearKeys, hearReleases } from './heard.ts';

/** Hours of each kind, an hour a piece; together more than the ten that the figures need. */
export const HOURS = 6;
/** Clips of about a minute that speech is made of: both languages, 22 variants of the voice. */
const CLIPS = 44;
const SENTENCES = 20;
const FRAME = 80;
const FLAG = '--hear';
/** Nice value of the listening processes, where it is permitted. */
const PRIORITY = -15;

type Kind = 'speech' | 'music';

interface Hour {
  readonly kind: Kind;
  readonly seed: number;
}

/** What the detectors must hear; see heard.ts. */
interface Edges {
  readonly kind: 'keys' | 'releases';
}

type Task = Hour | Edges;

interface Found {
  readonly kind: Kind;
  readonly digits: number;
  readonly hangups: number;
  /** Where and what, for whoever wants to listen. */
  readonly what: readonly string[];
}

const profile = parseProfile(
  JSON.parse(readFileSync(new URL('../../../../hw/profile/ru.json', import.meta.url), 'utf8')),
);

/** An hour through a line's own ears, as in a call after the answer. */
function hearHour({ kind, seed }: Hour, clips: readonly Int16Array[]): Found {
  const stream: Stream = kind === 'speech' ? new SpeechHours(clips, seed) : new MusicHours(clips, seed);
  let digits = 0;
  let hangups = 0;
  let second = 0;
  const what: string[] = [];
  const listener = new Listener(profile, {
    digit(event, digit) {
      if (event === 'end') return;
      digits++;
      what.push(`digit ${digit} in second ${second} of ${kind} ${seed}`);
    },
    tone(tone) {
      if (tone === 'ringback') return;
      hangups++;
      what.push(`${tone} in second ${second} of ${kind} ${seed}`);
    },
    ringbackStopped() {},
    voice() {},
    silence() {},
    callerId() {},
    callerIdBegun() {},
    aonRequest() {},
  });
  listener.set({ dtmf: true, tones: 'after-answer' }, false);
  for (; second < 3600; second++) {
    const pcm = stream.next();
    for (let i = 0; i < pcm.length; i += FRAME) listener.process(pcm.subarray(i, i + FRAME), false);
  }
  return { kind, digits, hangups, what };
}

/** The clips, made anew where the cache has none; two voices speak at once. */
async function clips(): Promise<Int16Array[]> {
  const all: Int16Array[] = [];
  const turn = async (from: number): Promise<void> => {
    for (let i = from; i < CLIPS; i += 2) all[i] = await speak(voiceOf(i), SENTENCES, true);
  };
  await Promise.all([turn(0), turn(1)]);
  return all;
}

/** Area `media`, part of points 2 and 3 of issue 4: `media.dtmfFalsePerHour` and `media.falseHangupsPerHour`. */
export async function measureHours(emit: (figure: Figure) => void, hours = HOURS): Promise<void> {
  if (!speaks()) throw new Error('espeak-ng is not installed: run scripts/setup');
  await clips();
  const tasks: Task[] = [];
  for (let seed = 1; seed <= hours; seed++) tasks.push({ kind: 'speech', seed }, { kind: 'music', seed });
  tasks.push({ kind: 'keys' }, { kind: 'releases' });
  const found: Found[] = [];
  const edges: Figure[] = [];
  const take = (one: Found | Figure): void => void ('metric' in one ? edges.push(one) : found.push(one));
  await Promise.all(
    Array.from({ length: Math.min(2, availableParallelism()) }, () => hearApart(tasks, take)),
  );
  for (const line of found.flatMap((f) => f.what)) console.error(line);
  emit(figure('media.dtmfFalsePerHour', found, (f) => f.digits, 'keys heard where none was pressed'));
  emit(
    figure('media.falseHangupsPerHour', found, (f) => f.hangups, 'release tones heard where none was sent'),
  );
  for (const one of edges.sort((a, b) => b.metric.localeCompare(a.metric))) emit(one);
}

function figure(metric: string, found: readonly Found[], of: (f: Found) => number, note: string): Figure {
  const sum = (kind: Kind): number =>
    found.filter((f) => f.kind === kind).reduce((total, f) => total + of(f), 0);
  const count = (kind: Kind): number => found.filter((f) => f.kind === kind).length;
  const split = `speech (Russian, English) ${sum('speech')} in ${count('speech')} h, music ${sum('music')} in ${count('music')} h`;
  const value = (sum('speech') + sum('music')) / found.length;
  return {
    metric,
    value: Math.round(value * 1000) / 1000,
    unit: '1/h',
    n: found.length,
    note: `${note}: ${split}`,
  };
}

/** Takes tasks, as long as there are any, to a process of its own. */
function hearApart(tasks: Task[], take: (one: Found | Figure) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [FLAG], { execArgv: ['--import=tsx'] });
    const next = (): void => {
      const task = tasks.shift();
      if (task) child.send(task);
      else child.disconnect();
    };
    child.on('message', (one) => {
      take(one as Found | Figure);
      next();
    });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ended with code ${code}`))));
    next();
  });
}

if (process.argv[2] === FLAG && process.send) {
  const spoken = clips();
  try {
    setPriority(PRIORITY);
  } catch {
    // Not permitted here: it takes as long as it takes.
  }
  process.on('message', async (message) => {
    const task = message as Task;
    const send = (one: Found | Figure): void => void process.send!(one);
    if (task.kind === 'keys') hearKeys(send, profile);
    else if (task.kind === 'releases') hearReleases(send, profile);
    else send(hearHour(task as Hour, await spoken));
  });
}
