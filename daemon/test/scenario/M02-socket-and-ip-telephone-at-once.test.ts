import t from 'tap';
import { startBox, until } from '../kit/box.ts';
import { ivansTelephone, withTelephone } from '../kit/devices.ts';

t.test(
  'a call to a person rings the socket and the IP telephone; who answers first has it (M02)',
  async (t) => {
    const box = await startBox(t, {
      edit: (office) => {
        withTelephone(office);
        office.people.at(-1).ports = [2];
      },
    });
    const ivan = await ivansTelephone(t, box, { autoAnswer: false });
    const store = box.telephone(2);
    await box.dial(1, '31');
    await until('the socket rings', () => store.ringing || undefined, 5000);
    await ivan.event('CALL_INCOMING');
    store.lift();
    await ivan.event('CALL_CLOSED');
    await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 3000);
    t.match((await box.live()).calls, [{ called: { place: 'port:2' } }]);
    box.telephone(1).hangup();
    store.hangup();
  },
);
