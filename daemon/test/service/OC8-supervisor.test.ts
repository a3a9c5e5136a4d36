import t from 'tap';
import { settle } from '../kit/fake-ports.ts';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';

const office = queueOffice(
  { members: members('anna', 'boris'), strategy: 'in-turn' },
  { id: 'second', name: 'Second', wrapUpSeconds: 0, members: members('vera') },
);

t.test(
  'whom the supervisor puts on pause is not rung by the next call, and is again when back (OC8)',
  async (t) => {
    const b = new QueueBench(office);
    const { queues } = b.services;
    t.ok(queues.setMode('anna', 'pause', 'admin'));
    const caller = await b.call();
    t.notOk(b.port(1).ringing);
    t.ok(b.port(2).ringing, 'the next in order');
    queues.setMode('anna', 'on', 'admin');
    queues.setMode('boris', 'off', 'admin');
    await settle();
    t.notOk(b.port(2).ringing, 'who leaves while it rings is rung no more');
    t.ok(b.port(1).ringing);
    await b.lift(1);
    t.equal(b.talksTo(1), caller.endpoint);
    t.notOk(queues.setMode('gleb', 'on', 'admin'), 'who answers for no queue has no mode');
  },
);
