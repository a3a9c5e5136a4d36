import type { CallRecord, FaxRecord } from './call-record.ts';
import { explainCause } from './cause-text.ts';
import { type CallOutcome, outcomeOf } from './row.ts';

export interface CsvOptions {
  language: 'ru' | 'en';
  /** IANA name; times are the office's. */
  timeZone: string;
}

type Words = Record<'ru' | 'en', string>;

interface Column {
  title: Words;
  value(record: CallRecord, format: Format): string | number | undefined;
}

interface Format {
  language: 'ru' | 'en';
  time(wall: number): string;
}

const directions: Record<CallRecord['direction'], Words> = {
  outgoing: { ru: 'исходящий', en: 'outgoing' },
  incoming: { ru: 'входящий', en: 'incoming' },
  internal: { ru: 'внутренний', en: 'internal' },
  transit: { ru: 'транзитный', en: 'transit' },
};

const outcomes: Record<CallOutcome, Words> = {
  answered: { ru: 'отвечен', en: 'answered' },
  missed: { ru: 'пропущен', en: 'missed' },
  failed: { ru: 'не состоялся', en: 'failed' },
  active: { ru: 'идёт', en: 'in progress' },
};

const endings: Record<NonNullable<CallRecord['releasedBy']>, Words> = {
  caller: { ru: 'звонивший', en: 'caller' },
  called: { ru: 'вызываемый', en: 'called' },
  box: { ru: 'устройство', en: 'box' },
};

const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms / 1000);

const layout: readonly Column[] = [
  { title: { ru: 'Начало', en: 'Started' }, value: (record, format) => format.time(record.startedAt) },
  {
    title: { ru: 'Направление', en: 'Direction' },
    value: (record, { language }) => directions[record.direction][language],
  },
  { title: { ru: 'Кто звонил', en: 'Caller' }, value: (record) => record.callerNumber },
  { title: { ru: 'Имя', en: 'Caller name' }, value: (record) => record.callerName },
  { title: { ru: 'Набрано', en: 'Dialed' }, value: (record) => record.dialed },
  { title: { ru: 'Кому звонили', en: 'Called' }, value: (record) => record.calledNumber },
  {
    title: { ru: 'Итог', en: 'Outcome' },
    value: (record, { language }) => outcomes[outcomeOf(record)][language],
  },
  { title: { ru: 'Ожидание, с', en: 'Ringing, s' }, value: (record) => seconds(record.ringMs) },
  { title: { ru: 'Разговор, с', en: 'Talk, s' }, value: (record) => seconds(record.talkMs) },
  { title: { ru: 'Цена', en: 'Price' }, value: (record) => record.price },
  {
    title: { ru: 'Валюта', en: 'Currency' },
    value: (record) => (record.price === undefined ? undefined : record.currency),
  },
  { title: { ru: 'Центр затрат', en: 'Cost centre' }, value: (record) => record.costCentre },
  { title: { ru: 'ПИН-код', en: 'PIN id' }, value: (record) => record.pinId },
  { title: { ru: 'Линия', en: 'Trunk' }, value: (record) => record.trunkId },
  { title: { ru: 'Маршрут', en: 'Route' }, value: (record) => record.routeId },
  {
    title: { ru: 'Закончил', en: 'Ended by' },
    value: (record, { language }) => (record.releasedBy ? endings[record.releasedBy][language] : undefined),
  },
  {
    title: { ru: 'Причина', en: 'Cause' },
    value: (record, { language }) =>
      record.q850 === undefined ? undefined : explainCause(record.q850, sipOf(record))[language],
  },
  { title: { ru: 'Код Q.850', en: 'Q.850' }, value: (record) => record.q850 },
  { title: { ru: 'Код записи', en: 'Record' }, value: (record) => record.id },
  // New columns stand last: somebody counts on the places of the others.
  { title: { ru: 'Кто переадресовал', en: 'Forwarded by' }, value: divertedBy },
  {
    title: { ru: 'Говорили с', en: 'Really spoken to' },
    value: (record) => record.connectedNumber ?? record.connectedName,
  },
  { title: { ru: 'Факс', en: 'Fax' }, value: faxOf },
  { title: { ru: 'Страниц', en: 'Pages' }, value: ({ fax }) => fax?.pages },
  { title: { ru: 'Категория АОН', en: 'Caller category' }, value: (record) => record.callerCategory },
  {
    title: { ru: 'Ответы', en: 'Answers' },
    value: ({ answers }) => answers?.map(({ name, value }) => `${name} = ${value}`).join(', '),
  },
];

const faxResults: Record<NonNullable<FaxRecord['result']>, Words> = {
  ok: { ru: 'принят целиком', en: 'received whole' },
  partial: { ru: 'прервался', en: 'broke off' },
  failed: { ru: 'не прошёл', en: 'did not get through' },
};

/** How a fax went, and with what end: `T.38, received whole`. */
function faxOf({ fax }: CallRecord, { language }: Format): string | undefined {
  if (!fax) return undefined;
  const by = fax.by === 't38' ? 'T.38' : 'G.711';
  return fax.result ? `${by}, ${faxResults[fax.result][language]}` : by;
}

const reasons: Record<string, Words> = {
  unknown: { ru: 'причина не указана', en: 'no reason given' },
  unconditional: { ru: 'все вызовы', en: 'all calls' },
  'user-busy': { ru: 'было занято', en: 'was busy' },
  'no-answer': { ru: 'не ответили', en: 'no answer' },
  unavailable: { ru: 'был недоступен', en: 'was unreachable' },
  deflection: { ru: 'отправил вызов дальше', en: 'sent the call on' },
  'time-of-day': { ru: 'по времени', en: 'by the time of day' },
  'do-not-disturb': { ru: 'не беспокоить', en: 'do not disturb' },
  'follow-me': { ru: 'следует за абонентом', en: 'follow me' },
  'out-of-service': { ru: 'не работает', en: 'out of service' },
  away: { ru: 'отсутствовал', en: 'was away' },
};

/** Who sent the call on before it came here, the first first, why, and how often: `+74957770001 (was busy) x2`. */
function divertedBy({ diversions }: CallRecord, { language }: Format): string | undefined {
  return diversions
    ?.map(({ number, hidden, reason, times }) => {
      const who = number ?? (hidden ? withheld : untold)[language];
      return `${who} (${(reasons[reason] ?? reasons.unknown!)[language]})${times > 1 ? ` x${times}` : ''}`;
    })
    .join(', ');
}

const withheld: Words = { ru: 'номер скрыт', en: 'number withheld' };
const untold: Words = { ru: 'номер не указан', en: 'number not told' };

/** SIP status of the last leg tried, where the call was never answered. */
function sipOf(record: CallRecord): number | undefined {
  return record.answeredAt === undefined
    ? record.legs.findLast((leg) => leg.direction === 'outgoing')?.sipStatus
    : undefined;
}

/**
 * Records as CSV (RFC 4180), line by line with its ending, for a spreadsheet of that language: in Russian the
 * separator is `;` and the decimal sign a comma. The first line begins with a byte order mark, without which
 * Excel takes UTF-8 for something else.
 */
export function* csvLines(records: Iterable<CallRecord>, options: CsvOptions): Generator<string> {
  const { language } = options;
  const formatter = new Intl.DateTimeFormat('sv-SE', {
    timeZone: options.timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const format: Format = { language, time: (wall) => formatter.format(wall) };
  const line = (cells: readonly (string | number | undefined)[]): string =>
    `${cells.map((cell) => cellText(cell, language)).join(language === 'ru' ? ';' : ',')}\r\n`;
  yield `\ufeff${line(layout.map((column) => column.title[language]))}`;
  for (const record of records) yield line(layout.map((column) => column.value(record, format)));
}

/**
 * A caller chooses his own display name: what a spreadsheet would take for a formula gets an apostrophe in
 * front (OWASP, "CSV Injection"). That includes the + of numbers, which it would otherwise lose.
 */
function cellText(cell: string | number | undefined, language: 'ru' | 'en'): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return language === 'ru' ? String(cell).replace('.', ',') : String(cell);
  const safe = /^[\s]*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[";,\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
