import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

const sticky = {
  ...office,
  people: [
    { id: 'anna', name: 'Anna', extension: '21', ports: [1], classOfService: 'staff' },
    { id: 'boris', name: 'Boris', extension: '22', ports: [4], classOfService: 'staff' },
  ],
  groups: [{ id: 'sales', name: 'Sales', members: [{ target: 'person:anna' }, { target: 'person:boris' }] }],
  destinations: [
    {
      id: 'reception',
      name: 'R',
      classOfService: 'staff',
      stickyDays: 1,
      steps: [{ targets: ['group:sales'], seconds: 60 }],
    },
  ],
};

function trunkCall(b: Bench, number = '+79031112233'): FakeLeg {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber: '+74951110000', caller: { number } });
  return leg;
}

const ringing = (b: Bench): number[] => [...b.fxs.values()].filter((p) => p.ringing).map((p) => p.number);

/** Boris has talked with the caller. */
async function acquainted(b: Bench): Promise<void> {
  const first = trunkCall(b);
  await settle();
  t.same(ringing(b), [1, 4], 'a stranger rings everybody');
  b.port(4).lift();
  await settle();
  first.farReleases(16);
  b.port(4).hangUp();
  await settle();
}

t.test(
  'who calls again reaches whom he talked to, and the others when that one does not answer (A05)',
  async (t) => {
    const b = new Bench(sticky);
    await acquainted(b);
    const again = trunkCall(b);
    await settle();
    t.same(ringing(b), [4]);
    t.match(b.record.events[0], { what: 'known-caller', detail: 'boris' });
    b.clock.advance(15_000);
    await settle();
    t.same(ringing(b), [1, 4]);
    again.farReleases(16);
    await settle();
    trunkCall(b, '+79035556677');
    await settle();
    t.same(ringing(b), [1, 4], 'somebody else is a stranger still');
  },
);

t.test('whom he knows is busy, or the days are over: everybody at once', async (t) => {
  const b = new Bench(sticky);
  await acquainted(b);
  b.port(4).lift();
  await settle();
  const busy = trunkCall(b);
  await settle();
  t.same(ringing(b), [1]);
  busy.farReleases(16);
  b.port(4).hangUp();
  await settle();
  b.clock.advance(86_400_000 + 60_000);
  await settle();
  trunkCall(b);
  await settle();
  t.same(ringing(b), [1, 4]);
});

t.test('a call to the customer counts as well, and so do the records of before the start', async (t) => {
  const b = new Bench(sticky);
  b.port(1).lift();
  await b.port(1).key('89031112233');
  b.clock.advance(5000);
  await settle();
  b.trunkLeg.farAnswers();
  await settle();
  b.trunkLeg.farReleases(16);
  b.port(1).hangUp();
  await settle();
  t.match(b.record, { calledBy: 'anna' });
  // What was before the first question is told by the records.
  const after = new Bench(sticky, {}, [...b.records.values()].reverse());
  trunkCall(after);
  await settle();
  t.same(ringing(after), [1]);
});
