import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator } from '../kit/box.ts';
import { ivansTelephone, withTelephone } from '../kit/devices.ts';

t.test('a telephone whose number is hidden shows it by *31#, and to 112 whatever is dialed', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      withTelephone(office);
      office.devices[0].hideNumber = true;
      pointTrunk(office, 'alpha', operator, { emergencyShortCodes: true });
      // No city line: 112 goes by the operator.
      for (const port of office.ports) if (port.kind === 'fxo') port.enabled = false;
    },
  });
  const ivan = await ivansTelephone(t, box);
  const at = `${box.sip.host}:${box.sip.port}`;
  const calls = async (digits: string) => {
    const before = ivan.events.length;
    await ivan.command('dial', `sip:${encodeURIComponent(digits)}@${at}`);
    await ivan.event('CALL_ESTABLISHED', 8000, before);
    const { id, number } = await operatorCall(operator, 'answered', 6000);
    await ivan.command('hangup');
    await operatorCall(operator, 'ended');
    return [number, operator.header(id, 'from'), operator.header(id, 'privacy')];
  };
  t.match(await calls('88121234567'), ['+78121234567', /anonymous\.invalid/, 'id']);
  t.match(await calls('*31#88121234567'), ['+78121234567', /^(?!.*nonymous)/, '']);
  t.match(await calls('#31#112'), ['112', /^(?!.*nonymous)/, ''], 'ruling 6');
  const record = await box.record(({ service, state }) => service === 'emergency' && state === 'ended');
  t.match(record, { tollClass: 'emergency', callerAbsence: undefined, callerNumber: '31' });
});
