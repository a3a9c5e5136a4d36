import t from 'tap';
import { operatorCall, toneAtOperator } from '../kit/box.ts';
import { consulting, states } from '../kit/consulting.ts';

t.test(
  'flash, a colleague, flash: each of three hears the two others; the starter leaves, and they go on',
  async (t) => {
    const { operator, box, phone, colleague, far } = await consulting(t);
    await phone.flash(180);
    await states(box, ['talking', 'talking']);
    void phone.speak({ tone: 1000, level: -10 });
    operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    await toneAtOperator(operator, far.id, 1000);
    await toneAtOperator(operator, far.id, 700);
    // What comes back of it are the hybrids of two telephones, while all speak at once.
    t.ok(operator.level(far.id, 1400) < -22, 'the trunk hears both telephones, and not itself');
    await phone.waitForTone(700, -13, 4000);
    await phone.waitForTone(1400, -13, 4000);
    t.pass('the starter hears both others');
    await colleague.waitForTone(1000, -13, 4000);
    await colleague.waitForTone(1400, -13, 4000);
    t.pass('so does the colleague');

    phone.hush();
    phone.hangup();
    await states(box, ['talking']);
    await toneAtOperator(operator, far.id, 700);
    await colleague.waitForTone(1400, -13, 4000);
    t.ok(operator.level(far.id, 1000) < -40, 'the starter is out of it');
    colleague.hangup();
    t.match(await operatorCall(operator, 'ended'), { endedBy: 'box' });
    const consult = await box.record((r) => r.service === 'consult' && r.state === 'ended');
    const first = await box.record((r) => r.id === consult.conferenceWith);
    t.equal(first.conferenceWith, consult.id, 'the records tell of each other');
    t.equal(first.transferredTo, consult.id);
    await box.portsIdle();
  },
);
