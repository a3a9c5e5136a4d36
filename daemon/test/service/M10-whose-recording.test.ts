import t from 'tap';
import { Scope } from '../../src/api/scope.ts';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';

const two = queueOffice(
  { members: members('anna') },
  { id: 'second', name: 'Second', members: members('boris'), wrapUpSeconds: 0 },
);
const group = (id: string, person: string): object => ({
  ...{ id, name: id, members: [{ target: `person:${person}` }], seconds: 60 },
});
const withGroups = {
  ...two,
  groups: [group('desk', 'vera'), group('repairs', 'gleb')],
  destinations: ['reception', 'second'].map((id, i) => ({
    ...{ id, name: id, classOfService: 'staff' },
    steps: [{ targets: [`group:${i === 0 ? 'desk' : 'repairs'}`], seconds: 30 }],
  })),
};

/** A caller who talks to the telephone at `port`; what became of it as the record tells, and as a supervisor may. */
async function talk(b: QueueBench, second: boolean, port: number) {
  const leg = await b.call({ second });
  await b.pass(1000);
  await b.lift(port);
  await b.pass(2000);
  leg.farReleases(16);
  await b.hangUp(port);
  await b.pass(1000);
  const { record } = b;
  const as = (rights: { groups?: string[]; queues?: string[] }): string => {
    const scope = new Scope(
      { account: 'x', who: 'account:x', role: 'supervisor', groups: [], queues: [], ...rights },
      b.config,
    );
    return `${scope.knows(record) ? 'knows' : ''} ${scope.hears(record) ? 'hears' : ''}`.trim();
  };
  if (record.answeredBy === undefined) throw new Error('nobody has answered');
  return as;
}

t.test('a call of a queue, as it is really noted, is its supervisor’s to hear, and no other’s', async (t) => {
  const b = new QueueBench(two);
  const first = await talk(b, false, 1);
  t.equal(first({ queues: ['sales'] }), 'knows hears');
  t.equal(first({ queues: ['second'] }), '');
  const other = await talk(b, true, 2);
  t.equal(other({ queues: ['second'] }), 'knows hears');
  t.equal(other({ queues: ['sales'] }), '');
});

t.test('and so is a call of a group', async (t) => {
  const b = new QueueBench(withGroups);
  const first = await talk(b, false, 3);
  t.equal(first({ groups: ['desk'] }), 'knows hears');
  t.equal(first({ groups: ['repairs'], queues: ['sales', 'second'] }), '');
  const other = await talk(b, true, 4);
  t.equal(other({ groups: ['repairs'] }), 'knows hears');
  t.equal(other({ groups: ['desk'] }), '');
});
