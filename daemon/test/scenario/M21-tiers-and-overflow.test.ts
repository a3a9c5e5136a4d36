import t from 'tap';
import type { CallReport } from '../../../scripts/lib/operator.ts';
import type { CallRecord } from '../../src/records/call-record.ts';
import { pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

t.test('the first tier, then the second, then overflow: no caller hears busy (M21, M05, M02)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator, { callerNumber: '+74951110000' });
      office.groups = [
        {
          id: 'sales',
          name: 'Sales',
          members: [
            { target: 'port:1', tier: 1 },
            { target: 'number:+79160000001', tier: 2 },
          ],
          overflow: 'port:2',
          pressOne: false,
          memberSeconds: 60,
          seconds: 120,
        },
      ];
      office.destinations = [
        {
          id: 'reception',
          name: 'R',
          classOfService: 'staff',
          steps: [{ targets: ['group:sales'], seconds: 180 }],
        },
      ];
      office.callerLists = [{ id: 'unwanted', name: 'Unwanted', numbers: ['+7958*'], action: 'refuse' }];
    },
  });
  const callIn = (caller: string): Promise<string> =>
    operator.call({ to: `${box.sip.host}:${box.sip.port}`, number: '+74951110000', caller });
  const report = (id: string): CallReport => operator.calls().find((call) => call.id === id)!;
  const through = (id: string): Promise<unknown> =>
    until('the caller is through', () => report(id).state === 'answered', 5000);
  const recordOf = (caller: string): Promise<CallRecord> =>
    box.record((record) => record.callerNumber === caller && record.state === 'ended');
  const [desk, store] = [box.telephone(1), box.telephone(2)];

  const first = await callIn('+78120000001');
  await until('the desk rings', () => desk.ringing, 5000);
  t.notOk(
    operator.calls().some(({ number }) => number === '+79160000001'),
    'the second tier has peace',
  );
  desk.lift();
  await through(first);
  operator.play(first, { type: 'tone', frequency: 1000, dbm0: -10 });
  await desk.waitForTone(1000, -16, 5000);

  const second = await callIn('+78120000002');
  const mobile = await until(
    'the mobile answers',
    () => operator.calls().findLast((call) => call.number === '+79160000001' && call.state === 'answered'),
    6000,
  );
  await through(second);
  operator.play(second, { type: 'tone', frequency: 1400, dbm0: -10 });
  await toneAtOperator(operator, mobile.id, 1400);

  const third = await callIn('+78120000003');
  await until('the store rings', () => store.ringing, 5000);
  t.equal(report(third).state, 'ringing', 'the caller hears no busy tone');
  store.lift();
  await through(third);

  const unwanted = await callIn('+79580000000');
  await until('the unwanted one is refused', () => report(unwanted).state === 'ended', 5000);
  t.ok(report(unwanted).status >= 400, `${report(unwanted).status}`);

  for (const id of [first, second, third]) await operator.hangUp(id);
  desk.hangup();
  store.hangup();
  const path = ({ events }: CallRecord): string[] =>
    events.filter(({ what }) => what !== 'leg-released').map(({ what, detail }) => `${what} ${detail}`);
  t.same(path(await recordOf('+78120000001')), ['group sales', 'tried port:1', 'answered port:1']);
  t.match(await recordOf('+78120000002'), { trunkId: 'alpha', price: 1.5 });
  t.same(path(await recordOf('+78120000003')), [
    'group sales',
    'overflow sales port:2',
    'tried port:2',
    'answered port:2',
  ]);
  t.match(await recordOf('+79580000000'), {
    q850: 21,
    events: [{ what: 'caller-list', detail: 'unwanted' }],
  });
});
