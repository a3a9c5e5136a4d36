import t from 'tap';
import type { LearnView } from '../../src/api/line-contract.ts';
import { type Box, startBox, until } from '../kit/box.ts';

t.setTimeout(240_000);

const ask = (box: Box, port: number) => box.api.get<LearnView>(`/api/v1/ports/${port}/learn`);

function ended(box: Box, port: number): Promise<LearnView> {
  return until(
    'the lesson is over',
    async () => {
      const view = await ask(box, port);
      return view.state === 'running' ? undefined : view;
    },
    20_000,
  );
}

t.test('a line is learnt by itself; one in a call is not', async (t) => {
  const box = await startBox(t);
  const [line, busy] = [box.line(5), box.line(6)];
  // An exchange that waits for more digits.
  line.options.interDigitMs = 20_000;
  busy.ringIn({ number: '4957654321' });
  await until('line 6 rings', () => busy.log.some((e) => e.type === 'ring-burst') || undefined, 4000);
  await until(
    'the box knows',
    async () => (await box.live()).ports.find((p) => p.number === 6)?.state !== 'idle' || undefined,
    4000,
  );
  await t.rejects(
    box.api.post('/api/v1/ports/6/learn', { kind: 'alone' }),
    /409|in use|занята/,
    'refused, with a reason',
  );
  await t.rejects(box.api.post('/api/v1/ports/1/learn', { kind: 'alone' }), /404|no such/i, 'no line');
  busy.abandon();

  t.match(await box.api.post('/api/v1/ports/5/learn', { kind: 'alone' }), { state: 'running' });
  const view = await ended(box, 5);
  t.match(view, { state: 'done', steps: ['on-hook', 'dial-tone', 'tones-taken', 'rest'] });
  const found = view.found['5']!;
  t.match(found, { onHookVolts: 60, tonesTaken: true, turnsAtSeizure: false, idleAfterMs: 1200 });
  t.ok(Math.abs(found.dialTone!.frequencyHz - 425) < 3);
  t.equal(line.digits.length, 0, 'nothing was called');
});

t.test('an emergency call takes the line at once (ruling 5)', async (t) => {
  const box = await startBox(t);
  const line = box.line(5);
  line.options.dialToneDelayMs = null;
  box.line(6).dead = true;
  await until(
    'line 6 is out of service',
    async () => (await box.live()).ports.find((p) => p.number === 6)?.state === 'out-of-service' || undefined,
    5000,
  );
  const seized = line.next('seized', 4000);
  await box.api.post('/api/v1/ports/5/learn', { kind: 'alone' });
  await seized;
  t.match((await box.live()).ports.find((p) => p.number === 5)?.state, 'measured');
  line.options.dialToneDelayMs = 200;
  const dialed = line.next('dialed', 15_000);
  await box.dial(1, '112');
  t.match(await dialed, { digits: '112' });
  t.match(await ended(box, 5), { state: 'failed', reason: { ru: /понадобилась/, en: /needed/ } });
  box.telephone(1).hangup();
});
