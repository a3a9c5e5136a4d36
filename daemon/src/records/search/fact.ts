import type { CallRecord } from '../call-record.ts';
import { slotMs } from '../figures/slot.ts';
import { type CallRemarks, marksOf, textOf } from './terms.ts';

/**
 * Numbers of calls that began in one millisecond. With it the number of a call, which is what pages and the index go by,
 * stays under 2^53 until the year 2109.
 */
export const seqsPerMs = 2048;

/** One call as the index keeps it: what it is filtered, counted and summed by. */
export interface FactRow {
  seq: number;
  id: string;
  /** Wall-clock ms. */
  started: number;
  /** Somebody has answered; a service of ours is nobody. */
  answered: number | null;
  ended: number | null;
  state: string;
  direction: string;
  service: string;
  trunk: string | null;
  /** In whose name it was made. */
  person: string | null;
  answered_by: string | null;
  centre: string | null;
  currency: string | null;
  ring_ms: number | null;
  talk_ms: number;
  price: number;
  /** The last quarter of an hour that one of its legs was in. */
  last_slot: number;
  text: string;
  /** With a space before, between and after. */
  marks: string;
}

export const factColumns = [
  ...([
    'seq',
    'id',
    'started',
    'answered',
    'ended',
    'state',
    'direction',
    'service',
    'trunk',
    'person',
  ] as const),
  ...([
    'answered_by',
    'centre',
    'currency',
    'ring_ms',
    'talk_ms',
    'price',
    'last_slot',
    'text',
    'marks',
  ] as const),
] as const satisfies (keyof FactRow)[];

/** The row of a record. */
export function factOf(record: CallRecord, seq: number, remarks?: CallRemarks): FactRow {
  const legs = legsOf(record);
  return {
    seq,
    id: record.id,
    started: record.startedAt,
    answered: record.answeredAt ?? null,
    ended: record.endedAt ?? null,
    state: record.state,
    direction: record.direction,
    service: record.service,
    trunk: record.trunkId ?? null,
    person: record.calledBy ?? null,
    answered_by: record.answeredBy ?? null,
    centre: record.costCentre ?? null,
    currency: record.currency ?? null,
    ring_ms: record.ringMs ?? null,
    talk_ms: record.talkMs ?? 0,
    price: record.price ?? 0,
    last_slot: legs.reduce((last, { slot }) => Math.max(last, slot), Math.floor(record.startedAt / slotMs)),
    text: textOf(record, remarks),
    marks: ` ${marksOf(record, remarks).join(' ')} `,
  };
}

/** The part of a leg on a line or trunk that lies in one quarter of an hour. */
export interface LegPiece {
  slot: number;
  /** `port:3`, `trunk:acme`. */
  place: string;
  /** Wall-clock ms, `until` not in it any more. */
  since: number;
  until: number;
}

/** A leg that never ended (the daemon died in it) loads no line: nobody knows how long it stood. */
const longestLegMs = 7 * 24 * 3_600_000;

/** What a call held of ports and trunks, cut at the quarters of an hour. */
export function legsOf({ legs }: Pick<CallRecord, 'legs'>): LegPiece[] {
  const pieces: LegPiece[] = [];
  for (const { place, startedAt, endedAt } of legs) {
    if (!/^(?:port|trunk):/.test(place) || endedAt === undefined) continue;
    if (endedAt <= startedAt || endedAt - startedAt > longestLegMs) continue;
    for (let slot = Math.floor(startedAt / slotMs); slot * slotMs < endedAt; slot++) {
      pieces.push({
        ...{ slot, place },
        since: Math.max(startedAt, slot * slotMs),
        until: Math.min(endedAt, (slot + 1) * slotMs),
      });
    }
  }
  return pieces;
}
