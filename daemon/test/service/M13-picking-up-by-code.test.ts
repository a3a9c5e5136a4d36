import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const no = '950/330';

const desk = {
  ...{ id: 'desk', name: 'Desk', user: 'ivan', password: 'long enough', extension: '31' },
  classOfService: 'staff',
};

async function dials(b: Bench, port: number, keys: string): Promise<string | undefined> {
  if (b.port(port).offHook) b.port(port).hangUp();
  await settle();
  b.port(port).lift();
  await settle();
  await b.port(port).key(keys);
  await settle();
  return b.hears(port);
}

/** A city line rings at port 1. */
async function ringing(more: object = {}): Promise<Bench> {
  const b = new Bench({ ...office, ...more }, officePins);
  b.line(5).emit('ringing');
  b.line(5).emit('caller', { number: '+74957654321' });
  await settle();
  t.ok(b.port(1).ringing);
  return b;
}

t.test('what rings at an extension is answered at another telephone', async (t) => {
  const b = await ringing();
  await dials(b, 4, '**11');
  t.notOk(b.port(1).ringing);
  t.equal(b.media.joined.get('line:4'), 'line:5');
  t.ok(b.line(5).answeredByUs);
  b.port(4).emit('flashed');
  await settle();
  t.equal(b.hears(4), heard.stutter, 'it is a call like any other');
  t.equal(b.media.toneAt('line:5'), heard.hold);
  b.port(4).emit('flashed');
  await settle();
  b.port(4).hangUp();
  await settle();
  t.ok(b.line(5).idle);
  t.match(b.record, {
    state: 'ended',
    legs: [{ place: 'line:5' }, { place: 'port:1' }, { place: 'port:4', answerSource: 'off-hook' }],
  });
  t.ok(b.record.events.some(({ what, detail }) => what === 'picked-up' && detail === 'port:4'));
  t.equal(b.context.calls.size, 0);
});

t.test('the caller hangs up: who has picked up hears busy', async (t) => {
  const b = await ringing();
  await dials(b, 4, '**11');
  b.line(5).emit('released', 'busy-tone' as never);
  await settle();
  b.port(4).hangUp();
  await settle();
  t.equal(b.context.calls.size, 0);
});

t.test('in the group: the call that has waited longest, and who answered is in the record', async (t) => {
  const groups = [{ id: 'all', name: 'All', members: [{ target: 'person:anna' }, { target: 'port:4' }] }];
  const people = [
    ...office.people,
    { id: 'hall', name: 'Hall', extension: '24', ports: [4], classOfService: 'staff' },
  ];
  const b = await ringing({ groups, people });
  t.equal(await dials(b, 2, '*8'), no, 'a telephone that is in no group');
  b.port(2).hangUp();
  await dials(b, 4, '*8');
  t.equal(b.media.joined.get('line:4'), 'line:5');
  t.equal(b.record.answeredBy ?? [...b.records.values()][0]?.answeredBy, 'hall');
});

t.test('an office without groups is one group', async (t) => {
  const b = await ringing();
  await dials(b, 2, '*8');
  t.equal(b.media.joined.get('line:2'), 'line:5');
});

t.test('nothing rings: a tone says so', async (t) => {
  const b = new Bench(office, officePins);
  t.equal(await dials(b, 4, '**11'), no);
  t.equal(await dials(b, 4, '*8'), no);
});

t.test(
  "a call that rings outside alone, or comes back from an emergency call, is nobody's to pick up",
  async (t) => {
    const b = new Bench(office, officePins);
    await dials(b, 1, '88121234567');
    b.trunkLeg.farRings();
    await settle();
    t.equal(await dials(b, 4, '*8'), no);
    await dials(b, 2, '112');
    t.equal(await dials(b, 4, '*8'), no, 'nobody takes a dispatcher');
  },
);

t.test('an IP telephone picks up, and is picked up from, by the same codes', async (t) => {
  const b = await ringing({ devices: [desk] });
  b.devices.set('desk', [['a']]);
  const leg = new FakeLeg('incoming', 'device:desk');
  leg.state = 'trying';
  b.services.deviceCall(leg, { deviceId: 'desk', calledNumber: '**11', caller: {}, full: false });
  await settle();
  t.equal(leg.state, 'answered');
  t.equal(b.media.joined.get('line:5'), leg.endpoint);
  leg.farReleases(16);
  await settle();
  t.ok(b.line(5).idle);
  await dials(b, 2, '31');
  b.clock.advance(3000);
  await settle();
  const [rung] = b.deviceLegs;
  rung?.farRings();
  await settle();
  await dials(b, 4, '**31');
  t.equal(rung?.state, 'released');
  t.equal(b.media.joined.get('line:2'), 'line:4');
});

t.test('two reach for the same call: one has it, the other hears that there is none', async (t) => {
  const b = await ringing();
  b.port(2).lift();
  b.port(4).lift();
  await settle();
  await b.port(2).key('**1');
  await b.port(4).key('**1');
  b.port(2).emit('digit', '1');
  b.port(4).emit('digit', '1');
  await settle();
  t.equal(b.media.joined.get('line:2'), 'line:5');
  t.equal(b.hears(4), no);
});
