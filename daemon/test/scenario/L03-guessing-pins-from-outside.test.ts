import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { startSipp } from '../peers/sipp.ts';
import { callAndTalk, hangUp, keyByInfo } from '../peers/sipp-caller.ts';

const access = '+74951112233';
const guesser = '+79160000005';

t.test('somebody guesses PINs with SIPp, 30 calls: locked, an alarm, and the staff dial on', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  const folder = join(box.data, 'sipp');
  mkdirSync(folder);
  const keys = '17#'
    .split('')
    .concat(['[field0]', '[field1]', '[field2]', '[field3]', '[field4]', '[field5]', '#']);
  const guesses = Array.from({ length: 30 }, (_, i) => [...String(100_000 + i * 7)].join(';'));
  writeFileSync(join(folder, 'guesses.csv'), `SEQUENTIAL\n${guesses.join('\n')}\n`);
  const sipp = await startSipp(t, folder, {
    remote: `${box.sip.host}:${box.sip.port}`,
    calls: 30,
    rate: 20,
    scenario: [
      callAndTalk(access, guesser),
      ...keys.map((key, i) => keyByInfo(access, guesser, 2 + i, key)),
      hangUp(access, guesser, 2 + keys.length),
    ].join('\n'),
    args: ['-inf', join(folder, 'guesses.csv')],
  });
  await sipp.done();
  const alarms = (await box.live()).alarms.map((alarm) => alarm.id);
  t.ok(alarms.includes('pin-lock-user-17'), alarms.join());
  t.ok(alarms.includes('pin-lock-trunk-alpha'), alarms.join());

  const at = `${box.sip.host}:${box.sip.port}`;
  const mobile = await operator.call({ to: at, number: access, caller: '+79160000006' });
  await until('the box answers', () => operator.calls()[0]?.state === 'answered', 4000);
  await operator.digits(mobile, '17#135790#88121234567');
  t.equal(operator.calls().length, 1, 'even the right PIN opens nothing from there now');
  await operator.hangUp(mobile);

  await box.dial(1, '7713579088121234567');
  const staff = await operatorCall(operator, 'answered');
  t.equal(staff.number, '+78121234567', 'nobody outside can lock the staff out (ruling 9)');
  box.telephone(1).hangup();
  await operatorCall(operator, 'ended');
  const told = JSON.stringify(await box.records(50)) + box.daemon.errors();
  t.notMatch(told, /135790/, 'no PIN is in a record or the log');
});
