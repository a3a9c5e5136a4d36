import t from 'tap';
import type { CallReport } from '../../../scripts/lib/operator.ts';
import type { CallRecord } from '../../src/records/call-record.ts';
import { pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

const mobileNumber = '+79160000001';

t.test('a number rings the desk, then the mobile with "press 1 to accept" (5e, M14)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      const mobile = { targets: [`number:${mobileNumber}`] };
      office.destinations = [
        {
          id: 'desk',
          name: 'Desk',
          classOfService: 'staff',
          steps: [
            { targets: ['port:1'], seconds: 2 },
            { ...mobile, seconds: 15 },
          ],
        },
        {
          id: 'voicemail',
          name: 'Voicemail',
          classOfService: 'staff',
          steps: [
            { ...mobile, seconds: 4 },
            { targets: ['port:2'], seconds: 10 },
          ],
        },
      ];
      office.ports.find((port: { number: number }) => port.number === 5).incoming = 'desk';
      office.incomingNumbers = [
        { id: 'one', number: '+74951110000', destination: 'desk' },
        { id: 'two', number: '+74951110001', destination: 'voicemail' },
      ];
    },
  });
  const callIn = (number: string, caller: string): Promise<string> =>
    operator.call({ to: `${box.sip.host}:${box.sip.port}`, number, caller });
  const report = (id: string): CallReport => operator.calls().find((call) => call.id === id)!;
  /** The newest call to the mobile, once it is in that state. */
  const mobile = (state: CallReport['state']): Promise<CallReport> =>
    until(
      `the mobile's call is ${state}`,
      () => operator.calls().findLast((call) => call.direction === 'from-box' && call.state === state),
      6000,
    );
  const announced = (id: string): Promise<unknown> =>
    until('the announcement is heard', () => (report(id).rtp.levelDbm0 ?? -99) > -35, 5000);
  const recordOf = (caller: string): Promise<CallRecord> =>
    box.record((record) => record.callerNumber === caller && record.state === 'ended');
  const tried = (record: CallRecord): (string | undefined)[] =>
    record.events.filter((event) => event.what === 'tried').map((event) => event.detail);

  await t.test('the desk has its time; the mobile hears the announcement and presses 1', async (t) => {
    const caller = await callIn('+74951110000', '+78120000001');
    const desk = box.telephone(1);
    await until('the desk rings', () => desk.ringing, 4000);
    const rangAt = Date.now();
    const own = await mobile('answered');
    t.ok(Date.now() - rangAt > 1200, 'the desk had its time');
    t.equal(own.number, mobileNumber);
    t.equal(desk.state().bell, false, 'the desk rings no more');
    await announced(own.id);
    t.equal(report(caller).state, 'ringing', 'the caller is not through');
    t.match((await box.live()).calls, [{ state: 'ringing', direction: 'incoming' }]);
    await operator.digits(own.id, '5');
    t.equal(report(caller).state, 'ringing', 'another key accepts nothing');
    await operator.digits(own.id, '1');
    await until('the caller is through', () => report(caller).state === 'answered', 3000);

    operator.play(caller, { type: 'tone', frequency: 1000, dbm0: -10 });
    t.pass(`the mobile hears ${(await toneAtOperator(operator, own.id, 1000)).toFixed(1)} dBm0`);
    operator.play(own.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    t.pass(`the caller hears ${(await toneAtOperator(operator, caller, 1400)).toFixed(1)} dBm0`);
    t.match((await box.live()).calls, [{ state: 'talking' }]);

    await operator.hangUp(own.id);
    await until('the caller gets the BYE', () => report(caller).state === 'ended', 3000);
    t.match(report(caller), { endedBy: 'box', reason: /cause=16/ });
    const record = await recordOf('+78120000001');
    t.match(record, {
      direction: 'incoming',
      service: 'incoming',
      calledNumber: '+74951110000',
      releasedBy: 'called',
      q850: 16,
      trunkId: 'alpha',
      routeId: 'alpha-out',
    });
    t.same(tried(record), ['port:1', 'trunk:alpha alpha-out'], 'the record has the path');
    t.match(record.legs, [
      { place: 'trunk:alpha', direction: 'incoming' },
      { place: 'port:1', q850: 19 },
      { place: 'trunk:alpha', direction: 'outgoing', number: mobileNumber, answerSource: 'sip' },
    ]);
  });

  await t.test('a voicemail talks and presses nothing: it does not get the call', async (t) => {
    operator.sound = { type: 'voice', dbm0: -12 };
    const caller = await callIn('+74951110001', '+78120000002');
    const own = await mobile('answered');
    await announced(own.id);
    const store = box.telephone(2);
    await until('the call goes on to the store', () => store.ringing, 8000);
    t.match(await mobile('ended'), { id: own.id, endedBy: 'box' }, 'the voicemail is hung up on');
    t.equal(report(caller).state, 'ringing', 'the caller has heard nothing but ringback');
    store.lift();
    await until('the caller is through', () => report(caller).state === 'answered', 3000);
    operator.play(caller, { type: 'tone', frequency: 1000, dbm0: -10 });
    await store.waitForTone(1000, -12, 4000);
    void store.speak({ tone: 1400, level: -10 });
    await toneAtOperator(operator, caller, 1400);
    store.hush();
    store.hangup();
    const record = await recordOf('+78120000002');
    t.match(record, { releasedBy: 'called' });
    t.same(tried(record), ['trunk:alpha alpha-out', 'port:2']);
    t.equal(record.price, undefined, 'a call that came in costs nothing');
  });

  await t.test('the caller gives up while the mobile is asked', async (t) => {
    const caller = await callIn('+74951110001', '+78120000003');
    const own = await mobile('answered');
    await announced(own.id);
    await operator.hangUp(caller);
    await until('the mobile is hung up on', () => report(own.id).state === 'ended', 3000);
    t.equal(report(own.id).endedBy, 'box');
    t.match(await recordOf('+78120000003'), { releasedBy: 'caller', answeredAt: undefined, q850: 16 });
  });

  await t.test('the caller gives up while the mobile rings', async (t) => {
    operator.usual = { status: 200, ringMs: 60_000 };
    const caller = await callIn('+74951110001', '+78120000004');
    const own = await mobile('ringing');
    await operator.hangUp(caller);
    await until('the mobile rings no more', () => report(own.id).state === 'ended', 3000);
    t.match(report(own.id), { endedBy: 'box', status: 487 }, 'by CANCEL');
    t.match(await recordOf('+78120000004'), { releasedBy: 'caller', answeredAt: undefined });
    t.equal((await box.live()).calls.length, 0);
    t.equal((await box.records()).length, 4, 'one record for each call');
  });
});
