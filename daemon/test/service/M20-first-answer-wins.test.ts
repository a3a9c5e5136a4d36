import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

const numbers = ['+79160000001', '+79160000002', '+79160000003'];

function bench(): Bench {
  return new Bench({
    ...office,
    groups: [
      {
        id: 'race',
        name: 'Race',
        classOfService: 'staff',
        pressOne: false,
        members: numbers.map((number) => ({ target: `number:${number}` })),
      },
    ],
    destinations: [
      {
        id: 'reception',
        name: 'R',
        classOfService: 'staff',
        steps: [{ targets: ['group:race'], seconds: 60 }],
      },
    ],
  });
}

/** Every order of three. */
const orders = [0, 1, 2].flatMap((a) =>
  [0, 1, 2].flatMap((b) => (a === b ? [] : [[a, b, 3 - a - b] as const])),
);

for (const together of [true, false]) {
  t.test(
    `answers in every order, ${together ? 'all in one turn' : 'one after the other'}: one has the caller (M20)`,
    async (t) => {
      for (const order of orders) {
        const b = bench();
        const caller = new FakeLeg('incoming', 'trunk:alpha');
        caller.state = 'trying';
        b.services.trunkCall(caller, {
          trunkId: 'alpha',
          calledNumber: '+74951110000',
          caller: { number: '+79031112233' },
        });
        await settle();
        const legs = b.trunkCalls.map(({ leg }) => leg);
        t.equal(legs.length, 3);
        for (const index of order) {
          legs[index]!.farAnswers();
          if (!together) await settle();
        }
        await settle();
        const winner = legs[order[0]]!;
        t.equal(b.media.joined.get(caller.endpoint), winner.endpoint, `${order}: the first`);
        t.same(
          legs.map(({ state }) => state).sort(),
          ['answered', 'released', 'released'],
          `${order}: nobody is left in the dark`,
        );
        t.equal(caller.state, 'answered');
        winner.farReleases(16);
        await settle();
        const { record } = b;
        t.equal(
          record.legs.filter(
            ({ direction, answeredAt }) => direction === 'outgoing' && answeredAt !== undefined,
          ).length,
          1,
          `${order}: the record counts one answer`,
        );
        t.equal(record.state, 'ended');
      }
    },
  );
}

t.test('the caller gives up in the very turn of an answer: nobody talks to nobody', async (t) => {
  const b = bench();
  const caller = new FakeLeg('incoming', 'trunk:alpha');
  caller.state = 'trying';
  b.services.trunkCall(caller, { trunkId: 'alpha', calledNumber: '+74951110000', caller: {} });
  await settle();
  caller.farReleases(16);
  for (const { leg } of b.trunkCalls) leg.farAnswers();
  await settle();
  t.ok(b.trunkCalls.every(({ leg }) => leg.state === 'released'));
});
