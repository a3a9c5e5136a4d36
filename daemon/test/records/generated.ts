import type { CallRecord, LegRecord } from '../../src/records/call-record.ts';

/** A small generator of the same numbers for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const names = ['Анна Ёлкина', 'ООО «Ромашка»', 'Иванов Пётр', 'Smith & Sons', 'Склад №2'];
export const people = ['anna', 'boris', 'vera', 'grigory'];
export const centres = ['sales', 'support'];
export const trunks = ['acme', 'beta', 'line-3'];

/** A call of an office, all its parts made up; over unless told to go on. */
export function generated(n: number, startedAt: number, next: () => number): CallRecord {
  const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!;
  const far = `+7${one(['495', '812', '916', '903'])}${String(Math.floor(next() * 1e7)).padStart(7, '0')}`;
  const own = String(200 + Math.floor(next() * 30));
  const direction = one(['incoming', 'incoming', 'outgoing', 'outgoing', 'internal'] as const);
  const answered = next() < 0.7;
  const waited = Math.floor(next() * (answered ? 20_000 : 40_000));
  const talked = answered ? Math.floor(next() ** 3 * 1_800_000) : 0;
  const endedAt = startedAt + waited + talked;
  const trunk = one(trunks);
  const legs: LegRecord[] = [
    {
      id: `${n}-a`,
      kind: 'fxs',
      place: `port:${1 + Math.floor(next() * 8)}`,
      direction: 'incoming',
      startedAt,
      endedAt,
    },
  ];
  if (direction !== 'internal')
    legs.push({
      ...{ id: `${n}-b`, kind: 'sip', place: `trunk:${trunk}`, startedAt, endedAt },
      direction: direction === 'incoming' ? 'incoming' : 'outgoing',
      number: far,
    });
  const price = direction === 'outgoing' && answered ? Math.round(talked / 60) / 1000 : undefined;
  return {
    id: `call-${n}`,
    state: 'ended',
    direction,
    service: direction === 'incoming' ? 'incoming' : 'plain',
    callerNumber: direction === 'incoming' ? far : own,
    calledNumber:
      direction === 'incoming' ? own : direction === 'outgoing' ? far : String(200 + Math.floor(next() * 30)),
    ...(direction === 'outgoing'
      ? { dialed: `8${far.slice(2)}`, calledBy: one(people), costCentre: one(centres) }
      : {}),
    ...(next() < 0.5 ? { callerName: one(names) } : {}),
    ...(direction === 'internal' ? {} : { trunkId: trunk }),
    startedAt,
    ...(answered ? { answeredAt: startedAt + waited, talkMs: talked, ringMs: waited } : {}),
    ...(answered && direction === 'incoming' ? { answeredBy: one(people) } : {}),
    endedAt,
    ...(price === undefined ? {} : { price, currency: 'RUB' }),
    ...(next() < 0.1 ? { recordings: [{ file: `${n}.opus`, at: startedAt, seconds: 3 }] } : {}),
    legs,
    events:
      direction === 'incoming' && next() < 0.5 ? [{ at: startedAt, what: 'group', detail: 'shop all' }] : [],
  };
}
