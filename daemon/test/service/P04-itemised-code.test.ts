import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

const costCentres = [
  { id: 'sales', name: 'Sales', code: '4401' },
  { id: 'works', name: 'Works', code: '4402', limits: { minutesPerDay: 10 } },
];

const bench = (access: object, more: object = {}): Bench =>
  new Bench(
    { ...office, costCentres, accessNumbers: [{ ...office.accessNumbers[0], ...access }], ...more },
    officePins,
  );

/** Carrier code 77, authorisation code 135790, itemised code, number: as a PBX sends them in one go (P04). */
async function burst(b: Bench, digits: string): Promise<void> {
  b.port(3).lift();
  await b.port(3).key(digits);
}

t.test('the itemised code behind the PIN names the department that pays', async (t) => {
  const b = bench({ itemLength: 4 });
  await burst(b, '77135790440188121234567');
  t.equal(b.trunkCalls.length, 1);
  t.equal(b.trunkCalls[0]?.request.number, '+78121234567', 'the trunk gets only the number');
  b.trunkLeg.farAnswers();
  await settle();
  t.match(b.record, { costCentre: 'sales', pinId: 'pin-sales', dialed: '88121234567' });
  t.same(b.record.accounts, ['cost-centre:sales', 'pin:pin-sales'], 'not the one of the PIN');
  t.notMatch(JSON.stringify(b.record), /135790|4401/);
});

t.test('an itemised code of nobody opens nothing', async (t) => {
  const b = bench({ itemLength: 4 });
  await burst(b, '77135790999988121234567');
  t.equal(b.trunkCalls.length, 0);
  t.match(b.record, { state: 'ended', q850: 21, causeText: 'no cost centre has this itemised code' });
});

t.test(
  'what an old PBX sends for a PIN may be dropped unlooked-at: the class of its socket decides',
  async (t) => {
    const ports = office.ports.map((port) =>
      port.number === 3 ? { ...port, classOfService: 'staff', costCentre: 'works' } : port,
    );
    const b = bench({ pinInside: 'dropped' }, { ports });
    await burst(b, '7700000088121234567');
    t.equal(b.trunkCalls[0]?.request.number, '+78121234567');
    t.match(b.record, { costCentre: 'works' });
    t.equal(b.record.pinId, undefined);
    const closed = bench({ pinInside: 'dropped' });
    await burst(closed, '7700000088121234567');
    t.equal(closed.trunkCalls.length, 0, 'of a socket that may not call out nothing goes');

    // From outside it is asked for all the same.
    const leg = new FakeLeg('incoming', 'trunk:alpha');
    leg.state = 'trying';
    b.services.trunkCall(leg, {
      trunkId: 'alpha',
      calledNumber: '+74951112233',
      caller: { number: '+79031112233' },
    });
    await settle();
    for (const key of '17#000000#88121234567') leg.emit('digit', key);
    await settle();
    t.equal(b.trunkCalls.length, 1);
  },
);
