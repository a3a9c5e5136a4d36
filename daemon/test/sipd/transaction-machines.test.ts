import t from 'tap';
import { ICT_START, ict } from '../../src/sipd/transaction/ict.ts';
import { IST_START, ist } from '../../src/sipd/transaction/ist.ts';
import { NICT_START, nict } from '../../src/sipd/transaction/nict.ts';
import { NIST_START, nist } from '../../src/sipd/transaction/nist.ts';
import { type TxEvent, type TxMachine, type TxState, timingOf } from '../../src/sipd/transaction/timing.ts';

const timing = timingOf();

/** Walks a machine with its timers on a clock of our own; returns what it did and when. */
function walk(machine: TxMachine, start: TxState, script: [number, TxEvent][], until: number) {
  let state = start;
  const log: [number, string][] = [];
  const timers = new Map<string, number>();
  const pending = [...script];
  let now = 0;
  const feed = (event: TxEvent): void => {
    const step = machine(state, event);
    if (step.state) state = step.state;
    for (const e of step.effects ?? []) {
      if (typeof e === 'string') log.push([now, e]);
      else if ('set' in e) timers.set(e.set, now + e.ms);
      else timers.delete(e.clear);
    }
  };
  for (;;) {
    const [name, due] = [...timers].sort((a, b) => a[1] - b[1])[0] ?? ['', Number.POSITIVE_INFINITY];
    const scripted = pending[0]?.[0] ?? Number.POSITIVE_INFINITY;
    if (Math.min(due, scripted) > until) break;
    if (scripted <= due) {
      now = scripted;
      feed(pending.shift()![1]);
    } else {
      now = due;
      timers.delete(name);
      feed({ kind: 'timer', timer: name as 'A' });
    }
  }
  return {
    log,
    at: state.at,
    timers: [...timers.keys()].sort(),
    times: (what: string) => log.filter((l) => l[1] === what).map((l) => l[0]),
  };
}

const START: [number, TxEvent] = [0, { kind: 'start' }];
const got = (at: number, status: number): [number, TxEvent] => [at, { kind: 'response', status }];
const say = (at: number, status: number): [number, TxEvent] => [at, { kind: 'respond', status }];
const again = (at: number): [number, TxEvent] => [at, { kind: 'request' }];
const ack = (at: number): [number, TxEvent] => [at, { kind: 'ack' }];
const broken = (at: number): [number, TxEvent] => [at, { kind: 'transport-error' }];

t.test('INVITE over UDP: seven sends, then timer B (RFC 3261 17.1.1.2)', async (t) => {
  const w = walk(ict(timing, false), ICT_START, [START], 100_000);
  t.same(w.times('send'), [0, 500, 1500, 3500, 7500, 15_500, 31_500]);
  t.same(w.times('timeout'), [32_000]);
  t.same(w.times('end'), [32_000]);
});

t.test('INVITE over TCP: one send, the same timer B', async (t) => {
  const w = walk(ict(timing, true), ICT_START, [START], 100_000);
  t.same(w.times('send'), [0]);
  t.same(w.times('timeout'), [32_000]);
});

t.test('other requests over UDP: eleven sends, gaps up to T2, then timer F (17.1.2.2)', async (t) => {
  const w = walk(nict(timing, false), NICT_START, [START], 100_000);
  t.same(w.times('send'), [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
  t.same(w.times('timeout'), [32_000]);
});

t.test('other requests after a provisional: every T2 until timer F', async (t) => {
  const w = walk(nict(timing, false), NICT_START, [START, got(200, 100)], 100_000);
  t.same(w.times('send').slice(0, 4), [0, 500, 4500, 8500]);
  t.same(w.times('timeout'), [32_000]);
});

t.test('INVITE client: provisional stops all timers; every state', async (t) => {
  const proceeding = walk(ict(timing, false), ICT_START, [START, got(600, 180), got(700, 183)], 1_000_000);
  t.same(proceeding.times('send'), [0, 500]);
  t.same(proceeding.times('pass'), [600, 700]);
  t.same([proceeding.at, proceeding.timers], ['proceeding', []]);

  const refused = walk(
    ict(timing, false),
    ICT_START,
    [START, got(100, 180), got(200, 486), got(700, 486), got(900, 200)],
    100_000,
  );
  t.same(refused.times('ack'), [200, 700], 'the repeated refusal is acknowledged again');
  t.same(refused.times('pass'), [100, 200], 'and not passed up, nor a 200 after it');
  t.same(refused.times('end'), [32_200], 'timer D');

  const tcp = walk(ict(timing, true), ICT_START, [START, got(200, 486)], 100_000);
  t.same(tcp.log, [
    [0, 'send'],
    [200, 'ack'],
    [200, 'pass'],
    [200, 'end'],
  ]);

  const accepted = walk(
    ict(timing, false),
    ICT_START,
    [START, got(100, 200), got(600, 200), got(1600, 200), got(2000, 486)],
    100_000,
  );
  t.same(accepted.times('pass'), [100, 600, 1600], 'RFC 6026: every 2xx goes up, nothing else');
  t.same(accepted.times('ack'), []);
  t.same(accepted.times('end'), [32_100], 'timer M');

  for (const script of [
    [START, broken(10)],
    [START, got(5, 180), broken(10)],
  ]) {
    const failed = walk(ict(timing, false), ICT_START, script as [number, TxEvent][], 100_000);
    t.same([failed.at, failed.times('failed'), failed.times('end')], ['terminated', [10], [10]]);
  }
});

t.test('other client: final response, timer K on UDP, none on TCP', async (t) => {
  const udp = walk(nict(timing, false), NICT_START, [START, got(700, 200), got(900, 200)], 100_000);
  t.same(udp.times('pass'), [700], 'the repeated response is absorbed');
  t.same(udp.times('end'), [5700]);
  const tcp = walk(nict(timing, true), NICT_START, [START, got(700, 200)], 100_000);
  t.same(tcp.times('end'), [700]);
  t.same(walk(nict(timing, false), NICT_START, [START, broken(3)], 9999).times('failed'), [3]);
});

t.test('INVITE server: refusal repeated by timer G until the ACK, then timer I', async (t) => {
  const lost = walk(ist(timing, false), IST_START, [say(0, 100), say(1000, 486)], 100_000);
  t.same(
    lost.times('send'),
    [0, 1000, 1500, 2500, 4500, 8500, 12_500, 16_500, 20_500, 24_500, 28_500, 32_500],
  );
  t.same(lost.times('timeout'), [33_000], 'timer H');
  const acked = walk(
    ist(timing, false),
    IST_START,
    [say(0, 486), again(200), ack(700), ack(900), again(1000)],
    100_000,
  );
  t.same(acked.times('send'), [0, 200, 500]);
  t.same(acked.times('end'), [5700], 'timer I, and further ACKs and INVITEs are absorbed');
  t.same(acked.times('pass'), [], 'the ACK of a refusal is nobody else’s');
  const tcp = walk(ist(timing, true), IST_START, [say(0, 486), ack(40)], 100_000);
  t.same([tcp.times('send'), tcp.times('end')], [[0], [40]]);
});

t.test('INVITE server: a 2xx leads to Accepted (RFC 6026 7.1)', async (t) => {
  const w = walk(
    ist(timing, false),
    IST_START,
    [again(10), say(20, 180), again(30), say(100, 200), again(600), say(700, 200), ack(800), say(900, 486)],
    100_000,
  );
  t.same(w.times('send'), [10, 20, 30, 100, 700], 'a repeated INVITE after the 2xx is absorbed');
  t.same(w.times('pass'), [800], 'its ACK goes to the dialog');
  t.same(w.times('end'), [32_100], 'timer L');
  t.equal(
    walk(ist(timing, false), IST_START, [broken(5)], 100).at,
    'proceeding',
    'a transport error waits for the user',
  );
});

t.test('other server: timer J on UDP, none on TCP; only 100 as provisional (RFC 4320)', async (t) => {
  const w = walk(
    nist(timing, false),
    NIST_START,
    [again(10), say(100, 200), again(150), say(160, 404)],
    100_000,
  );
  t.same(w.times('send'), [100, 150], 'nothing to repeat before an answer; the first answer stands');
  t.same(w.times('end'), [32_100]);
  t.same(walk(nist(timing, true), NIST_START, [say(5, 200)], 100).times('end'), [5]);
  const provisional = walk(
    nist(timing, false),
    NIST_START,
    [say(1, 183), say(2, 100), again(3), say(4, 200)],
    10,
  );
  t.same(provisional.times('send'), [2, 3, 4]);
});

t.test('no machine stirs once it has ended', async (t) => {
  const events: TxEvent[] = [
    { kind: 'start' },
    { kind: 'request' },
    { kind: 'ack' },
    { kind: 'response', status: 200 },
    { kind: 'respond', status: 200 },
    { kind: 'timer', timer: 'A' },
    { kind: 'transport-error' },
  ]; // prettier-ignore
  for (const make of [ict, nict, ist, nist])
    for (const e of events) t.same(make(timing, false)({ at: 'terminated', interval: 0 }, e), {});
});
