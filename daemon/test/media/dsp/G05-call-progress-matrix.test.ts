import t from 'tap';
import { type ExchangeTone, exchangeTone, mix } from '../../../../scripts/lib/corpus/exchange.ts';
import { Line, type LineOptions } from '../../../../scripts/lib/corpus/line.ts';
import { randomOf } from '../../../../scripts/lib/corpus/random.ts';
import type { ToneContext } from '../../../src/media/api.ts';
import { rmsOf } from '../../../src/media/dsp/level.ts';
import { ToneDetector, type ToneEvent } from '../../../src/media/dsp/tone-detector.ts';
import { profileOf } from './profiles.ts';
import { inFrames } from './signal.ts';

const russia = profileOf('ru').detect;

interface Heard extends ToneEvent {
  readonly ms: number;
}

/** What is heard in `pcm`, told when. */
function listen(pcm: Int16Array, context: ToneContext = 'after-answer', profile = russia): Heard[] {
  const heard: Heard[] = [];
  let samples = 0;
  const detector = new ToneDetector(profile, (e) => heard.push({ ...e, ms: samples / 8 }));
  detector.context = context;
  inFrames(pcm, (frame) => {
    samples += frame.length;
    detector.process(frame);
  });
  return heard;
}

const names = (heard: readonly Heard[]): string =>
  [...new Set(heard.filter((e) => e.kind === 'detected').map((e) => e.tone))].join(' ');

/** The tone over a line, after `leadMs` of its noise. */
function overLine(tone: ExchangeTone, ms: number, line: LineOptions, seed: number, leadMs = 400): Int16Array {
  const out = new Float64Array((leadMs + ms) * 8);
  mix(out, exchangeTone(tone, ms, seed), leadMs);
  return new Line(line, seed).pass(out);
}

/** Frequencies of drifted exchanges, and levels with what is beside them: 15 dB of noise, hum, A-law. */
const FREQUENCIES = [382, 400, 425, 440, 460, 478];
const ENDS = [382, 425, 478];
const LEVELS: readonly [dbm0: number, line: LineOptions][] = [
  [-5, { law: true }],
  [-15, { noiseDbm0: -30, law: true }],
  [-25, { noiseDbm0: -40, humDbm0: -50, law: true }],
  [-35, { noiseDbm0: -50, law: true }],
];

/**
 * How soon a release tone must be known, from its first sound on: busy within four of its cycles, congestion
 * within five (one may be caught in its middle), and 150 ms for windows and frames.
 */
const CYCLES = { busy: 4, congestion: 5 } as const;

function releases(t: Tap, tone: 'busy' | 'congestion', cadences: readonly (readonly number[])[]): void {
  let worst = 0;
  for (const [c, cadence] of cadences.entries()) {
    const cycle = cadence[0]! + cadence[1]!;
    const wrong: string[] = [];
    for (const frequencyHz of FREQUENCIES) {
      for (const [levelDbm0, line] of LEVELS) {
        const seed = c * 100 + frequencyHz + levelDbm0;
        const fromMs = (seed * 37) % cycle;
        const spec = { frequencyHz, levelDbm0, cadence, fromMs, edgeMs: 3, jitter: 0.04, harmonicsDb: 30 };
        const heard = listen(overLine(spec, 6 * cycle, line, seed));
        const first = heard.find((e) => e.kind === 'detected');
        const cycles = ((first?.ms ?? Infinity) - 400 - 150) / cycle;
        // Where the ranges of the two meet either name will do: both release.
        const right = first && (first.tone === tone || (cycle > 460 && cycle < 580 && first.tone !== 'dial'));
        if (!right || cycles > CYCLES[tone]) {
          wrong.push(`${frequencyHz} Hz ${levelDbm0}: ${first?.tone} after ${cycles.toFixed(1)} cycles`);
        } else worst = Math.max(worst, cycles);
      }
    }
    t.same(wrong, [], `${cadence.join('/')} ms`);
  }
  t.comment(`${tone}: known after at most ${worst.toFixed(1)} cycles and 150 ms`);
}

type Tap = typeof t;

t.test('busy tone of every exchange releases within four cycles', async (t) => {
  releases(t as Tap, 'busy', [
    [300, 300],
    [300, 400],
    [400, 300],
    [350, 350],
    [400, 400],
    [360, 360],
    [500, 500],
    [250, 250],
  ]);
});

t.test('congestion tone of every exchange releases within five cycles', async (t) => {
  releases(t as Tap, 'congestion', [
    [150, 150],
    [150, 200],
    [200, 150],
    [175, 175],
    [200, 200],
    [250, 250],
  ]);
});

t.test('what lies beyond the limits of a release tone is none', async (t) => {
  const line = { noiseDbm0: -60, law: true };
  const cases: [string, ExchangeTone][] = [
    ['360 Hz', { frequencyHz: 360, levelDbm0: -15, cadence: [350, 350] }],
    ['500 Hz', { frequencyHz: 500, levelDbm0: -15, cadence: [350, 350] }],
    ['-42 dBm0', { frequencyHz: 425, levelDbm0: -42, cadence: [350, 350] }],
    ['700/700 ms', { frequencyHz: 425, levelDbm0: -15, cadence: [700, 700] }],
    ['90/90 ms', { frequencyHz: 425, levelDbm0: -15, cadence: [90, 90] }],
    ['300/500 ms', { frequencyHz: 425, levelDbm0: -15, cadence: [300, 500] }],
    ['call waiting 200/5000 ms', { frequencyHz: 425, levelDbm0: -15, cadence: [200, 5000] }],
    ['two beeps and a pause', { frequencyHz: 425, levelDbm0: -15, cadence: [300, 300, 300, 2000] }],
    [
      'a reed, second harmonic 6 dB down',
      { frequencyHz: 425, levelDbm0: -15, cadence: [350, 350], harmonicsDb: 6 },
    ],
    ['a siren', { frequencyHz: 390, levelDbm0: -15, cadence: [350, 350], driftHz: 30 }],
  ];
  for (const [name, tone] of cases) t.equal(names(listen(overLine(tone, 12_000, line, 5))), '', name);
});

t.test(
  'ringback, Russian and other, is ringback at every frequency and level, and never a release',
  async (t) => {
    for (const cadence of [
      [1000, 4000],
      [900, 3600],
      [1100, 4400],
      [800, 3200],
      [1000, 3000],
    ]) {
      const wrong: string[] = [];
      for (const [i, frequencyHz] of ENDS.entries())
        for (const [levelDbm0, line] of LEVELS) {
          const context = i % 2 === 0 ? 'after-digits' : 'after-answer';
          const heard = names(listen(overLine({ frequencyHz, levelDbm0, cadence }, 8000, line, 7), context));
          if (heard !== 'ringback') wrong.push(`${frequencyHz} Hz ${levelDbm0} ${context}: ${heard}`);
        }
      t.same(wrong, [], cadence.join('/'));
    }
  },
);

t.test('dial tone: 0.43 s after seizing, 3 s after digits, 5 s in a call (ruling 11)', async (t) => {
  for (const [context, least, largest] of [
    ['after-seize', 430, 700],
    ['after-digits', 3000, 3300],
    ['after-answer', 5000, 5300],
  ] as const) {
    const wrong: string[] = [];
    for (const frequencyHz of ENDS)
      for (const [levelDbm0, line] of LEVELS) {
        const tone = { frequencyHz, levelDbm0, cadence: [] };
        const [first] = listen(overLine(tone, 7000, line, frequencyHz), context);
        const after = (first?.ms ?? Infinity) - 400;
        if (first?.tone !== 'dial' || after < least || after > largest)
          wrong.push(`${frequencyHz} Hz ${levelDbm0}: ${first?.tone} after ${after} ms`);
      }
    t.same(wrong, [], context);
  }
});

t.test('special information tone, by E.180 and as North America has it', async (t) => {
  for (const [name, frequencies, ms] of [
    ['E.180', [950, 1400, 1800], [330, 330, 330]],
    ['E.180, short, drifted', [925, 1430, 1775], [265, 265, 265]],
    ['E.180, long, drifted', [985, 1365, 1845], [395, 395, 395]],
    ['North America', [985.2, 1428.5, 1776.7], [380, 274, 380]],
  ] as const) {
    for (const [levelDbm0, line] of LEVELS) {
      const out = new Float64Array(8 * 3000);
      let at = 400;
      frequencies.forEach((frequencyHz, i) => {
        mix(out, exchangeTone({ frequencyHz, levelDbm0, cadence: [] }, ms[i]!, i), at);
        at += ms[i]! + (name === 'North America' ? 0 : 20);
      });
      t.equal(names(listen(new Line(line, 3).pass(out))), 'sit', `${name} at ${levelDbm0} dBm0`);
    }
  }
});

t.test('busy tone is known under the echo that the canceller leaves of our own speech', async (t) => {
  const random = randomOf(3);
  for (const levelDbm0 of [-10, -20, -30]) {
    const out = exchangeTone({ frequencyHz: 425, levelDbm0, cadence: [350, 350] }, 6000, 2);
    // A talker at -10 dBm0, 12 dB of hybrid loss, 25 dB of canceller: -47 dBm0 with peaks far above.
    let loud = 1;
    for (let i = 0; i < out.length; i++) {
      if (i % 960 === 0) loud = random() * 2;
      const v = Math.sin((2 * Math.PI * 170 * i) / 8000) + 0.7 * Math.sin((2 * Math.PI * 510 * i) / 8000);
      out[i] = out[i]! + v * loud * rmsOf(-47);
    }
    const heard = listen(new Line({ noiseDbm0: -60, law: true }, 4).pass(out));
    t.equal(names(heard), 'busy', `${levelDbm0} dBm0`);
    t.ok(heard[0]!.ms < 3100, `after ${heard[0]!.ms} ms`);
  }
});

t.test('the evidence of a release: frequency, times of each cycle, level, count (ruling 20)', async (t) => {
  const tone = { frequencyHz: 437, levelDbm0: -18, cadence: [340, 370] };
  const heard = listen(overLine(tone, 9000, { noiseDbm0: -45, law: true }, 9));
  const { evidence } = heard.find((e) => e.kind === 'detected')!;
  t.equal(evidence.context, 'after-answer');
  t.equal(evidence.count, 3);
  t.ok(Math.abs(evidence.frequencyHz - 437) < 1.5, `${evidence.frequencyHz.toFixed(1)} Hz`);
  t.ok(Math.abs(evidence.levelDbm0 + 18) < 0.7, `${evidence.levelDbm0.toFixed(1)} dBm0`);
  t.equal(evidence.cycles.length, 3);
  for (const { onMs, offMs, frequencyHz, purity } of evidence.cycles) {
    t.ok(Math.abs(onMs - 340) <= 15 && Math.abs(offMs - 370) <= 15, `${onMs}/${offMs} ms`);
    t.ok(Math.abs(frequencyHz - 437) < 2);
    t.ok(purity > 0.97 && purity <= 1);
  }
  const last = heard.at(-1)!.evidence;
  t.equal(last.cycles.length, 8, 'no more than eight are kept');
  t.ok(last.count > 8, 'though all are counted');
});

t.test(
  'the tones of Europe and of North America release as soon, pairs of frequencies included',
  async (t) => {
    for (const [country, frequencies, cadences] of [
      ['eu', [425], { busy: [500, 500], congestion: [250, 250] }],
      ['us', [480, 620], { busy: [500, 500], congestion: [250, 250] }],
    ] as const) {
      const profile = profileOf(country).detect;
      for (const tone of ['busy', 'congestion'] as const) {
        const cadence = cadences[tone];
        const cycle = cadence[0] + cadence[1];
        for (const [levelDbm0, line] of LEVELS) {
          const out = new Float64Array((400 + 7 * cycle) * 8);
          // Of a pair each frequency has half the power.
          const level = levelDbm0 - (frequencies.length - 1) * 3;
          for (const frequencyHz of frequencies)
            mix(
              out,
              exchangeTone({ frequencyHz, levelDbm0: level, cadence, fromMs: 300, edgeMs: 3 }, 6 * cycle, 4),
              400,
            );
          const [first] = listen(new Line(line, 5).pass(out), 'after-answer', profile);
          t.equal(first?.tone, tone, `${country} ${tone} at ${levelDbm0} dBm0`);
          t.ok(first!.ms - 550 <= CYCLES[tone] * cycle, `after ${first!.ms} ms`);
        }
      }
    }
  },
);
