import t from 'tap';
import { cannedSpeech } from '../../../hw/simulator/sound/speech.ts';
import { startBox, until } from '../kit/box.ts';

t.setTimeout(240_000);

t.test('an exchange that gives no polarity: the end of its ringback is the answer (G04)', async (t) => {
  const box = await startBox(t);
  const line = box.line(5);
  Object.assign(line.options, {
    polarityOnAnswer: false,
    // Into the second burst: one alone would be no ringback.
    rules: [{ pattern: '2\\d{6}', result: 'answer', ringMs: 5600 }],
  });
  const answered = line.next('answered', 45_000);
  await box.dial(1, '2345678');
  await answered;
  await until(
    'the box takes it for an answer',
    async () => (await box.live()).calls[0]?.state === 'talking' || undefined,
    15_000,
  );
  void box.telephone(1).speak({ tone: 1000, level: -10 });
  await line.waitForTone(1000, -16, 4000);
  box.telephone(1).hangup();
  t.match(await box.ended(), { answerSource: 'ringback-stop', releasedBy: 'caller', q850: 16 });
});

t.test('somebody speaks before the ringback could have come again: the voice is the answer', async (t) => {
  const box = await startBox(t);
  const line = box.line(5);
  Object.assign(line.options, {
    polarityOnAnswer: false,
    rules: [{ pattern: '2\\d{6}', result: 'answer', ringMs: 1200 }],
  });
  const answered = line.next('answered', 10_000);
  await box.dial(1, '2345678');
  await answered;
  void line.speak({ samples: cannedSpeech(10_000, -12), repeat: true });
  await until(
    'the box takes it for an answer',
    async () => (await box.live()).calls[0]?.state === 'talking' || undefined,
    6000,
  );
  box.telephone(1).hangup();
  const record = await box.ended();
  t.match(record, { answerSource: 'voice' });
  t.match(
    record.legs.find(({ place }) => place === 'line:5'),
    { lineAnswer: { as: 'voice', doubts: ['guessed'], polarityTurns: 0 }, lineRelease: undefined },
    'the record says that it was guessed',
  );
});
