import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { hearsSpeech } from '../kit/ears.ts';
import { officePins } from '../kit/office.ts';
import { fastKeys, guessPins, lockAlarm } from '../kit/pins.ts';

const right = officePins['pin-sales'];
const lockSeconds = 15;

t.test(
  'three wrong PINs: a tone, a record, an alarm; the right PIN is refused here until the lock is over (5b, P02)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        // Long enough for all that is tried under it, on a slow machine, too.
        office.accessNumbers[0].lockoutSeconds = lockSeconds;
      },
    });
    const phone = box.telephone(4);
    await guessPins(box, 4);
    t.pass('the special information tone ends it');
    const lockedAt = Date.now();
    t.match(await box.ended(), {
      service: 'access',
      direction: 'outgoing',
      q850: 21,
      causeText: 'PIN not accepted',
      releasedBy: 'box',
    });
    t.match(await lockAlarm(box, 4), {
      severity: 'warning',
      place: 'port:4',
      said: { ru: /неверный ПИН-код.*закрыт на 15 с/, en: /wrong PIN.*closed for 15 s/ },
      cure: { ru: /\S/, en: /\S/ },
    });

    phone.hangup();
    await box.portsIdle();
    // Side by side: the locked port with the right PIN, and another port, which nobody has locked.
    await Promise.all([box.dial(4, '77'), box.dial(1, '77')]);
    await Promise.all([phone.dial(right, fastKeys), box.telephone(1).dial(`${right}88121234567`, fastKeys)]);
    t.ok(Date.now() - lockedAt < 1000 * lockSeconds, 'the lock still holds');
    await hearsSpeech(phone);
    t.pass('the locked port says "wrong PIN" to the right one');
    const far = await operatorCall(operator, 'answered', 5000);
    t.equal(far.number, '+78121234567', 'the other port calls as ever');
    box.telephone(1).hangup();
    phone.hangup();
    await box.portsIdle();

    await until(
      'the lock is over',
      () => Date.now() - lockedAt > 1000 * lockSeconds + 500 || undefined,
      20_000,
    );
    await box.dial(4, `77${right}88127654321`);
    await until(
      'the call goes through',
      () => operator.calls().find((call) => call.number === '+78127654321'),
      5000,
    );
    phone.hangup();
    await until(
      'the alarm is gone with the right PIN',
      async () => (await box.live()).alarms.every((a) => a.id !== 'pin-lock-port-4') || undefined,
      3000,
    );
  },
);
