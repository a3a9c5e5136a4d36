import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

t.test(
  'a call is parked by flash and code, hears music, and is taken at another telephone (M13)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
    const [desk, store] = [box.telephone(1), box.telephone(2)];
    const state = async (wanted: string): Promise<void> => {
      await until(
        `it is ${wanted}`,
        async () => (await box.live()).calls[0]?.state === wanted || undefined,
        6000,
      );
    };
    await box.dial(1, '88121234567');
    const far = await operatorCall(operator, 'answered', 6000);
    await state('talking');
    await desk.flash(180);
    await desk.waitForTone(425, -20, 4000);
    await desk.dial('*45');
    await until('it is parked', async () => (await box.live()).calls[0]?.state === 'held' || undefined, 6000);
    desk.hangup();
    await until(
      'the desk has left',
      async () => (await box.live()).ports.find(({ number }) => number === 1)?.state === 'idle' || undefined,
      6000,
    );
    t.equal(operator.calls().find(({ id }) => id === far.id)?.state, 'answered', 'the party waits');

    await box.dial(2, '*461');
    await state('talking');
    void store.speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, far.id, 1000);
    store.hush();
    store.hangup();
    const record = await box.ended();
    t.match(record, { answeredAt: Number, trunkId: 'alpha', releasedBy: 'caller' });
    t.same(
      record.legs.map(({ place }) => place),
      ['port:1', 'trunk:alpha', 'port:2'],
      'one record tells of all three',
    );
    t.equal((await box.records()).length, 1);
  },
);
