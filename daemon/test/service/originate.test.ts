import t from 'tap';
import { partyOfPort, rightsAt } from '../../src/service/directory.ts';
import type { Order } from '../../src/service/originate.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const bench = (): Bench => new Bench(office, officePins);

/** Port 1 is rung, and put through to `dialed`. */
const order = (b: Bench, dialed: string): Order => ({
  first: 'port:1',
  dialed,
  rights: rightsAt(b.config, { port: 1 }),
  caller: partyOfPort(b.config, 1),
  at: { kind: 'on-site', port: 1 },
  shown: { number: dialed },
  ring: 'recall',
  service: 'callback',
});

t.test('the box rings one, and the other once that one has lifted: one call and one record', async (t) => {
  const b = bench();
  const { call, outcome } = b.services.originate.start(order(b, '12'));
  t.ok(b.port(1).ringing);
  t.equal(b.port(1).ringsAs, 'recall');
  t.match(b.port(1).caller, { number: '12' });
  t.notOk(b.port(2).ringing, 'the other waits for the first');
  t.equal(b.context.calls.at('port:1')[0], call, 'it is a call in progress from the first ring on');
  b.port(1).lift();
  await settle();
  t.ok(b.port(2).ringing);
  t.equal(b.port(2).ringsAs, 'internal');
  t.equal(b.hears(1), heard.ringback);
  b.port(2).lift();
  await settle();
  t.same(await outcome, { kind: 'joined' });
  t.equal(b.media.joined.get('line:1'), 'line:2');
  t.equal(b.records.size, 1);
  b.port(2).hangUp();
  await settle();
  t.match(b.record, {
    service: 'callback',
    direction: 'internal',
    dialed: '12',
    legs: [{ place: 'port:1' }, { place: 'port:2' }],
    q850: 16,
    releasedBy: 'called',
  });
  t.equal(b.record.legs.length, 2, 'nothing in the record but those two');
  t.equal(b.context.calls.size, 0);
});

t.test('nobody lifts: the other is never rung, and the record says so', async (t) => {
  const b = bench();
  const { outcome } = b.services.originate.start({ ...order(b, '12'), seconds: 20 });
  b.clock.advance(20_000);
  await settle();
  t.match(await outcome, { kind: 'first-failed', cause: { q850: 19 } });
  t.notOk(b.port(1).ringing);
  t.match(b.record, { q850: 19, state: 'ended' });
  t.equal(b.context.calls.size, 0);
});

t.test('rights are those of whom it is made for, and there is no emergency service', async (t) => {
  const b = bench();
  const rich = { ...order(b, '8104420794600'), first: 'port:2', rights: { classOfService: 'abroad' } };
  const abroad = b.services.originate.start(rich);
  t.ok(b.port(2).ringing, "the rights are the order's, not those of whose bell rings");
  abroad.cancel();
  await settle();
  const poor = b.services.originate.start({
    ...order(b, '88121234567'),
    rights: rightsAt(b.config, { port: 2 }),
  });
  t.match(await poor.outcome, { kind: 'refused', cause: { q850: 21 } });
  t.notOk(b.port(1).ringing, 'refused before anybody is rung');
  const emergency = b.services.originate.start(order(b, '112'));
  t.equal((await emergency.outcome).kind, 'refused');
  t.equal(b.line(5).dialed, undefined);
});

t.test('who has lifted and does not wait ends it; a failed second is heard by its tone', async (t) => {
  const b = bench();
  const first = b.services.originate.start(order(b, '88121234567'));
  b.port(1).lift();
  await settle();
  t.equal(b.trunkCalls[0]?.request.number, '+78121234567');
  b.port(1).hangUp();
  await settle();
  t.equal(b.trunkLeg.state, 'released');
  t.match(await first.outcome, { kind: 'second-failed' });
  const second = b.services.originate.start(order(b, '12'));
  b.port(2).offHook = true;
  b.port(1).lift();
  await settle();
  t.match(await second.outcome, { kind: 'second-failed', cause: { q850: 17 } });
  t.equal(b.hears(1), heard.busy);
  b.port(1).hangUp();
  t.equal(b.context.calls.size, 0);
});

t.test('a call given up, or taken away for an emergency, rings nobody any more', async (t) => {
  const b = bench();
  const { cancel, call } = b.services.originate.start(order(b, '12'));
  cancel();
  t.notOk(b.port(1).ringing);
  t.equal(call.state, 'ended');
  // By the city line on which the first one is called.
  const outside = { ...order(b, '12'), first: 'number:+74951234567', pressOne: false };
  b.services.originate.start(outside);
  await settle();
  const called = b.line(5).dialed !== undefined || b.trunkCalls.length > 0;
  t.ok(called);
});

t.test('whoever was called by the box may hold and consult like anybody', async (t) => {
  const b = bench();
  b.services.originate.start(order(b, '12'));
  b.port(1).lift();
  await settle();
  b.port(2).lift();
  await settle();
  b.port(1).emit('flashed');
  await settle();
  t.equal(b.hears(1), heard.stutter);
  t.equal(b.hears(2), heard.hold);
  b.port(2).hangUp();
  await settle();
  t.equal(b.hears(1), heard.stutter, 'the consultation goes on when the held party hangs up');
  b.port(1).hangUp();
  await settle();
  t.equal(b.context.calls.size, 0);
});
