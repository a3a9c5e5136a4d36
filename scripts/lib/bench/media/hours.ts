/**
 * What detectors take for a key or for the end of a call in hours of speech and music that hold neither, and, so
 * that deaf ones are not praised, what they hear of keys and tones at the edge of what they must. Two processes
 * (tsx does not load TypeScript in worker threads of Node 20), far faster than real time; speech is kept in the
 * cache of the user between runs.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseProfile } from '../../../../daemon/src/media/dsp/profile.ts';
import { Listener } from '../../../../daemon/src/media/listener.ts';
import type { Figure } from '../../bench.ts';
import { MusicHours, SpeechHours, type Stream } from '../../corpus/hours.ts';
import { speak, speaks, voiceOf } from '../../corpus/speech.ts';
import { hearKeys, hearReleases } from './heard.ts';

/** Hours of each kind, an hour a piece. */
const HOURS = 12;
/** Clips of about a minute that speech is made of: both languages, 22 variants of the voice. */
const CLIPS = 44;
const SENTENCES = 20;
const FRAME = 80;
const FLAG = '--hear';

interface Task {
  readonly kind: 'speech' | 'music';
  readonly seed: number;
}

interface Found {
  readonly kind: Task['kind'];
  readonly digits: number;
  readonly hangups: number;
  /** Where and what, for whoever wants to listen. */
  readonly what: readonly string[];
}

const profile = parseProfile(
  JSON.parse(readFileSync(new URL('../../../../hw/profile/ru.json', import.meta.url), 'utf8')),
);

/** An hour through a line's own ears, as in a call after the answer. */
function hearHour({ kind, seed }: Task, clips: readonly Int16Array[]): Found {
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
export async function measureHours(emit: (figure: Figure) => void): Promise<void> {
  if (!speaks()) throw new Error('espeak-ng is not installed: run scripts/setup');
  await clips();
  const tasks: Task[] = [];
  for (let seed = 1; seed <= HOURS; seed++) tasks.push({ kind: 'speech', seed }, { kind: 'music', seed });
  const found: Found[] = [];
  await Promise.all(
    Array.from({ length: Math.min(2, availableParallelism()) }, () => hearApart(tasks, found)),
  );
  for (const line of found.flatMap((f) => f.what)) console.error(line);
  emit(figure('media.dtmfFalsePerHour', found, (f) => f.digits, 'keys heard where none was pressed'));
  emit(
    figure('media.falseHangupsPerHour', found, (f) => f.hangups, 'release tones heard where none was sent'),
  );
  hearKeys(emit, profile);
  hearReleases(emit, profile);
}

function figure(metric: string, found: readonly Found[], of: (f: Found) => number, note: string): Figure {
  const sum = (kind: Task['kind']): number =>
    found.filter((f) => f.kind === kind).reduce((total, f) => total + of(f), 0);
  const split = `speech (Russian, English) ${sum('speech')} in ${HOURS} h, music ${sum('music')} in ${HOURS} h`;
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
function hearApart(tasks: Task[], found: Found[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [FLAG], { execArgv: ['--import=tsx'] });
    const next = (): void => {
      const task = tasks.shift();
      if (task) child.send(task);
      else child.disconnect();
    };
    child.on('message', (one) => {
      found.push(one as Found);
      next();
    });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ended with code ${code}`))));
    next();
  });
}

if (process.argv[2] === FLAG && process.send) {
  const spoken = clips();
  process.on('message', async (task) => {
    const one = hearHour(task as Task, await spoken);
    process.send!(one);
  });
}
