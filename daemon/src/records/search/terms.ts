import type { CallRecord } from '../call-record.ts';
import { outcomeOf, searchDigits } from '../row.ts';

/*
 * What the index knows of a call is words: three letters or digits in a row of its text ("trigrams"), so that any part
 * of a number or name is found, and marks like `person:anna`. A question is an AND of words, whose lists the index
 * intersects, newest first; what that finds is then held against the text itself. Pure.
 */

/** What people have put to a call. */
export interface CallRemarks {
  tags: readonly string[];
  /** Texts of the notes. */
  notes: readonly string[];
}

const nothing: CallRemarks = { tags: [], notes: [] };

/** Most of a call's text that is searched: a long note must not make a call dear. */
const longestText = 4000;

/** The text of a call as it is searched: letters and digits in lower case, a space before, between and after words. */
export function textOf(record: CallRecord, { tags, notes }: CallRemarks = nothing): string {
  const numbers = new Set<string>();
  for (const number of [record.callerNumber, record.dialed, record.calledNumber, record.connectedNumber]) {
    const digits = number?.replace(/\D/g, '');
    if (digits) numbers.add(digits);
  }
  return plain([...numbers, record.callerName, record.connectedName, ...tags, ...notes].join(' '));
}

function plain(text: string): string {
  const words = text
    .slice(0, longestText)
    .toLowerCase()
    .replaceAll('ё', 'е')
    .match(/[\p{L}\p{N}]+/gu);
  return words ? ` ${words.join(' ')} ` : ' ';
}

/**
 * What must stand in the text for a search to be met, each part somewhere; a part with a space in front begins a word.
 * A number in any writing is one part, without its 8 or +7; other texts are taken word by word. A part of one or two
 * signs must begin a word: there are too many places where it could stand within one.
 */
export function partsOf(search: string): string[] {
  const digits = searchDigits(search.trim());
  if (digits !== undefined) return [digits.length < 3 ? ` ${digits}` : digits];
  const text = plain(search).trim();
  if (text === '') return [];
  return text.split(' ').map((word) => (word.length < 3 ? ` ${word}` : word));
}

/** Whether a search holds nothing that could be found, like `%`. */
export const isVoid = (search: string): boolean => search.trim() !== '' && partsOf(search).length === 0;

/** Three signs each, a space as `_`. */
export function trigramsOf(text: string): Set<string> {
  const found = new Set<string>();
  const signs = [...text];
  for (let i = 0; i + 3 <= signs.length; i++)
    found.add(`${signs[i]}${signs[i + 1]}${signs[i + 2]}`.replaceAll(' ', '_'));
  return found;
}

/** A mark as one word of the index, whatever its value is written in. */
export function mark(kind: string, value: string): string {
  const safe = encodeURIComponent(value).replace(
    /[!~*'()]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `${kind}:${safe}`;
}

/** Tags are the same in whatever case they are typed. */
export const tagOf = (tag: string): string => tag.trim().toLowerCase();

/** Which power of two an amount is under; so a range of amounts is a few words. */
export const stepOf = (amount: number): number => (amount <= 0 ? 0 : Math.floor(Math.log2(amount)) + 1);
const highestStep = 48;

/** Everything a call is filtered by. */
export function marksOf(record: CallRecord, { tags }: CallRemarks = nothing): string[] {
  const found = new Set([mark('direction', record.direction), mark('outcome', outcomeOf(record))]);
  for (const person of [record.calledBy, record.answeredBy]) if (person) found.add(mark('person', person));
  for (const { place } of record.legs) found.add(mark('place', place));
  if (record.trunkId) found.add(mark('place', `trunk:${record.trunkId}`));
  if (record.costCentre) found.add(mark('centre', record.costCentre));
  if (record.destination) found.add(mark('destination', record.destination));
  if (record.recordings?.some(({ gone }) => !gone)) found.add(mark('recorded', 'yes'));
  for (const { what, detail = '' } of record.events) {
    const [first = '', second = ''] = detail.split(' ');
    if (what === 'group') found.add(mark('group', first));
    else if (/^queue(?:d$|-)/.test(what) && first) found.add(mark('queue', first));
    if (what === 'queue-moved' && second) found.add(mark('queue', second));
  }
  for (const tag of tags) found.add(mark('tag', tagOf(tag)));
  found.add(`talk:${stepOf(record.talkMs ?? 0)}`);
  found.add(`price:${stepOf((record.price ?? 0) * 10_000)}`);
  return [...found];
}

/** Words of which one must be met for an amount to lie in a range, both ends in; undefined: every amount does. */
export function rangeWords(
  kind: 'talk' | 'price',
  least = 0,
  most = Number.POSITIVE_INFINITY,
): string[] | undefined {
  const from = stepOf(least);
  const to = Math.min(highestStep, stepOf(most));
  if (from === 0 && to === highestStep) return undefined;
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => `${kind}:${from + i}`);
}
