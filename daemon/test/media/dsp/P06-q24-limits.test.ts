import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { randomOf } from '../../../../scripts/lib/corpus/random.ts';
import { DTMF_KEYS, DtmfGenerator } from '../../../src/media/dsp/dtmf-generator.ts';
import { digitsOf, hear, type Outcome, type Press, pressOf, trials } from './dtmf-trials.ts';
import { Signal } from './signal.ts';

/**
 * ITU-T Q.24 annex A, column of AT&T (the widest where the columns differ), both sides of each edge: what must be
 * taken is the hardest case that the annex leaves, 40 ms at 15 dB over noise; what must be refused is the easiest,
 * loud and clean and long. Each row is 192 presses: sixteen keys at twelve places against the receiver's blocks.
 */
const hard: Press = { onMs: 40, snr: 15 };
const easy: Press = { onMs: 100 };
const dialNotch = { notchHz: [425] };

const taken = (outcome: Outcome): string => `${outcome.right} right, ${outcome.wrong} wrong`;
const ALL = '192 right, 0 wrong';
const NONE = '0 right, 0 wrong';

function accepted(t: Test, rows: readonly [string, Press][], options?: Parameters<typeof trials>[1]): void {
  for (const [name, press] of rows) t.equal(taken(trials(press, options)), ALL, name);
}

function refused(t: Test, rows: readonly [string, Press][]): void {
  for (const [name, press] of rows) t.equal(taken(trials(press)), NONE, name);
}

t.test('Q.24 A: frequencies within 1.5 % are taken, whichever tone is off and which way', async (t) => {
  const rows: [string, Press][] = [];
  for (const row of [-0.015, 0, 0.015])
    for (const column of [-0.015, 0, 0.015])
      rows.push([
        `low ${row * 100} %, high ${column * 100} %`,
        { ...hard, rowError: row, columnError: column, line: { law: true } },
      ]);
  accepted(t, rows);
});

t.test(
  'Q.24 A: beyond 3.5 % nothing is taken, one tone off being enough; nor is it beyond 2.2 %',
  async (t) => {
    const rows: [string, Press][] = [];
    for (const off of [0.022, 0.035, 0.05])
      for (const sign of [-1, 1]) {
        rows.push([`low ${sign * off * 100} %`, { ...easy, rowError: sign * off }]);
        rows.push([`high ${sign * off * 100} %`, { ...easy, columnError: sign * off }]);
        rows.push([`both ${sign * off * 100} %`, { ...easy, rowError: sign * off, columnError: sign * off }]);
      }
    refused(t, rows);
  },
);

t.test('Q.24 A: twist from +4 dB (high group louder) to -8 dB is taken, +7 and -11 are not', async (t) => {
  accepted(t, [
    ['+4 dB', { ...hard, low: -12, high: -8 }],
    ['+4 dB, frequencies 1.5 % off', { ...hard, low: -12, high: -8, rowError: 0.015, columnError: -0.015 }],
    ['-8 dB', { ...hard, low: -6, high: -14 }],
    ['-8 dB, frequencies 1.5 % off', { ...hard, low: -6, high: -14, rowError: -0.015, columnError: 0.015 }],
  ]);
  refused(t, [
    ['+7 dB', { ...easy, low: -14, high: -7 }],
    ['-11 dB', { ...easy, low: -5, high: -16 }],
    ['the low tone alone', { ...easy, high: -70 }],
    ['the high tone alone', { ...easy, low: -70 }],
  ]);
});

t.test('Q.24 A: 40 ms is a digit, 23 ms is none', async (t) => {
  accepted(t, [
    ['40 ms', hard],
    ['40 ms, loud and clean', { onMs: 40, low: -3, high: -3 }],
    ['300 ms', { onMs: 300, snr: 15 }],
  ]);
  refused(t, [
    ['23 ms', { onMs: 23 }],
    ['23 ms, loud', { onMs: 23, low: 0, high: 0 }],
    ['15 ms', { onMs: 15 }],
  ]);
});

t.test(
  'Q.24 A: each tone from 0 to -25 dBm0 is taken, and down to -31; -55 is not, nor is -36',
  async (t) => {
    accepted(t, [
      ['0 dBm0', { ...hard, low: 0, high: 0 }],
      ['-25 dBm0', { ...hard, low: -25, high: -25 }],
      [
        '-25 dBm0 through A-law, 1.5 % off',
        { ...hard, low: -25, high: -25, rowError: 0.015, line: { law: true } },
      ],
      ['-31 dBm0', { ...hard, low: -31, high: -31 }],
    ]);
    refused(t, [
      ['-36 dBm0', { ...easy, low: -36, high: -36 }],
      ['-55 dBm0', { ...easy, low: -55, high: -55 }],
    ]);
  },
);

t.test('Q.24 A: a pause of 40 ms parts two digits, a break of 10 ms does not split one', async (t) => {
  accepted(t, [
    ['40 ms on, 40 ms off', { ...hard, againAfter: 40 }],
    ['40 ms on, 30 ms off (NTT)', { ...hard, againAfter: 30 }],
    ['a break of 10 ms in the middle', { onMs: 100, gapAt: 50, gapMs: 10 }],
    ['a break of 10 ms after 35 ms, noise', { ...hard, onMs: 80, gapAt: 35, gapMs: 10 }],
    ['a break of 4 ms', { ...hard, onMs: 80, gapAt: 40, gapMs: 4 }],
  ]);
});

t.test('Q.24 6: an echo 10 dB down within 20 ms does no harm', async (t) => {
  accepted(t, [
    ['5 ms', { onMs: 45, echoMs: 5 }],
    ['20 ms', { onMs: 40, echoMs: 20 }],
  ]);
});

t.test('keys are heard over 425 Hz at -10 to -20 dBm0, however weak they are themselves', async (t) => {
  const rows: [string, Press][] = [];
  for (const dialTone of [-10, -13, -20])
    for (const key of [-7, -16, -25])
      rows.push([
        `key ${key} over dial tone ${dialTone}`,
        { onMs: 40, low: key, high: key, dialTone, rowError: 0.015, columnError: -0.015 },
      ]);
  rows.push(['dial tone 10 Hz off', { onMs: 40, dialTone: -10, dialHz: 435 }]);
  accepted(t, rows, dialNotch);
  accepted(
    t,
    [['and the filter costs nothing without it', { ...hard, rowError: 0.015, columnError: -0.015 }]],
    dialNotch,
  );
});

t.test('a line with hum, clicks and noise through A-law', async (t) => {
  accepted(t, [
    ['noise at -35 dBm0', { onMs: 40, low: -16, high: -16, line: { noiseDbm0: -35, law: true } }],
    ['hum at -30 dBm0', { onMs: 40, low: -16, high: -16, line: { humDbm0: -30, noiseDbm0: -50, law: true } }],
  ]);
  const clicked = trials({ onMs: 80, line: { clicks: 4, noiseDbm0: -50, law: true } });
  t.equal(clicked.wrong, 0, 'clicks make no digits');
  t.ok(clicked.right >= 188, `and spoil few: ${clicked.right} of ${clicked.of} right with 4 clicks a second`);
});

t.test('a key held for half a minute over noise is one digit (C03)', async (t) => {
  for (const key of [0, 7, 12]) {
    const pcm = pressOf({ onMs: 30_000, snr: 15, line: { law: true } }, key, 100, key + 1);
    const heard = hear(pcm);
    t.equal(digitsOf(heard), DTMF_KEYS[key]);
    t.ok(Math.abs(heard.at(-1)!.durationMs - 30_000) < 20, `${heard.at(-1)!.durationMs} ms long`);
  }
});

const multimon = spawnSync('multimon-ng', ['-h']).error === undefined;

t.test(
  'a foreign decoder (multimon-ng) reads what our generator dials, whatever the timing',
  { skip: multimon ? false : 'multimon-ng is not installed' },
  async (t) => {
    const random = randomOf(9);
    for (const [onMs, offMs, twistDb, levelDbm0] of [
      [80, 80, 2, -9],
      [60, 60, 0, -13],
      [100, 50, 3, -20],
      [200, 100, -3, -7],
    ] as const) {
      const dialled = Array.from({ length: 48 }, (_, i) =>
        i < 16 ? DTMF_KEYS[i] : DTMF_KEYS[Math.floor(random() * 16)],
      ).join('');
      const generator = new DtmfGenerator({ onMs, offMs, twistDb, levelDbm0 });
      generator.enqueue(dialled);
      const pcm = new Int16Array(dialled.length * (onMs + offMs) * 8 + 4000);
      generator.process(pcm.subarray(800));
      t.equal(foreign(t.testdir(), pcm), dialled, `${onMs}/${offMs} ms, twist ${twistDb} dB`);
      t.equal(digitsOf(hear(pcm)), dialled, 'and so do we');
    }
    t.equal(
      foreign(t.testdir(), new Signal(3000, 3).sine(425, -10).noise(-40).pcm()),
      '',
      'nothing in dial tone',
    );
  },
);

/** What multimon-ng finds in `pcm`. It listens at 22050 Hz, to a file. */
function foreign(folder: string, pcm: Int16Array): string {
  mkdirSync(folder, { recursive: true });
  const raw = join(folder, 'keys.raw');
  const wide = join(folder, 'keys22.raw');
  writeFileSync(raw, new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength));
  const format = ['-t', 'raw', '-e', 'signed', '-b', '16', '-c', '1'];
  spawnSync('sox', [...format, '-r', '8000', raw, ...format, '-r', '22050', wide]);
  const { stdout } = spawnSync('multimon-ng', ['-q', '-a', 'DTMF', '-t', 'raw', wide], { encoding: 'utf8' });
  return [...stdout.matchAll(/DTMF: (\S)/g)].map((m) => m[1]!.replace('E', '*').replace('F', '#')).join('');
}
