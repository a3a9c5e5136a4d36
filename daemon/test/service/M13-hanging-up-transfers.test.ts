import t from 'tap';
import type { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

/** Port 1 has called outside, holds that party and has dialed `number`. */
async function consulting(number = '12', more: object = {}): Promise<{ b: Bench; far: FakeLeg }> {
  const b = new Bench({ ...office, ...more }, officePins);
  b.port(1).lift();
  await b.port(1).key('88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  const far = b.trunkLeg;
  b.port(1).emit('flashed');
  await settle();
  await b.port(1).key(number);
  b.clock.advance(3000);
  await settle();
  return { b, far };
}

t.test('attended: whoever hangs up with one held and another talked to puts the two together', async (t) => {
  const { b, far } = await consulting();
  b.port(2).lift();
  await settle();
  t.equal(b.media.joined.get('line:1'), 'line:2');
  b.port(1).hangUp();
  await settle();
  t.equal(b.media.joined.get('line:2'), far.endpoint);
  t.equal(far.state, 'answered');
  t.notOk(far.onHold);
  t.equal(b.context.calls.size, 1);
  b.port(1).lift();
  await settle();
  t.equal(b.hears(1), heard.dial, 'the telephone is free');
  far.farReleases(16);
  await settle();
  t.equal(b.context.calls.size, 0);
  const [first, second] = [...b.records.values()];
  t.match(first, { transferredTo: second?.id, price: Number });
  t.match(second, { transferredFrom: first?.id, transferredBy: 'port:1' });
});

t.test('blind: the held party hears ringing, and talks to whoever answers', async (t) => {
  const { b, far } = await consulting();
  t.ok(b.port(2).ringing);
  b.port(1).hangUp();
  await settle();
  t.ok(b.port(2).ringing, 'it goes on ringing');
  t.equal(b.media.toneAt(far.endpoint), heard.ringback, 'music gives way to ringing');
  b.port(2).lift();
  await settle();
  t.equal(b.media.joined.get('line:2'), far.endpoint);
});

t.test('nobody takes it: whoever put it through is rung again, and has the party back', async (t) => {
  const people = [
    ...office.people,
    { id: 'store', name: 'Store', extension: '22', ports: [2], classOfService: 'inside' },
  ];
  const { b, far } = await consulting('22', { people });
  b.port(1).hangUp();
  await settle();
  b.clock.advance(20_000);
  await settle();
  t.notOk(b.port(2).ringing);
  t.ok(b.port(1).ringing);
  t.equal(b.port(1).ringsAs, 'recall');
  b.port(1).lift();
  await settle();
  t.equal(b.media.joined.get('line:1'), far.endpoint);
  b.port(1).hangUp();
  await settle();
  t.equal(far.state, 'released');
  t.equal(b.context.calls.size, 0);
});

t.test('nor does the one who put it through: the party is let go', async (t) => {
  const { b, far } = await consulting();
  b.port(1).hangUp();
  await settle();
  b.port(2).emit('seized');
  await settle();
  t.ok(b.port(1).ringing);
  b.clock.advance(30_000);
  await settle();
  t.equal(far.state, 'released');
  t.equal(b.context.calls.size, 0);
});

t.test('an emergency call takes nobody along, and is not put through', async (t) => {
  const { b, far } = await consulting('112');
  b.line(5).emit('answered', 'polarity');
  await settle();
  b.port(1).hangUp();
  await settle();
  t.equal(far.state, 'released', "the held party is not the dispatcher's");
  t.equal(b.context.calls.size, 0);
});

t.test('what the telephone may not dial it may not put anybody through to', async (t) => {
  const { b, far } = await consulting('8104420794600');
  t.equal(b.trunkCalls.length, 1);
  b.clock.advance(2500);
  await settle();
  t.equal(b.media.joined.get('line:1'), far.endpoint, 'back at the held party');
});

t.test('two outside are asked for a key after an hour', async (t) => {
  const { b, far } = await consulting('88127654321');
  b.trunkLeg.farAnswers();
  const other = b.trunkLeg;
  await settle();
  b.port(1).hangUp();
  await settle();
  t.equal(b.media.joined.get(far.endpoint), other.endpoint);
  b.clock.advance(3_600_000 + 20_000);
  await settle();
  t.same([far.state, other.state], ['released', 'released']);
});

t.test('where the office does not want that, both calls end with the hand-set', async (t) => {
  const dialing = { ...office.dialing, hangUpTransfers: false };
  const { b, far } = await consulting('12', { dialing });
  b.port(2).lift();
  await settle();
  b.port(1).hangUp();
  await settle();
  t.equal(far.state, 'released');
  t.equal(b.context.calls.size, 0);
});

t.test('with a group or a menu behind the number it is the same', async (t) => {
  const groups = [
    { id: 'all', name: 'All', extension: '30', members: [{ target: 'port:2' }, { target: 'port:4' }] },
  ];
  const { b, far } = await consulting('30', { groups });
  t.ok(b.port(2).ringing);
  b.port(1).hangUp();
  await settle();
  b.port(4).lift();
  await settle();
  t.equal(b.media.joined.get('line:4'), far.endpoint);
  t.notOk(b.port(2).ringing);
});
