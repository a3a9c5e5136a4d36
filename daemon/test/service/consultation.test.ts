import t from 'tap';
import type { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

/** Port 1 talks to somebody on a trunk. */
async function talking(number = '88121234567', dialing: object = {}): Promise<{ b: Bench; far: FakeLeg }> {
  const b = new Bench({ ...office, dialing: { ...office.dialing, ...dialing } }, officePins);
  b.port(1).lift();
  await b.port(1).key(number);
  b.trunkLeg.farAnswers();
  await settle();
  return { b, far: b.trunkLeg };
}

const flash = async (b: Bench, port = 1): Promise<void> => {
  b.port(port).emit('flashed');
  await settle();
};

/** Port 1 holds whom it talks to and has dialed the store; it rings there. */
async function consulting(number?: string, dialing: object = {}): Promise<{ b: Bench; far: FakeLeg }> {
  const { b, far } = await talking(number, dialing);
  await flash(b);
  await b.port(1).key('12');
  b.clock.advance(3000);
  await settle();
  t.ok(b.port(2).ringing);
  return { b, far };
}

t.test('a flash while the consulted party still rings ends that and comes back', async (t) => {
  const { b, far } = await consulting();
  t.equal(b.hears(1), heard.ringback);
  await flash(b);
  t.notOk(b.port(2).ringing);
  t.equal(b.media.joined.get('line:1'), far.endpoint);
  t.equal(b.hears(1), undefined);
  t.notOk(far.onHold);
  await flash(b);
  t.ok(far.onHold, 'a third flash holds again');
  t.equal(b.hears(1), heard.stutter);
});

t.test('a flash right after a flash: the far end is not left on hold, however slow it is', async (t) => {
  const { b, far } = await talking();
  const told: boolean[] = [];
  const answers: (() => void)[] = [];
  far.hold = (on) => {
    told.push(on);
    return new Promise((resolve) => answers.push(resolve));
  };
  await flash(b);
  t.equal(b.hears(1), heard.stutter, 'the tone does not wait for the re-INVITE');
  await flash(b);
  t.equal(b.media.joined.get('line:1'), far.endpoint, 'nor does the speech path');
  t.same(told, [true], 'one offer at a time (RFC 3261 14.1)');
  answers[0]?.();
  await settle();
  t.same(told, [true, false]);
  answers[1]?.();
  await settle();
  t.equal(b.media.toneAt(far.endpoint), undefined, 'no hold tone under the conversation');
});

t.test('the consulted party is busy: a tone, and back to the held one by itself', async (t) => {
  const { b, far } = await talking();
  b.port(2).offHook = true;
  await flash(b);
  await b.port(1).key('12');
  b.clock.advance(3000);
  await settle();
  t.equal(b.hears(1), heard.busy);
  b.clock.advance(2500);
  await settle();
  t.equal(b.media.joined.get('line:1'), far.endpoint);
});

t.test('the consulted party hangs up: back to the held one', async (t) => {
  const { b, far } = await consulting();
  b.port(2).lift();
  await settle();
  t.equal(b.media.joined.get('line:1'), 'line:2');
  b.port(2).hangUp();
  await settle();
  t.equal(b.media.joined.get('line:1'), far.endpoint);
  t.notOk(far.onHold);
});

t.test(
  'the held party hangs up: whoever held it goes on with the consultation, and then hears busy',
  async (t) => {
    const { b, far } = await consulting();
    b.port(2).lift();
    await settle();
    far.farReleases(16);
    await settle();
    t.equal(b.media.joined.get('line:1'), 'line:2', 'the conversation is not cut');
    await flash(b);
    t.equal(b.media.joined.get('line:1'), undefined);
    t.equal(b.hears(1), heard.busy, 'there is nobody to come back to');
    t.equal(b.context.calls.size, 0);
    t.equal(b.records.size, 2);
    t.ok([...b.records.values()].every((record) => record.state === 'ended'));
  },
);

t.test('the held party hangs up while the consulted one rings', async (t) => {
  const { b, far } = await consulting();
  far.farReleases(16);
  await settle();
  t.equal(b.hears(1), heard.ringback);
  b.port(2).lift();
  await settle();
  t.equal(b.media.joined.get('line:1'), 'line:2');
  b.port(2).hangUp();
  await settle();
  t.equal(b.hears(1), heard.busy);
});

t.test('whoever consults hangs up where that transfers nobody: both others are let go', async (t) => {
  const { b, far } = await consulting(undefined, { hangUpTransfers: false });
  b.port(2).lift();
  await settle();
  b.port(1).hangUp();
  await settle();
  t.equal(far.state, 'released');
  t.equal(b.hears(2), heard.busy);
  t.equal(b.context.calls.size, 0);
  b.port(1).lift();
  await settle();
  t.equal(b.hears(1), heard.dial);
});

t.test('nothing dialed after a flash: back to the held one when the time is over', async (t) => {
  const { b, far } = await talking();
  await flash(b);
  b.clock.advance(16_000);
  await settle();
  t.equal(b.media.joined.get('line:1'), far.endpoint);
});

t.test(
  'a consultation in a call over the access number is left alone when the held party goes',
  async (t) => {
    const { b, far } = await consulting('7713579088121234567');
    b.port(2).lift();
    await settle();
    far.farReleases(16);
    await settle();
    t.equal(b.media.joined.get('line:1'), 'line:2');
    b.clock.advance(20_000);
    await settle();
    t.equal(b.media.joined.get('line:1'), 'line:2', 'no question for another number is put to it');
    b.port(2).hangUp();
    await settle();
    t.equal(b.hears(1), heard.busy);
    await b.port(1).key('##');
    t.equal(b.hears(1), heard.dial, 'after it ## asks for the next number');
  },
);

t.test('a flash in an emergency call holds nobody', async (t) => {
  const b = new Bench(office, officePins);
  b.port(1).lift();
  await b.port(1).key('112');
  b.line(5).emit('answered', 'polarity');
  await settle();
  await flash(b);
  t.equal(b.media.joined.get('line:1'), 'line:5');
  t.not(b.hears(1), heard.stutter);
});

t.test('112 goes out from a consultation as well', async (t) => {
  const { b } = await talking();
  await flash(b);
  await b.port(1).key('112');
  t.equal(b.line(5).dialed, '112');
  t.match(b.record, { service: 'emergency' });
});
