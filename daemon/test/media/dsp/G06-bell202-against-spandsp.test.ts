import t from 'tap';
import { compare, type Line, skip } from './caller-id-contest.ts';

const way = 'fsk-bell202';

t.test(`${way}: at least as many messages intact as spandsp reads, at every noise`, { skip }, async (t) => {
  for (const noise of ['white', 'low', 'high'] as const)
    for (const snr of [25, 20, 15, 12, 9, 6]) compare(t, way, { snr, noise }, noise === 'white' ? 12 : 6);
});

t.test(`${way}: and on every kind of line`, { skip }, async (t) => {
  const lines: Line[] = [
    ...[-10, -20, -30, -40].map((level) => ({ level, snr: 20 })),
    { snr: 15, baud: 1.01 },
    { snr: 15, baud: 0.99 },
    { snr: 15, hum: 0 },
    { snr: 15, noiseBefore: -10 },
    { snr: 15, aLaw: true },
    { level: -35, snr: 20, aLaw: true },
    { snr: 12, single: true },
  ];
  for (const line of lines) compare(t, way, line, 4);
});

t.test('DTMF: at least as many as spandsp', { skip }, async (t) => {
  for (const snr of [25, 20, 15, 12, 9, 6]) compare(t, 'dtmf', { snr }, 5);
});
