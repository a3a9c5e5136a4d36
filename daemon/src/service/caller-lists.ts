import type { Party } from '../call/leg.ts';
import type { CallerListConfig, Config } from '../config/schema.ts';
import { localDay } from '../dialplan/time-rule.ts';
import type { OfficeHours } from './office-hours.ts';

/** Brings a number in any writing to E.164, or to its bare digits. */
type Normalise = (number: string) => string;

/** What a list's numbers come to. */
interface Compiled {
  exact: ReadonlySet<string>;
  beginnings: readonly string[];
  hidden: boolean;
  unknown: boolean;
}

/** Something that names callers by their numbers. */
interface Naming {
  numbers: readonly string[];
}

const compiled = new WeakMap<Naming, Compiled>();

/** When and how a call came. */
export interface ListedCall {
  caller: Party;
  /** Id of the incoming number that was called; undefined: a city line. */
  incoming: string | undefined;
  /** Wall-clock ms. */
  at: number;
}

/** The first list, in their order, that holds now and that the caller is on (M03, M16). */
export function callerListOf(
  call: ListedCall,
  from: { config: Config; hours: Pick<OfficeHours, 'holds'>; normalise: Normalise },
): CallerListConfig | undefined {
  const { config, hours, normalise } = from;
  if (config.callerLists.length === 0) return undefined;
  const today = localDay(call.at, config.site.timeZone);
  return config.callerLists.find(
    (list) =>
      (list.incoming.length === 0 ||
        (call.incoming !== undefined && list.incoming.includes(call.incoming))) &&
      isAmong(list, call.caller, normalise) &&
      stateOfList(list, { at: call.at, today, hours }) === 'holds',
  );
}

/** Whether a list holds at a moment, and if not, why: over for good, not begun, other hours, or switched off. */
export type CallerListState = 'holds' | 'off' | 'not-yet' | 'expired' | 'other-hours';

/** The state of a list; `today`: the day at the office. */
export function stateOfList(
  list: CallerListConfig,
  { at, today, hours }: { at: number; today: string; hours: Pick<OfficeHours, 'holds'> },
): CallerListState {
  if (!list.enabled) return 'off';
  if (list.from !== undefined && today < list.from) return 'not-yet';
  if (list.until !== undefined && list.until < today) return 'expired';
  return hours.holds(list.during, at) ? 'holds' : 'other-hours';
}

/** Whether a caller is one of those that are named. */
export function isAmong(list: Naming, { number, absence }: Party, normalise: Normalise): boolean {
  let numbers = compiled.get(list);
  if (!numbers) compiled.set(list, (numbers = compile(list.numbers, normalise)));
  // A number that is withheld is nobody's to be told by, even where the network lets us see it.
  if (absence === 'private') return numbers.hidden;
  if (number === undefined) return numbers.unknown;
  const whole = normalise(number);
  return numbers.exact.has(whole) || numbers.beginnings.some((beginning) => whole.startsWith(beginning));
}

function compile(numbers: readonly string[], normalise: Normalise): Compiled {
  const own = numbers.filter((text) => text !== 'hidden' && text !== 'unknown');
  return {
    exact: new Set(own.filter((text) => !text.endsWith('*')).map((text) => normalise(bare(text)))),
    beginnings: own.filter((text) => text.endsWith('*')).map((text) => beginning(bare(text))),
    hidden: numbers.includes('hidden'),
    unknown: numbers.includes('unknown'),
  };
}

const bare = (text: string): string => text.replace(/[^\d+]/g, '');

/** The beginning of a number as that of its E.164 form: 8916 is +7916. */
const beginning = (text: string): string =>
  text.startsWith('+') ? text : text.length > 1 && text.startsWith('8') ? `+7${text.slice(1)}` : `+${text}`;
