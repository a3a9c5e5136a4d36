import t from 'tap';
import type { IncomingCheckResult, ScheduleView } from '../../src/api/contract.ts';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

const always = { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' };

t.test(
  'night by a code of a telephone: another one rings, over a restart too, until it is given back',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        // Open around the clock, so that the test is the same at any hour of any day.
        office.schedules = [{ id: 'office', name: 'Офис', weekly: [always], holidays: 'none' }];
        office.dialing.modeCodes = [
          { code: '*27', schedule: 'office' },
          { code: '*28', schedule: 'office', mode: 'ночь', hours: 10 },
        ];
        const step = (port: number, ...modes: string[]) => ({
          ...{ targets: [`port:${port}`], seconds: 30, during: { schedule: 'office', modes } },
        });
        office.destinations = [
          { id: 'reception', name: 'Reception', classOfService: 'staff', steps: [step(1), step(2, 'ночь')] },
        ];
      },
    });
    const mode = async (): Promise<ScheduleView> => box.api.get<ScheduleView>('/api/v1/schedules/office');
    const switched = async (code: string, to: string): Promise<void> => {
      await box.dial(2, code);
      await until(`it is ${to}`, async () => (await mode()).mode === to || undefined, 8000);
      box.telephone(2).hangup();
      await box.portsIdle();
    };
    /** Calls in, and lets the port that is meant to ring answer. */
    const rings = async (port: number, caller: string): Promise<void> => {
      const { host, port: sip } = box.sip;
      const id = await operator.call({ to: `${host}:${sip}`, number: '+74951110000', caller });
      await until(`telephone ${port} rings`, () => box.telephone(port).ringing, 8000);
      t.notOk(box.telephone(3 - port).ringing, 'and the other does not');
      box.telephone(port).lift();
      const report = () => operator.calls().find((call) => call.id === id);
      await until('it is answered', () => report()?.state === 'answered', 8000);
      box.telephone(port).hangup();
      const record = await box.record(
        ({ callerNumber, state }) => callerNumber === caller && state === 'ended',
        8000,
      );
      t.equal(record.legs.at(-1)?.place, `port:${port}`);
      await box.portsIdle();
    };

    await switched('*28', 'ночь');
    t.match((await box.live()).schedules, [
      { id: 'office', name: { ru: '«ночь»' }, why: { en: 'switched by hand' }, override: { by: 'port 2' } },
    ]);
    await box.daemon.stop();
    await box.restart();
    await box.portsIdle();
    t.match(await mode(), { mode: 'ночь', override: { by: 'port 2' } }, 'a restart is no morning');
    await rings(2, '+78120000001');

    const number = encodeURIComponent('8 (495) 111-00-00');
    const check = await box.api.get<IncomingCheckResult>(`/api/v1/incoming-check?number=${number}`);
    t.match(check, { destination: { id: 'reception' }, steps: [{ on: false }, { on: true }] });
    await switched('*27', 'open');
    t.match((await box.live()).schedules, [{ mode: 'open', why: { ru: /00:00–24:00/ } }]);
    await rings(1, '+78120000002');
  },
);
