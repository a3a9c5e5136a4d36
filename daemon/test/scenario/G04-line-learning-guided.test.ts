import t from 'tap';
import type { LearnStep, LearnView } from '../../src/api/line-contract.ts';
import { type Box, startBox, until } from '../kit/box.ts';

t.setTimeout(240_000);

const view = (box: Box, port: number): Promise<LearnView> =>
  box.api.get<LearnView>(`/api/v1/ports/${port}/learn`);

/** Waits until the page says what to do now. */
async function saysTo(box: Box, port: number, step: LearnStep): Promise<void> {
  await until(
    `the page of line ${port} says: ${step}`,
    async () => {
      const { state, steps, reason } = await view(box, port);
      if (state === 'failed') throw new Error(`line ${port}: ${JSON.stringify(reason)}`);
      return steps.at(-1) === step || undefined;
    },
    25_000,
  );
}

async function over(box: Box, port: number): Promise<LearnView> {
  return await until(
    `line ${port} is learnt`,
    async () => {
      const now = await view(box, port);
      return now.state === 'running' ? undefined : now;
    },
    20_000,
  );
}

/** What is proposed, by setting; each has its reason in both languages. */
function proposed({ proposals }: LearnView): Record<string, unknown> {
  for (const { path, why } of proposals) {
    if (!/[а-яё]/i.test(why.ru) || !/[a-z]/i.test(why.en) || /[а-яё]/i.test(why.en))
      throw new Error(`${path}: ${JSON.stringify(why)}`);
  }
  return Object.fromEntries(proposals.map(({ path, value }) => [path.split('/').at(-1), value]));
}

t.test('a person does what the page says, and the line is learnt (G04, G05)', async (t) => {
  const box = await startBox(t, {
    edit: (office) => {
      office.ports.push({ kind: 'fxo', number: 7, role: 'pbx-extension' });
      const port = (n: number) => office.ports.find((one: { number: number }) => one.number === n);
      // By pulses a short number will do, and the test with it.
      Object.assign(port(5), { proven: false, dialMethod: 'pulse', releaseByTones: false });
      Object.assign(port(6), { dialMethod: 'pulse', releaseByPolarity: false });
    },
  });
  const [first, second, third] = [box.line(5), box.line(6), box.line(7)];
  Object.assign(first.options, { toneHz: 440, release: 'busy' });
  Object.assign(second.options, {
    release: 'polarity',
    rules: [{ pattern: '22', result: 'answer', ringMs: 300_000 }],
  });
  const learn = (port: number, order: object) =>
    box.api.post<LearnView>(`/api/v1/ports/${port}/learn`, order);
  await Promise.all([
    learn(5, { kind: 'call-in' }),
    learn(6, { kind: 'call-out', number: '22' }),
    learn(7, { kind: 'call-out', number: '300' }),
  ]);

  const callsIn = async (): Promise<LearnView> => {
    await saysTo(box, 5, 'call-in');
    await until('the line rests', () => first.lineState === 'idle' || undefined, 5000);
    first.ringIn({ number: '9161234567' });
    await saysTo(box, 5, 'hang-up');
    t.ok(first.talking, 'the line has answered');
    first.hangup();
    return over(box, 5);
  };
  const isCalled = async (): Promise<LearnView> => {
    const rings = second.next('ringback', 60_000);
    await saysTo(box, 6, 'pick-up');
    await rings;
    // The person hears it ring a while.
    await until('its ringback is known', async () => (await view(box, 6)).found['6']?.ringback, 15_000);
    second.answer();
    await saysTo(box, 6, 'hang-up');
    second.hangup();
    // Behind its turn of polarity the exchange gives busy tone, too.
    second.sound('busy');
    return over(box, 6);
  };
  const [callIn, callOut, busy] = await Promise.all([callsIn(), isCalled(), over(box, 7)]);

  t.match(callIn, {
    state: 'done',
    found: {
      5: {
        wasReached: true,
        ring: { onMs: Number, callerId: 'fsk-v23' },
        release: { tone: { tone: 'busy', onMs: Number, offMs: Number } },
      },
    },
  });
  t.ok(Math.abs(callIn.found['5']!.release!.tone!.frequencyHz - 440) < 3, 'the drift of its tones');
  t.equal(callIn.found['5']!.release!.breakMs, undefined);
  const fromCallIn = proposed(callIn);
  t.match(fromCallIn, { toneFrequencyHz: 440, releaseByTones: true, proven: true });

  t.match(callOut, {
    state: 'done',
    found: { 6: { reached: '22', ringback: { tone: 'ringback' }, answerPolarityMs: Number } },
  });
  t.type(callOut.found['6']!.release!.polarityMs, 'number');
  t.match(proposed(callOut), { answerByVoice: false, releaseByPolarity: true });

  t.match(busy, {
    state: 'failed',
    reason: { ru: /Вызов не дошёл/, en: /did not get there/ },
    found: { 7: { busy: { tone: 'busy', onMs: Number, offMs: Number } } },
  });
  t.match(proposed(busy), { toneFrequencyHz: 425 }, 'what was heard is used all the same');

  await box.change(...callIn.proposals.map(({ path, value }) => ({ op: 'put' as const, path, value })));
  t.same((await view(box, 5)).proposals, [], 'applied, nothing is left to be proposed');
  await until(
    'the exchange has every line back',
    () => [first, second, third].every(({ lineState }) => lineState === 'idle') || undefined,
    8000,
  );
  t.same(await box.records(), [], 'a lesson is no call');
});
