import t from 'tap';
import { CodedError } from '../../src/base/error.ts';
import { localCause } from '../../src/call/cause.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

/** The office with trunks that take 112, and a line to the office's own PBX. */
const document = {
  ...office,
  ports: [
    ...office.ports,
    {
      kind: 'fxo',
      number: 7,
      name: 'PBX line',
      role: 'pbx-extension',
      outsidePrefix: '9,',
      incoming: 'reception',
    },
  ],
  trunks: [
    { ...office.trunks[0], emergencyShortCodes: true },
    { ...office.trunks[1], emergencyNumber: '+74951120000' },
  ],
};

const bench = (more: object = {}): Bench => new Bench({ ...document, ...more }, officePins);

/** A port that may call nobody outside dials 112. */
async function dial112(b: Bench, port = 2): Promise<void> {
  b.port(port).lift();
  await b.port(port).key('112');
  await settle();
}

function trunkCall(b: Bench, calledNumber = '+74951110000'): FakeLeg {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber, caller: { number: '112' } });
  return leg;
}

t.test(
  'city line, trunk, trunk, a line taken over, the PBX: each failure leads on, 486 and 603 too',
  async (t) => {
    const b = bench();
    // Line 5 has no dial tone; line 6 carries somebody's local call.
    b.line(5).fail = new CodedError('port/no-dial-tone', 'silent');
    b.port(1).lift();
    await b.port(1).key('2345678');
    b.line(6).emit('answered', 'polarity');
    await settle();

    await dial112(b);
    t.match(b.trunkCalls[0]?.request, { trunkId: 'alpha', number: '112', emergency: true });
    b.trunkLeg.farReleases(17, { sip: 486 });
    await settle();
    t.match(b.trunkCalls[1]?.request, { trunkId: 'beta', number: '+74951120000', emergency: true });
    b.trunkLeg.farRings();
    b.trunkLeg.farReleases(21, { sip: 603, final: true });
    await settle();
    t.equal(b.hears(1), heard.busy, 'the local call is ended');
    b.line(6).fail = new CodedError('port/no-dial-tone', 'silent');
    b.clock.advance(2100);
    await settle();
    t.equal(b.line(7).dialed, '9,112', 'at last through the PBX, with its outside prefix');
    t.ok(b.line(7).emergency);
    t.match(b.record, { service: 'emergency' });
  },
);

t.test('a trunk that shows no progress for 5 s gives way', async (t) => {
  const b = bench();
  b.line(5).available = false;
  b.line(6).available = false;
  await dial112(b);
  const slow = b.trunkLeg;
  b.clock.advance(4999);
  await settle();
  t.equal(b.trunkCalls.length, 1);
  b.clock.advance(1);
  await settle();
  t.equal(slow.state, 'released');
  t.equal(b.trunkCalls.length, 2);
  b.trunkLeg.farRings();
  b.clock.advance(60_000);
  await settle();
  t.equal(b.trunkLeg.state, 'alerting', 'one that rings may ring');
});

t.test(
  'lines in use are taken over one after the other, none twice, no emergency call among them',
  async (t) => {
    const b = bench({ trunks: office.trunks });
    for (const port of [1, 4]) {
      b.port(port).lift();
      await b.port(port).key('2345678');
    }
    for (const line of [5, 6]) b.line(line).emit('answered', 'polarity');
    await settle();
    const [five, six] = [b.line(5), b.line(6)];
    await dial112(b);
    let dialed = 0;
    five.dial = () => {
      dialed++;
      // Its guard time runs after the failure.
      five.idle = false;
      return Promise.reject(new CodedError('port/no-dial-tone', 'silent'));
    };
    b.clock.advance(2100);
    await settle();
    t.equal(dialed, 1, 'it gave no dial tone');
    b.clock.advance(2100);
    await settle();
    t.equal(six.dialed, '112', 'the next one is taken');
    t.equal(dialed, 1, 'and the first is not tried again and again');
    six.emit('answered', 'polarity');
    await settle();

    five.available = false;
    await dial112(b, 3);
    b.clock.advance(10_000);
    await settle();
    t.equal(b.media.joined.get('line:2'), 'line:6', 'the first emergency call is left alone');
    t.equal(b.line(7).dialed, '9,112', 'the second goes through the PBX');
  },
);

t.test('a line to the PBX is no city line, even if somebody calls it proven', async (t) => {
  const b = bench({
    trunks: office.trunks,
    ports: document.ports.map((port) =>
      port.number === 7 ? { ...port, proven: true } : port.kind === 'fxo' ? { ...port, proven: false } : port,
    ),
  });
  b.port(1).lift();
  await b.port(1).key('2345678');
  b.line(5).emit('answered', 'polarity');
  await settle();
  await dial112(b);
  t.equal(b.line(7).dialed, '9,112');
  t.equal(b.line(6).dialed, undefined, 'a line that nobody has tested is not trusted with it');
  t.equal(b.media.joined.get('line:1'), 'line:5', 'and no call on one is ended for it');
});

t.test('a call through the PBX is ended for nobody', async (t) => {
  const b = bench({
    trunks: office.trunks,
    ports: document.ports.map((port) => (port.number === 7 ? { ...port, proven: true } : port)),
    routes: [{ id: 'pbx', name: 'PBX', via: { kind: 'line', ports: [7] } }],
  });
  b.line(5).available = false;
  b.line(6).available = false;
  b.port(1).lift();
  await b.port(1).key('2345678');
  b.line(7).emit('answered', 'polarity');
  await settle();
  await dial112(b);
  b.clock.advance(10_000);
  await settle();
  t.equal(b.media.joined.get('line:1'), 'line:7', 'it may be a colleague three rooms away');
  t.equal(b.hears(2), heard.congestion);
});

t.test('an emergency call over the access number, after a PIN, is one all the same', async (t) => {
  const b = bench();
  b.port(1).lift();
  await b.port(1).key('77135790112');
  await settle();
  t.equal(b.line(5).dialed, '112');
  t.ok(b.line(5).emergency);
  t.match(b.record, { service: 'emergency' });
  b.line(5).emit('answered', 'polarity');
  await settle();
  b.clock.advance(3 * 60 * 60_000);
  await settle();
  t.equal(b.media.joined.get('line:1'), 'line:5', 'no longest time ends it (ruling 5)');
});

t.test('a locked PIN, a class and a PIN that is asked for keep nobody from 101', async (t) => {
  const b = bench();
  b.port(4).lift();
  await b.port(4).key('77111111111111111111');
  b.clock.advance(3000);
  b.port(4).hangUp();
  b.port(4).lift();
  await b.port(4).key('101');
  t.equal(b.line(5).dialed, '101');
});

t.test('an extension 101 wins for people outside, and never on site', async (t) => {
  const b = bench({
    ports: document.ports.map((port) => (port.number === 2 ? { ...port, extension: '101' } : port)),
  });
  const caller = trunkCall(b, '+74951112233');
  await settle();
  for (const key of '17#135790#101') {
    caller.emit('digit', key);
    await settle();
  }
  b.clock.advance(5000);
  await settle();
  t.ok(b.port(2).ringing);
  for (const line of [5, 6, 7]) t.notOk(b.line(line).dialed);
  b.port(1).lift();
  await b.port(1).key('101');
  t.equal(b.line(5).dialed, '101');
});

t.test('a forwarding to 112 reaches nobody, and takes no line from anybody', async (t) => {
  for (const to of ['number:112', '+112', '112', 'number:01']) {
    const forwarding = { always: to };
    const b = bench({
      people: [{ id: 'anna', name: 'Anna', ports: [4], classOfService: 'staff', forwarding }],
      destinations: [{ id: 'reception', name: 'R', steps: [{ targets: ['person:anna'], seconds: 20 }] }],
    });
    b.port(1).lift();
    await b.port(1).key('2345678');
    b.line(5).emit('answered', 'polarity');
    await settle();
    const caller = trunkCall(b);
    await settle();
    t.equal(caller.state, 'released', to);
    t.equal(b.media.joined.get('line:1'), 'line:5', to);
    t.equal(b.trunkCalls.length, 0, to);
  }
});

t.test(
  'the PBX on an extension line is on site: behind a PIN its 112 goes out, over another line',
  async (t) => {
    const b = bench({
      accessNumbers: [{ ...office.accessNumbers[0], linePorts: [7] }],
    });
    b.line(7).idle = false;
    b.line(7).emit('ringing');
    b.line(7).emit('caller', undefined);
    await settle();
    t.ok(b.line(7).answeredByUs);
    for (const key of '135790112') {
      b.line(7).emit('digit', key);
      await settle();
    }
    t.equal(b.line(5).dialed, '112', 'six digits and no user number: it is one of the staff');
    t.ok(b.line(5).emergency);
  },
);

t.test('for an hour incoming calls ring who called 112 first, the access number included', async (t) => {
  const b = bench();
  await dial112(b);
  b.line(5).emit('answered', 'polarity');
  await settle();
  b.port(2).hangUp();
  await settle();

  const dispatcher = trunkCall(b, '+74951112233');
  await settle();
  t.ok(b.port(2).ringing, 'the dispatcher has no PIN');
  t.not(dispatcher.state, 'answered');
  b.port(2).lift();
  await settle();
  t.equal(b.media.joined.get(dispatcher.endpoint), 'line:2');
  b.port(2).hangUp();
  await settle();
  t.equal(dispatcher.state, 'released');

  const usual = trunkCall(b);
  await settle();
  t.ok(b.port(2).ringing);
  t.notOk(b.port(1).ringing);
  b.clock.advance(30_000);
  await settle();
  t.ok(b.port(1).ringing, 'then the usual destination');
  usual.farReleases(16);

  const staff = trunkCall(b, '+74951112233');
  await settle();
  b.clock.advance(30_000);
  await settle();
  t.equal(staff.state, 'answered', 'then the access number');
  staff.farReleases(16);
  await settle();

  b.clock.advance(60 * 60_000);
  trunkCall(b);
  await settle();
  t.notOk(b.port(2).ringing, 'an hour is over');
  t.ok(b.port(1).ringing);
});

t.test('the office is told who called for help, and from where; for an hour (5.11)', async (t) => {
  const b = bench();
  b.port(1).lift();
  await b.port(1).key('101');
  await settle();
  t.ok(b.alarms.has('emergency-call-port:1'));
  const [told] = b.raised.filter(({ id }) => id === 'emergency-call-port:1');
  t.match(told, {
    severity: 'critical',
    place: 'port:1',
    said: {
      ru: 'Экстренный вызов 101: Anna, 21 (гнездо 1 «Desk»).',
      en: 'Emergency call to 101: Anna, 21 (socket 1 "Desk").',
    },
  });
  b.clock.advance(30 * 60_000);
  b.port(1).hangUp();
  await settle();
  b.port(1).lift();
  await b.port(1).key('112');
  await settle();
  b.clock.advance(59 * 60_000);
  t.ok(b.alarms.has('emergency-call-port:1'), 'an hour from the last call');
  b.clock.advance(60_001);
  t.notOk(b.alarms.has('emergency-call-port:1'));
});

t.test('two telephones that called 112 are both rung', async (t) => {
  const b = bench();
  for (const port of [2, 4]) {
    await dial112(b, port);
    b.port(port).hangUp();
    await settle();
  }
  const caller = trunkCall(b);
  t.ok(b.port(2).ringing);
  t.ok(b.port(4).ringing);
  b.port(4).lift();
  await settle();
  t.notOk(b.port(2).ringing);
  t.equal(b.media.joined.get(caller.endpoint), 'line:4');
});

t.test('without any way at all the caller hears that it did not go out', async (t) => {
  const b = bench({ trunks: office.trunks, ports: office.ports });
  b.line(5).available = false;
  b.line(6).available = false;
  await dial112(b);
  t.equal(b.hears(2), heard.congestion);
  t.match(b.record, { state: 'ended', service: 'emergency' });
  t.equal(localCause(b.record.q850 ?? 0).by, 'local');
});
