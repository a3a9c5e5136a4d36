import t from 'tap';
import { DialToneFinder } from '../../../src/media/dsp/dial-tone-finder.ts';
import { BLOCK } from '../../../src/media/dsp/dtmf-bank.ts';
import { digitsOf, hear, type Press, trials } from './dtmf-trials.ts';
import { Signal } from './signal.ts';

/**
 * Keys over dial tones that are not where the country has its own: other countries' (ITU-T E.180 supplement 2), and what
 * old exchanges make of 425 Hz. The detector knows of 425 Hz alone.
 */
const dialTones: Record<string, readonly number[]> = {
  'worn, 380 Hz': [380],
  '400 Hz': [400],
  '425 Hz': [425],
  '440 Hz': [440],
  '450 Hz': [450],
  'drifted to 460 Hz': [460],
  'of North America': [350, 440],
  'of the United Kingdom': [350, 450],
};
const notch = { notchHz: [425] };
const taken = (press: Press, places: number): string => {
  const { right, wrong, of } = trials({ leadMs: 250, ...press }, notch, places);
  return `${right} of ${of}, ${wrong} wrong`;
};

t.test('a key of 40 ms is heard over any dial tone while it plays, loud or weak', async (t) => {
  for (const [name, dialHz] of Object.entries(dialTones))
    for (const dialTone of [-10, -20])
      for (const key of [-7, -16, -25])
        t.equal(
          taken({ onMs: 40, low: key, high: key, dialTone, dialHz }, 3),
          '48 of 48, 0 wrong',
          `key at ${key} dBm0 over dial tone ${name} at ${dialTone} dBm0`,
        );
});

t.test('and at the corners of what Q.24 wants taken, through A-law', async (t) => {
  for (const [name, dialHz] of Object.entries(dialTones))
    for (const [rowError, columnError] of [
      [-0.015, -0.015],
      [-0.015, 0.015],
      [0.015, -0.015],
      [0.015, 0.015],
    ] as const)
      for (const [low, high] of [
        [-12, -8],
        [-6, -14],
      ] as const)
        t.equal(
          taken(
            { onMs: 40, low, high, rowError, columnError, dialTone: -13, dialHz, line: { law: true } },
            1,
          ),
          '16 of 16, 0 wrong',
          `${rowError * 100} %, ${columnError * 100} %, twist ${high - low} dB over dial tone ${name}`,
        );
});

t.test('no dial tone is a key: steady, interrupted, drifting, noisy', async (t) => {
  const gliding = new Signal(20_000, 4);
  for (let i = 0, phase = 0; i < gliding.samples.length; i++) {
    phase += (2 * Math.PI * (400 + 80 * Math.sin(i / 9000))) / 8000;
    gliding.samples[i] = 5000 * Math.sin(phase);
  }
  t.equal(digitsOf(hear(gliding.noise(-45).pcm(), notch)), '', 'between 320 and 480 Hz');
  for (const [name, tones] of Object.entries(dialTones)) {
    for (const level of [-3, -10, -25]) {
      const steady = new Signal(10_000, 5).noise(-45);
      const stutter = new Signal(10_000, 6).noise(-45);
      for (const tone of tones) {
        steady.sine(tone, level);
        for (let at = 0; at < 10_000; at += 200) stutter.sine(tone, level, at, 100);
      }
      t.equal(digitsOf(hear(steady.pcm(), notch)), '', `${name} at ${level} dBm0`);
      t.equal(digitsOf(hear(stutter.pcm(), notch)), '', `${name} at ${level} dBm0, stuttering`);
    }
  }
});

t.test('a dial tone is found to a hertz, and nothing else is taken for one', async (t) => {
  const found = (signal: Signal): (readonly number[])[] => {
    const finder = new DialToneFinder();
    const pcm = Float64Array.from(signal.pcm());
    const all: (readonly number[])[] = [];
    for (let i = 0; i + BLOCK <= pcm.length; i += BLOCK) {
      const tones = finder.take(pcm.subarray(i, i + BLOCK));
      if (tones) all.push([...tones].sort((a, b) => a - b));
    }
    return all;
  };
  for (const [name, tones] of Object.entries(dialTones)) {
    const signal = new Signal(600, 3).noise(-35);
    for (const tone of tones) signal.sine(tone, -13);
    const heard = found(signal);
    t.ok(heard.length > 20, `${name}: ${heard.length} times in 0.6 s`);
    t.ok(
      heard.every((h) => h.length === tones.length && h.every((f, i) => Math.abs(f - tones[i]!) < 1)),
      `${name}: ${heard[0]}`,
    );
  }
  t.same(found(new Signal(600, 3).noise(-20)), [], 'noise');
  t.same(found(new Signal(600, 3).sine(770, -10).sine(1336, -10)), [], 'a key');
  t.same(found(new Signal(600, 3).sine(425, -10).sine(850, -15).sine(1275, -18)), [], 'a note');
  t.same(found(new Signal(600, 3).sine(392, -10).sine(494, -10)), [], 'two notes of a melody');
  t.same(found(new Signal(600, 3).sine(425, -50)), [], 'what is too weak');
});
