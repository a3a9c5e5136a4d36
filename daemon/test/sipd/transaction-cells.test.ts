/**
 * Every cell of the four machines of RFC 3261 17 and RFC 6026: each state, each event, on UDP and on a
 * stream. What is not in a table must do nothing. When things happen is in transaction-machines.test.ts.
 */
import t from 'tap';
import { ict } from '../../src/sipd/transaction/ict.ts';
import { ist } from '../../src/sipd/transaction/ist.ts';
import { nict } from '../../src/sipd/transaction/nict.ts';
import { nist } from '../../src/sipd/transaction/nist.ts';
import {
  type TimerName,
  type Timing,
  type TxEvent,
  type TxMachine,
  type TxName,
  timingOf,
} from '../../src/sipd/transaction/timing.ts';

const timing = timingOf();
const TIMERS: TimerName[] = ['A', 'B', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M'];
const STATUSES = [100, 180, 200, 299, 300, 486, 699];

/** All events there are, by the words used in the tables: `<486` came from the network, `>486` from above. */
const EVENTS: [string, TxEvent][] = [
  ['start', { kind: 'start' }],
  ['request', { kind: 'request' }],
  ['ack', { kind: 'ack' }],
  ['error', { kind: 'transport-error' }],
  ...TIMERS.map((timer): [string, TxEvent] => [`timer ${timer}`, { kind: 'timer', timer }]),
  ...STATUSES.map((status): [string, TxEvent] => [`<${status}`, { kind: 'response', status }]),
  ...STATUSES.map((status): [string, TxEvent] => [`>${status}`, { kind: 'respond', status }]),
];

/** The event a table names: `<1xx`, `<2xx`, `<3-6xx` stand for their statuses. */
function names(event: string): string[] {
  const range = /^([<>])(1xx|2xx|3-6xx)$/.exec(event);
  if (!range) return [event];
  const [, sign, kind] = range;
  const inside = (s: number): boolean =>
    kind === '1xx' ? s < 200 : kind === '2xx' ? s >= 200 && s < 300 : s >= 300;
  return STATUSES.filter(inside).map((s) => `${sign}${s}`);
}

/** Where a step leads and what it does: `completed: ack D=32000 pass`; '' for nothing. */
function told(machine: TxMachine, at: TxName, event: TxEvent): string {
  const step = machine({ at, interval: 500 }, event);
  const effects = (step.effects ?? []).map((e) =>
    typeof e === 'string' ? e : 'set' in e ? `${e.set}=${e.ms}` : `-${e.clear}`,
  );
  if (!step.state && effects.length === 0) return '';
  return `${step.state?.at ?? at}: ${effects.join(' ')}`;
}

/** Rows `state | event | on UDP | on a stream`; the last is left out where it is the same. */
type Row = [TxName, string, string, string?];

function check(
  t: { same(a: unknown, b: unknown, m: string): unknown },
  make: (t: Timing, reliable: boolean) => TxMachine,
  states: TxName[],
  rows: Row[],
) {
  for (const reliable of [false, true]) {
    const machine = make(timing, reliable);
    const wanted = new Map<string, string>();
    for (const [state, event, udp, stream] of rows)
      for (const name of names(event)) wanted.set(`${state} ${name}`, reliable ? (stream ?? udp) : udp);
    const seen: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const state of [...states, 'terminated' as const])
      for (const [name, event] of EVENTS) {
        const cell = `${state} ${name}`;
        seen[cell] = told(machine, state, event);
        expected[cell] = wanted.get(cell) ?? '';
        wanted.delete(cell);
      }
    t.same(seen, expected, `${Object.keys(seen).length} cells, ${reliable ? 'stream' : 'UDP'}`);
    t.same([...wanted.keys()], [], 'the table names no cell that there is not');
  }
}

t.test('RFC 3261 17.1.1, RFC 6026 7.2: INVITE client', async (t) => {
  check(
    t,
    ict,
    ['calling', 'proceeding', 'completed', 'accepted'],
    [
      ['calling', 'start', 'calling: send A=500 B=32000', 'calling: send B=32000'],
      ['calling', 'timer A', 'calling: send A=1000'],
      ['calling', 'timer B', 'terminated: timeout end'],
      ['calling', 'error', 'terminated: failed end'],
      ['calling', '<1xx', 'proceeding: -A -B pass'],
      ['calling', '<2xx', 'accepted: -A -B M=32000 pass'],
      ['calling', '<3-6xx', 'completed: -A -B ack D=32000 pass', 'terminated: -A -B ack pass end'],
      ['proceeding', '<1xx', 'proceeding: pass'],
      ['proceeding', '<2xx', 'accepted: -A -B M=32000 pass'],
      ['proceeding', '<3-6xx', 'completed: -A -B ack D=32000 pass', 'terminated: -A -B ack pass end'],
      ['proceeding', 'error', 'terminated: failed end'],
      ['completed', '<3-6xx', 'completed: ack'],
      ['completed', 'timer D', 'terminated: end'],
      ['completed', 'error', 'terminated: -D end'],
      ['accepted', '<2xx', 'accepted: pass'],
      ['accepted', 'timer M', 'terminated: end'],
    ],
  ); // prettier-ignore
});

t.test('RFC 3261 17.1.2: client of any other request', async (t) => {
  const open: Row[] = (['trying', 'proceeding'] as const).flatMap((state): Row[] => [
    [state, 'start', 'trying: send E=500 F=32000', 'trying: send F=32000'],
    [state, 'timer E', `${state}: send E=${state === 'trying' ? 1000 : 4000}`],
    [state, 'timer F', 'terminated: -E timeout end'],
    [state, 'error', 'terminated: -E -F failed end'],
    [state, '<1xx', 'proceeding: pass'],
    [state, '<2xx', 'completed: -E -F K=5000 pass', 'terminated: -F pass end'],
    [state, '<3-6xx', 'completed: -E -F K=5000 pass', 'terminated: -F pass end'],
  ]);
  check(
    t,
    nict,
    ['trying', 'proceeding', 'completed'],
    [...open, ['completed', 'timer K', 'terminated: end']],
  );
});

t.test('RFC 3261 17.2.1, RFC 6026 7.1: INVITE server', async (t) => {
  check(
    t,
    ist,
    ['proceeding', 'completed', 'confirmed', 'accepted'],
    [
      ['proceeding', 'request', 'proceeding: send'],
      ['proceeding', 'error', 'proceeding: failed'],
      ['proceeding', '>1xx', 'proceeding: send'],
      ['proceeding', '>2xx', 'accepted: send L=32000'],
      ['proceeding', '>3-6xx', 'completed: send G=500 H=32000', 'completed: send H=32000'],
      ['completed', 'request', 'completed: send'],
      ['completed', 'timer G', 'completed: send G=1000'],
      ['completed', 'timer H', 'terminated: -G timeout end'],
      ['completed', 'ack', 'confirmed: -G -H I=5000', 'terminated: -G -H end'],
      ['confirmed', 'timer I', 'terminated: end'],
      ['accepted', '>2xx', 'accepted: send'],
      ['accepted', 'ack', 'accepted: pass'],
      ['accepted', 'timer L', 'terminated: end'],
    ],
  ); // prettier-ignore
});

t.test('RFC 3261 17.2.2, RFC 4320 4.1: server of any other request', async (t) => {
  const open: Row[] = (['trying', 'proceeding'] as const).flatMap((state): Row[] => [
    [state, 'error', `${state}: failed`],
    [state, '>100', 'proceeding: send'],
    [state, '>2xx', 'completed: send J=32000', 'terminated: send end'],
    [state, '>3-6xx', 'completed: send J=32000', 'terminated: send end'],
  ]);
  check(
    t,
    nist,
    ['trying', 'proceeding', 'completed'],
    [
      ...open,
      ['proceeding', 'request', 'proceeding: send'],
      ['completed', 'request', 'completed: send'],
      ['completed', 'timer J', 'terminated: end'],
    ],
  ); // prettier-ignore
});

t.test('RFC 3261 table 4: the timers from other round-trip estimates', async (t) => {
  t.same(timingOf({}), { T1: 500, T2: 4000, T4: 5000, give: 32_000, D: 32_000, late: 3500 });
  t.same(timingOf({ T1: 100, T2: 800 }), { T1: 100, T2: 800, T4: 5000, give: 6400, D: 6400, late: 700 });
  t.equal(timingOf({ T1: 100, D: 32_000 }).D, 32_000);
});
