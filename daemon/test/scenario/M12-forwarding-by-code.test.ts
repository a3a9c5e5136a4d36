import t from 'tap';
import type { ConfigHistoryEntry, ConfigView } from '../../src/api/contract.ts';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { hearsConfirmation } from '../kit/ears.ts';

t.test(
  '*21*number# at a telephone sends calls to a mobile, #21# brings them back; the page shows it (M12)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
    const [desk, store] = [box.telephone(1), box.telephone(2)];
    const always = async (): Promise<string[]> => {
      const { config } = await box.api.get<ConfigView>('/api/v1/config');
      const { people } = config as { people: { id: string; forwarding: { always: { to: string }[] } }[] };
      return people.find(({ id }) => id === 'anna')!.forwarding.always.map(({ to }) => to);
    };
    /** Dials a code, and hears that it is done. */
    const coded = async (code: string): Promise<void> => {
      await box.dial(1, code);
      await hearsConfirmation(desk, desk.heard.position);
      desk.hangup();
      await box.portsIdle();
    };

    await coded('*21*89161112233#');
    t.same(await always(), ['+79161112233'], 'as the page and the API show it');
    const [entry] = await box.api.get<ConfigHistoryEntry[]>('/api/v1/config/history');
    t.match(entry, { by: 'code from port 1', said: { ru: /Переадресация/ } });

    await box.dial(2, '21');
    const mobile = await until(
      'the next call is at the mobile',
      () => operator.calls().find(({ number }) => number === '+79161112233'),
      6000,
    );
    t.notOk(desk.ringing, 'and the desk is silent');
    t.ok(mobile);
    store.hangup();
    t.match(await box.record((r) => r.callerNumber === '12' && r.state === 'ended'), {
      dialed: '21',
      legs: [{ place: 'port:2' }, { place: 'trunk:alpha', number: '+79161112233' }],
    });
    await box.portsIdle();

    await coded('#21#');
    t.same(await always(), []);
    await box.dial(2, '21');
    await until('the desk rings again', () => desk.ringing, 6000);
    store.hangup();
  },
);
