import t from 'tap';
import { startOperator, until } from '../kit/box.ts';
import { burst, pbxPorts, startPbxBox } from '../kit/pbx-office.ts';

t.test('the PBX takes four lines at once: four calls on the trunk (L08)', async (t) => {
  const operator = await startOperator(t);
  const box = await startPbxBox(t, operator);
  const numbers = ['88121234561', '88121234562', '88121234563', '88121234564'];
  await Promise.all(
    numbers.map((number, i) => box.pbx(2 + i).seizeAndDial({ ...burst, digits: `77135790${number}` })),
  );
  await until(
    'four answered calls',
    () => operator.calls().filter((call) => call.state === 'answered').length === 4,
    6000,
  );
  t.same(
    operator
      .calls()
      .map((call) => call.number)
      .sort(),
    ['+78121234561', '+78121234562', '+78121234563', '+78121234564'],
  );
  // Each pair hears its own party and no other.
  const calls = operator.calls();
  for (const [i, call] of calls.entries()) {
    operator.play(call.id, { type: 'tone', frequency: 600 + 200 * i, dbm0: -10 });
  }
  for (const [index, call] of calls.entries()) {
    const port = 2 + numbers.findIndex((number) => call.number.endsWith(number.slice(1)));
    await box.pbx(port).waitForTone(600 + 200 * index, -12, 4000);
    const other = box.pbx(port).level(400, 600 + 200 * ((index + 1) % 4));
    t.ok(other < -40, `port ${port} does not hear its neighbour (${other.toFixed(0)} dBm0)`);
  }
  for (const port of pbxPorts) box.pbx(port).hangup();
  await until('all are over', async () => (await box.live()).calls.length === 0, 4000);
  const records = await box.records();
  t.equal(records.filter((record) => record.releasedBy === 'caller').length, 4);
});
