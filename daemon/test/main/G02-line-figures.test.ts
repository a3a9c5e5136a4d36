import t from 'tap';
import { lineTestResult } from '../../src/main/line-figures.ts';
import type { PairFigures } from '../../src/port/line-test.ts';
import { russia } from '../media/support/engine.ts';

const sound: PairFigures = { 'feed-voltage': 48, 'foreign-voltage': 0, insulation: 6553.5, 'ringer-load': 1 };
const telephone = (change: PairFigures = {}) => lineTestResult('fxs', { ...sound, ...change }, russia);
const line = (figures: PairFigures, erlDb?: number) => lineTestResult('fxo', figures, russia, erlDb);
const verdicts = ({ figures = [] }: ReturnType<typeof line>) =>
  Object.fromEntries(figures.map(({ item, verdict }) => [item, verdict]));

t.test('a telephone’s pair: in order, or what is wrong and what helps', (t) => {
  t.match(telephone(), { ok: true, said: { ru: 'Всё в порядке.', en: 'Everything is in order.' } });
  t.match(telephone().figures?.find((f) => f.item === 'insulation')?.shown, {
    ru: 'больше 6553 кОм',
    en: 'over 6553 kΩ',
  });
  t.match(telephone({ 'ringer-load': 0 }), { ok: true, said: { en: 'No telephone is found.' } });
  t.match(telephone({ 'ringer-load': 3.6 }), { ok: false, said: { en: /Too many ringers/ } });
  t.match(telephone({ insulation: 35 }), { ok: false, said: { ru: 'Провод сыреет или повреждён.' } });
  t.match(telephone({ 'foreign-voltage': 60, insulation: 2 }), { said: { en: /foreign voltage/ } });
  t.match(telephone({ 'feed-voltage': 12 }), { ok: false, cure: { en: /power supply/ } });
  const short = lineTestResult(
    'fxs',
    { 'feed-voltage': 48, 'loop-current': 25, 'loop-resistance': 5 },
    russia,
  );
  t.match(short, { ok: false, said: { en: 'The wires are shorted.' } });
  const lifted = lineTestResult(
    'fxs',
    { 'feed-voltage': 48, 'loop-current': 25, 'loop-resistance': 300 },
    russia,
  );
  t.match(lifted, { ok: true });
  t.match(lineTestResult('fxs', { 'loop-current': 14, 'loop-resistance': 1800 }, russia), {
    ok: true,
    said: { en: 'The wire to the telephone is very long.' },
  });
  t.end();
});

t.test('a line: by the country’s ranges, and with the echo of its last call', (t) => {
  t.match(line({ 'line-voltage': 60, 'loop-current': 40 }, 24), { ok: true });
  t.strictSame(verdicts(line({ 'line-voltage': 60, 'loop-current': 40 }, 24)), {
    'line-voltage': 'good',
    'loop-current': 'good',
    'echo-return-loss': 'good',
  });
  t.match(line({ 'line-voltage': 0 }), { ok: false, said: { en: 'There is no voltage on the line.' } });
  t.match(line({ 'line-voltage': 9 }), { ok: true, said: { en: 'A parallel telephone holds the line.' } });
  t.match(line({ 'line-voltage': 60, 'loop-current': 0 }), { ok: false });
  t.match(line({ 'line-voltage': 60, 'loop-current': 15 }), { ok: true, said: { en: /long line/ } }, '5.5');
  t.match(line({ 'line-voltage': 60, 'loop-current': 40 }, 8), { ok: true, cure: { en: /impedance/ } });
  t.match(line({ 'line-voltage': 60, 'loop-current': 40 }, 3), { ok: false });
  t.strictSame(line({ 'line-voltage': 60 }).figures?.length, 1, 'what the card cannot measure is not shown');
  t.end();
});
