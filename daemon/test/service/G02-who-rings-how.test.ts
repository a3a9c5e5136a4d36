import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

/** The office, whose reception rings these. */
const ringing = (...targets: string[]) => ({
  ...office,
  destinations: [{ ...office.destinations[0]!, steps: [{ targets, seconds: 15 }] }],
});

function fromOutside(document: object): Bench {
  const bench = new Bench(document, officePins);
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  bench.services.trunkCall(leg, { trunkId: 'alpha', calledNumber: '+74951110000', caller: {} });
  return bench;
}

t.test('a call from outside to one telephone, and to several', async (t) => {
  t.equal(fromOutside(ringing('port:1')).port(1).ringsAs, 'external', 'also where nobody says who calls');
  const group = fromOutside(ringing('port:1', 'port:4'));
  t.strictSame([group.port(1).ringsAs, group.port(4).ringsAs], ['group', 'group']);
});

t.test('a colleague', async (t) => {
  const bench = new Bench(office, officePins);
  bench.port(1).lift();
  await settle();
  await bench.port(1).key('14');
  bench.clock.advance(5000);
  await settle();
  t.equal(bench.port(4).ringsAs, 'internal');
});
