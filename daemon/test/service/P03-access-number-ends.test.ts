import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const bench = (more: object = {}): Bench => new Bench({ ...office, ...more }, officePins);

/** A mobile at the access number. */
async function caller(b: Bench): Promise<FakeLeg> {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, {
    trunkId: 'alpha',
    calledNumber: '+74951112233',
    caller: { number: '+79031112233' },
  });
  await settle();
  return leg;
}

async function key(leg: FakeLeg, keys: string): Promise<void> {
  for (const digit of keys) {
    leg.emit('digit', digit);
    await settle();
  }
}

t.test('whoever was answered and left is in the records, wherever it left', async (t) => {
  const rows = [
    { keys: '', record: { q850: 16, releasedBy: 'caller' } },
    { keys: '17#13', record: { q850: 16, releasedBy: 'caller' } },
    {
      keys: '17#135790#',
      record: { q850: 16, releasedBy: 'caller', pinId: 'pin-sales', costCentre: 'works' },
    },
    { keys: '17#135790#8812', record: { q850: 16, releasedBy: 'caller', pinId: 'pin-sales' } },
    { keys: '17#111111#17#111111#17#111111#', record: { q850: 21, causeText: 'PIN not accepted' } },
  ];
  for (const { keys, record } of rows) {
    const b = bench();
    const leg = await caller(b);
    await key(leg, keys);
    leg.farReleases(16);
    await settle();
    t.equal(b.records.size, 1, `"${keys}": one call, one record`);
    t.match(
      b.record,
      { state: 'ended', service: 'access', direction: 'incoming', callerNumber: '+79031112233', ...record },
      keys,
    );
    // The last steps of a record wait a moment for each other.
    b.clock.advance(200);
    t.equal(b.clock.pending, 0);
  }
  const silent = bench();
  const leg = await caller(silent);
  await key(leg, '17#135790#');
  silent.clock.advance(16_000);
  await settle();
  t.equal(leg.releasedWith?.q850, 28);
  t.match(silent.record, { state: 'ended', releasedBy: 'box', q850: 28 });
});

t.test('after a failed call the tone says why, and ## asks for another number (ruling 17)', async (t) => {
  const b = bench();
  const leg = await caller(b);
  await key(leg, '17#135790#88121234567');
  b.trunkLeg.farReleases(1);
  await settle();
  if (b.trunkCalls.length === 2) b.trunkLeg.farReleases(1);
  await settle();
  t.equal(b.media.toneAt(leg.endpoint), heard.sit);
  await key(leg, '##');
  t.equal(b.media.toneAt(leg.endpoint), heard.dial);
});

t.test('## in a conversation, and one # after it, ask for nothing', async (t) => {
  const b = bench();
  const leg = await caller(b);
  await key(leg, '17#135790#88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  await key(leg, '##');
  t.equal(b.trunkLeg.state, 'answered');
  b.trunkLeg.farReleases(16);
  await settle();
  t.equal(b.media.toneAt(leg.endpoint), heard.busy, 'what was keyed before counts for nothing');
  await key(leg, '#5');
  t.equal(leg.state, 'released');
});

t.test('a PIN may be without ## (ruling 17): the far end goes, and so does the caller', async (t) => {
  const b = bench({ pins: [{ ...office.pins[0], followOn: false }] });
  const leg = await caller(b);
  await key(leg, '17#135790#88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  b.trunkLeg.farReleases(16);
  await settle();
  t.equal(leg.releasedWith?.q850, 16);
});

t.test('a PIN that is taken away in mid-call opens no further call', async (t) => {
  const b = bench();
  const leg = await caller(b);
  await key(leg, '17#135790#88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  b.reconfigure({ ...office, pins: [{ ...office.pins[0], enabled: false }] });
  t.equal(b.trunkLeg.state, 'answered', 'the call goes on');
  b.trunkLeg.farReleases(16);
  await settle();
  await key(leg, '##');
  t.equal(leg.state, 'released');
});

t.test('a lock outside does not touch the staff, nor one of a user number another (ruling 9)', async (t) => {
  const b = bench({
    pins: [
      office.pins[0],
      { ...office.pins[0], id: 'pin-long', hmac: '1'.repeat(64), length: 8, userNumber: '18' },
    ],
  });
  const guess = async (user: string): Promise<void> => {
    const leg = await caller(b);
    for (let i = 0; i < 3; i++) await key(leg, `${user}#111111#`);
    await settle();
    leg.farReleases(16);
  };
  await guess('17');
  t.ok(b.alarms.has('pin-lock-user-17'));
  t.notOk(b.alarms.has('pin-lock-trunk-alpha'), 'the ingress is shared by many and takes more');
  const locked = await caller(b);
  await key(locked, '17#135790#88121234567');
  t.equal(b.trunkCalls.length, 0, 'the right PIN of a locked user');
  locked.farReleases(16);
  const other = await caller(b);
  await key(other, '18#24681357#88121234567');
  t.equal(b.trunkCalls.length, 1, 'another user calls');
  other.farReleases(16);

  for (const user of ['21', '22', '23']) await guess(user);
  t.ok(b.alarms.has('pin-lock-trunk-alpha'));
  b.port(4).lift();
  await b.port(4).key('7713579088121234567');
  t.equal(b.trunkCalls.length, 2, 'the same PIN works inside');
});

t.test('a locked place, a wrong PIN and an unknown user sound alike (ruling 9)', async (t) => {
  const sounds: string[] = [];
  const hear = async (b: Bench, keys: string): Promise<void> => {
    const leg = await caller(b);
    const before = b.media.played.length;
    await key(leg, keys);
    sounds.push(JSON.stringify(b.media.played.slice(before).map(({ source }) => source)));
    leg.farReleases(16);
    await settle();
  };
  const b = bench();
  await hear(b, '17#111111#');
  await hear(b, '99#111111#');
  for (let i = 0; i < 3; i++) await hear(b, '17#111111#');
  await hear(b, '17#135790#');
  t.equal(new Set(sounds).size, 1, 'nobody learns which it was');
});

t.test('two city lines joined by a forwarding are asked after an hour (ruling 10)', async (t) => {
  const b = bench({
    ports: office.ports.map((port) => (port.number === 5 ? { ...port, incoming: 'away' } : port)),
    routes: [{ id: 'city', name: 'City', via: { kind: 'line', ports: [5, 6] } }],
    destinations: [
      {
        id: 'away',
        name: 'Away',
        classOfService: 'staff',
        steps: [{ targets: ['number:+79160000001'], seconds: 60, pressOne: false }],
      },
    ],
  });
  const [from, to] = [b.line(5), b.line(6)];
  from.idle = false;
  from.emit('ringing');
  from.emit('caller', undefined);
  await settle();
  t.equal(to.dialed, '89160000001', 'never out by the line it came in on');
  to.emit('answered', 'voice');
  await settle();
  t.equal(b.media.joined.get('line:5'), 'line:6');
  b.clock.advance(60 * 60_000);
  to.emit('digit', '5');
  b.clock.advance(59 * 60_000);
  await settle();
  t.equal(b.context.calls.size, 1, 'a key from either side keeps it');
  b.clock.advance(60_000 + 20_000);
  await settle();
  t.match(b.record, { state: 'ended', causeText: 'longest call time reached', releasedBy: 'box' });
  t.ok(to.idle, 'the loop is open');
  b.clock.advance(200);
  t.equal(b.clock.pending, 0);
});
