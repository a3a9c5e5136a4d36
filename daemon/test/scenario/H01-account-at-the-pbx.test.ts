import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { withPbx } from '../kit/devices.ts';

t.test('the other way round, we register at the PBX as an extension of its own (H01)', async (t) => {
  const pbx = await startOperator(t, { accounts: { linegate: 'its password' }, challengeCalls: true });
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      withPbx(office, { mode: 'client', address: `${pbx.host}:${pbx.port}`, password: 'its password' });
      pointTrunk(office, 'alpha', operator);
    },
  });
  const shown = await until(
    'we are registered there',
    async () => (await box.live()).devices.find((device) => device.state === 'registered'),
    5000,
  );
  t.match(shown, { id: 'pbx', kind: 'pbx' });
  t.equal(
    (await box.live()).trunks.some((trunk) => trunk.id.includes('pbx')),
    false,
    'it is no operator',
  );
  await box.dial(1, '235');
  const out = await operatorCall(pbx, 'answered', 6000);
  t.equal(out.number, '235');
  box.telephone(1).hangup();
  await operatorCall(pbx, 'ended');
  t.match(await box.ended(), { direction: 'internal', calledNumber: '235' });

  const id = await pbx.call({ to: 'linegate', number: '88121234567', caller: '205', name: 'Reception' });
  const far = await operatorCall(operator, 'answered', 6000);
  t.equal(far.number, '+78121234567', 'whoever calls from there dials as the staff do');
  t.match((await box.live()).calls, [{ caller: { number: '205', place: 'device:pbx' }, trunk: 'alpha' }]);
  await pbx.hangUp(id);
  await operatorCall(operator, 'ended');
  t.match(await box.record((r) => r.trunkId === 'alpha' && r.state === 'ended'), {
    direction: 'outgoing',
    costCentre: 'works',
    callerNumber: '205',
    releasedBy: 'caller',
  });
});
