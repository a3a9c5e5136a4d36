import t from 'tap';
import type { CallRecord } from '../../src/records/call-record.ts';
import type { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

/** The far trunk costs 1.50 a minute, each begun minute in full; port 1 is Anna's, of the sales department. */
const bench = (more: object = {}, history: Iterable<CallRecord> = []): Bench =>
  new Bench({ ...office, ...more }, officePins, history);

const salesMay = (limits: object): object => ({ costCentres: [{ id: 'sales', name: 'Sales', limits }] });
const annaMay = (limits: object): object => ({ people: [{ ...office.people[0], limits }] });

const minute = 60_000;

/** Anna calls St Petersburg, and is answered. */
async function talk(b: Bench, port = 1): Promise<FakeLeg> {
  b.port(port).lift();
  await b.port(port).key('88121234567');
  const leg = b.trunkLeg;
  leg.farAnswers();
  await settle();
  return leg;
}

/** How often the beeps that warn of a budget's end were played to an endpoint. */
const beeps = (b: Bench, endpoint: string): number =>
  b.media.played.filter(({ endpoint: at, source }) => at === endpoint && source.type === 'pcm').length;

t.test(
  'a department may spend so much a month: a beep a minute before, then the call is released',
  async (t) => {
    // 6.00 buys four minutes.
    const b = bench(salesMay({ moneyPerMonth: 6 }));
    const leg = await talk(b);
    const { endpoint } = b.port(1);
    b.clock.advance(3 * minute - 1);
    await settle();
    t.equal(beeps(b, endpoint), 0);
    t.notOk(b.alarms.size, 'half is spent, or three quarters');
    b.clock.advance(1);
    await settle();
    t.equal(beeps(b, endpoint), 1, 'a minute before the end');
    b.clock.advance(1);
    t.ok(b.alarms.has('budget-cost-centre-sales-money-month'), 'the fourth minute has begun');
    b.clock.advance(minute - 1002);
    t.equal(leg.state, 'answered', 'to the last second');
    b.clock.advance(1);
    await settle();
    t.equal(leg.state, 'released', 'the fifth minute is not begun');
    t.equal(b.hears(1), heard.busy);
    t.match(b.record, {
      state: 'ended',
      releasedBy: 'box',
      price: 6,
      accounts: ['person:anna', 'cost-centre:sales'],
      causeText: 'the budget of cost-centre:sales for the month is used up',
    });
    t.equal(beeps(b, endpoint), 1, 'one warning');
    b.port(1).hangUp();
    await settle();

    b.port(1).lift();
    await b.port(1).key('88121234567');
    t.equal(b.trunkCalls.length, 1, 'no call is begun with nothing left');
    t.equal(b.hears(1), heard.congestion);
    t.match(b.record, { q850: 21, causeText: 'the budget of cost-centre:sales for the month is used up' });
    b.port(1).hangUp();
    await settle();
  },
);

t.test('calls at once share what is left', async (t) => {
  const b = bench({
    ...salesMay({ moneyPerDay: 12 }),
    ports: office.ports.map((port) =>
      port.number === 4 ? { ...port, classOfService: 'staff', costCentre: 'sales' } : port,
    ),
  });
  const first = await talk(b, 1);
  const second = await talk(b, 4);
  b.clock.advance(4 * minute - 1001);
  t.same([first.state, second.state], ['answered', 'answered']);
  t.equal(beeps(b, b.port(1).endpoint), 1);
  t.equal(beeps(b, b.port(4).endpoint), 1, 'both are warned');
  b.clock.advance(1);
  await settle();
  t.same([first.state, second.state], ['released', 'released'], 'eight minutes, four of each');
});

t.test('a call that ends leaves the rest to the others: the warning is not the last word', async (t) => {
  const b = bench({
    ...salesMay({ minutesPerDay: 10 }),
    ports: office.ports.map((port) =>
      port.number === 4 ? { ...port, classOfService: 'staff', costCentre: 'sales' } : port,
    ),
  });
  const first = await talk(b, 1);
  const second = await talk(b, 4);
  b.clock.advance(4 * minute + 31_000);
  t.equal(beeps(b, b.port(4).endpoint), 1, '29 s of the two together');
  first.farReleases(16);
  await settle();
  b.clock.advance(20_000);
  t.equal(second.state, 'answered', 'alone it lasts twice as long');
  b.clock.advance(38_000);
  await settle();
  t.equal(second.state, 'released');
});

t.test(
  'minutes of a person count whoever dials, at a mobile too; toll-free ones count for nobody',
  async (t) => {
    const b = bench({ ...annaMay({ minutesPerDay: 1 }) });
    // Anna's mobile is called because she does not answer: the forwarding is hers (ruling 8).
    b.port(2).lift();
    await b.port(2).key('21');
    b.clock.advance(4000);
    await settle();
    b.clock.advance(21_000);
    await settle();
    t.equal(b.trunkCalls.length, 1);
    b.trunkLeg.farAnswers();
    await settle();
    b.trunkLeg.emit('digit', '1');
    await settle();
    b.clock.advance(59_000);
    await settle();
    t.match(b.record, {
      state: 'ended',
      causeText: /person:anna/,
      accounts: ['person:anna', 'cost-centre:works'],
    });
    b.port(2).hangUp();
    await settle();

    const c = bench({ ...annaMay({ minutesPerDay: 1 }) });
    c.port(1).lift();
    await c.port(1).key('88001234567');
    c.line(5).emit('answered', 'voice');
    await settle();
    c.clock.advance(10 * minute);
    await settle();
    t.equal(c.record.state, 'active', 'a toll-free call costs nobody anything');
    c.port(1).hangUp();
    await settle();
  },
);

t.test('an emergency call is neither counted nor cut, nor refused with nothing left', async (t) => {
  const b = bench({ ...annaMay({ minutesPerDay: 0, moneyPerDay: 0 }) });
  b.port(1).lift();
  await b.port(1).key('112');
  await settle();
  b.line(5).emit('answered', 'polarity');
  await settle();
  b.clock.advance(3 * 60 * minute);
  await settle();
  t.match(b.record, { state: 'active', service: 'emergency' });
  t.same(
    b.spending.view().map(({ spent }) => spent),
    [0, 0],
  );
});

t.test(
  'what was spent before a restart counts, and of a call that a crash cut off what was noted last',
  async (t) => {
    const b = bench(salesMay({ moneyPerMonth: 6 }));
    await talk(b);
    b.clock.advance(2 * minute);
    await settle();
    // kill -9: the record is what the journal has of it.
    const left: CallRecord = { ...structuredClone(b.record), state: 'interrupted' };
    t.match(left.charged, { ms: 2 * minute, price: 3 });
    const after = bench(salesMay({ moneyPerMonth: 6 }), [left]);
    t.match(after.spending.view(), [{ account: 'cost-centre:sales', spent: 3, limit: 6 }]);
    const leg = await talk(after);
    after.clock.advance(2 * minute - 1000);
    await settle();
    t.equal(leg.state, 'released', 'two minutes were left');
    t.match(bench(salesMay({ moneyPerMonth: 6 }), after.records.values()).spending.view(), [{ spent: 3 }]);
  },
);

t.test('a new day begins anew, and the alarm goes with the day', async (t) => {
  const b = bench(salesMay({ moneyPerDay: 1.5 }));
  const leg = await talk(b);
  b.clock.advance(1000);
  leg.farReleases(16);
  await settle();
  b.port(1).hangUp();
  await settle();
  t.ok(b.alarms.has('budget-cost-centre-sales-money-day'));
  t.match(b.spending.view(), [{ spent: 1.5, limit: 1.5 }]);
  b.clock.advance(24 * 60 * minute);
  t.notOk(b.alarms.has('budget-cost-centre-sales-money-day'));
  t.match(b.spending.view(), [{ spent: 0 }]);
  await talk(b);
  t.equal(b.trunkCalls.length, 2);
});

t.test('a higher limit keeps the call that would have been cut', async (t) => {
  const b = bench(salesMay({ moneyPerMonth: 3 }));
  const leg = await talk(b);
  b.clock.advance(minute + 30_000);
  b.reconfigure({ ...office, ...salesMay({ moneyPerMonth: 30 }) });
  b.clock.advance(10 * minute);
  t.equal(leg.state, 'answered');
  t.equal(b.alarms.size, 0);
});

t.test('after a transfer the leg that costs goes on being charged, and is cut at the limit', async (t) => {
  const b = bench(salesMay({ moneyPerMonth: 6 }));
  const leg = await talk(b);
  b.port(1).emit('flashed');
  await settle();
  await b.port(1).key('12');
  b.port(2).lift();
  await settle();
  b.port(1).hangUp();
  await settle();
  b.clock.advance(4 * minute);
  await settle();
  t.equal(leg.state, 'released');
});
