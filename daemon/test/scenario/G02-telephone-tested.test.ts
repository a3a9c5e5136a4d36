import t from 'tap';
import type { LineTestResult } from '../../src/api/contract.ts';
import { startBox, until } from '../kit/box.ts';

t.test('the page has the card measure telephones and lines, sound and broken', async (t) => {
  const box = await startBox(t);
  const { simulator } = box;
  const measure = async (port: number) => {
    const result = await box.api.post<LineTestResult>(`/api/v1/ports/${port}/test`, { kind: 'measure' });
    return result;
  };
  t.match(await measure(1), { ok: true, said: { en: 'Everything is in order.' } }, 'a sound telephone');
  simulator.telephone(1).load.ren = 4;
  simulator.telephone(1).load.leakKohm = 20;
  const worn = await measure(1);
  t.match(worn, { ok: false, said: { ru: 'Провод сыреет или повреждён.' } });
  t.match(
    worn.figures?.filter((f) => f.verdict === 'bad').map((f) => f.item),
    ['insulation', 'ringer-load'],
  );
  simulator.pairFault(2, 'open');
  t.match(await measure(2), { ok: true, said: { en: 'No telephone is found.' } });
  simulator.pairFault(2, 'short');
  await until(
    'the short is seen',
    async () => (await box.live()).ports[1]?.state !== 'idle' || undefined,
    3000,
  );
  t.match(await measure(2), { ok: false, said: { en: 'The wires are shorted.' } });
  simulator.pairFault(2, undefined);
  const line = await measure(5);
  t.match(line.figures, [
    { item: 'line-voltage', value: 60, verdict: 'good' },
    { item: 'loop-current', value: 46.2, verdict: 'good' },
  ]);
  await until('the line is free again', () => simulator.line(5).lineState === 'idle' || undefined, 3000);
});
