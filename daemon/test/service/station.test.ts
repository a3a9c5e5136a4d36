import t from 'tap';
import { localCause } from '../../src/call/cause.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const bench = (): Bench => new Bench(office, officePins);

t.test('a telephone with the class calls long distance without a PIN (5a)', async (t) => {
  const b = bench();
  const desk = b.port(1);
  desk.lift();
  await settle();
  t.equal(b.hears(1), heard.dial, 'dial tone');
  await desk.key('8');
  t.equal(b.hears(1), undefined, 'dial tone goes with the first digit');
  await desk.key('8121234567');
  t.equal(b.trunkCalls.length, 1, 'the number is known to be complete: nothing is waited for');
  t.equal(b.trunkCalls[0]?.request.number, '+78121234567');
  b.trunkLeg.farRings();
  await settle();
  t.equal(b.hears(1), heard.ringback);
  b.trunkLeg.farAnswers();
  await settle();
  t.same(desk.signals, ['reversed'], 'polarity is reversed on answer');
  t.equal(b.media.joined.get(desk.endpoint), b.trunkLeg.endpoint, 'they hear each other');
  b.clock.advance(61_000);
  desk.hangUp();
  await settle();
  t.equal(b.trunkLeg.releasedWith?.q850, 16);
  t.match(b.record, {
    state: 'ended',
    direction: 'outgoing',
    service: 'plain',
    callerNumber: '21',
    calledNumber: '+78121234567',
    trunkId: 'alpha',
    routeId: 'alpha-out',
    costCentre: 'sales',
    talkMs: 61_000,
    price: 3,
    releasedBy: 'caller',
    q850: 16,
    answerSource: 'sip',
  });
});

t.test('the far end hangs up: current break, busy tone, and the port is free after on-hook', async (t) => {
  const b = bench();
  const desk = b.port(1);
  desk.lift();
  await desk.key('88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  b.trunkLeg.farReleases(16);
  await settle();
  t.same(desk.signals, ['reversed', 'normal', 'break']);
  t.equal(b.hears(1), heard.busy);
  t.equal(b.record.releasedBy, 'called');
  desk.hangUp();
  await settle();
  t.equal(b.hears(1), undefined);
  desk.lift();
  await settle();
  t.equal(b.hears(1), heard.dial);
});

t.test('hanging up while it rings cancels the call and leaves a record', async (t) => {
  const b = bench();
  const desk = b.port(1);
  desk.lift();
  await desk.key('88121234567');
  b.trunkLeg.farRings();
  b.clock.advance(4000);
  desk.hangUp();
  await settle();
  t.equal(b.trunkLeg.state, 'released');
  t.match(b.record, { state: 'ended', releasedBy: 'caller', ringMs: 4000 });
  t.notOk(b.record.answeredAt);
  t.equal(b.context.calls.size, 0);
});

t.test('nothing dialed, half a number, a number that is none', async (t) => {
  const b = bench();
  const desk = b.port(1);
  desk.lift();
  await settle();
  b.clock.advance(16_000);
  await settle();
  t.equal(b.hears(1), heard.sit);
  t.equal(b.records.size, 0, 'a lifted handset is no call');
  desk.hangUp();
  desk.lift();
  await desk.key('8812');
  b.clock.advance(5000);
  await settle();
  t.match(b.record, { state: 'ended', q850: 28 });
  t.equal(b.trunkCalls.length, 0);
});

t.test('the class of service refuses, with a tone and a reason in the record (L06)', async (t) => {
  const b = bench();
  const store = b.port(2);
  store.lift();
  await store.key('88121234567');
  t.equal(b.trunkCalls.length, 0);
  t.match(b.record, { state: 'ended', q850: 21, releasedBy: 'box', tollClass: 'national' });
  t.equal(b.hears(2), heard.congestion);
});

t.test('a class that asks for a PIN gets the number first and the PIN then', async (t) => {
  const b = bench();
  const hall = b.port(4);
  hall.lift();
  await hall.key('88121234567');
  t.equal(b.trunkCalls.length, 0);
  await hall.key('135790');
  t.equal(b.trunkCalls[0]?.request.number, '+78121234567');
  t.match(b.record, { pinId: 'pin-sales', costCentre: 'works', service: 'plain' });
  t.notMatch(JSON.stringify([...b.records.values()]), '135790');
});

t.test('access number, PIN and number in one burst, faster than the dialog asks (P04, 5c)', async (t) => {
  const b = bench();
  const pbx = b.port(3);
  pbx.lift();
  for (const digit of '7713579088121234567') pbx.emit('digit', digit);
  await settle();
  await settle();
  t.equal(b.trunkCalls.length, 1);
  t.equal(b.trunkCalls[0]?.request.number, '+78121234567');
  b.trunkLeg.farAnswers();
  await settle();
  t.match(b.record, { service: 'access', costCentre: 'works', pinId: 'pin-sales', dialed: '88121234567' });
  b.trunkLeg.farReleases(16);
  await settle();
  t.equal(pbx.signals.at(-1), 'break', 'the PBX is released at once');
});

t.test(
  'wrong PIN three times: a tone, a lock that doubles, an alarm; then nothing helps until it is over (P02)',
  async (t) => {
    const b = bench();
    const pbx = b.port(3);
    const guess = async (pin: string): Promise<void> => {
      pbx.lift();
      await pbx.key('77');
      for (let i = 0; i < 3; i++) await pbx.key(pin);
      await settle();
    };
    await guess('111111');
    t.equal(b.hears(3), heard.sit);
    t.equal(b.trunkCalls.length, 0);
    t.same([...b.alarms], ['pin-lock-port-3']);
    t.match(b.record, { service: 'access', q850: 21, causeText: 'PIN not accepted' });
    b.clock.advance(3000);
    pbx.hangUp();

    // The right PIN is refused while the port is locked, and sounds no different.
    pbx.lift();
    await pbx.key('77135790');
    await pbx.key('88121234567');
    t.equal(b.trunkCalls.length, 0, 'locked');
    pbx.hangUp();

    b.clock.advance(60_000);
    await guess('222222');
    b.clock.advance(3000);
    pbx.hangUp();
    b.clock.advance(61_000);
    pbx.lift();
    await pbx.key('7713579088121234567');
    t.equal(b.trunkCalls.length, 0, 'the second lock lasts twice as long');
    pbx.hangUp();
    b.clock.advance(60_000);
    pbx.lift();
    await pbx.key('7713579088121234567');
    t.equal(b.trunkCalls.length, 1, 'after it all is as before');
    t.equal(b.alarms.size, 0, 'the alarm as well');
    t.notMatch(JSON.stringify([...b.records.values()]), /135790|111111|222222/);
  },
);

t.test('a lock on one port does not touch another', async (t) => {
  const b = bench();
  const pbx = b.port(3);
  pbx.lift();
  await pbx.key('77111111111111111111');
  const desk = b.port(1);
  desk.lift();
  await desk.key('7713579088121234567');
  t.equal(b.trunkCalls.length, 1);
});

t.test('a route that fails before alerting gives way to the next; 486 and 603 are final (5g)', async (t) => {
  for (const q850 of [102, 41, 34]) {
    const b = bench();
    b.port(1).lift();
    await b.port(1).key('88121234567');
    b.trunkLeg.farReleases(q850);
    await settle();
    t.equal(b.trunkCalls.length, 2, `cause ${q850}`);
    t.equal(b.trunkCalls[1]?.request.trunkId, 'beta');
    b.trunkLeg.farAnswers();
    await settle();
    t.equal(b.record.trunkId, 'beta');
    t.equal(b.record.legs.length, 3);
  }
  for (const q850 of [17, 21]) {
    const b = bench();
    b.port(1).lift();
    await b.port(1).key('88121234567');
    b.trunkLeg.farReleases(q850);
    await settle();
    t.equal(b.trunkCalls.length, 1, `cause ${q850}`);
    t.equal(b.hears(1), q850 === 17 ? heard.busy : heard.congestion);
  }
  const full = bench();
  full.refusals.set('alpha', localCause(34, 'trunk full'));
  full.port(1).lift();
  await full.port(1).key('88121234567');
  t.equal(full.trunkCalls[0]?.request.trunkId, 'beta', 'channels full: the next at once');
});

t.test('an extension rings another telephone, with the caller shown (M06)', async (t) => {
  const b = bench();
  b.port(1).lift();
  await b.port(1).key('12');
  b.clock.advance(3000);
  await settle();
  t.ok(b.port(2).ringing);
  t.same(b.port(2).caller, { number: '21', name: 'Anna' });
  t.equal(b.hears(1), heard.ringback);
  b.port(2).lift();
  await settle();
  t.equal(b.media.joined.get('line:1'), 'line:2');
  b.port(2).hangUp();
  await settle();
  t.match(b.record, { direction: 'internal', releasedBy: 'called', calledNumber: '12' });
});

t.test('112 goes out from a port that may call nobody, on a city line first (5h)', async (t) => {
  const b = bench();
  b.port(2).lift();
  await b.port(2).key('112');
  b.clock.advance(5000);
  await settle();
  const line = [b.line(5), b.line(6)].find((l) => l.dialed);
  t.match(line?.dialed, /112$/);
  t.ok(line?.emergency);
  line?.emit('answered', 'polarity');
  await settle();
  t.match(b.record, { service: 'emergency', tollClass: 'emergency' });
});

t.test(
  'with all lines busy an emergency call takes one over, but never from another emergency call (ruling 5)',
  async (t) => {
    const b = bench();
    b.refusals.set('alpha', localCause(41));
    b.refusals.set('beta', localCause(41));
    b.port(1).lift();
    await b.port(1).key('1234567');
    b.clock.advance(3000);
    await settle();
    const first = [b.line(5), b.line(6)].find((l) => l.dialed);
    t.ok(first, 'a local call is on a city line');
    first?.emit('answered', 'polarity');
    await settle();
    const other = first === b.line(5) ? b.line(6) : b.line(5);
    other.available = false;
    other.idle = false;
    b.port(2).lift();
    await b.port(2).key('101');
    for (let i = 0; i < 4; i++) {
      b.clock.advance(1000);
      await settle();
    }
    t.match(first?.dialed, /101$/, 'the line now carries the emergency call');
    t.equal(b.hears(1), heard.busy, 'whose call it was hears busy');
  },
);

t.test('hook flash holds, consults, and comes back (5j)', async (t) => {
  const b = bench();
  const desk = b.port(1);
  desk.lift();
  await desk.key('88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  const far = b.trunkLeg;
  desk.emit('flashed');
  await settle();
  t.ok(far.onHold);
  t.equal(b.hears(1), heard.stutter);
  t.equal(b.media.toneAt(far.endpoint), heard.hold, 'the held party hears that the line lives');
  await desk.key('12');
  b.clock.advance(3000);
  await settle();
  b.port(2).lift();
  await settle();
  t.equal(b.media.joined.get('line:1'), 'line:2', 'consulting');
  desk.emit('flashed');
  await settle();
  t.notOk(far.onHold);
  t.match(
    [...b.media.mixes.values()],
    [[{ endpoint: 'line:1' }, { endpoint: far.endpoint }, { endpoint: 'line:2' }]],
    'all three',
  );
  desk.emit('flashed');
  await settle();
  t.equal(b.media.mixes.size, 0);
  t.equal(b.media.joined.get('line:1'), far.endpoint, 'back to the first');
  desk.hangUp();
  await settle();
  t.equal(far.state, 'released');
  t.equal(b.context.calls.size, 0);
});

t.test(
  'a called party may consult as well, and keeps its consultation when the held one hangs up',
  async (t) => {
    const b = bench();
    b.port(4).lift();
    await b.port(4).key('11');
    b.clock.advance(3000);
    await settle();
    b.port(1).lift();
    await settle();
    b.port(1).emit('flashed');
    await settle();
    t.equal(b.hears(1), heard.stutter);
    await b.port(1).key('12');
    b.clock.advance(3000);
    await settle();
    b.port(2).lift();
    await settle();
    t.equal(b.media.joined.get('line:1'), 'line:2');
    b.port(4).hangUp();
    await settle();
    t.equal(b.media.joined.get('line:1'), 'line:2', 'the consultation goes on');
    b.port(2).hangUp();
    await settle();
    b.clock.advance(3000);
    await settle();
    t.equal(b.hears(1), heard.busy);
    t.equal(b.context.calls.size, 0);
  },
);

t.test('the line card goes away in mid-call: every leg ends, the record says why', async (t) => {
  const b = bench();
  const desk = b.port(1);
  desk.lift();
  await desk.key('88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  desk.available = false;
  desk.emit('available', false, 'link lost');
  await settle();
  t.equal(b.trunkLeg.state, 'released');
  t.match(b.record, { state: 'ended', q850: 27 });
});

t.test('a trunk whose sound stops for good is released, a held one is not (ruling 23)', async (t) => {
  const b = bench();
  const desk = b.port(1);
  desk.lift();
  await desk.key('88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  desk.emit('flashed');
  await settle();
  b.media.emit('rtpLost', b.trunkLeg.endpoint);
  await settle();
  t.equal(b.trunkLeg.state, 'answered', 'on hold it may be silent');
  desk.emit('flashed');
  await settle();
  b.media.emit('rtpLost', 'rtp:another');
  t.equal(b.trunkLeg.state, 'answered', "another call's loss is not ours");
  b.media.emit('rtpLost', b.trunkLeg.endpoint);
  await settle();
  t.equal(b.trunkLeg.state, 'released');
  t.match(b.record, { releasedBy: 'box', q850: 41, causeText: /RTP/ });
});
