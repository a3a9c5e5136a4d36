import t from 'tap';
import { localCause } from '../../src/call/cause.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const bench = (document: object = office): Bench => new Bench(document, officePins);

/** A call from a trunk, with its caller's leg to play with. */
function trunkCall(b: Bench, calledNumber = '+74951110000'): FakeLeg {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber, caller: { number: '+79031112233' } });
  return leg;
}

/** The office with one destination of these targets, all at once. */
const ringing = (targets: string[], pressOne = false): object => ({
  ...office,
  destinations: [
    { id: 'reception', name: 'R', classOfService: 'staff', steps: [{ targets, seconds: 30, pressOne }] },
  ],
});

/** Port 1 talks to somebody on trunk alpha. */
async function talking(b: Bench): Promise<FakeLeg> {
  b.port(1).lift();
  await b.port(1).key('88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  return b.trunkLeg;
}

t.test('both sides hang up in the same instant: one end, one record', async (t) => {
  const b = bench();
  const far = await talking(b);
  b.port(1).hangUp();
  far.farReleases(16);
  await settle();
  t.equal(b.context.calls.size, 0);
  t.equal(b.records.size, 1);
  t.match(b.record, { state: 'ended', releasedBy: 'caller', q850: 16 });
  b.port(1).lift();
  await settle();
  t.equal(b.hears(1), heard.dial, 'the telephone is free for the next call');
});

t.test('early media, then a refusal: the caller hears what the cause says', async (t) => {
  for (const [q850, tone] of [
    [17, heard.busy],
    [1, heard.sit],
    [41, heard.congestion],
  ] as const) {
    const b = bench();
    b.port(1).lift();
    await b.port(1).key('88121234567');
    b.trunkLeg.farRings(true);
    await settle();
    t.equal(b.media.joined.get('line:1'), b.trunkLeg.endpoint, "the network's own words are heard");
    t.equal(b.hears(1), undefined, 'and no ringback over them');
    b.trunkLeg.farReleases(q850);
    await settle();
    t.equal(b.hears(1), tone, `cause ${q850}`);
    t.equal(b.media.joined.get('line:1'), undefined);
    t.equal(b.trunkCalls.length, 1, 'whoever was alerted may not be called again another way');
  }
});

t.test('a caller who hangs up while early media is being opened takes nothing down', async (t) => {
  const b = bench(ringing(['number:+79160000001']));
  const caller = trunkCall(b);
  // The caller's CANCEL comes while its RTP port is being bound.
  caller.openEarlyMedia = async () => {
    caller.farReleases(16);
    throw new Error('the caller hung up');
  };
  b.trunkLeg.farRings(true);
  await settle();
  t.equal(b.trunkLeg.state, 'released');
  t.match(b.record, { state: 'ended', releasedBy: 'caller' });
});

t.test('who answers while another one is about to be heard is who is heard', async (t) => {
  const b = bench(ringing(['number:+79160000001', 'port:1']));
  const caller = trunkCall(b);
  let open: () => void = () => {};
  caller.openEarlyMedia = () => new Promise((resolve) => (open = resolve));
  b.trunkLeg.farRings(true);
  await settle();
  b.port(1).lift();
  await settle();
  open();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), 'line:1');
  t.equal(b.trunkLeg.state, 'released');
});

t.test('when whoever was heard is gone, the caller hears that others still ring', async (t) => {
  const b = bench(ringing(['number:+79160000001', 'port:1']));
  const caller = trunkCall(b);
  b.trunkLeg.farRings(true);
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), b.trunkLeg.endpoint);
  b.trunkLeg.farReleases(27);
  await settle();
  t.equal(b.media.toneAt(caller.endpoint), heard.ringback, 'a SIP caller who hears us hears our ringback');
  b.port(1).lift();
  await settle();
  t.equal(b.media.toneAt(caller.endpoint), undefined);
  t.equal(b.media.joined.get(caller.endpoint), 'line:1');
});

t.test('of two mobiles that press 1 at once one has the call, the other is let go (M14, M20)', async (t) => {
  const b = bench(ringing(['number:+79160000001', 'number:+79160000002'], true));
  const caller = trunkCall(b);
  const [first, second] = b.trunkCalls.map(({ leg }) => leg) as [FakeLeg, FakeLeg];
  first.farRings(true);
  first.farAnswers();
  second.farAnswers();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), undefined, 'nobody is heard before a 1');
  first.emit('digit', '1');
  second.emit('digit', '1');
  await settle();
  t.equal(first.state, 'answered');
  t.equal(second.state, 'released');
  t.equal(b.media.joined.get(caller.endpoint), first.endpoint);
  t.equal(b.record.legs.filter((leg) => leg.endedAt === undefined).length, 2);
});

t.test('a mobile that presses 1 while the desk lifts: one has it', async (t) => {
  const b = bench(ringing(['number:+79160000001', 'port:1'], true));
  const caller = trunkCall(b);
  const mobile = b.trunkLeg;
  mobile.farAnswers();
  await settle();
  b.port(1).lift();
  mobile.emit('digit', '1');
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), 'line:1');
  t.equal(mobile.state, 'released');
});

t.test('two telephones want the last line: one has it, the other hears congestion', async (t) => {
  const b = bench();
  b.line(6).available = false;
  for (const port of [1, 4]) {
    b.port(port).lift();
    await b.port(port).key('234567');
  }
  b.port(1).emit('digit', '8');
  b.port(4).emit('digit', '8');
  await settle();
  t.equal(b.line(5).dialed, '2345678');
  const tones = [b.hears(1), b.hears(4)].filter((tone) => tone === heard.congestion);
  t.equal(tones.length, 1);
  t.equal(b.context.calls.size, 1);
});

t.test('a configuration that changes while somebody dials holds from the next digit on', async (t) => {
  const b = bench();
  b.port(1).lift();
  await b.port(1).key('8812123');
  b.reconfigure({
    ...office,
    ports: office.ports.map((port) => (port.number === 1 ? { ...port, classOfService: 'inside' } : port)),
  });
  await b.port(1).key('4567');
  t.equal(b.trunkCalls.length, 0, 'the right was taken away in time');
  t.match(b.record, { state: 'ended', q850: 21 });

  const other = bench();
  other.port(1).lift();
  await other.port(1).key('8812123');
  other.reconfigure({ ...office, routes: office.routes.filter((route) => route.id !== 'alpha-out') });
  await other.port(1).key('4567');
  t.equal(other.trunkCalls[0]?.request.trunkId, 'beta', 'the route went away, the call goes the other way');
});

t.test('a route or trunk that is taken out in mid-call ends no call', async (t) => {
  const b = bench();
  const far = await talking(b);
  b.reconfigure({ ...office, routes: [], trunks: [] });
  t.equal(far.state, 'answered');
  b.port(1).hangUp();
  await settle();
  t.match(b.record, { state: 'ended', trunkId: 'alpha' });
});

t.test('a telephone that is taken out of the configuration in mid-call lets the other side go', async (t) => {
  const b = bench();
  const far = await talking(b);
  const desk = b.port(1);
  b.fxs.delete(1);
  b.services.follow(b.fxs.values(), b.fxo.values());
  desk.available = false;
  desk.emit('available', false, 'removed');
  await settle();
  t.equal(far.state, 'released');
  t.equal(b.context.calls.size, 0);
  desk.emit('seized');
  await settle();
  t.equal(b.media.toneAt(desk.endpoint), undefined, 'nobody serves it any more');
});

t.test(
  'a caller may hang up at every moment of a dialog: nothing is left, and the next call works',
  async (t) => {
    const keys = '77111111135790881212345';
    for (let after = 0; after <= keys.length; after++) {
      const b = bench();
      b.port(1).lift();
      await b.port(1).key(keys.slice(0, after));
      b.port(1).hangUp();
      await settle();
      t.equal(b.context.calls.size, 0, `after ${after} keys`);
      t.equal(b.clock.pending, 0, `no timer runs on after ${after} keys`);
      b.port(1).lift();
      await b.port(1).key('88121234567');
      t.equal(b.trunkCalls.length, 1, `the next call after ${after} keys`);
    }
  },
);

t.test('a route that fails at the very moment of hanging up starts no other', async (t) => {
  const b = bench();
  b.port(1).lift();
  await b.port(1).key('88121234567');
  const first = b.trunkLeg;
  b.port(1).hangUp();
  first.farReleases(41);
  await settle();
  t.equal(b.trunkCalls.length, 1);
});

t.test('a call that is answered and ended before the caller could be told is refused to it', async (t) => {
  const b = bench();
  const caller = trunkCall(b);
  b.port(1).lift();
  b.port(1).hangUp();
  await settle();
  t.equal(caller.state, 'released');
  t.equal(b.context.calls.size, 0);
});

t.test('forwarding in a circle through busy telephones ends, and is told as such', async (t) => {
  const person = (id: string, port: number, to: string): object => ({
    id,
    name: id,
    ports: [port],
    classOfService: 'staff',
    forwarding: { busy: `person:${to}`, noAnswer: `person:${to}` },
  });
  const b = bench({
    ...ringing(['person:anna']),
    people: [person('anna', 1, 'boris'), person('boris', 2, 'anna')],
  });
  b.port(1).lift();
  b.port(2).lift();
  const caller = trunkCall(b);
  await settle();
  t.equal(caller.state, 'released');
  t.equal(b.context.calls.size, 0);
});

t.test('a trunk without room is told apart from a number that is nobody', async (t) => {
  const b = bench();
  b.refusals.set('alpha', localCause(34)).set('beta', localCause(34));
  b.port(1).lift();
  await b.port(1).key('88121234567');
  t.equal(b.hears(1), heard.congestion);
});
