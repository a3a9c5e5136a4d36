import t from 'tap';
import type { CallReport } from '../../../scripts/lib/operator.ts';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

t.test('forwarding set and taken back on the page holds from the next call on (O09, M12)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      office.destinations = [
        {
          id: 'reception',
          name: 'Anna',
          steps: [{ targets: ['person:anna'], seconds: 30, pressOne: false }],
        },
      ];
    },
  });
  const desk = box.telephone(1);
  const callIn = (caller: string): Promise<string> =>
    operator.call({ to: `${box.sip.host}:${box.sip.port}`, number: '+74951110000', caller });
  const report = (id: string): CallReport => operator.calls().find((call) => call.id === id)!;
  const mobiles = (): CallReport[] => operator.calls().filter((call) => call.number === '+79161234567');

  const first = await callIn('+78120000001');
  await until('the desk rings', () => desk.ringing, 4000);
  await box.change({ op: 'put', path: '/people/anna/forwarding/always', value: 'mobile' });
  t.equal(report(first).state, 'ringing', 'the call that rings already goes on ringing');
  t.same(mobiles(), []);
  desk.lift();
  await until('answered', () => report(first).state === 'answered', 3000);
  desk.hangup();
  await until('over', () => report(first).state === 'ended', 3000);
  await box.portsIdle();

  const second = await callIn('+78120000002');
  await until('the mobile takes the next', () => mobiles()[0]?.state === 'answered', 4000);
  await until('and the caller is through', () => report(second).state === 'answered', 3000);
  t.equal(desk.state().bell, false, 'the desk stays silent');
  await operator.hangUp(second);
  t.match(await box.record((record) => record.callerNumber === '+78120000002' && record.state === 'ended'), {
    trunkId: 'alpha',
    costCentre: 'works',
    price: 1.5,
  });

  await box.change({ op: 'remove', path: '/people/anna/forwarding/always' });
  const third = await callIn('+78120000003');
  await until('the desk rings again', () => desk.ringing, 4000);
  t.equal(mobiles().length, 1);
  await operator.hangUp(third);

  await t.rejects(
    box.change({ op: 'put', path: '/people/anna/forwarding/always', value: 'person:nobody' }),
    { message: /422.*\/people\/anna\/forwarding\/always/s },
    'a forwarding to nobody is refused at once',
  );
});
