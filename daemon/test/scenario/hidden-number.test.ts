import t from 'tap';
import type { ConfigView } from '../../src/api/contract.ts';
import { operatorCall, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { ivansTelephone, withTelephone } from '../kit/devices.ts';

t.test(
  'a number is hidden in one call by #31#, and in all by #31# alone, from operators and colleagues',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        withTelephone(office);
        pointTrunk(office, 'alpha', operator);
      },
    });
    const phone = box.telephone(1);
    await box.dial(1, '#31#88121234567');
    const { id, number } = await operatorCall(operator, 'answered', 6000);
    t.equal(number, '+78121234567');
    t.match(operator.header(id, 'from'), /^"Anonymous" <sip:anonymous@anonymous\.invalid>/);
    t.equal(operator.header(id, 'privacy'), 'id');
    phone.hangup();
    t.match(await box.ended(), { dialed: '#31#88121234567', callerNumber: '21', callerAbsence: 'private' });
    await box.portsIdle();

    const ivan = await ivansTelephone(t, box, { autoAnswer: false });
    await box.dial(1, '#31#');
    await until(
      'the setting is kept, as the page shows it',
      async () => {
        const { config } = await box.api.get<ConfigView>('/api/v1/config');
        const port = config.ports.find(({ number }) => number === 1);
        return (port?.kind === 'fxs' && port.hideNumber) || undefined;
      },
      8000,
    );
    phone.hangup();
    await box.portsIdle();
    await box.dial(1, '31');
    const ringing = await ivan.event('CALL_INCOMING', 8000);
    t.match(ringing.peeruri, /anonymous@anonymous\.invalid/, 'a colleague does not see it either');
    phone.hangup();
  },
);
