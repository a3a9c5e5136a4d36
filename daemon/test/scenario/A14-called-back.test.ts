import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

t.test(
  'a caller keys 1, hangs up and keeps the place; the agent comes free, is rung, and then he is',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        office.queues = [
          {
            ...{ id: 'sales', name: 'Sales', members: [{ person: 'anna' }], announcePosition: false },
            callback: { classOfService: 'staff', costCentre: 'sales', offer: 'Press 1.' },
          },
        ];
        office.destinations[0].steps = [{ targets: ['queue:sales'], seconds: 30 }];
      },
    });
    const anna = box.telephone(1);
    anna.lift();
    await anna.waitForTone(425, -20, 8000);
    const { host, port } = box.sip;
    const id = await operator.call({ to: `${host}:${port}`, number: '+74951110000', caller: '+79035550001' });
    const report = () => operator.calls().find((call) => call.id === id);
    await until('the queue answers', () => report()?.state === 'answered' || undefined, 8000);
    await operator.digits(id, '1');
    const kept = async () => (await box.live()).queues[0]?.waiting.find(({ kind }) => kind === 'callback');
    t.match(await until('the callback is taken down', kept, 8000), { number: '+79035550001', position: 1 });
    operator.hangUp(id);
    await box.record(({ callerNumber, state }) => callerNumber === '+79035550001' && state === 'ended');

    anna.hangup();
    await until('anna is rung', () => anna.ringing || undefined, 10_000);
    t.equal(operator.calls().length, 1, 'the client is not called before');
    anna.lift();
    const back = await operatorCall(operator, 'answered', 8000);
    t.not(back.id, id);
    t.match(back.number, /9035550001/);
    void anna.speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, back.id, 1000);
    operator.play(back.id, { type: 'tone', frequency: 700, dbm0: -10 });
    anna.hush();
    await anna.waitForTone(700, -13, 8000);
    t.pass('both hear each other');
    t.equal(await kept(), undefined);
    anna.hangup();
    const record = await box.record(({ service, state }) => service === 'callback' && state === 'ended');
    t.match(record, {
      ...{ direction: 'outgoing', calledNumber: '+79035550001', callerNumber: '21', costCentre: 'sales' },
      ...{ answerSource: 'sip', trunkId: 'alpha' },
    });
    t.ok((record.price ?? 0) > 0, 'and it is charged');
  },
);
