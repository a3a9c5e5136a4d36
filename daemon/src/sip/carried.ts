import type { Diversion } from '../call/leg.ts';
import type { TrunkConfig } from '../config/schema.ts';
import { parseNameAddress, parseUri, splitHeader } from './address.ts';
import { readDiversions } from './diversion.ts';
import { fromOperator } from './number-format.ts';
import type { SrfMessage } from './srf-types.ts';

/** What a call that came in brings along, and may take along where it is forwarded. */
export interface Carried {
  /** Who had diverted it before it came here. */
  diversions: readonly Diversion[];
  /** History-Info as it came. */
  history?: string;
  privacy?: string;
  /** Values of User-to-User (RFC 7433). */
  userToUser: readonly string[];
  /** Values of Identity (RFC 8224), and what they speak of. */
  identity: readonly string[];
  date?: string;
  /** Numbers of From and To, digits of E.164; what a PASSporT in compact form stands for (RFC 8224 7). */
  from: string;
  to: string;
  /** P-Charging-Vector (RFC 7315 4.6). */
  charging?: string;
}

/** RFC 7433 4.2: 128 octets of data as hexadecimal, and its parameters. */
const MAX_UUI = 512;
const MAX_VALUES = 4;
/** A PASSporT with its signature and the address of a certificate. */
const MAX_IDENTITY = 4096;
const MAX_HISTORY = 4096;

/**
 * The same where a PBX of ours brought it: the last diversion is of one of its numbers, and becomes our own when the
 * call goes on.
 */
export function behindPbx(carried: Carried | undefined): Carried | undefined {
  if (!carried) return undefined;
  const { history: _, ...rest } = carried;
  return { ...rest, diversions: carried.diversions.slice(0, -1) };
}

const HEADERS = ['Diversion', 'History-Info', 'User-to-User', 'Identity', 'P-Charging-Vector'];

/** What an INVITE brings along; undefined if nothing. */
export function carriedBy(
  req: Pick<SrfMessage, 'get' | 'has'>,
  format: TrunkConfig['numberFormat'],
): Carried | undefined {
  if (!HEADERS.some((name) => req.has(name))) return undefined;
  const privacy = req.get('Privacy');
  const history = req.get('History-Info');
  const date = req.get('Date');
  const charging = req.get('P-Charging-Vector');
  return {
    diversions: readDiversions({ diversion: req.get('Diversion'), historyInfo: history, privacy }, format),
    ...(history !== undefined && history.length <= MAX_HISTORY ? { history } : {}),
    ...(privacy === undefined ? {} : { privacy }),
    userToUser: readUserToUser(req.get('User-to-User')),
    identity: splitHeader(req.get('Identity') ?? '')
      .filter((value) => value.length <= MAX_IDENTITY && printable(value))
      .slice(0, MAX_VALUES),
    ...(date !== undefined && date.length <= 64 && printable(date) ? { date } : {}),
    from: digitsOf(req.get('From'), format),
    to: digitsOf(req.get('To'), format),
    ...(charging !== undefined && charging.length <= MAX_UUI && printable(charging) ? { charging } : {}),
  };
}

/** The values of a User-to-User header that are such (RFC 7433 4.1): a token or text in quotes, and parameters. */
export function readUserToUser(value: string | undefined): string[] {
  return splitHeader(value ?? '')
    .filter((one) => one.length <= MAX_UUI && /^([\w.!%*+`'~-]+|"[^"\\]*")(\s*;[\x20-\x7e]*)?$/.test(one))
    .slice(0, MAX_VALUES);
}

/**
 * The Identity headers that still verify where a call goes on from `from` to `to` (RFC 8224 6.2): a PASSporT signs
 * the caller and the called, and one whose numbers are others now would only make the call look forged.
 */
export function stillSigned(carried: Carried, from: string | undefined, to: string): readonly string[] {
  const digits = (number: string): string => number.replace(/\D/g, '');
  if (from === undefined) return [];
  return carried.identity.filter((value) => {
    const signed = signedNumbers(value, carried);
    return signed && signed.from === digits(from) && signed.to.includes(digits(to));
  });
}

/** Whom a PASSporT names (RFC 8225 5.2.1). */
function signedNumbers(value: string, carried: Carried): { from: string; to: string[] } | undefined {
  const [, payload, signature] = (value.split(';', 1)[0] ?? '').trim().split('.');
  if (payload === undefined || !signature) return undefined;
  if (payload === '') return { from: carried.from, to: [carried.to] };
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const { orig, dest } = claims as { orig?: { tn?: unknown }; dest?: { tn?: unknown } };
    const to = Array.isArray(dest?.tn) ? dest.tn : [dest?.tn];
    if (typeof orig?.tn !== 'string') return undefined;
    return { from: orig.tn, to: to.filter((tn): tn is string => typeof tn === 'string') };
  } catch {
    return undefined;
  }
}

function digitsOf(value: string | undefined, format: TrunkConfig['numberFormat']): string {
  const user = parseUri(parseNameAddress(value ?? '')?.uri ?? '')?.user ?? '';
  return (fromOperator(user, format) ?? user).replace(/\D/g, '');
}

const printable = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
