import t from 'tap';
import { CodedError } from '../../src/base/error.ts';
import { measurePair } from '../../src/port/line-test.ts';
import { environment, settle } from './port-bench.ts';

t.test('figures of that port until the card is done', async (t) => {
  const { card, clock } = environment();
  const figures = measurePair(card, clock, 2);
  t.match(card.commands, [{ type: 'line-test', port: 2 }]);
  card.indicate(1, { type: 'measured', item: 'line-voltage', value: 1 });
  card.indicate(1, { type: 'line-test-done' });
  card.indicate(2, { type: 'measured', item: 'line-voltage', value: 60.5 });
  card.indicate(2, { type: 'measured', item: 'loop-current', value: 31.2 });
  card.indicate(2, { type: 'line-test-done' });
  t.strictSame(await figures, { 'line-voltage': 60.5, 'loop-current': 31.2 });
});

t.test('refused, cut off, never done', async (t) => {
  const old = environment();
  old.card.intercept = () => new CodedError('line/refused', 'refused: unknown-command');
  await t.rejects(measurePair(old.card, old.clock, 1), { code: 'line/refused' });
  const cut = environment();
  const first = measurePair(cut.card, cut.clock, 1);
  await settle();
  cut.card.emit('down', 'closed');
  await t.rejects(first, { code: 'line/link-down' });
  const mute = environment();
  const second = measurePair(mute.card, mute.clock, 1);
  await settle();
  mute.clock.advance(3000);
  await t.rejects(second, { code: 'port/no-result' });
});
