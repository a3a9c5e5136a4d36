import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

/** The operator's PIN: in no file, answer or log of the box but the configuration itself. */
const pin = '8642097531';

t.test("the box dials an operator's access number, waits, sends PIN and destination (5i)", async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) =>
      pointTrunk(office, 'alpha', operator, {
        accessNumber: { number: '+74957654321', waitMs: 900, pin, afterPin: '#,', afterNumber: '#' },
      }),
  });
  const phone = box.telephone(1);
  await box.dial(1, '88121234567');
  const far = await operatorCall(operator, 'answered');
  const answeredAt = performance.now();
  t.equal(far.number, '+74957654321', 'what is called is the access number');
  operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });

  const digits = (): string => operator.calls()[0]!.rtp.digits;
  const sent: { digit: string; at: number }[] = [];
  await until(
    'all digits',
    () => {
      const now = digits();
      while (sent.length < now.length)
        sent.push({ digit: now[sent.length]!, at: performance.now() - answeredAt });
      return now.length >= pin.length + 1 + 11 + 1;
    },
    12_000,
  );
  t.equal(digits(), `${pin}#78121234567#`, 'as RFC 4733 events, exactly these');
  t.ok(sent[0]!.at >= 800, `the first digit after the wait (${sent[0]!.at.toFixed(0)} ms)`);
  const pause = sent[pin.length + 1]!.at - sent[pin.length]!.at;
  t.ok(pause > 1100 && pause < 2000, `a comma is a pause of one second (${pause.toFixed(0)} ms)`);

  await until('polarity reversed', () => phone.reversed, 3000);
  await phone.waitForTone(1400, -12, 4000);
  t.pass('the caller hears the other end');
  phone.hush();
  void phone.speak({ tone: 1000, level: -10 });
  await toneAtOperator(operator, far.id, 1000);
  phone.hush();

  const live = JSON.stringify(await box.live());
  phone.hangup();
  const record = await box.ended();
  t.match(record, { dialed: '88121234567', calledNumber: '+78121234567', trunkId: 'alpha', price: 1.5 });
  const told = live + JSON.stringify(record) + JSON.stringify(await box.api.get('/api/v1/config'));
  t.notMatch(told, pin, 'the page never shows the PIN');
  t.notMatch(box.daemon.errors(), pin, 'the log does not hold it');
  await box.daemon.stop();
  for (const name of readdirSync(box.data, { withFileTypes: true })) {
    if (!name.isFile() || /config/.test(name.name)) continue;
    t.notOk(readFileSync(join(box.data, name.name)).includes(pin), `nor does ${name.name}`);
  }
});

t.test('the caller hangs up while the digits go out: the operator is left at once', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) =>
      pointTrunk(office, 'alpha', operator, {
        accessNumber: { number: '+74957654321', waitMs: 100, pin, afterPin: '#,', afterNumber: '#' },
      }),
  });
  await box.dial(1, '88121234567');
  await operatorCall(operator, 'answered');
  await until('some digits', () => operator.calls()[0]!.rtp.digits.length > 2, 4000);
  box.telephone(1).hangup();
  t.match(await operatorCall(operator, 'ended'), { endedBy: 'box' });
  t.match(await box.ended(), { releasedBy: 'caller', answeredAt: undefined, price: undefined });
});
