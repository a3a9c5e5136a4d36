import t from 'tap';
import { V8MenuFilter } from '../../../src/media/dsp/v8-menu.ts';
import { noise, random, speechLike, v21 } from '../support/v21.ts';

/** An octet with its start and stop bit, the lowest bit first (V.8 5.1). */
const octet = (value: number): number[] => [0, ...Array.from({ length: 8 }, (_, i) => (value >> i) & 1), 1];

/** A call menu: ten ones, the sync, call function, modulations. */
const menu = [
  ...Array.from({ length: 10 }, () => 1),
  ...[0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
  ...octet(0x81),
  ...octet(0x45),
  ...octet(0x10),
  ...octet(0x10),
];
const menus = (count: number): number[] => Array.from({ length: count }, () => menu).flat();

/** Runs it in frames of 10 ms; gives the samples that came through loud, and the last of them. */
function through(pcm: Int16Array): { loud: number; last: number } {
  const filter = new V8MenuFilter();
  let loud = 0;
  let last = 0;
  for (let n = 0; n + 80 <= pcm.length; n += 80) {
    const frame = pcm.slice(n, n + 80);
    filter.process(frame);
    for (let i = 0; i < 80; i++) {
      if (Math.abs(frame[i]!) < 300) continue;
      loud++;
      last = n + i;
    }
  }
  return { loud, last };
}

t.test('V.8 7.2: not one whole menu comes through, at any level and in noise', async (t) => {
  for (const dbm0 of [-5, -15, -25]) {
    for (const lead of [0, 31, 55]) {
      const { last } = through(v21(menus(6), { channel: 1, dbm0, lead }));
      t.ok(last < lead + 40 * (8000 / 300), `${dbm0} dBm0: silent after ${last - lead} samples of 12800`);
    }
  }
  const noisy = v21(menus(6), { channel: 1, dbm0: -12 });
  noise(noisy, -30, 9);
  t.ok(through(noisy).last < 40 * (8000 / 300));
});

t.test('what follows the menu is heard again', async (t) => {
  const pcm = new Int16Array(16_000);
  pcm.set(v21(menus(3), { channel: 1 }).subarray(0, 6000));
  for (let n = 8000; n < 16_000; n++) pcm[n] = Math.round(5000 * Math.sin((2 * Math.PI * 1100 * n) / 8000));
  t.ok(through(pcm).loud > 7000);
});

t.test('a fax, a modem, speech and noise are let through whole', async (t) => {
  const whole = (name: string, pcm: Int16Array): void => {
    const filter = new V8MenuFilter();
    let changed = 0;
    for (let n = 0; n + 80 <= pcm.length; n += 80) {
      const frame = pcm.slice(n, n + 80);
      filter.process(frame);
      if (filter.active) changed++;
    }
    t.equal(changed, 0, name);
  };
  const next = random(4);
  const bits = Array.from({ length: 6000 }, () => (next() > 0 ? 1 : 0));
  whole('V.21 channel 2', v21(bits));
  whole(
    'flags in channel 1',
    v21(
      Array.from({ length: 900 }, (_, i) => (i % 8 === 0 ? 0 : 1)),
      { channel: 1 },
    ),
  );
  whole(
    'CNG',
    v21(
      Array.from({ length: 150 }, () => 1),
      { channel: 1, offset: 120 },
    ),
  );
  whole('speech', speechLike(20, 8));
  const hiss = new Int16Array(8000 * 20);
  noise(hiss, -12, 6);
  whole('noise', hiss);
});
