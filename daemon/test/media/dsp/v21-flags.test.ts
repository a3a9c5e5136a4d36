import t from 'tap';
import { V21FlagDetector } from '../../../src/media/dsp/v21-flags.ts';
import { amplitude, noise, speechLike, v21 } from '../support/v21.ts';

const flags = (count: number): number[] =>
  Array.from({ length: count }, () => [0, 1, 1, 1, 1, 1, 1, 0]).flat();

function heard(pcm: Int16Array): number {
  let count = 0;
  const detector = new V21FlagDetector(() => count++);
  for (let n = 0; n + 80 <= pcm.length; n += 80) detector.process(pcm.subarray(n, n + 80));
  return count;
}

t.test('hears the preamble of a DIS at every level a terminal must hear, once', async (t) => {
  for (const dbm0 of [0, -10, -20, -30, -40]) {
    t.equal(heard(v21(flags(37), { dbm0 })), 1, `${dbm0} dBm0`);
  }
});

t.test('hears it within a quarter of a second, wherever in a frame it begins', async (t) => {
  for (let lead = 0; lead < 80; lead += 7) {
    const pcm = v21(flags(37), { lead });
    t.equal(heard(pcm.subarray(0, lead + 2000)), 1, `begun ${lead} samples into a frame`);
  }
});

t.test('hears flags that share their zeros', async (t) => {
  const shared = Array.from({ length: 37 }, () => [0, 1, 1, 1, 1, 1, 1]).flat();
  t.equal(heard(v21(shared)), 1);
});

t.test('hears it in noise, off frequency and off speed', async (t) => {
  for (const snr of [20, 15, 10]) {
    const pcm = v21(flags(37), { dbm0: -20 });
    noise(pcm, -20 - snr, 7);
    t.equal(heard(pcm), 1, `SNR ${snr} dB`);
  }
  for (const hz of [-30, -15, 15, 30]) t.equal(heard(v21(flags(37), { offset: hz })), 1, `${hz} Hz off`);
  for (const speed of [0.99, 1.01]) t.equal(heard(v21(flags(37), { speed })), 1, `speed ${speed}`);
});

t.test('hears each preamble again', async (t) => {
  const one = v21(flags(37));
  const two = new Int16Array(one.length * 2 + 8000);
  two.set(one);
  two.set(one, one.length + 8000);
  t.equal(heard(two), 2);
});

t.test('is deaf to what is no flag', async (t) => {
  t.equal(heard(v21(Array.from({ length: 900 }, () => 1))), 0, 'mark without end: a modem that answers');
  t.equal(heard(v21(Array.from({ length: 900 }, (_, i) => i & 1))), 0, 'reversals');
  t.equal(heard(v21(flags(37), { channel: 1 })), 0, 'flags in channel 1');
  t.equal(heard(v21(flags(4))), 0, 'four flags only');
  let seed = 1;
  const random = Array.from({ length: 9000 }, () => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >> 16) & 1;
  });
  t.equal(heard(v21(random)), 0, 'data');
});

t.test('is deaf to tones, noise and speech', async (t) => {
  const seconds = 20;
  for (const hz of [425, 1100, 1650, 1750, 1850, 2100]) {
    const pcm = Int16Array.from({ length: 8000 * 4 }, (_, n) =>
      Math.round(amplitude(-10) * Math.sin((2 * Math.PI * hz * n) / 8000)),
    );
    t.equal(heard(pcm), 0, `${hz} Hz`);
  }
  const hiss = new Int16Array(8000 * seconds);
  noise(hiss, -15, 3);
  t.equal(heard(hiss), 0, 'noise');
  t.equal(heard(speechLike(seconds, 5)), 0, 'vowels of changing pitch');
});
