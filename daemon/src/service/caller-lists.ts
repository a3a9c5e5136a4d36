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
      list.enabled &&
      (list.incoming.length === 0 ||
        (call.incoming !== undefined && list.incoming.includes(call.incoming))) &&
      (list.from === undefined || list.from <= today) &&
      (list.until === undefined || today <= list.until) &&
      isAmong(list, call.caller, normalise) &&
      hours.holds(list.during, call.at),
  );
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
