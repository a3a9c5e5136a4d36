import t from 'tap';
import type { CallReport } from '../../../scripts/lib/operator.ts';
import { pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

t.test(
  'a mobile holds Petersburg with *2, calls the store, and puts the two together by hanging up',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        office.dialing.holdSound = 'tone';
      },
    });
    const store = box.telephone(2);
    const mobile = await operator.call({
      to: `${box.sip.host}:${box.sip.port}`,
      number: '+74951112233',
      caller: '+79160000001',
    });
    const report = (id: string): CallReport => operator.calls().find((call) => call.id === id)!;
    await until('the box answers', () => report(mobile).state === 'answered' || undefined, 4000);
    await operator.digits(mobile, '17#135790#88121234567');
    const far = await until(
      'Petersburg answers',
      () => operator.calls().find((call) => call.direction === 'from-box' && call.state === 'answered'),
      6000,
    );
    operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    await toneAtOperator(operator, mobile, 1400);

    const ringing = store.next('ringing', 9000);
    await operator.digits(mobile, '*2');
    await until('Petersburg hears the hold tone', () => operator.level(far.id, 425) > -30 || undefined, 8000);
    t.match((await box.live()).calls, [{ state: 'held' }]);
    await operator.digits(mobile, '12#');
    await ringing;
    store.lift();
    operator.play(mobile, { type: 'tone', frequency: 1000, dbm0: -10 });
    await store.waitForTone(1000, -16, 5000);
    t.ok(operator.level(far.id, 1000) < -45, 'Petersburg does not hear what is said of it');

    await operator.hangUp(mobile);
    t.pass(`the store hears ${(await store.waitForTone(1400, -16, 5000)).toFixed(1)} dBm0 of Petersburg`);
    void store.speak({ tone: 700, level: -10 });
    t.pass(
      `and Petersburg the store, ${(await toneAtOperator(operator, far.id, 700, -10, 4)).toFixed(1)} dBm0`,
    );
    t.match((await box.live()).calls, [{ state: 'talking', called: { place: 'port:2' } }]);
    store.hush();
    store.hangup();
    await until('Petersburg is let go', () => report(far.id).state === 'ended' || undefined, 5000);
    const records = await until(
      'both records are closed',
      async () => {
        const found = await box.records(5);
        return found.every((record) => record.state === 'ended') ? found : undefined;
      },
      5000,
    );
    const first = records.find((record) => record.service === 'access');
    const second = records.find((record) => record.service === 'consult');
    t.match(first, {
      transferredTo: second?.id,
      calledNumber: '+78121234567',
      pinId: 'pin-sales',
      price: 1.5,
    });
    t.match(second, {
      transferredFrom: first?.id,
      calledNumber: '12',
      pinId: 'pin-sales',
      costCentre: 'works',
    });
  },
);
