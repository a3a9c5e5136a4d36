import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const bench = (document: object = office): Bench => new Bench(document, officePins);

function trunkCall(b: Bench, calledNumber: string): FakeLeg {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber, caller: { number: '+79031112233' } });
  return leg;
}

t.test('a trunk number in any writing rings its port, with the caller shown', async (t) => {
  const b = bench();
  const caller = trunkCall(b, '+74951110000');
  t.ok(b.port(1).ringing);
  t.same(b.port(1).caller, { number: '+79031112233' });
  t.ok(caller.alerted);
  b.port(1).lift();
  await settle();
  t.equal(caller.state, 'answered');
  t.equal(b.media.joined.get(caller.endpoint), 'line:1');
  b.port(1).hangUp();
  await settle();
  t.equal(caller.releasedWith?.q850, 16);
  t.match(b.record, { direction: 'incoming', callerNumber: '+79031112233', releasedBy: 'called' });
});

t.test('nobody answers: the mobile is tried, and only 1 accepts (M14, 5e)', async (t) => {
  const b = bench();
  const caller = trunkCall(b, '84951110000');
  b.clock.advance(15_000);
  await settle();
  t.notOk(b.port(1).ringing, 'the port has rung its time');
  t.match(b.trunkCalls[0]?.request, { number: '+79160000001', divertedFrom: '+74951110000' });
  t.same(b.trunkCalls[0]?.request.caller, { number: '+79031112233' });
  b.trunkLeg.farAnswers();
  await settle();
  t.not(caller.state, 'answered', 'a voicemail may have answered');
  b.trunkLeg.emit('digit', '5');
  await settle();
  t.not(caller.state, 'answered', 'only 1 accepts');
  b.trunkLeg.emit('digit', '1');
  await settle();
  t.equal(caller.state, 'answered');
  t.equal(b.media.joined.get(caller.endpoint), b.trunkLeg.endpoint);
});

t.test('a voicemail does not swallow the call: without 1 it goes on, here to its end (M14)', async (t) => {
  const b = bench();
  const caller = trunkCall(b, '84951110000');
  b.clock.advance(15_000);
  await settle();
  b.trunkLeg.farAnswers();
  await settle();
  b.clock.advance(15_000);
  await settle();
  t.equal(b.trunkLeg.state, 'released');
  t.equal(caller.releasedWith?.q850, 19);
  t.notOk(b.record.answeredAt, 'the record says: not answered');
});

t.test('the caller gives up while the mobile is being asked', async (t) => {
  const b = bench();
  const caller = trunkCall(b, '84951110000');
  b.clock.advance(15_000);
  await settle();
  b.trunkLeg.farAnswers();
  await settle();
  caller.farReleases(16);
  await settle();
  t.equal(b.trunkLeg.state, 'released');
  t.equal(b.context.calls.size, 0);
});

t.test('a number that is nobody, and one of another trunk, are told so', async (t) => {
  const b = bench();
  t.equal(trunkCall(b, '+74959999999').releasedWith?.q850, 1);
  const wrongTrunk = new FakeLeg('incoming', 'trunk:beta');
  b.services.trunkCall(wrongTrunk, { trunkId: 'beta', calledNumber: '+74951110000', caller: {} });
  t.equal(wrongTrunk.releasedWith?.q850, 1);
  t.equal(b.records.size, 2, 'every attempt has a record');
});

t.test('a city line rings the telephone and is answered only when somebody does (5d)', async (t) => {
  const b = bench();
  const line = b.line(5);
  line.idle = false;
  line.emit('ringing');
  t.notOk(b.port(1).ringing, 'the number may still come');
  line.emit('caller', { number: '+74957654321' });
  await settle();
  t.ok(b.port(1).ringing);
  t.same(b.port(1).caller, { number: '+74957654321' });
  t.notOk(line.answeredByUs);
  b.port(1).lift();
  await settle();
  t.ok(line.answeredByUs);
  t.equal(b.media.joined.get('line:5'), 'line:1');
});

t.test('the number that an exchange sends is brought to one form, whatever it lacks', async (t) => {
  for (const sent of ['4957654321', '7654321', '17654321', '84957654321']) {
    const b = bench();
    b.line(5).emit('ringing');
    b.line(5).emit('caller', { number: sent });
    await settle();
    t.match(b.record, { callerNumber: '+74957654321' }, sent);
  }
});

t.test('the caller on a city line gives up', async (t) => {
  const b = bench();
  const line = b.line(5);
  line.emit('ringing');
  line.emit('caller', undefined);
  await settle();
  t.ok(b.port(1).ringing);
  line.emit('ringingStopped');
  await settle();
  t.notOk(b.port(1).ringing);
  t.match(b.record, { state: 'ended', releasedBy: 'caller' });
  t.notOk(b.record.callerAbsence, 'nothing came: the exchange has not said that it does not know');
});

t.test('a city line that nobody is set to answer is left ringing', async (t) => {
  const b = bench();
  b.line(6).emit('ringing');
  b.line(6).emit('caller', undefined);
  await settle();
  t.notOk(b.line(6).answeredByUs);
  t.match(b.record, { state: 'ended', q850: 19 });
});

t.test('a mobile calls the access number, gives user number and PIN, dials abroad (5f)', async (t) => {
  const b = bench();
  const caller = trunkCall(b, '+74951112233');
  await settle();
  t.equal(caller.state, 'answered');
  for (const key of '17#135790#810442079460000') {
    caller.emit('digit', key);
    await settle();
  }
  b.clock.advance(5000);
  await settle();
  t.equal(b.trunkCalls[0]?.request.number, '+442079460000');
  b.trunkLeg.farAnswers();
  await settle();
  t.match(b.record, { direction: 'transit', service: 'access', pinId: 'pin-sales' });
  b.trunkLeg.farReleases(16);
  await settle();
  t.equal(b.media.toneAt(caller.endpoint), heard.busy);
  caller.emit('digit', '#');
  await settle();
  caller.emit('digit', '#');
  await settle();
  t.equal(b.media.toneAt(caller.endpoint), heard.dial, '## asks for the next number (ruling 17)');
  for (const key of '88121234567') {
    caller.emit('digit', key);
    await settle();
  }
  t.equal(b.trunkCalls.length, 2, 'without the PIN again, billed apart');
  t.equal(b.records.size, 2);
});

t.test(
  'from outside a short PIN alone opens nothing, and 112 does not exist (rulings 3 and 9)',
  async (t) => {
    const b = bench();
    const caller = trunkCall(b, '+74951112233');
    await settle();
    for (const key of '135790#') caller.emit('digit', key);
    await settle();
    for (const key of '#') caller.emit('digit', key);
    await settle();
    t.equal(b.trunkCalls.length, 0);

    const second = trunkCall(b, '+74951112233');
    await settle();
    for (const key of '17#135790#112') {
      second.emit('digit', key);
      await settle();
    }
    b.clock.advance(5000);
    await settle();
    t.notOk(b.line(5).dialed);
    t.notOk(b.line(6).dialed);
    t.match(b.record, { state: 'ended', q850: 28, tollClass: 'invalid' });
  },
);

t.test(
  'a forgotten access call is asked after its longest time, and ends without an answer (ruling 10)',
  async (t) => {
    const b = bench();
    const caller = trunkCall(b, '+74951112233');
    await settle();
    for (const key of '17#135790#88121234567') {
      caller.emit('digit', key);
      await settle();
    }
    b.trunkLeg.farAnswers();
    await settle();
    b.clock.advance(60 * 60_000);
    await settle();
    caller.emit('digit', '5');
    await settle();
    b.clock.advance(60_000);
    await settle();
    t.equal(b.trunkLeg.state, 'answered', 'a key keeps it');
    b.clock.advance(60 * 60_000);
    await settle();
    b.clock.advance(20_000);
    await settle();
    t.equal(b.trunkLeg.state, 'released');
  },
);

t.test("a person's forwarding is followed, under the person's rights (M04, ruling 8)", async (t) => {
  const document = {
    ...office,
    destinations: [
      { id: 'reception', name: 'R', steps: [{ targets: ['person:anna'], seconds: 60, pressOne: false }] },
    ],
  };
  const b = bench(document);
  b.port(1).lift();
  trunkCall(b, '+74951110000');
  await settle();
  t.equal(b.trunkCalls[0]?.request.number, '+79161234567', 'busy: to the mobile at once');

  const closed = bench({ ...document, people: [{ ...office.people[0], classOfService: 'inside' }] });
  closed.port(1).lift();
  const caller = trunkCall(closed, '+74951110000');
  await settle();
  t.equal(closed.trunkCalls.length, 0, 'her class does not allow it');
  t.equal(caller.state, 'released');
});

t.test('forwardings in a circle end (M05)', async (t) => {
  const person = (id: string, to: string): object => ({
    id,
    name: id,
    classOfService: 'staff',
    forwarding: { always: `person:${to}` },
  });
  const b = bench({
    ...office,
    people: [person('anna', 'boris'), person('boris', 'anna')],
    destinations: [{ id: 'reception', name: 'R', steps: [{ targets: ['person:anna'], seconds: 60 }] }],
  });
  const caller = trunkCall(b, '+74951110000');
  await settle();
  t.equal(caller.state, 'released');
});

t.test(
  'toward an operator with an access number: dial it, wait, send PIN and destination (5i)',
  async (t) => {
    const b = bench({
      ...office,
      trunks: [
        {
          ...office.trunks[0],
          accessNumber: {
            number: '+74950001122',
            waitMs: 2000,
            pin: '4321',
            afterPin: '#,',
            afterNumber: '#',
          },
        },
        office.trunks[1],
      ],
    });
    b.port(1).lift();
    await b.port(1).key('88121234567');
    t.equal(b.trunkCalls[0]?.request.number, '+74950001122');
    b.trunkLeg.farAnswers();
    await settle();
    t.same(b.trunkLeg.sent, []);
    t.equal(b.hears(1), heard.ringback, 'meanwhile nobody listens to a dead line');
    b.clock.advance(2000);
    await settle();
    t.equal(b.hears(1), undefined);
    t.same(b.trunkLeg.sent, ['4321#,78121234567#']);
    t.equal(b.media.joined.get('line:1'), b.trunkLeg.endpoint, 'the caller hears the rest');
    t.notMatch(JSON.stringify([...b.records.values()]), /4321/);
  },
);

t.test(
  'a telephone lifted just before it would ring dials by itself; the call goes on elsewhere (G07)',
  async (t) => {
    const b = bench();
    const caller = trunkCall(b, '+74951110000');
    const desk = b.port(1);
    t.ok(desk.ringing);
    desk.ringing = false;
    desk.offHook = true;
    desk.emit('seized');
    await settle();
    t.equal(b.hears(1), heard.dial, 'whoever lifted hears dial tone and no stranger');
    t.equal(b.trunkCalls[0]?.request.number, '+79160000001', 'the caller is rung elsewhere at once');
    t.not(caller.state, 'released');
  },
);

t.test('a line whose caller leaves while it is being answered is let go of', async (t) => {
  const b = bench();
  const line = b.line(5);
  let closed: () => void = () => {};
  line.answer = () => new Promise((resolve) => (closed = resolve));
  let released = 0;
  line.release = () => void released++;
  line.emit('ringing');
  line.emit('caller', undefined);
  await settle();
  b.port(1).lift();
  await settle();
  b.port(1).hangUp();
  closed();
  await settle();
  t.equal(released, 1, 'the loop is opened');
  t.equal(b.context.calls.size, 0);
});
