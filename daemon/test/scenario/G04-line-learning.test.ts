import t from 'tap';
import type { LearnView } from '../../src/api/line-contract.ts';
import { startBox, until } from '../kit/box.ts';

t.setTimeout(240_000);

t.test('one line calls the other: both are measured, and settings proposed (G04, G05)', async (t) => {
  const box = await startBox(t, {
    edit: (office) => {
      for (const port of office.ports) if (port.kind === 'fxo') port.proven = false;
      // By pulses the number is short, and the test with it.
      office.ports.find((port: { number: number }) => port.number === 5).dialMethod = 'pulse';
    },
  });
  const [a, b] = [box.line(5), box.line(6)];
  a.reaches('22', b);
  Object.assign(a.options, { toneHz: 440, interDigitMs: 20_000 });
  b.options.ringCadence = [400, 600];
  const ask = () => box.api.get<LearnView>('/api/v1/ports/5/learn');
  const begun = await box.api.post<LearnView>('/api/v1/ports/5/learn', {
    ...{ kind: 'lines', other: 6, otherNumber: '2-2' },
  });
  t.match(begun, { state: 'running', kind: 'lines', other: 6, proposals: [] });
  await until(
    'the call there is over',
    async () => (await ask()).steps.includes('own-release') || undefined,
    40_000,
  );
  t.same((await box.records()).length, 0, 'a lesson is no call');
  await box.api.delete('/api/v1/ports/5/learn');
  const view = await until(
    'it has ended',
    async () => {
      const now = await ask();
      return now.state === 'running' ? undefined : now;
    },
    3000,
  );
  t.equal(view.state, 'cancelled');
  const found = view.found['5']!;
  t.match(found, {
    onHookVolts: 60,
    reached: '22',
    dialTone: { tone: 'dial' },
    ringback: { tone: 'ringback' },
    release: { breakMs: Number, tone: { tone: 'busy', onMs: Number, offMs: Number } },
  });
  t.ok(Math.abs(found.dialTone!.frequencyHz - 440) < 3, `${found.dialTone?.frequencyHz} Hz`);
  t.ok(found.loopMilliamps! > 15, `${found.loopMilliamps} mA`);
  t.ok(Math.abs(found.release!.breakMs! - 500) < 30, `${found.release?.breakMs} ms`);
  t.type(found.answerPolarityMs, 'number', 'the answer turned the polarity');
  t.ok(Math.abs(found.lossDb!) < 2, `${found.lossDb} dB`);
  t.match(view.found['6'], { wasReached: true, ring: { onMs: Number, callerId: 'fsk-v23' } });
  t.ok(Math.abs(view.found['6']!.lossDb!) < 2);

  const proposed = Object.fromEntries(view.proposals.map(({ path, value }) => [path, value]));
  t.match(proposed, {
    '/ports/5/toneFrequencyHz': 440,
    '/ports/5/answerByVoice': false,
    '/ports/5/answerTimerMs': 0,
    '/ports/5/loopBreakMinMs': 250,
    '/ports/6/proven': true,
  });
  t.ok(
    view.proposals.every(({ why }) => why.ru && why.en),
    'each with its reason',
  );
  const { path, value } = view.proposals.find((one) => one.path === '/ports/5/toneFrequencyHz')!;
  await box.change({ op: 'put', path, value });
  t.notOk(
    (await ask()).proposals.some((one) => one.path === path),
    'what is applied is proposed no more',
  );
  await until('both lines rest', () => (a.lineState === 'idle' && b.lineState === 'idle') || undefined, 5000);
});
