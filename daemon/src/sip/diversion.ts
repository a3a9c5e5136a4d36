import type { Diversion, DiversionReason } from '../call/leg.ts';
import type { TrunkConfig } from '../config/schema.ts';
import { type NameAddress, parseNameAddress, parseUri, splitHeader } from './address.ts';
import { fromOperator } from './number-format.ts';

/** Most diversions that a call may have behind it when we forward it: as many as ISUP's redirection counter allows (Q.732.2). */
export const MAX_DIVERSIONS = 5;

/** Entries that are looked at; whoever sends more has a loop, which their number alone tells. */
const MAX_ENTRIES = 20;

/** RFC 5806 4, with what stands there for a token that nobody has defined. */
const REASONS: ReadonlySet<string> = new Set<DiversionReason>([
  'unknown',
  'user-busy',
  'no-answer',
  'unavailable',
  'unconditional',
  'time-of-day',
  'do-not-disturb',
  'deflection',
  'follow-me',
  'out-of-service',
  'away',
]);

/** RFC 4458 2 and RFC 7544 7.1: causes of History-Info, and the reasons of RFC 5806 that they stand for. */
const REASON_OF_CAUSE: ReadonlyMap<number, DiversionReason> = new Map([
  [302, 'unconditional'],
  [404, 'unknown'],
  [408, 'no-answer'],
  [480, 'deflection'],
  [486, 'user-busy'],
  [487, 'deflection'],
  [503, 'unavailable'],
]);

/** The same the other way; what RFC 7544 7.1 has no cause for is unknown there, too. */
const CAUSE_OF_REASON: Partial<Record<DiversionReason, number>> = {
  unconditional: 302,
  'time-of-day': 302,
  'follow-me': 302,
  'user-busy': 486,
  'do-not-disturb': 486,
  'no-answer': 408,
  unavailable: 503,
  'out-of-service': 503,
  away: 503,
  deflection: 480,
};

/** RFC 4458 2: why a call was retargeted, as the `cause` parameter of the new target in History-Info. */
export const retargetCause = (reason: DiversionReason): number => CAUSE_OF_REASON[reason] ?? 404;

/** Header values as received, repetitions joined with commas. */
export interface DiversionHeaders {
  diversion: string | undefined;
  historyInfo: string | undefined;
  privacy: string | undefined;
}

/**
 * Who has sent a call on before it came to us, the first first: by Diversion (RFC 5806) or History-Info (RFC 7044),
 * whichever tells of more. A claim of the network's, for people to read; no right and no price rests on it.
 */
export function readDiversions(
  headers: DiversionHeaders,
  format: TrunkConfig['numberFormat'],
): readonly Diversion[] {
  const told = fromDiversion(headers.diversion, format);
  const remembered = fromHistory(headers.historyInfo, headers.privacy, format);
  return timesOf(remembered) > timesOf(told) ? remembered : told;
}

/** How often a call has been diverted. */
export const timesOf = (diversions: readonly Diversion[]): number =>
  diversions.reduce((sum, { times }) => sum + times, 0);

function fromDiversion(value: string | undefined, format: TrunkConfig['numberFormat']): Diversion[] {
  const entries = splitHeader(value ?? '').flatMap((entry) => {
    const address = parseNameAddress(entry);
    return address && parseUri(address.uri) ? address : [];
  });
  const read = entries.slice(0, MAX_ENTRIES).map((entry): Diversion => {
    const { params } = entry;
    const reason = unquoted(params.get('reason')).toLowerCase();
    const counter = Number.parseInt(params.get('counter') ?? '', 10);
    const hidden = /^(full|uri)$/i.test(unquoted(params.get('privacy')));
    return {
      ...numberOf(entry, hidden, format),
      reason: REASONS.has(reason) ? (reason as DiversionReason) : 'unknown',
      times: counter > 0 && counter < 100 ? counter : 1,
    };
  });
  // RFC 5806 4: the last to divert stands first.
  return read.reverse();
}

function fromHistory(
  value: string | undefined,
  privacy: string | undefined,
  format: TrunkConfig['numberFormat'],
): Diversion[] {
  const entries = readHistory(value);
  const all = hidesHistory(privacy);
  return entries.flatMap(({ address, index }, at): Diversion[] => {
    const cause = Number.parseInt(parseUri(address.uri)?.params.get('cause') ?? '', 10);
    // RFC 7044 5: `mp` names the entry whose user was mapped to this one; older peers only the order tells.
    const from = address.params.get('mp') ?? index.replace(/\.\d+$/, '');
    const diverting = entries.find((entry) => entry.index === from) ?? entries[at - 1];
    const reason = REASON_OF_CAUSE.get(cause);
    if (reason === undefined || !diverting) return [];
    const { uri } = diverting.address;
    return [
      { ...numberOf(diverting.address, all || hidesHistory(headersOf(uri)), format), reason, times: 1 },
    ];
  });
}

interface HistoryEntry {
  address: NameAddress;
  index: string;
}

function readHistory(value: string | undefined): HistoryEntry[] {
  return splitHeader(value ?? '')
    .slice(0, MAX_ENTRIES)
    .flatMap((text) => {
      const address = parseNameAddress(text);
      const index = address?.params.get('index') ?? '';
      return address && /^\d+(\.\d+)*$/.test(index) ? { address, index } : [];
    });
}

/** RFC 7044 10.1.2: who may not be told of what came before. */
const hidesHistory = (privacy: string | undefined): boolean =>
  /\b(history|header|session)\b/i.test(privacy ?? '');

/** The Privacy in the headers of a URI. */
const headersOf = (uri: string): string => /[?&]privacy=([^&]*)/i.exec(uri)?.[1] ?? '';

const unquoted = (text: string | undefined): string => (text ?? '').replace(/^"|"$/g, '');

function numberOf(
  address: NameAddress,
  hidden: boolean,
  format: TrunkConfig['numberFormat'],
): Pick<Diversion, 'number' | 'hidden'> {
  const parsed = parseUri(address.uri);
  const user = parsed?.user ?? '';
  if (hidden || parsed?.host.toLowerCase() === 'anonymous.invalid') return { hidden: true };
  if (user === '' || /^(unavailable|unknown|anonymous)$/i.test(user)) return {};
  return { number: (fromOperator(user, format) ?? user).slice(0, 64) };
}

/** A forwarded call as it is told onward. */
export interface Forwarding {
  /** Which of our numbers was called, as a URI of the trunk it goes out on. */
  called: string;
  reason: DiversionReason;
  /** Who had diverted it before. */
  before: readonly Diversion[];
  /** History-Info as it came; undefined: none did. */
  history?: string | undefined;
  /** The Privacy it came with. */
  privacy?: string | undefined;
  /** Writes a number as a URI. */
  write(number: string): string;
}

/** Diversion of a call that we forward: ours above those that were there (RFC 5806 4). */
export function diversionValue({ called, reason, before, write }: Forwarding): string {
  const older = [...before].reverse().map((entry) => {
    const privacy = entry.hidden ? ';privacy=full' : '';
    return `<${uriOf(entry, write)}>;reason=${entry.reason};counter=${entry.times}${privacy}`;
  });
  return [`<${called}>;reason=${reason};counter=1`, ...older].join(', ');
}

/**
 * History-Info of a call that we forward to `target` (RFC 7044 10.3): what came, our number that was called, and
 * the number that it maps to; the cause of RFC 4458 says why.
 */
export function historyValue(forwarding: Forwarding, target: string): string {
  const { called, reason, before, write } = forwarding;
  const came = readHistory(forwarding.history);
  const all = hidesHistory(forwarding.privacy);
  const entries: string[] = [];
  let index = '';
  if (came.length > 0) {
    for (const entry of came) {
      const { uri } = entry.address;
      const hidden = all || hidesHistory(headersOf(uri));
      const marks = ['rc', 'mp', 'np'].flatMap((name) => {
        const from = entry.address.params.get(name);
        return from !== undefined && /^[\d.]+$/.test(from) ? `;${name}=${from}` : [];
      });
      entries.push(`<${hidden ? hiddenUri(uri) : uri}>;index=${entry.index}${marks.join('')}`);
      index = entry.index;
    }
    // RFC 7044 9.1: the entry of the number that was called is there already, written by whoever sent the call to us.
  } else {
    let cause = '';
    for (const entry of [...before, undefined]) {
      const next = index === '' ? '1' : `${index}.1`;
      const mapped = index === '' ? '' : `;mp=${index}`;
      const uri = entry ? uriOf(entry, write) : called;
      entries.push(`<${uri}${cause}>;index=${next}${mapped}`);
      if (entry) cause = `;cause=${retargetCause(entry.reason)}`;
      index = next;
    }
  }
  return [...entries, `<${target};cause=${retargetCause(reason)}>;index=${index}.1;mp=${index}`].join(', ');
}

const ANONYMOUS = 'sip:anonymous@anonymous.invalid';

const uriOf = ({ number }: Diversion, write: (number: string) => string): string =>
  number === undefined ? ANONYMOUS : write(number);

/** RFC 7044 10.1.2: the entry stays, with its cause, and without the user. */
function hiddenUri(uri: string): string {
  const cause = parseUri(uri)?.params.get('cause');
  return cause !== undefined && /^\d{3}$/.test(cause) ? `${ANONYMOUS};cause=${cause}` : ANONYMOUS;
}
