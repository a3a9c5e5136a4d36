import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator } from '../kit/box.ts';
import { ivansTelephone, withTelephone } from '../kit/devices.ts';

t.test(
  'the access number, dialed whole, asks an IP telephone for the PIN and a number (A08, P01)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        withTelephone(office);
        office.devices[0].classOfService = 'inside';
        pointTrunk(office, 'alpha', operator);
      },
    });
    const ivan = await ivansTelephone(t, box);
    await ivan.command('dial', `sip:77@${box.sip.host}:${box.sip.port}`);
    await ivan.event('CALL_ESTABLISHED');
    for (const key of '13579088121234567') await ivan.command('sndcode', key);
    const far = await operatorCall(operator, 'answered', 10_000);
    t.equal(far.number, '+78121234567');
    t.match((await box.live()).calls, [{ service: 'access', caller: { place: 'device:ivan-desk' } }]);
    await ivan.command('hangup');
    t.match(await box.ended(), {
      service: 'access',
      pinId: 'pin-sales',
      callerNumber: '31',
      calledNumber: '+78121234567',
      releasedBy: 'caller',
    });
  },
);

t.test(
  'a class that asks for a PIN asks in the call; a short number and a wrong one do as on a socket (A08)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        withTelephone(office);
        office.devices[0].classOfService = 'guarded';
        office.speedDials = [{ id: 'shop', code: '55', name: 'Shop', number: '88121234567' }];
        pointTrunk(office, 'alpha', operator);
      },
    });
    const ivan = await ivansTelephone(t, box);
    const at = `${box.sip.host}:${box.sip.port}`;
    await ivan.command('dial', `sip:8812@${at}`);
    t.match((await ivan.event('CALL_CLOSED')).param, /484|404/, 'half a number');
    ivan.events.length = 0;
    await ivan.command('dial', `sip:55@${at}`);
    await ivan.event('CALL_ESTABLISHED');
    t.equal(operator.calls().length, 0, 'not before the PIN');
    for (const key of '135790') await ivan.command('sndcode', key);
    const far = await operatorCall(operator, 'answered', 10_000);
    t.equal(far.number, '+78121234567');
    await ivan.command('hangup');
    t.match(await box.record((r) => r.pinId === 'pin-sales' && r.state === 'ended'), {
      dialed: '55',
      tollClass: 'national',
    });
  },
);
