import type { CallRecord } from './call-record.ts';

/** What became of a call, as the page filters by it. */
export type CallOutcome = 'answered' | 'missed' | 'failed' | 'active';

/** Columns beside the document, in the order of the table. */
export const columns = [
  'id',
  'started_at',
  'state',
  'outcome',
  'direction',
  'service',
  'cost_centre',
  'places',
  'search',
  'talk_ms',
  'price',
  'doc',
] as const;

export type Row = (string | number | null)[];

/** A record as a row. `json` is the record as JSON, which the journal has already. */
export function rowOf(record: CallRecord, json: string): Row {
  return [
    record.id,
    record.startedAt,
    record.state,
    outcomeOf(record),
    record.direction,
    record.service,
    record.costCentre ?? null,
    placesOf(record),
    searchTextOf(record),
    record.talkMs ?? 0,
    record.price ?? 0,
    json,
  ];
}

export function outcomeOf(record: CallRecord): CallOutcome {
  if (record.state === 'active') return 'active';
  if (record.answeredAt !== undefined) return 'answered';
  return record.direction === 'incoming' ? 'missed' : 'failed';
}

function placesOf(record: CallRecord): string {
  let places = ' ';
  for (const leg of record.legs) places += `${leg.place} `;
  return places;
}

/** Digits of every number and the names, lower case, so that any writing of a number is found in it. */
function searchTextOf(record: CallRecord): string {
  const numbers = [record.callerNumber, record.dialed, record.calledNumber];
  const digits = numbers
    .map((number) => number?.replace(/\D/g, '') ?? '')
    .filter((number, i, all) => number !== '' && all.indexOf(number) === i);
  return `${digits.join(' ')} ${record.callerName?.toLowerCase() ?? ''}`.trim();
}

/**
 * Digits to look for, if a text is a number in whatever writing: a Russian one without its 8 or +7, so that
 * it is found however the other side wrote it.
 */
export function searchDigits(text: string): string | undefined {
  if (!/^[\s+()\d.*#-]+$/.test(text)) return undefined;
  const digits = text.replace(/\D/g, '');
  if (digits === '') return undefined;
  return digits.length === 11 && /^[78]/.test(digits) ? digits.slice(1) : digits;
}
