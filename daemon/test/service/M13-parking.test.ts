import t from 'tap';
import type { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const yes = '425/100-100';
const no = '950/330';

const flash = async (b: Bench, port: number): Promise<void> => {
  b.port(port).emit('flashed');
  await settle();
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

/** Port 1 has called outside and parked that party. */
async function parked(more: object = {}): Promise<{ b: Bench; far: FakeLeg }> {
  const b = new Bench({ ...office, ...more }, officePins);
  await dials(b, 1, '88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  await flash(b, 1);
  await b.port(1).key('*45');
  await settle();
  return { b, far: b.trunkLeg };
}

t.test('a party is parked by flash and code, hears music, and is taken at another telephone', async (t) => {
  const { b, far } = await parked();
  t.equal(b.hears(1), yes);
  t.ok(far.onHold);
  t.equal(b.media.toneAt(far.endpoint), heard.hold);
  b.clock.advance(1500);
  await settle();
  b.port(1).hangUp();
  await settle();
  t.equal(far.state, 'answered', 'the party waits on');
  t.equal(await dials(b, 2, '*462'), no, 'nobody is there');
  await dials(b, 2, '*461');
  t.equal(b.media.joined.get('line:2'), far.endpoint);
  t.equal(b.media.toneAt(far.endpoint), undefined);
  t.notOk(far.onHold);
  t.equal(b.records.size, 1, 'it is one call with one record');
  b.port(2).hangUp();
  await settle();
  t.equal(far.state, 'released');
  t.match(b.record, {
    state: 'ended',
    legs: [{ place: 'port:1' }, { place: 'trunk:alpha' }, { place: 'port:2' }],
  });
  t.equal(b.record.legs.length, 3);
  t.ok(b.record.events.some(({ what, detail }) => what === 'parked' && detail === '1 by port:1'));
  t.ok(b.record.events.some(({ what, detail }) => what === 'retrieved' && detail === '1 at port:2'));
  t.equal(b.context.calls.size, 0);
});

t.test('an incoming call is parked by who has answered it, whose telephone is free then', async (t) => {
  const b = new Bench(office, officePins);
  b.line(5).emit('ringing');
  b.line(5).emit('caller', { number: '+74957654321' });
  await settle();
  b.port(1).lift();
  await settle();
  t.equal(b.media.joined.get('line:1'), 'line:5');
  await flash(b, 1);
  await b.port(1).key('*45');
  await settle();
  t.equal(b.hears(1), yes);
  b.clock.advance(1500);
  await settle();
  t.equal(b.hears(1), heard.busy, 'it has no call any more');
  t.equal(b.media.toneAt('line:5'), heard.hold);
  await dials(b, 2, '*461');
  t.equal(b.media.joined.get('line:2'), 'line:5');
  b.port(1).hangUp();
  await settle();
  t.equal(b.media.joined.get('line:2'), 'line:5');
  b.port(2).hangUp();
  await settle();
  t.equal(b.context.calls.size, 0);
  t.ok(b.line(5).idle);
});

t.test(
  'nobody comes: the parker is rung, again and again for a while, and then the party is let go',
  async (t) => {
    const { b, far } = await parked();
    b.port(1).hangUp();
    await settle();
    b.clock.advance(90_000);
    await settle();
    t.ok(b.port(1).ringing);
    t.equal(b.port(1).ringsAs, 'recall');
    t.match(b.port(1).caller, { number: '+78121234567' });
    b.clock.advance(30_000);
    await settle();
    t.notOk(b.port(1).ringing);
    b.clock.advance(90_000);
    await settle();
    t.ok(b.port(1).ringing, 'once more');
    b.port(1).lift();
    await settle();
    t.equal(b.media.joined.get('line:1'), far.endpoint);
    b.port(1).hangUp();
    await settle();
    t.equal(b.context.calls.size, 0);

    const other = await parked({ dialing: { ...office.dialing, parkSeconds: 10 } });
    other.b.port(1).hangUp();
    await settle();
    for (let i = 0; i < 3; i++) {
      other.b.clock.advance(10_000);
      await settle();
      t.ok(other.b.port(1).ringing);
      other.b.clock.advance(30_000);
      await settle();
    }
    t.equal(other.far.state, 'released');
    t.match(other.b.record, { q850: 19 });
  },
);

t.test('while the parker is rung the party can still be taken elsewhere', async (t) => {
  const { b, far } = await parked();
  b.port(1).hangUp();
  await settle();
  b.clock.advance(90_000);
  await settle();
  t.ok(b.port(1).ringing);
  await dials(b, 4, '*461');
  t.notOk(b.port(1).ringing);
  t.equal(b.media.joined.get('line:4'), far.endpoint);
  far.farReleases(16);
  await settle();
  t.equal(b.hears(4), heard.busy, 'as at the end of any call');
});

t.test('a party that hangs up leaves the slot free, and the lowest free one is taken', async (t) => {
  const { b, far } = await parked();
  b.port(1).hangUp();
  await dials(b, 4, '12');
  b.clock.advance(3000);
  await settle();
  b.port(2).lift();
  await settle();
  await flash(b, 4);
  await b.port(4).key('*45');
  await settle();
  t.equal(b.hears(2), heard.hold, 'in the second slot');
  far.farReleases(16);
  await settle();
  t.equal(await dials(b, 1, '*461'), no);
  await dials(b, 1, '*462');
  t.equal(b.media.joined.get('line:1'), 'line:2');
});

t.test(
  'without anybody on hold there is nothing to park, and while one is held nothing is taken',
  async (t) => {
    const b = new Bench(office, officePins);
    t.equal(await dials(b, 1, '*45'), no);
    const { b: other, far } = await parked();
    other.port(1).hangUp();
    await dials(other, 2, '14');
    other.clock.advance(3000);
    await settle();
    other.port(4).lift();
    await settle();
    await flash(other, 2);
    await other.port(2).key('*461');
    await settle();
    t.equal(other.hears(2), no);
    t.ok(far.onHold);
  },
);

t.test('the slot is told in words where the box can speak, by so many beeps where it cannot', async (t) => {
  const { b } = await parked();
  b.clock.advance(1500);
  await settle();
  t.ok(b.media.played.some(({ endpoint, source }) => endpoint === 'line:1' && source.type === 'pcm'));
  const said: string[] = [];
  const { b: other } = await parked({ site: { ...office.site, language: 'en' } });
  other.context.speech = async (text) => {
    said.push(text);
    return { type: 'pcm', samples: new Int16Array(8) };
  };
  other.clock.advance(1500);
  await settle();
  t.same(said, ['The call is parked at 1.']);
});
