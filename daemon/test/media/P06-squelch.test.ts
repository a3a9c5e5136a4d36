import t from 'tap';
import { DigitWatch } from '../../src/media/digit-watch.ts';
import { DtmfGenerator } from '../../src/media/dsp/dtmf-generator.ts';
import { Squelch } from '../../src/media/squelch.ts';

/** What leaves a leg whose keys go as events, of `pcm` that came from its line. */
function through(pcm: Int16Array): Int16Array {
  const watch = new DigitWatch(() => {}, []);
  const squelch = new Squelch();
  const out = new Int16Array(pcm.length);
  const none = new Int16Array(80);
  for (let at = 0; at + 80 <= pcm.length; at += 80) {
    const frame = pcm.slice(at, at + 80);
    watch.hearRaw(frame, none);
    watch.hear(frame);
    squelch.process(frame, watch.suspect);
    out.set(frame, at);
  }
  return out;
}

/** Small noise, the same at each run. */
function noise(length: number, seed: number): Int16Array {
  let state = seed;
  return Int16Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * 60;
  });
}

t.test('sound that is no key is 10 ms later, and otherwise as it was', async (t) => {
  const pcm = Int16Array.from({ length: 8000 }, (_, n) => 9000 * Math.sin(n / 7) + 4000 * Math.sin(n / 31));
  const out = through(pcm);
  t.same(out.subarray(80), pcm.subarray(0, pcm.length - 80));
});

t.test('of each key, at every place in a frame, less leaves than any receiver takes (Q.24)', async (t) => {
  let worst = 0;
  for (const key of '1234567890*#ABCD') {
    for (let offset = 0; offset < 80; offset += 9) {
      const pcm = noise(4000, offset + 1);
      const generator = new DtmfGenerator({ onMs: 100, offMs: 40 });
      generator.enqueue(key);
      const tone = new Int16Array(1120);
      generator.process(tone, tone.length);
      for (let i = 0; i < tone.length; i++) pcm[1600 + offset + i]! += tone[i]!;
      const out = through(pcm);
      // The ear of a receiver needs no more than this: where the tone stands out of the noise.
      let loud = 0;
      for (const sample of out) if (Math.abs(sample) > 300) loud++;
      worst = Math.max(worst, loud / 8);
    }
  }
  t.ok(worst > 0 && worst < 18, `at most ${worst} ms`);
});
