import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const key = async (leg: FakeLeg, keys: string): Promise<void> => {
  for (const digit of keys) {
    leg.emit('digit', digit);
    await settle();
  }
};

/** A member of staff on the mobile talks to Petersburg over the access number. */
async function talking(edit: object = {}): Promise<{ b: Bench; mobile: FakeLeg; far: FakeLeg }> {
  const b = new Bench({ ...office, ...edit }, officePins);
  const mobile = new FakeLeg('incoming', 'trunk:alpha');
  mobile.state = 'trying';
  b.services.trunkCall(mobile, {
    trunkId: 'alpha',
    calledNumber: '+74951112233',
    caller: { number: '+79031112233' },
  });
  await settle();
  await key(mobile, '17#135790#88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  return { b, mobile, far: b.trunkLeg };
}

t.test('*2, a number, a word with whoever answers, and hanging up puts the two together', async (t) => {
  const { b, mobile, far } = await talking();
  await key(mobile, '*2');
  t.ok(far.onHold);
  t.equal(b.media.toneAt(far.endpoint), heard.hold);
  t.equal(b.media.toneAt(mobile.endpoint), heard.stutter);
  await key(mobile, '12#');
  t.ok(b.port(2).ringing);
  t.equal(b.media.toneAt(mobile.endpoint), heard.ringback);
  b.port(2).lift();
  await settle();
  t.equal(b.media.joined.get(mobile.endpoint), 'line:2');
  t.ok(far.onHold, 'meanwhile the other party waits');
  mobile.farReleases(16);
  await settle();
  t.equal(b.media.joined.get(far.endpoint), 'line:2');
  t.notOk(far.onHold);
  t.equal(b.media.toneAt(far.endpoint), undefined);
  const [first, second] = [...b.records.values()].slice(-2);
  t.match(second, {
    service: 'consult',
    transferredFrom: first?.id,
    pinId: 'pin-sales',
    costCentre: 'works',
  });
  t.equal(first?.state, 'active', 'Petersburg still costs, and whoever dialed it pays (ruling 8)');
  b.port(2).hangUp();
  await settle();
  t.equal(far.state, 'released');
  t.equal(b.context.calls.size, 0);
  t.ok([...b.records.values()].every(({ state }) => state === 'ended'));
  t.ok((b.records.get(first?.id ?? '')?.price ?? 0) >= 0);
});

t.test('*2 again comes back; so does an end of the consultation by itself', async (t) => {
  const { b, mobile, far } = await talking();
  await key(mobile, '*212#');
  b.port(2).lift();
  await settle();
  await key(mobile, '*2');
  t.equal(b.media.joined.get(mobile.endpoint), far.endpoint);
  t.equal(b.hears(2), heard.busy);
  b.port(2).hangUp();
  await key(mobile, '*212#');
  b.port(2).lift();
  await settle();
  b.port(2).hangUp();
  await settle();
  t.equal(b.media.joined.get(mobile.endpoint), far.endpoint);
  t.notOk(far.onHold);
});

t.test(
  'hanging up while it still rings there: the held party hears the ringing, and the answer',
  async (t) => {
    const { b, mobile, far } = await talking();
    await key(mobile, '*212#');
    mobile.farReleases(16);
    await settle();
    t.ok(b.port(2).ringing);
    t.equal(b.media.toneAt(far.endpoint), heard.ringback);
    b.port(2).lift();
    await settle();
    t.equal(b.media.joined.get(far.endpoint), 'line:2');
  },
);

t.test('a busy one is told by the tone, then the held party is back', async (t) => {
  const { b, mobile, far } = await talking();
  b.port(2).offHook = true;
  await key(mobile, '*212#');
  t.equal(b.media.toneAt(mobile.endpoint), heard.busy);
  b.clock.advance(2500);
  await settle();
  t.equal(b.media.joined.get(mobile.endpoint), far.endpoint);
  mobile.farReleases(16);
  await settle();
  t.equal(far.state, 'released', 'nothing of the transfer is left');
  t.equal(b.context.calls.size, 0);
});

t.test('the held party hangs up: the consultation goes on, and ## asks for a number after it', async (t) => {
  const { b, mobile, far } = await talking();
  await key(mobile, '*212#');
  b.port(2).lift();
  await settle();
  far.farReleases(16);
  await settle();
  t.equal(b.media.joined.get(mobile.endpoint), 'line:2');
  b.port(2).hangUp();
  await settle();
  await key(mobile, '##');
  t.equal(b.media.toneAt(mobile.endpoint), heard.dial);
});

t.test(
  'the rights are those of the PIN, and emergency services are nobody to be put through to',
  async (t) => {
    const { b, mobile, far } = await talking();
    for (const number of ['112', '88091234567']) {
      const calls = b.trunkCalls.length;
      await key(mobile, `*2${number}`);
      b.clock.advance(3000);
      await settle();
      t.equal(b.trunkCalls.length, calls, number);
      t.notOk(b.line(5).dialed);
      b.clock.advance(2500);
      await settle();
      t.equal(b.media.joined.get(mobile.endpoint), far.endpoint, number);
    }
  },
);

t.test('a PIN, or the whole box, may be without it (ruling 17); slow keys are no code', async (t) => {
  for (const edit of [
    { pins: [{ ...office.pins[0], transfer: false }] },
    { dialing: { ...office.dialing, transferCode: '' } },
    {},
  ]) {
    const { b, mobile, far } = await talking(edit);
    await key(mobile, '*');
    if (!('pins' in edit || 'dialing' in edit)) b.clock.advance(2500);
    await key(mobile, '2');
    t.notOk(far.onHold, JSON.stringify(edit));
  }
});

t.test(
  'staff reached on the mobile may transfer with their own rights; the outside caller may not',
  async (t) => {
    const b = new Bench({ ...office }, officePins);
    b.port(1).offHook = true;
    b.port(2).lift();
    await b.port(2).key('21');
    b.clock.advance(3000);
    await settle();
    const mobile = b.trunkLeg;
    mobile.farAnswers();
    await settle();
    await key(mobile, '1');
    t.equal(b.media.joined.get(mobile.endpoint), 'line:2', 'forwarded when busy');
    await key(mobile, '*288121234567');
    t.match(b.trunkCalls.at(-1)?.request, { number: '+78121234567' });
    b.trunkLeg.farAnswers();
    await settle();
    mobile.farReleases(16);
    await settle();
    t.equal(b.media.joined.get('line:2'), b.trunkLeg.endpoint);
    t.match([...b.records.values()].at(-1), { costCentre: 'works', transferredBy: 'trunk:alpha' });
    await key(b.trunkLeg, '*2');
    t.notOk(b.trunkLeg.onHold);
    t.equal(b.media.joined.get('line:2'), b.trunkLeg.endpoint);
  },
);

t.test('two parties outside that were put together are asked after an hour', async (t) => {
  const { b, mobile, far } = await talking();
  await key(mobile, '*288127654321');
  b.trunkLeg.farAnswers();
  await settle();
  mobile.farReleases(16);
  await settle();
  t.equal(b.media.joined.get(far.endpoint), b.trunkLeg.endpoint);
  b.clock.advance(60 * 60_000);
  b.clock.advance(20_000);
  await settle();
  t.equal(far.state, 'released');
  t.equal(b.trunkLeg.state, 'released');
});
