import t from 'tap';
import { CodedError } from '../../src/base/error.ts';
import { localCause } from '../../src/call/cause.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const bench = (): Bench => new Bench(office, officePins);

/** A telephone dials a number of the town. */
async function dialLocal(b: Bench): Promise<void> {
  b.port(1).lift();
  await b.port(1).key('2345678');
  await settle();
}

t.test('a line that cannot be used gives way to the next (G03, G07)', async (t) => {
  for (const code of ['port/no-dial-tone', 'port/glare', 'port/no-line', 'port/busy']) {
    const b = bench();
    b.line(5).fail = new CodedError(code, code);
    await dialLocal(b);
    t.equal(b.line(6).dialed, '2345678', code);
    t.match(
      b.record.legs.map((leg) => leg.place),
      ['port:1', 'line:5', 'line:6'],
    );
    b.line(6).emit('answered', 'polarity');
    await settle();
    t.match(b.record, { answerSource: 'polarity', routeId: 'city' });
  }
});

t.test('a line in doubt is taken after all others, and still rather than none', async (t) => {
  const b = bench();
  b.line(5).doubtful = true;
  await dialLocal(b);
  t.equal(b.line(6).dialed, '2345678');
  const none = bench();
  none.line(5).doubtful = true;
  none.line(6).idle = false;
  await dialLocal(none);
  t.equal(none.line(5).dialed, '2345678');
});

t.test('once the digits are out no other line is tried', async (t) => {
  const b = bench();
  await dialLocal(b);
  b.line(5).emit('released', 'busy-tone');
  await settle();
  t.equal(b.line(6).dialed, undefined);
  t.match(b.record, { state: 'ended', q850: 17 });
  t.equal(b.hears(1), heard.busy);
});

t.test(
  'an emergency call that shows no progress for 5 s takes the next way, one that rings does not',
  async (t) => {
    const document = {
      ...office,
      ports: office.ports.filter((port) => port.kind === 'fxs'),
      routes: office.routes.filter((route) => route.via.kind === 'trunk'),
      trunks: office.trunks.map((trunk) => ({ ...trunk, emergencyShortCodes: true })),
    };
    const b = new Bench(document, officePins);
    b.port(2).lift();
    await b.port(2).key('112');
    t.match(b.trunkCalls[0]?.request, { trunkId: 'alpha', number: '112', emergency: true });
    b.clock.advance(4999);
    await settle();
    t.equal(b.trunkCalls.length, 1);
    b.clock.advance(1);
    await settle();
    t.equal(b.trunkCalls[1]?.request.trunkId, 'beta');
    t.equal(b.trunkCalls[0]?.leg.state, 'released', 'nothing of the first way is left');
    b.trunkLeg.farRings();
    b.clock.advance(60_000);
    await settle();
    t.equal(b.trunkLeg.state, 'alerting');
  },
);

t.test('an emergency call tries each line for its own time, and waits for one that rests', async (t) => {
  const b = bench();
  b.line(5).fail = new CodedError('port/no-dial-tone', 'silent');
  b.port(2).lift();
  await b.port(2).key('112');
  await settle();
  t.equal(b.line(6).dialed, '112');

  const resting = bench();
  resting.refusals.set('alpha', localCause(41)).set('beta', localCause(41));
  resting.line(5).available = false;
  resting.line(5).idle = false;
  resting.line(6).idle = false;
  resting.port(2).lift();
  await resting.port(2).key('112');
  await settle();
  t.equal(resting.line(6).dialed, undefined);
  resting.clock.advance(2000);
  resting.line(6).idle = true;
  resting.clock.advance(100);
  await settle();
  t.equal(resting.line(6).dialed, '112', 'its guard time is over');
  t.ok(resting.line(6).emergency);
});
