import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

/** Anna forwards all her calls; her department is `works`. */
function bench(to: string, limit?: number): Bench {
  return new Bench({
    ...office,
    costCentres: [
      { id: 'sales', name: 'Sales' },
      { id: 'works', name: 'Works', ...(limit === undefined ? {} : { limits: { moneyMonth: limit } }) },
    ],
    people: [{ ...office.people[0], forwarding: { always: [{ to, seconds: 30 }] } }],
    destinations: [
      {
        id: 'reception',
        name: 'R',
        classOfService: 'inside',
        steps: [{ targets: ['person:anna'], seconds: 60, pressOne: false }],
      },
    ],
  });
}

async function callIn(b: Bench): Promise<FakeLeg> {
  const caller = new FakeLeg('incoming', 'trunk:alpha');
  caller.state = 'trying';
  b.services.trunkCall(caller, {
    trunkId: 'alpha',
    calledNumber: '+74951110000',
    caller: { number: '+79031112233' },
  });
  await settle();
  return caller;
}

t.test(
  'a stranger calls, Anna forwards: the leg outside has her rights, her department pays (A15)',
  async (t) => {
    const b = bench('+79160000001');
    const caller = await callIn(b);
    t.equal(b.trunkCalls.length, 1, 'the destination itself may call inside only');
    b.trunkLeg.farAnswers();
    await settle();
    b.clock.advance(61_000);
    caller.farReleases(16);
    await settle();
    t.match(b.record, { direction: 'incoming', costCentre: 'works', price: 3 }, 'two minutes begun');
  },
);

t.test('forwarded inside it costs nothing, and is nobody’s', async (t) => {
  const b = bench('port:2');
  const caller = await callIn(b);
  b.port(2).lift();
  await settle();
  b.clock.advance(600_000);
  caller.farReleases(16);
  await settle();
  t.equal(b.record.price ?? 0, 0);
  t.equal(b.record.costCentre, undefined);
});

t.test('where her class does not go, her forwarding does not either', async (t) => {
  const b = bench('+442071234567');
  await callIn(b);
  t.equal(b.trunkCalls.length, 0);
});
