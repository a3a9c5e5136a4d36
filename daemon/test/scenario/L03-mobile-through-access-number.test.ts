import t from 'tap';
import type { CallReport } from '../../../scripts/lib/operator.ts';
import type { CallRecord } from '../../src/records/call-record.ts';
import { pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

const access = '+74951112233';
const farNumber = '+78121234567';

t.test('a mobile calls the access number, gives user number and PIN, dials (5f, L03)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      office.dialing.firstDigitMs = 2000;
      office.accessNumbers[0].attempts = 2;
      office.accessNumbers[0].linePorts = [6];
      office.pins.push({
        id: 'pin-long',
        name: 'Long',
        hmac: '0'.repeat(64),
        length: 8,
        classOfService: 'abroad',
        outside: true,
      });
    },
  });
  const callIn = (caller: string): Promise<string> =>
    operator.call({ to: `${box.sip.host}:${box.sip.port}`, number: access, caller });
  const report = (id: string): CallReport => operator.calls().find((call) => call.id === id)!;
  const answered = (id: string): Promise<unknown> =>
    until('the box answers', () => report(id).state === 'answered', 4000);
  const outgoing = (): CallReport[] => operator.calls().filter((call) => call.direction === 'from-box');
  /** The call that goes out next, answered. `before`: how many went out so far. */
  const goesOut = (before: number): Promise<CallReport> =>
    until(
      'the second leg is answered',
      () => {
        const next = outgoing()[before];
        return next?.state === 'answered' ? next : undefined;
      },
      6000,
    );
  const recordOf = (caller: string): Promise<CallRecord> =>
    box.record((record) => record.callerNumber === caller && record.state === 'ended');

  await t.test('on a trunk: user number, PIN, long distance; audio from trunk to trunk', async (t) => {
    const mobile = await callIn('+79160000001');
    await answered(mobile);
    await until('the question is heard', () => (report(mobile).rtp.levelDbm0 ?? -99) > -35, 4000);
    await operator.digits(mobile, '17#135790#88121234567');
    const far = await goesOut(0);
    t.equal(far.number, farNumber, 'the second leg has the number in E.164');
    operator.play(mobile, { type: 'tone', frequency: 1000, dbm0: -10 });
    t.pass(`far end hears ${(await toneAtOperator(operator, far.id, 1000)).toFixed(1)} dBm0`);
    operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    t.pass(`mobile hears ${(await toneAtOperator(operator, mobile, 1400)).toFixed(1)} dBm0`);
    t.equal(far.rtp.digits, '', 'no digit of the dialog went through');
    t.match((await box.live()).calls, [{ state: 'talking', service: 'access', direction: 'transit' }]);
    await operator.hangUp(mobile);
    await until('the far leg ends', () => report(far.id).state === 'ended', 3000);
    const record = await recordOf('+79160000001');
    t.match(record, {
      direction: 'transit',
      service: 'access',
      dialed: '88121234567',
      calledNumber: farNumber,
      pinId: 'pin-sales',
      costCentre: 'works',
      trunkId: 'alpha',
      price: 1.5,
      releasedBy: 'caller',
    });
    t.match(record.legs, [
      { place: 'trunk:alpha', direction: 'incoming' },
      { place: 'trunk:alpha', direction: 'outgoing', number: farNumber },
    ]);
  });

  await t.test('on a city line: the line is answered, the rest is the same', async (t) => {
    const line = box.line(6);
    line.ringIn({ number: '9160000002' });
    await until('the box answers the line', () => line.talking, 8000);
    await until('the question is heard', () => line.level(200) > -35, 4000);
    await line.dial('17#135790#88121234567');
    const far = await goesOut(1);
    t.equal(far.number, farNumber);
    void line.speak({ tone: 1000, level: -10 });
    t.pass(`far end hears ${(await toneAtOperator(operator, far.id, 1000)).toFixed(1)} dBm0`);
    line.hush();
    operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    t.pass(`line hears ${(await line.waitForTone(1400, -12, 4000)).toFixed(1)} dBm0`);
    line.hangup();
    await until('the far leg ends', () => report(far.id).state === 'ended', 4000);
    await until('the line is given back', () => line.lineState === 'idle', 4000);
    t.match(await box.record((record) => record.legs[0]?.place === 'line:6' && record.state === 'ended'), {
      direction: 'transit',
      pinId: 'pin-sales',
      releasedBy: 'caller',
    });
  });

  await t.test(
    'a PIN of eight digits needs no user number; 112 does not exist here (ruling 3)',
    async (t) => {
      const before = outgoing().length;
      const mobile = await callIn('+79160000003');
      await answered(mobile);
      await operator.digits(mobile, '24681357#112');
      const record = await box.record((r) => r.callerNumber === '+79160000003' && r.state === 'ended');
      t.match(record, { releasedBy: 'box', answeredAt: undefined, pinId: 'pin-long' });
      await operator.hangUp(mobile);
      t.equal(outgoing().length, before, 'nothing went out');
      t.equal(box.line(5).lineState, 'idle', 'and no city line was taken');
    },
  );

  await t.test('a short PIN alone is refused', async (t) => {
    const before = outgoing().length;
    const mobile = await callIn('+79160000004');
    await answered(mobile);
    await operator.digits(mobile, '135790#88121234567#');
    await until('the box hangs up', () => report(mobile).state === 'ended', 15_000);
    t.equal(outgoing().length, before);
    t.match(await recordOf('+79160000004'), { q850: 21, pinId: undefined });
  });
});
