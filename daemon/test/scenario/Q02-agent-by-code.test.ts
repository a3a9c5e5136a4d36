import t from 'tap';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

t.test(
  'a code from an analog handset takes its agent out of the queue, over a restart too, and back',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        office.people.push({
          id: 'boris',
          name: 'Boris',
          extension: '22',
          ports: [2],
          classOfService: 'staff',
        });
        office.queues = [
          {
            ...{ id: 'sales', name: 'Sales', strategy: 'in-turn', wrapUpSeconds: 0 },
            members: [{ person: 'anna' }, { person: 'boris' }],
          },
        ];
        office.destinations[0].steps = [{ targets: ['queue:sales'], seconds: 30 }];
      },
    });
    const agent = async (id: string) => (await box.live()).agents.find((one) => one.id === id);
    const code = async (digits: string, mode: string): Promise<void> => {
      await box.dial(1, digits);
      await until(`anna is ${mode}`, async () => (await agent('anna'))?.mode === mode || undefined, 8000);
      // The tone of confirmation: bursts, and then a tone that says that the call is over.
      await box.telephone(1).waitForTone(425, -20, 5000);
      box.telephone(1).hangup();
      await box.portsIdle();
    };
    /** Calls in, and lets the telephone that is meant to ring answer. */
    const rings = async (port: number, caller: string): Promise<void> => {
      const { host, port: sip } = box.sip;
      const id = await operator.call({ to: `${host}:${sip}`, number: '+74951110000', caller });
      await until(`telephone ${port} rings`, () => box.telephone(port).ringing || undefined, 8000);
      t.notOk(box.telephone(3 - port).ringing, 'and the other does not');
      box.telephone(port).lift();
      await until(
        'they talk',
        async () => (await agent(port === 1 ? 'anna' : 'boris'))?.state === 'talking' || undefined,
        8000,
      );
      t.equal(operator.calls().find((call) => call.id === id)?.state, 'answered');
      box.telephone(port).hangup();
      const record = await box.record(
        ({ callerNumber, state }) => callerNumber === caller && state === 'ended',
      );
      t.equal(record.answeredBy, port === 1 ? 'anna' : 'boris');
      await box.portsIdle();
    };

    await code('*92', 'pause');
    await rings(2, '+79035550002');
    await box.daemon.stop();
    await box.restart();
    await box.portsIdle();
    t.match(await agent('anna'), { state: 'pause' }, 'a restart does not bring her back');
    await code('*91', 'on');
    await rings(1, '+79035550004');
  },
);
