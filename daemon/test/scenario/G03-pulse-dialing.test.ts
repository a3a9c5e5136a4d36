import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

t.test('a rotary telephone dials a whole number by pulses of 8, 10 and 12 a second (5j, G03)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      // A dial plate is slow: it needs the time that a tone telephone does not.
      office.dialing.interDigitMs = 4000;
    },
  });
  const phone = box.telephone(1);
  // The speeds that dial plates have worn to: 60 % break, short and long pauses.
  const plates = [
    { digits: '8812', breakMs: 75, makeMs: 50, interDigitMs: 500 },
    { digits: '123', breakMs: 60, makeMs: 40, interDigitMs: 400 },
    { digits: '2051', breakMs: 50, makeMs: 33, interDigitMs: 350 },
  ];
  phone.lift();
  await phone.waitForTone(425, -20, 3000);
  for (const { digits, ...timing } of plates) await phone.pulse(digits, timing);
  const far = await operatorCall(operator, 'answered', 6000);
  t.equal(far.number, '+78121232051', 'every digit, the 0 of ten pulses too');
  // The operator has answered; its 200 may still be on its way.
  const [call] = await until(
    'they talk',
    async () => {
      const { calls } = await box.live();
      return calls[0]?.state === 'talking' ? calls : undefined;
    },
    3000,
  );
  t.match(call, { called: { number: '+78121232051' } });
  t.equal(box.simulator.telephone(1).offHook, true, 'no pulse was taken for a flash or a hang-up');
  phone.hangup();
  t.match(await box.ended(), { dialed: '88121232051', releasedBy: 'caller' });
});

t.test('toward a city line that knows only pulses the box dials by pulses', async (t) => {
  const box = await startBox(t, {
    edit: (office) => {
      for (const port of office.ports) if (port.kind === 'fxo') port.dialMethod = 'pulse';
    },
  });
  const line = box.line(5);
  line.options.dtmf = false;
  const digits: string[] = [];
  const dialed = line.next('dialed', 20_000);
  const heard = line.next('digit', 15_000);
  await box.dial(1, '2120305');
  t.match(await heard, { by: 'pulse', digit: '2' });
  t.match(await dialed, { digits: '2120305' }, 'the exchange counted the pulses');
  digits.push(...line.log.flatMap((event) => (event.type === 'digit' ? [String(event.by)] : [])));
  t.same(new Set(digits), new Set(['pulse']));
  await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 6000);
  box.telephone(1).hangup();
  t.match(await box.ended(), { answerSource: 'polarity', calledNumber: '+74952120305' });
});
