import { type OfficeCode, readCode } from './feature-codes.ts';
import { type Area, type PublicNumber, readPublicNumber } from './number-rules.ts';
import type { NumberRange } from './profile.ts';
import type { ClassifiedNumber, Presentation } from './route-plan.ts';

/** What the box itself answers to, besides the public network. */
export interface InternalNumbers {
  /** Extension digits. */
  extensions: ReadonlySet<string>;
  /** Code of an access number -> its id. */
  accessCodes: ReadonlyMap<string, string>;
  /** Codes that are dialed alone and are in no table: those that switch a schedule. */
  featureCodes: ReadonlySet<string>;
  /** Feature codes of the table as the office has them. */
  codes: readonly OfficeCode[];
  /** Speed-dial code -> number as it would be dialed. */
  speedDials: ReadonlyMap<string, string>;
  /** Codes before a number that hide or show the caller's own in that call; alone, in all calls from then on. */
  presentationCodes: ReadonlyMap<string, Presentation>;
  /** Every proper beginning of all of the above; see {@link internalNumbers}. */
  beginnings: ReadonlySet<string>;
}

/** Prepares the box's own numbers for look-up. */
export function internalNumbers(
  extensions: Iterable<string>,
  accessCodes: Iterable<[code: string, id: string]>,
  featureCodes: Iterable<string>,
  speedDials: Iterable<[code: string, number: string]> = [],
  presentationCodes: Iterable<[code: string, how: Presentation]> = [],
  codes: readonly OfficeCode[] = [],
): InternalNumbers {
  const own = {
    extensions: new Set(extensions),
    accessCodes: new Map(accessCodes),
    featureCodes: new Set(featureCodes),
    speedDials: new Map(speedDials),
    presentationCodes: new Map(presentationCodes),
    codes,
  };
  const beginnings = new Set<string>();
  for (const code of [
    ...own.extensions,
    ...own.accessCodes.keys(),
    ...own.featureCodes,
    ...own.speedDials.keys(),
    ...own.presentationCodes.keys(),
    ...codes.map(({ code }) => code),
  ]) {
    for (let length = 1; length < code.length; length++) beginnings.add(code.slice(0, length));
  }
  return { ...own, beginnings };
}

/** Who dials, and how. */
export interface ClassifyContext {
  area: Area;
  internal: InternalNumbers;
  /** Emergency numbers exist only for people on site (ruling 3). */
  onSite: boolean;
  /** The digits came at once (SIP, the page, ended by #) and nothing will follow. */
  whole: boolean;
  /** Whether numbers without prefix can be reached from here at all; if not, no extension waits for one. */
  localDialing: boolean;
  /** Whether dial tone sounds again after the long-distance prefix. */
  secondDialTone: boolean;
}

/** A classified number with the range that decided it, for prices. */
export interface Classification {
  number: ClassifiedNumber;
  range?: NumberRange;
}

const longestDialable = 40;

/** Takes out what people and numbers in address books write between digits, and pauses (`w`, `,`, `p`). */
export function cleanDialed(dialed: string): string {
  return dialed.replace(/[\s().\-–—/\u00a0w,p~]/gi, '');
}

/**
 * Says what a dialed string is: emergency, internal number, speed dial, feature code, carrier choice, abroad, country,
 * town, in that order (analog-lines 5.2). Pure; costs some microseconds.
 */
export function classifyNumber(input: string, context: ClassifyContext): Classification {
  let digits = cleanDialed(input);
  let whole = context.whole;
  if (digits.length > 1 && digits.endsWith('#') && /^\+?\d+#$/.test(digits)) {
    digits = digits.slice(0, -1);
    whole = true;
  }
  if (digits === '')
    return { number: { dialed: '', class: 'invalid', completeness: whole ? 'impossible' : 'partial' } };
  if (digits.length > longestDialable || !/^\+?[0-9*#]+$/.test(digits)) {
    return { number: { dialed: digits, class: 'invalid', completeness: 'impossible' } };
  }
  const found =
    emergency(digits, context, whole) ??
    presentation(digits, context) ??
    internal(digits, context, whole) ??
    speedDial(digits, context, whole) ??
    tableCode(digits, context) ??
    emergencyFromOutside(digits, context, whole) ??
    feature(digits, context) ??
    external(digits, context, whole);
  if (whole) return { ...found, number: settle(found.number) };
  const again = context.secondDialTone && context.area.profile.national.includes(digits);
  return again ? { ...found, number: { ...found.number, secondDialTone: true } } : found;
}

/** Nothing follows: what might go on is complete, what is only a beginning is wrong as it stands. */
function settle(number: ClassifiedNumber): ClassifiedNumber {
  return number.completeness === 'may-continue' ? { ...number, completeness: 'complete' } : number;
}

function emergency(digits: string, context: ClassifyContext, whole: boolean): Classification | undefined {
  if (!context.onSite) return undefined;
  const { profile } = context.area;
  const shortCode = profile.emergency.includes(digits) ? digits : profile.legacyEmergency[digits];
  if (shortCode === undefined) return undefined;
  // 112 and 101-104 never wait. 03 does where 0 is the national prefix and 0 343 ... may follow.
  const waits =
    !whole &&
    shortCode !== digits &&
    (readPublicNumber(digits, context.area, false).completeness === 'partial' ||
      longerInternal(digits, context));
  return {
    number: {
      dialed: digits,
      class: 'emergency',
      shortCode,
      completeness: waits ? 'may-continue' : 'complete',
    },
  };
}

/**
 * Emergency codes do not exist for people outside (ruling 3): they are not even the special services that
 * their digits would make them, or a stranger could tie up the dispatchers over our lines.
 */
function emergencyFromOutside(
  digits: string,
  context: ClassifyContext,
  whole: boolean,
): Classification | undefined {
  const { emergency: codes, legacyEmergency } = context.area.profile;
  if (context.onSite || (!codes.includes(digits) && legacyEmergency[digits] === undefined)) return undefined;
  const mayGoOn =
    !whole &&
    !codes.includes(digits) &&
    readPublicNumber(digits, context.area, false).completeness === 'partial';
  return {
    number: { dialed: digits, class: 'invalid', completeness: mayGoOn ? 'partial' : 'impossible' },
  };
}

/** A number behind a code that hides or shows the caller's own is what it is without; there is one such code a call. */
function presentation(digits: string, context: ClassifyContext): Classification | undefined {
  for (const [code, how] of context.internal.presentationCodes) {
    if (!digits.startsWith(code)) continue;
    const rest = digits.slice(code.length);
    if (rest === '')
      return { number: { dialed: digits, class: 'feature', target: how, completeness: 'may-continue' } };
    const internal = { ...context.internal, presentationCodes: new Map<string, Presentation>() };
    const found = classifyNumber(rest, { ...context, internal });
    return { ...found, number: { ...found.number, dialed: digits, presentation: how } };
  }
  return undefined;
}

function internal(digits: string, context: ClassifyContext, whole: boolean): Classification | undefined {
  const access = context.internal.accessCodes.get(digits);
  if (access !== undefined) {
    // Complete at once: a PBX sends access number, PIN and number in one burst behind it.
    return { number: { dialed: digits, class: 'access', target: access, completeness: 'complete' } };
  }
  if (!context.internal.extensions.has(digits)) return undefined;
  const waits = !whole && (longerInternal(digits, context) || mayBecomePublic(digits, context));
  return {
    number: {
      dialed: digits,
      class: 'extension',
      target: digits,
      completeness: waits ? 'may-continue' : 'complete',
    },
  };
}

/** A speed dial is what its number is; a code in place of that number would be followed no further. */
function speedDial(digits: string, context: ClassifyContext, whole: boolean): Classification | undefined {
  const target = context.internal.speedDials.get(digits);
  if (target === undefined) return undefined;
  const internal = { ...context.internal, speedDials: new Map<string, string>() };
  const found = classifyNumber(target, { ...context, internal, whole: true });
  if (found.number.completeness !== 'complete')
    return { number: { dialed: digits, class: 'invalid', completeness: 'impossible' } };
  const outside = /^\d+$/.test(digits) && mayBecomePublic(digits, context);
  const waits = !whole && (longerInternal(digits, context) || outside);
  return {
    ...found,
    number: { ...found.number, dialed: digits, completeness: waits ? 'may-continue' : 'complete' },
  };
}

/** A feature code of the table; they are for people on site, who have a telephone here that they are about. */
function tableCode(digits: string, context: ClassifyContext): Classification | undefined {
  if (!context.onSite) return undefined;
  const { codes, extensions } = context.internal;
  const read = readCode(digits, codes, (text) => {
    const longer = longerInternal(text, context);
    if (extensions.has(text)) return longer ? 'may-continue' : 'complete';
    return longer ? 'partial' : 'impossible';
  });
  if (!read) return undefined;
  // A longer number of our own, a speed dial or a switch of hours, may begin with it.
  const longer = longerInternal(digits, context);
  if (!read.dialed) {
    const completeness = longer ? 'partial' : read.completeness;
    return { number: { dialed: digits, class: 'invalid', completeness } };
  }
  const { completeness } = read;
  const waits = completeness === 'complete' && longer;
  return {
    number: {
      dialed: digits,
      class: 'feature',
      target: read.dialed.kind,
      feature: read.dialed,
      ...nameOf(read.dialed.kind, codes),
      completeness: waits ? 'may-continue' : completeness,
    },
  };
}

const nameOf = (kind: string, codes: readonly OfficeCode[]): Pick<ClassifiedNumber, 'name'> => {
  const name = codes.find((code) => code.kind === kind)?.name;
  return name ? { name } : {};
};

/** Codes that switch a schedule, and whatever else has `*` or `#` in it, which no network knows. */
function feature(digits: string, context: ClassifyContext): Classification | undefined {
  if (!/[*#]/.test(digits)) return undefined;
  const longer = !digits.startsWith('+') && longerInternal(digits, context);
  if (context.internal.featureCodes.has(digits))
    return {
      number: { dialed: digits, class: 'feature', completeness: longer ? 'may-continue' : 'complete' },
    };
  return { number: { dialed: digits, class: 'invalid', completeness: longer ? 'partial' : 'impossible' } };
}

function external(digits: string, context: ClassifyContext, whole: boolean): Classification {
  const read = readPublicNumber(digits, context.area, whole);
  const number: ClassifiedNumber = {
    dialed: digits,
    class: read.class,
    completeness: completeness(digits, read, context, whole),
    ...(read.digits ? { e164: `+${read.digits}` } : {}),
    ...(read.shortCode ? { shortCode: read.shortCode } : {}),
    ...(read.carrier ? { carrier: read.carrier } : {}),
    ...(read.suspicious ? { suspicious: true } : {}),
    ...(read.name ? { name: read.name } : {}),
  };
  return read.range ? { number, range: read.range } : { number };
}

function completeness(
  digits: string,
  read: PublicNumber,
  context: ClassifyContext,
  whole: boolean,
): ClassifiedNumber['completeness'] {
  if (whole) return read.completeness;
  const grows = longerInternal(digits, context) || longerEmergency(digits, context);
  if (!grows) return read.completeness;
  if (read.completeness === 'impossible') return read.class === 'blocked' ? 'impossible' : 'partial';
  return read.completeness === 'complete' ? 'may-continue' : read.completeness;
}

function longerEmergency(digits: string, context: ClassifyContext): boolean {
  if (!context.onSite || digits.length > 2) return false;
  const { emergency: codes, legacyEmergency } = context.area.profile;
  return (
    codes.some((code) => code.startsWith(digits)) ||
    Object.keys(legacyEmergency).some((code) => code.length > digits.length && code.startsWith(digits))
  );
}

function longerInternal(digits: string, context: ClassifyContext): boolean {
  return context.internal.beginnings.has(digits);
}

function mayBecomePublic(digits: string, context: ClassifyContext): boolean {
  if (longerEmergency(digits, context)) return true;
  const read = readPublicNumber(digits, context.area, false);
  if (read.completeness === 'impossible') return false;
  const prefixed = [...context.area.profile.national, ...context.area.profile.international].some(
    (prefix) => digits.startsWith(prefix) || prefix.startsWith(digits),
  );
  return prefixed || context.localDialing;
}
