import type { ReleaseCause } from '../call/leg.ts';
import { splitHeader } from './address.ts';

/** English names of ITU-T Q.850 causes (clause 2.2.7), those that telephone calls meet. */
const NAMES = new Map<number, string>([
  [1, 'Unallocated number'],
  [2, 'No route to transit network'],
  [3, 'No route to destination'],
  [16, 'Normal call clearing'],
  [17, 'User busy'],
  [18, 'No user responding'],
  [19, 'No answer from user'],
  [20, 'Subscriber absent'],
  [21, 'Call rejected'],
  [22, 'Number changed'],
  [25, 'Exchange routing error'],
  [26, 'Non-selected user clearing'],
  [27, 'Destination out of order'],
  [28, 'Invalid number format'],
  [29, 'Facility rejected'],
  [31, 'Normal, unspecified'],
  [34, 'No circuit available'],
  [38, 'Network out of order'],
  [41, 'Temporary failure'],
  [42, 'Switching equipment congestion'],
  [44, 'Requested circuit not available'],
  [47, 'Resource unavailable'],
  [55, 'Incoming calls barred'],
  [57, 'Bearer capability not authorized'],
  [58, 'Bearer capability not available'],
  [63, 'Service not available'],
  [65, 'Bearer capability not implemented'],
  [70, 'Only restricted digital information'],
  [79, 'Service not implemented'],
  [87, 'User not member of group'],
  [88, 'Incompatible destination'],
  [102, 'Recovery on timer expiry'],
  [111, 'Protocol error'],
  [127, 'Interworking'],
]);

/** RFC 3398 8.2.6.1: SIP status to Q.850 cause. */
const FROM_STATUS = new Map<number, number>([
  [400, 41],
  [401, 21],
  [402, 21],
  [403, 21],
  [404, 1],
  [405, 63],
  [406, 79],
  [407, 21],
  [408, 102],
  [410, 22],
  [413, 127],
  [414, 127],
  [415, 79],
  [416, 127],
  [420, 127],
  [421, 127],
  [423, 127],
  [480, 18],
  [481, 41],
  [482, 25],
  [483, 25],
  [484, 28],
  [485, 1],
  [486, 17],
  [487, 16],
  [488, 88],
  [500, 41],
  [501, 79],
  [502, 38],
  [503, 41],
  [504, 102],
  [505, 127],
  [513, 127],
  [600, 17],
  [603, 21],
  [604, 1],
  [606, 88],
]);

/** RFC 3398 7.2.4.1: Q.850 cause to SIP status. */
const TO_STATUS = new Map<number, number>([
  [1, 404],
  [2, 404],
  [3, 404],
  [16, 480],
  [17, 486],
  // 408 in RFC 3398: from a box that answers it would read as one that does not.
  [18, 480],
  [19, 480],
  [20, 480],
  [21, 403],
  [22, 410],
  [23, 410],
  [25, 483],
  [26, 404],
  [27, 502],
  [28, 484],
  [29, 501],
  [31, 480],
  // Ruling 15: 480 with a Q.850 Reason for these; 503 would take the whole box out of an operator's routing.
  [34, 480],
  [38, 480],
  [41, 480],
  [42, 480],
  [44, 480],
  [47, 480],
  [55, 403],
  [57, 403],
  [58, 488],
  [63, 480],
  [65, 488],
  [70, 488],
  [79, 501],
  [87, 403],
  [88, 488],
  [102, 504],
  [111, 500],
  [127, 500],
]);

/** Causes that speak of the road, not of the called: another route may reach him (C08). */
const OF_THE_ROUTE: ReadonlySet<number> = new Set([
  2, 3, 25, 27, 34, 38, 41, 42, 44, 47, 58, 63, 79, 102, 111, 127,
]);

/** Statuses, without a Q.850 Reason, after which the next route is tried if nothing was alerted (C08, ruling 15). */
const RETRYABLE_4XX: ReadonlySet<number> = new Set([
  401, 402, 403, 405, 406, 407, 408, 413, 414, 415, 416, 420, 421, 480, 481, 482, 483, 488,
]);

/** English name of a Q.850 cause. */
export function causeName(q850: number): string {
  return NAMES.get(q850) ?? `Cause ${q850}`;
}

/** Q.850 cause of a SIP final status (RFC 3398 8.2.6.1); classes without an entry fall back to their x00. */
export function statusToCause(status: number): number {
  const exact = FROM_STATUS.get(status);
  if (exact !== undefined) return exact;
  if (status < 300) return 16;
  if (status < 400) return 23;
  if (status < 500) return 127;
  return status < 600 ? 41 : 21;
}

/** SIP status that refuses a call with a Q.850 cause (RFC 3398 7.2.4.1, ruling 15). */
export function causeToStatus(q850: number): number {
  return TO_STATUS.get(q850) ?? 480;
}

/** Statuses that speak of the called (481: of the dialog to be replaced, RFC 3891 3), wherever they come from. Others are of a road that the caller has no part in. */
const OF_THE_CALLED: ReadonlySet<number> = new Set([404, 410, 480, 481, 484, 486, 488, 603]);

/**
 * SIP status that refuses a caller on a trunk. What another operator said on the far side (401, 407, 503)
 * is its affair with us and goes no further.
 */
export function refusalStatus(released: ReleaseCause): number {
  const { sip, q850 } = released;
  return sip !== undefined && OF_THE_CALLED.has(sip) ? sip : causeToStatus(q850);
}

/** Value of a Reason header (RFC 3326, RFC 6432). */
export function reasonHeader(q850: number, text = causeName(q850)): string {
  return `Q.850;cause=${q850};text="${text.replace(/[^\x20-\x7e]|["\\]/g, '')}"`;
}

/** The Q.850 cause, and text, in a Reason header that may hold several values; undefined parts if absent. */
export function parseReason(header: string | undefined): { q850?: number; text?: string } {
  if (!header) return {};
  let text: string | undefined;
  for (const value of splitHeader(header.slice(0, 1024))) {
    text ??= /;\s*text\s*=\s*"([^"]*)"/i.exec(value)?.[1];
    // What stands in quotes is somebody's words, not parameters.
    const bare = value.replace(/"[^"]*"/g, '""');
    const q850 = /^q\.850\s*;(?:.*;)?\s*cause\s*=\s*(\d{1,3})/i.exec(bare)?.[1];
    if (q850 && Number(q850) >= 1 && Number(q850) <= 127) {
      const own = /;\s*text\s*=\s*"([^"]*)"/i.exec(value)?.[1];
      return { q850: Number(q850), ...(own ? { text: own } : {}) };
    }
  }
  return text === undefined ? {} : { text };
}

/** Warn-codes of RFC 3261 20.43 that say what of the session is not to be had, and the causes nearest to them. */
const OF_WARNING = new Map<string, number>([
  ['304', 65],
  ['305', 65],
  ['370', 58],
]);

/** RFC 3398 8.2.6.1 has 488 and 606 go by their Warning, and leaves how to us; undefined: it tells nothing more. */
function causeOfWarning(status: number, warning: string | undefined): number | undefined {
  if (status !== 488 && status !== 606) return undefined;
  for (const value of splitHeader((warning ?? '').slice(0, 1024))) {
    const cause = OF_WARNING.get(value.slice(0, 3));
    if (cause !== undefined && /^\d{3} /.test(value)) return cause;
  }
  return undefined;
}

/** Warning of a 488 of ours (RFC 3261 21.4.26): what we cannot speak. */
export const NO_CODEC = '305 linegate "no codec in common"';

/**
 * What a final failure of an outgoing INVITE means for the call. `alerted`: an 18x came before it, so
 * somebody may have been rung and no other route may be tried (ruling 15).
 */
export function failureCause(
  status: number,
  phrase: string,
  options: { alerted: boolean; reason?: string | undefined; warning?: string | undefined },
): ReleaseCause {
  const given = parseReason(options.reason);
  const q850 = given.q850 ?? causeOfWarning(status, options.warning) ?? statusToCause(status);
  const retryable =
    !options.alerted &&
    status < 600 &&
    (given.q850 !== undefined
      ? OF_THE_ROUTE.has(given.q850)
      : (status >= 300 && status < 400) || status >= 500 || RETRYABLE_4XX.has(status));
  const said = given.text ?? phrase;
  return {
    q850,
    sip: status,
    text: `${status} ${said || causeName(q850)}`,
    by: 'remote',
    ...(retryable ? {} : { final: true }),
  };
}

/** A cause that this box gives; never `final`, as no party decided it. */
export function localCause(q850: number, text = causeName(q850), sip?: number): ReleaseCause {
  return { q850, text, by: 'local', ...(sip === undefined ? {} : { sip }) };
}
