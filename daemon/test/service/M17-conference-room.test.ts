import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { RecordingBench } from '../kit/recordings.ts';
import { roomPin } from '../kit/services.ts';

const rooms = [
  { id: 'board', name: 'Board', extension: '80', pin: roomPin('258025'), maxPeople: 3 },
  { id: 'open', name: 'Open', extension: '81' },
];
const bench = (more: object = {}): RecordingBench => new RecordingBench({ ...office, rooms, ...more });

/** A telephone calls a room, and keys what it is asked for. */
async function calls(b: RecordingBench, port: number, number: string, keys = ''): Promise<void> {
  b.port(port).lift();
  await settle();
  await b.port(port).key(number);
  b.clock.advance(3000);
  await settle();
  await b.port(port).key(keys);
}

/** Somebody from a trunk calls a number of ours. */
async function outside(b: RecordingBench, calledNumber: string, keys = ''): Promise<FakeLeg> {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber, caller: { number: '+79031112233' } });
  await settle();
  for (const key of keys) {
    leg.emit('digit', key);
    await settle();
  }
  return leg;
}

/** Whom each one in the room hears, by endpoint. */
function hearing(b: RecordingBench, room: string): Record<string, string[]> {
  const seats = b.media.mixes.get(`room:${room}`) ?? [];
  return Object.fromEntries(
    seats.map(({ endpoint, hears }) => [endpoint, hears.map(({ from }) => from).sort()]),
  );
}

t.test('the first waits with music, then each hears all others; who leaves is heard no more', async (t) => {
  const b = bench();
  await calls(b, 1, '81');
  t.same(b.told('room-first'), ['line:1']);
  t.equal(b.media.playing.get('line:1')?.type, 'music');
  await calls(b, 2, '81');
  t.equal(b.media.playing.get('line:1'), undefined, 'the music has stopped');
  t.same(hearing(b, 'open'), { 'line:1': ['line:2'], 'line:2': ['line:1'] });
  const chimes = b.media.played.filter(({ source }) => source.type === 'pcm' && source.samples.length > 100);
  t.same(chimes.map(({ endpoint }) => endpoint).sort(), ['line:1', 'line:2'], 'both hear the chime');
  await calls(b, 4, '81');
  t.same(hearing(b, 'open'), {
    'line:1': ['line:2', 'line:4'],
    'line:2': ['line:1', 'line:4'],
    'line:4': ['line:1', 'line:2'],
  });
  t.equal(b.services.rooms.members('open').length, 3);
  b.port(1).hangUp();
  await settle();
  t.same(hearing(b, 'open'), { 'line:2': ['line:4'], 'line:4': ['line:2'] });
  b.port(4).hangUp();
  await settle();
  t.same(hearing(b, 'open'), {});
  t.equal(b.media.playing.get('line:2')?.type, 'music', 'alone again');
  b.port(2).hangUp();
  await settle();
  t.equal(b.services.rooms.members('open').length, 0);
  t.equal(b.context.calls.size, 0);
  t.match(
    [...b.records.values()].map(({ servedBy, state, calledNumber }) => ({ servedBy, state, calledNumber })),
    Array.from({ length: 3 }, () => ({ servedBy: 'room:open', state: 'ended', calledNumber: '81' })),
    'each has a record',
  );
});

t.test('a room with a PIN: three wrong ones and the caller is out; the right one opens it', async (t) => {
  const b = bench();
  await calls(b, 1, '80', '258026');
  t.same(b.told('wrong-pin').length > 0, true);
  await b.port(1).key('11111#');
  t.ok(b.context.calls.size === 1);
  await b.port(1).key('258024');
  t.equal(b.context.calls.size, 0, 'out after three');
  t.match(b.record, { q850: 21 });
  t.notOk(JSON.stringify([...b.records.values()]).includes('2580'), 'what was keyed is in no record');
  t.ok(b.alarms.has('pin-lock-room-board@port-1'));
  b.port(1).hangUp();
  await calls(b, 1, '80', '258025');
  t.equal(b.services.rooms.members('board').length, 0, 'locked: the right one is of no use now');
  b.port(1).hangUp();
  await settle();
  await calls(b, 2, '80', '258025');
  t.equal(b.services.rooms.members('board').length, 1, 'at another telephone it is');
  b.clock.advance(120_000);
  await settle();
  await calls(b, 1, '80', '258025');
  t.equal(b.services.rooms.members('board').length, 2, 'and here, after the lock');
  t.notOk(b.alarms.has('pin-lock-room-board@port-1'));
});

t.test('a room that is full says so, and takes nobody more', async (t) => {
  const b = bench({ rooms: [{ ...rooms[1], maxPeople: 2 }] });
  await calls(b, 1, '81');
  await calls(b, 2, '81');
  await calls(b, 4, '81');
  t.same(b.told('room-full'), ['line:4']);
  t.equal(b.services.rooms.members('open').length, 2);
  t.match(b.record, { q850: 17 });
});

t.test('from outside: by a number of the office, and behind the access number', async (t) => {
  const b = bench({
    destinations: [
      ...office.destinations,
      { id: 'meeting', name: 'Meeting', steps: [{ targets: ['room:board'], seconds: 20 }] },
    ],
    incomingNumbers: [
      ...office.incomingNumbers,
      { id: 'meet', number: '+74951110099', trunk: 'alpha', destination: 'meeting' },
    ],
  });
  const direct = await outside(b, '+74951110099', '258025');
  t.equal(direct.state, 'answered');
  const access = await outside(b, '+74951112233', '17#135790#80#258025');
  t.same(hearing(b, 'board'), {
    [direct.endpoint]: [access.endpoint],
    [access.endpoint]: [direct.endpoint],
  });
  b.clock.advance(60 * 60_000);
  await settle();
  t.ok(b.told('still-there').length >= 2, 'after an hour both are asked whether they are there');
  direct.emit('digit', '5');
  await settle();
  b.clock.advance(20_000);
  await settle();
  t.equal(access.state === 'released' || b.services.rooms.members('board').length === 1, true);
  t.not(direct.state, 'released', 'who has pressed a key stays');
});

t.test('who holds us is out of it: his music is not for the room', async (t) => {
  const b = bench();
  b.devices.set('desk', [['one']]);
  await calls(b, 1, '81');
  await calls(b, 2, '81');
  const far = new FakeLeg('incoming', 'device:desk');
  far.state = 'trying';
  b.services.deviceCall(far, { deviceId: 'desk', calledNumber: '81', caller: {}, full: false });
  await settle();
  t.equal(Object.keys(hearing(b, 'open')).length, 3);
  far.emit('held', true);
  await settle();
  t.same(hearing(b, 'open'), { 'line:1': ['line:2'], 'line:2': ['line:1'] });
  far.emit('held', false);
  await settle();
  t.equal(Object.keys(hearing(b, 'open')).length, 3);
});

t.test('a PIN keyed for a room is in no recording of the call that it came from', async (t) => {
  const b = bench({ recording: { calls: 'all' } });
  b.port(1).lift();
  await settle();
  await b.port(1).key('88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  const first = b.trunkLeg;
  t.equal(b.taped.length, 1);
  b.port(1).emit('flashed');
  await settle();
  await b.port(1).key('80');
  b.clock.advance(3000);
  await settle();
  t.same(b.silenced, [true], 'silence from the moment at which the PIN is asked for');
  await b.port(1).key('258025');
  t.same(b.taped, [first.endpoint], 'the recording stays with who is held');
  t.same(b.silenced, [false], 'and goes on behind it');
  t.equal(b.services.rooms.members('board').length, 1);
});
