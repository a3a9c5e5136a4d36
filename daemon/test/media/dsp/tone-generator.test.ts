import t from 'tap';
import type { ToneSpec } from '../../../src/media/api.ts';
import { DtmfGenerator } from '../../../src/media/dsp/dtmf-generator.ts';
import { levelDbm0, SILENCE_DBM0, toneLevelDbm0 } from '../../../src/media/dsp/level.ts';
import { type Tone, ToneGenerator } from '../../../src/media/dsp/tone-generator.ts';

function play(tone: Tone, ms: number, frame = 160): Int16Array {
  const generator = new ToneGenerator();
  generator.start(tone);
  const out = new Int16Array(ms * 8);
  for (let i = 0; i < out.length; i += frame) generator.process(out.subarray(i, i + frame));
  return out;
}

/** [on, off, on...] in ms, from a level at every millisecond. */
function cadenceOf(pcm: Int16Array): number[] {
  const runs: number[] = [];
  let on = true;
  let run = 0;
  for (let ms = 0; ms * 8 < pcm.length; ms++) {
    const now = levelDbm0(pcm, ms * 8, ms * 8 + 8) > -40;
    if (now === on) run++;
    else {
      runs.push(run);
      on = now;
      run = 1;
    }
  }
  return [...runs, run];
}

const tone425 = (cadence: number[], repeat?: number): ToneSpec => ({
  frequencies: [425],
  levelDbm0: -10,
  cadence,
  ...(repeat === undefined ? {} : { repeat }),
});

t.test('level and frequency are as asked, and stay so for a minute', async (t) => {
  const pcm = play({ frequencies: [350, 440], levelDbm0: -13, cadence: [] }, 60_000);
  for (const at of [0, 59_000]) {
    t.ok(Math.abs(toneLevelDbm0(pcm, 350, at * 8, at * 8 + 8000) + 13) < 0.02);
    t.ok(Math.abs(toneLevelDbm0(pcm, 440, at * 8, at * 8 + 8000) + 13) < 0.02);
  }
});

t.test('frames join without a seam: any frame length gives the same samples', async (t) => {
  const whole = play(tone425([70, 35]), 1000, 8000);
  for (const frame of [1, 80, 160, 240, 333]) t.same(play(tone425([70, 35]), 1000, frame), whole);
});

t.test('cadences', async (t) => {
  t.same(cadenceOf(play(tone425([350, 350]), 2100)), [350, 350, 350, 350, 350, 350]);
  t.same(cadenceOf(play(tone425([100, 100], 3), 1000)), [100, 100, 100, 100, 100, 500], 'a number of times');
  t.same(
    cadenceOf(play([tone425([100, 100], 2), tone425([])], 1000)),
    [100, 100, 100, 100, 600],
    'stutter, then continuous',
  );
  t.same(cadenceOf(play([tone425([50]), tone425([60, 40])], 300)), [110, 40, 110, 40], 'a list starts over');
});

t.test('the special information tone goes up in three steps', async (t) => {
  const parts = [950, 1400, 1800].map((f, i) => ({
    frequencies: [f],
    levelDbm0: -12,
    cadence: i === 2 ? [330, 1000] : [330],
  }));
  const pcm = play(parts, 4000);
  for (const from of [0, 1990]) {
    [950, 1400, 1800].forEach((f, i) => {
      const at = (from + i * 330 + 20) * 8;
      t.ok(Math.abs(toneLevelDbm0(pcm, f, at, at + 290 * 8) + 12) < 0.1, `${f} Hz after ${from} ms`);
    });
    t.equal(levelDbm0(pcm, (from + 1000) * 8, (from + 1980) * 8), SILENCE_DBM0);
  }
});

t.test('says when it is over', async (t) => {
  const generator = new ToneGenerator();
  t.equal(generator.active, false);
  generator.start(tone425([30, 10], 1));
  const out = new Int16Array(240);
  t.equal(generator.process(out, 240), 240);
  t.equal(generator.active, true);
  t.equal(generator.process(out, 240), 80);
  t.equal(generator.active, false);
  generator.start(tone425([]));
  generator.stop();
  t.equal(generator.process(out), 0);
});

t.test('refuses what cannot be played', async (t) => {
  const bad: [Tone, RegExp][] = [
    [[], /at least one part/],
    [tone425([0, 0]), /length/],
    [{ frequencies: [4000], levelDbm0: -10, cadence: [] }, /4000 Hz/],
    [{ frequencies: [425], levelDbm0: 10, cadence: [] }, /10 dBm0/],
    [[tone425([]), tone425([100])], /never ends/],
    [tone425([-1]), /duration/],
    [tone425([100], 0), /repeat/],
    [{ frequencies: [1, 2, 3, 4, 5], levelDbm0: -10, cadence: [] }, /more than 4/],
  ];
  for (const [tone, message] of bad)
    t.throws(() => new ToneGenerator().start(tone), { code: 'media/tone', message });
});

t.test('DTMF: digits, pauses, levels, and PINs out of errors', async (t) => {
  const generator = new DtmfGenerator({ onMs: 70, offMs: 50, levelDbm0: -9, twistDb: 2, commaMs: 200 });
  generator.enqueue('1,d');
  const pcm = new Int16Array(600 * 8);
  t.equal(generator.process(pcm), (120 + 200 + 120) * 8);
  t.same(cadenceOf(pcm), [70, 250, 70, 210]);
  t.ok(Math.abs(toneLevelDbm0(pcm, 697, 0, 560) + 9) < 0.1);
  t.ok(Math.abs(toneLevelDbm0(pcm, 1209, 0, 560) + 7) < 0.1);
  t.ok(toneLevelDbm0(pcm, 1633, 320 * 8, 390 * 8) > -8, 'd is D');
  try {
    generator.enqueue('12345x');
    t.fail('must be refused');
  } catch (error) {
    t.match(error, { code: 'media/dtmf-digit' });
    t.notMatch(String(error), /12345/);
  }
  t.equal(generator.active, false, 'nothing of it was taken');
  generator.enqueue('99');
  generator.process(pcm, 80);
  t.equal(generator.sounding, true);
  generator.clear();
  t.equal(generator.active, false);
});
