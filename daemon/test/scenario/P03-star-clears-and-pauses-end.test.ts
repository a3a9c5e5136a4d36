import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator } from '../kit/box.ts';
import { hearsSpeech } from '../kit/ears.ts';
import { officePins } from '../kit/office.ts';

const pin = officePins['pin-sales'];

t.test('* clears half a PIN; a PIN that is not finished, and a number that never comes (P03)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      Object.assign(office.dialing, { firstDigitMs: 2500, interDigitMs: 1000 });
    },
  });
  const phone = box.telephone(4);
  await box.dial(4, '77');
  await hearsSpeech(phone);
  await phone.dial(`999*${pin}`);
  await phone.waitForTone(425, -20, 4000);
  t.pass('the half PIN before * is forgotten');
  await phone.waitForTone(950, -25, 6000);
  t.pass('no number in its time: the special information tone');
  t.equal((await box.records()).length, 0, 'nobody was called, nothing is recorded');
  phone.hangup();
  await box.portsIdle();

  await box.dial(4, '77123');
  // The first digit stopped the prompt; what is heard now says that three digits and a pause are a wrong PIN.
  await hearsSpeech(phone);
  await phone.dial(pin);
  await phone.waitForTone(425, -20, 6000);
  await phone.dial('88121234567');
  const far = await operatorCall(operator, 'answered', 6000);
  t.equal(far.number, '+78121234567');
  phone.hangup();
  await box.ended();
});
