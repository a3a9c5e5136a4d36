import t from 'tap';
import {
  digitOfEvent,
  EVENT_FLASH,
  eventOfDigit,
  type IncomingEvent,
  TelephoneEventReceiver,
  TelephoneEventSender,
} from '../../../src/media/rtp/telephone-event.ts';

/** One packet as it travels. */
interface Packet {
  ms: number;
  timestamp: number;
  marker: boolean;
  payload: Uint8Array;
}

function receive(packets: readonly Packet[], untilMs = 3000): IncomingEvent[] {
  const events: IncomingEvent[] = [];
  const receiver = new TelephoneEventReceiver((e) => events.push(e));
  let next = 0;
  const sorted = [...packets].sort((a, b) => a.ms - b.ms);
  for (let now = 0; now <= untilMs; now += 10) {
    for (; next < sorted.length && sorted[next]!.ms <= now; next++) {
      const p = sorted[next]!;
      receiver.receive(p.timestamp, p.payload, 0, p.payload.length, now);
    }
    receiver.poll(now);
  }
  return events;
}

const digits = (events: IncomingEvent[]): string =>
  events
    .filter((e) => e.kind === 'start')
    .map((e) => digitOfEvent(e.code))
    .join('');

/** What a sender puts on the wire for `keys`, one packet a `ptime`, from `startTimestamp` on. */
function send(keys: string, onMs = 100, gapMs = 60, ptime = 20, startTimestamp = 0xffffff00): Packet[] {
  const sender = new TelephoneEventSender({ samplesPerPacket: ptime * 8, gapMs });
  for (const key of keys) sender.enqueue(eventOfDigit(key), onMs);
  const packets: Packet[] = [];
  for (let n = 0; sender.active; n++) {
    const payload = new Uint8Array(4);
    const out = sender.next(startTimestamp + n * ptime * 8, payload, 0);
    if (out) packets.push({ ms: n * ptime, timestamp: out.timestamp, marker: out.marker, payload });
  }
  return packets;
}

/** Packets by hand: the event's code, timestamp, duration, end bit. */
const packet = (ms: number, timestamp: number, code: number, duration: number, end = false): Packet => ({
  ms,
  timestamp,
  marker: false,
  payload: Uint8Array.of(code, (end ? 0x80 : 0) | 10, duration >> 8, duration & 0xff),
});

t.test('sender: one event, packet by packet (RFC 4733 2.5.1)', async (t) => {
  const sent = send('5', 100, 60, 20, 1000).map((p) => [
    p.timestamp,
    p.marker,
    Buffer.from(p.payload).toString('hex'),
  ]);
  t.same(sent, [
    [1000, true, '050a00a0'],
    [1000, false, '050a0140'],
    [1000, false, '050a01e0'],
    [1000, false, '050a0280'],
    [1000, false, '058a0320'],
    [1000, false, '058a0320'],
    [1000, false, '058a0320'],
  ]);
});

t.test('sender: pauses, held keys and odd lengths', async (t) => {
  const two = send('11', 70, 60, 20, 0);
  const starts = [...new Set(two.map((p) => p.timestamp))];
  t.equal(starts.length, 2);
  t.ok(starts[1]! - (70 + 60) * 8 >= 0, `the second begins ${starts[1]! / 8} ms after the first`);
  t.equal(two.filter((p) => p.marker).length, 2);
  t.same([...two.filter((p) => p.payload[1]! & 0x80)[0]!.payload.subarray(2)], [0x02, 0x30], '70 ms are 560');
  const sender = new TelephoneEventSender();
  sender.enqueue(eventOfDigit('#'), 'hold');
  const payload = new Uint8Array(4);
  for (let n = 0; n < 10; n++) t.ok(sender.next(n * 160, payload, 0));
  t.equal(payload[1]! & 0x80, 0, 'held as long as the key is');
  sender.release();
  let rest = 0;
  while (sender.next(1600 + rest * 160, payload, 0)) rest++;
  t.equal(rest, 3, 'three end packets');
  t.same([...payload], [11, 0x8a, 0x06, 0xe0], 'of 220 ms');
  t.equal(sender.active, false);
  t.throws(() => sender.enqueue(256, 100), { code: 'media/event-code' });
  t.throws(() => eventOfDigit('x'), { code: 'media/dtmf-digit' });
  t.equal(eventOfDigit('d'), 15);
  t.equal(digitOfEvent(EVENT_FLASH), undefined);
});

t.test('whatever is sent is received once, at any packet time', async (t) => {
  for (const ptime of [10, 20, 30]) {
    const events = receive(send('0123456789*#ABCD', 100, 60, ptime), 6000);
    t.equal(digits(events), '0123456789*#ABCD', `${ptime} ms`);
    t.ok(
      events
        .filter((e) => e.kind === 'end')
        .every((e) => Math.abs(e.durationMs - 100) <= 1 && e.endedBy === 'end-bit'),
    );
  }
  t.equal(digits(receive(send('112233', 40, 40))), '112233', 'equal digits with the shortest pause');
});

t.test('peers as they are', async (t) => {
  const key = 160;
  const cases: [string, Packet[], string][] = [
    ['no marker bit at all', send('42').map((p) => ({ ...p, marker: false })), '42'],
    ['every end packet lost', send('42').filter((p) => !(p.payload[1]! & 0x80)), '42'],
    ['only one end packet got through', send('7').slice(-1), '7'],
    ['the first packets lost', send('7').slice(2), '7'],
    ['every packet doubled', send('42').flatMap((p) => [p, p]), '42'],
    [
      'end packets repeated for half a second',
      [
        ...send('9'),
        ...send('9')
          .slice(-1)
          .flatMap((p) => [1, 2, 3, 4, 5].map((n) => ({ ...p, ms: 200 + n * 80 }))),
      ],
      '9',
    ],
    ['neighbours swapped', swapped(send('159')), '159'],
    ['a gap of 40 ms within the event', send('3', 200).filter((p) => p.ms !== 60 && p.ms !== 80), '3'],
    [
      'a packet of the last digit after the next began',
      [...send('12'), { ...send('12')[2]!, ms: 230 }],
      '12',
    ],
    ['equal digits, the end of the first lost', send('55').filter((p, i) => !(i >= 4 && i <= 6)), '55'],
    [
      'timestamps that wrongly move on',
      [1, 2, 3, 4, 5, 6, 7].map((n) => packet(n * 20, 800 + n * key, 6, n * key, n > 4)),
      '6',
    ],
    [
      'duration always 0 but for the end',
      [packet(0, 800, 4, 0), packet(20, 800, 4, 0), packet(40, 800, 4, 480, true)],
      '4',
    ],
    ['a flash', [packet(0, 800, 16, 160), packet(20, 800, 16, 320, true)], ''],
  ];
  for (const [name, packets, expected] of cases) {
    const events = receive(packets);
    t.equal(digits(events), expected, name);
    t.equal(
      events.filter((e) => e.kind === 'start').length,
      events.filter((e) => e.kind === 'end').length,
      `${name}: each start has an end`,
    );
  }
});

t.test('an end that is lost is found by the next event, or by silence', async (t) => {
  const lost = send('42').filter((p) => !(p.payload[1]! & 0x80));
  const [, first, , second] = receive(lost);
  t.match(first, { kind: 'end', code: 4 });
  t.equal(second?.endedBy, 'timeout');
  t.match(receive([packet(0, 800, 1, 160), packet(60, 4000, 2, 160)])[1], {
    kind: 'end',
    code: 1,
    endedBy: 'next-event',
  });
});

t.test('a key held for 20 s is one event over its segments (RFC 4733 2.5.1.3)', async (t) => {
  const sent = send('*', 20_000, 60, 20, 0xffff0000);
  t.ok(new Set(sent.map((p) => p.timestamp)).size >= 3, 'sent in segments');
  t.equal(sent.filter((p) => p.marker).length, 1, 'with one marker');
  const events = receive(sent, 21_000);
  t.equal(digits(events), '*');
  t.ok(Math.abs(events[1]!.durationMs - 20_000) <= 20, `lasted ${events[1]!.durationMs}`);
});

t.test('what is too short is no event; a reset forgets', async (t) => {
  const events: IncomingEvent[] = [];
  const receiver = new TelephoneEventReceiver((e) => events.push(e));
  t.equal(receiver.receive(1, Uint8Array.of(1, 2, 3), 0, 3, 0), false);
  t.equal(receiver.receive(1, Uint8Array.of(9, 9, 1, 2, 0, 160), 2, 4, 0), true);
  t.equal(receiver.current, 1);
  receiver.reset();
  t.equal(receiver.current, undefined);
  receiver.receive(1, Uint8Array.of(1, 2, 0, 160), 0, 4, 0);
  t.equal(events.length, 3, 'the same timestamp may come again from a new source');
});

function swapped(packets: Packet[]): Packet[] {
  return packets.map((p, i) => {
    const other = packets[i % 2 === 0 ? i + 1 : i - 1];
    return other ? { ...p, ms: other.ms } : p;
  });
}
