import { cause, localCause } from '../call/cause.ts';
import type { Config, PersonConfig } from '../config/schema.ts';
import type { Said } from '../dialplan/route-plan.ts';
import type { CallRecord } from '../records/call-record.ts';
import type { Announcement } from './announcing.ts';
import type { ServiceContext } from './context.ts';
import type { CodeOutcome, CodeUse, FeatureCodes } from './feature-codes.ts';
import { ownerOf, placeOf } from './handset/owner.ts';
import { missedBy } from './missed-calls.ts';
import { counted, moment, telephone } from './saying/saying.ts';

/** Calls told, of each kind at most. */
const mostOfAKind = 10;
/** Older ones are nobody's business any more, ms. */
const oldestMs = 7 * 86_400_000;
/** How long a key is waited for behind each call, ms. */
const keyMs = 4000;

/** A call of the log. */
export interface LoggedCall {
  kind: 'missed' | 'answered' | 'dialed';
  /** To call back; undefined: the caller hid it. */
  number: string | undefined;
  /** Wall-clock ms. */
  at: number;
  /** Missed calls from one number are told once. */
  times: number;
}

/**
 * The last calls of a telephone and of the person who has it, missed ones first, each kind the newest first. Who was
 * talked to since has not been missed.
 * @param latest records, newest first
 */
export function callLog(
  latest: Iterable<CallRecord>,
  whose: { places: ReadonlySet<string>; person: PersonConfig | undefined },
  config: Config,
  now: number,
): LoggedCall[] {
  const lists: Record<LoggedCall['kind'], LoggedCall[]> = { missed: [], answered: [], dialed: [] };
  const talked = new Set<string>();
  for (const record of latest) {
    if (now - record.startedAt > oldestMs) break;
    const kind = kindOf(record, whose, config);
    if (!kind) continue;
    const number = kind === 'dialed' ? (record.calledNumber ?? record.dialed) : numberOf(record);
    if (record.answeredAt !== undefined && number !== undefined) talked.add(number);
    if (kind === 'missed' && number !== undefined && talked.has(number)) continue;
    const list = lists[kind];
    const same = number === undefined ? undefined : list.find((entry) => entry.number === number);
    if (same) same.times++;
    else if (list.length < mostOfAKind) list.push({ kind, number, at: record.startedAt, times: 1 });
  }
  const talks = [...lists.answered, ...lists.dialed].sort((a, b) => b.at - a.at);
  return [...lists.missed, ...talks.slice(0, mostOfAKind)];
}

function kindOf(
  record: CallRecord,
  { places, person }: { places: ReadonlySet<string>; person: PersonConfig | undefined },
  config: Config,
): LoggedCall['kind'] | undefined {
  const { legs, service, state, tollClass } = record;
  if (state === 'active' || service === 'emergency') return undefined;
  const [first, ...others] = legs;
  if (first?.direction === 'incoming' && places.has(first.place))
    return record.dialed === undefined || tollClass === 'feature' ? undefined : 'dialed';
  const mine = others.filter(({ direction, place }) => direction === 'outgoing' && places.has(place));
  if (mine.some(({ answeredAt }) => answeredAt !== undefined)) return 'answered';
  if (person && missedBy(record, config).people.includes(person)) return 'missed';
  if (mine.length === 0 || record.answeredAt !== undefined || record.direction === 'outgoing')
    return undefined;
  // What a group did not take is the group's, and whoever left a message is heard in the voicemail.
  return record.events.some(({ what }) => what === 'group' || what === 'voicemail-left')
    ? undefined
    : 'missed';
}

const numberOf = ({ callerNumber, callerAbsence }: CallRecord): string | undefined =>
  callerAbsence === 'private' ? undefined : callerNumber;

/** The log of calls on any telephone, by a code: it is read out, and a key calls back. */
export class CallLog {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext, codes: FeatureCodes) {
    this.#context = context;
    codes.register('callLog', (use) => this.#serve(use));
  }

  async #serve({ origin, dialog, answer }: CodeUse): Promise<CodeOutcome> {
    const { clock, config, latestCalls } = this.#context;
    const person = ownerOf(config(), origin);
    const places = new Set([placeOf(origin)]);
    for (const port of person?.ports ?? []) places.add(`port:${port}`);
    for (const device of person?.devices ?? []) places.add(`device:${device}`);
    const calls = callLog(latestCalls?.() ?? [], { places, person }, config(), clock.wall());
    if (!(await answer())) return over();
    let opening: Announcement[] = [howMany(calls), ...(calls.length > 0 ? [words.keys] : [])];
    for (let i = 0; i < calls.length; ) {
      const call = calls[i]!;
      if (i > 0 && call.kind !== 'missed' && calls[i - 1]!.kind === 'missed') opening.push(words.others);
      await dialog.announce([...opening, ...this.#told(call)]);
      opening = [];
      const key = await dialog.key(keyMs);
      if (dialog.gone) return over();
      if (key === '1') {
        if (call.number !== undefined) return { kind: 'dial', number: call.number };
        await dialog.announce(words.cannot);
      } else if (key === '0') {
        return over();
      } else if (key === '4') {
        i = Math.max(0, i - 1);
      } else if (key !== '*') {
        i++;
      }
    }
    await dialog.announce([...opening, words.end]);
    return over();
  }

  #told({ kind, number, at, times }: LoggedCall): Announcement[] {
    const { clock, config } = this.#context;
    const when = moment(at, clock.wall(), config().site.timeZone);
    const who = number === undefined ? words.hidden : (nameOf(number, config()) ?? telephone(number));
    const often = times > 1 ? [{ ru: `${timesOf(times).ru},`, en: `${timesOf(times).en},` }] : [];
    return [
      words[kind],
      { ru: `${who.ru}.`, en: `${who.en}.` },
      ...often,
      { ru: `${when.ru}.`, en: `${when.en}.` },
    ];
  }
}

/** Whom of the office a number is of, by name. */
function nameOf(number: string, { people, speedDials }: Config): Said | undefined {
  const name =
    people.find(({ extension, mobile }) => extension === number || mobile === number)?.name ??
    speedDials.find((entry) => entry.number === number)?.name;
  return name === undefined ? undefined : { ru: name, en: name };
}

function howMany(calls: readonly LoggedCall[]): Said {
  if (calls.length === 0) return words.none;
  const missed = calls.filter(({ kind }) => kind === 'missed').length;
  if (missed === 0) return words.noneMissed;
  const { ru, en } = counted(missed, {
    ru: ['пропущенный вызов', 'пропущенных вызова', 'пропущенных вызовов'],
    gender: 'masculine',
    en: ['missed call', 'missed calls'],
  });
  return { ru: `${ru}.`, en: `${en}.` };
}

const timesOf = (n: number): Said =>
  counted(n, { ru: ['раз', 'раза', 'раз'], gender: 'masculine', en: ['time', 'times'] });

const over = (): CodeOutcome => ({ kind: 'over', cause: localCause(cause.normal) });

const words = {
  keys: {
    ru: 'Чтобы позвонить, нажмите один. Дальше: решётка. Повторить: звёздочка. Закончить: ноль.',
    en: 'To call, press 1. Next: hash. Again: star. To end: zero.',
  },
  none: { ru: 'Вызовов ещё не было.', en: 'There have been no calls yet.' },
  noneMissed: { ru: 'Пропущенных вызовов нет.', en: 'There are no missed calls.' },
  others: { ru: 'Теперь остальные вызовы.', en: 'Now the other calls.' },
  missed: { ru: 'Пропущенный:', en: 'Missed:' },
  answered: { ru: 'Принятый:', en: 'Answered:' },
  dialed: { ru: 'Исходящий:', en: 'Dialed:' },
  hidden: { ru: 'номер скрыт', en: 'number withheld' },
  cannot: { ru: 'Перезвонить нельзя: номер скрыт.', en: 'The number is withheld and cannot be called.' },
  end: { ru: 'Больше вызовов нет.', en: 'There are no more calls.' },
} as const satisfies Record<string, Said>;
