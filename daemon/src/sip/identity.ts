import type { DiversionReason, Party } from '../call/leg.ts';
import type { TrunkConfig } from '../config/schema.ts';
import {
  escapeUser,
  joinHostPort,
  parseNameAddress,
  parseUri,
  quoteName,
  splitHeader,
  splitHostPort,
} from './address.ts';
import type { Carried } from './carried.ts';
import { diversionValue, historyValue } from './diversion.ts';
import { fromOperator, toOperator } from './number-format.ts';

/** Who calls and how he may be shown, as call control knows it. */
export interface CallerWishes {
  caller: Party;
  /** An emergency call: never withheld, always the site's number (ruling 6). `callerNumber` in E.164. */
  emergency?: { callerNumber?: string | undefined } | undefined;
  /** The call was forwarded by one of ours (ruling 14); `number`: which of our numbers was called, E.164. */
  diversion?: { reason: DiversionReason; number?: string } | undefined;
  /** What a forwarded call brought along. */
  carried?: Carried | undefined;
  /** Request-URI of the call; History-Info names it. */
  target?: string;
  /** Numbers that the operator gave us besides the configured one, E.164: who calls by one of them shows it. */
  ownNumbers?: readonly string[];
  /** What the operator takes us for if no number is configured, E.164 (RFC 7315 4.1: the first associated URI). */
  defaultNumber?: string | undefined;
}

export interface IdentityHeaders {
  /** From without tag. */
  from: string;
  /** P-Asserted-Identity, Privacy, Diversion and the like, as they apply. */
  headers: Record<string, string>;
}

export type TrunkIdentity = Pick<
  TrunkConfig,
  | 'server'
  | 'user'
  | 'callerNumber'
  | 'numberFormat'
  | 'forwardedCaller'
  | 'forwardedHeader'
  | 'fromUser'
  | 'identityHeaders'
  | 'withheld'
  | 'privacyNone'
>;

/** Domain of our identities on a trunk: that of the operator (RFC 3261 8.1.1.3: by provisioning). */
export function trunkDomain(trunk: Pick<TrunkConfig, 'server'>): string {
  return joinHostPort(splitHostPort(trunk.server).host, undefined);
}

/** RFC 3323 4.1.1.3. */
const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';

/**
 * From of a caller without a number: the network did not say (gateways of the telephone network send this address), or
 * nothing is known at all, which stays apart behind us.
 */
export function absentFrom(caller: Party): string {
  const name = caller.name ? quoteName(caller.name) : undefined;
  return caller.absence === 'unavailable'
    ? `${name ?? '"Unavailable"'} <sip:unavailable@unknown.invalid>`
    : `${name ?? '"Unknown"'} <sip:unknown@unknown.invalid>`;
}

/** Headers that tell an operator, and through it the called, who calls. */
export function identityOf(trunk: TrunkIdentity, wishes: CallerWishes): IdentityHeaders {
  const domain = trunkDomain(trunk);
  const uri = (user: string): string => `sip:${escapeUser(user)}@${domain}`;
  const write = (number: string): string => uri(toOperator(number, trunk.numberFormat));
  const { emergency, diversion } = wishes;
  const caller = forOutside(wishes.caller);
  const known = emergency?.callerNumber ?? directNumber(wishes) ?? trunk.callerNumber ?? wishes.defaultNumber;
  const account = trunk.user === '' ? `sip:${domain}` : uri(trunk.user);
  const number = known === undefined ? account : write(known);
  const shown = trunk.fromUser === 'account' && trunk.user !== '' ? account : number;
  const original = diversion !== undefined && emergency === undefined && trunk.forwardedCaller === 'original';
  // CLIR is the caller's own wish; a forwarded stranger's does not hide our number.
  const hidden = emergency === undefined && caller.absence === 'private' && (original || !diversion);
  // The account alone says nothing that From does not; but behind another From the operator must still know us.
  const told = known !== undefined || hidden || original;
  const name = emergency || diversion ? undefined : caller.name;
  const headers = told ? ownHeaders(trunk, number, hidden) : {};
  if (original) Object.assign(headers, diversionHeaders(trunk, wishes, write, number));
  if (hidden) return { from: hiddenFrom(trunk, headers, original ? undefined : shown), headers };
  if (trunk.privacyNone && emergency === undefined) headers.Privacy = 'none';
  if (!original) return { from: named(name, shown), headers };
  if (caller.number !== undefined && caller.absence === undefined)
    return { from: named(caller.name, write(caller.number)), headers };
  return { from: absentFrom(caller), headers };
}

/** A debtor is called so in the office's own phonebook, and nowhere else. */
function forOutside(caller: Party): Party {
  if (!caller.nameForOffice) return caller;
  const { name: _, nameForOffice: __, ...others } = caller;
  return others;
}

/** A caller who has a number of his own on this trunk shows that one. */
function directNumber({ caller, diversion, ownNumbers }: CallerWishes): string | undefined {
  const { number } = caller;
  return !diversion && number !== undefined && ownNumbers?.includes(number) ? number : undefined;
}

const named = (name: string | undefined, uri: string): string =>
  `${name ? `${quoteName(name)} ` : ''}<${uri}>`;

/** Our number for the operator itself (RFC 3325 9.1, 9.2; draft-ietf-sip-privacy-04 for Remote-Party-ID). */
function ownHeaders(trunk: TrunkIdentity, number: string, hidden: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  // Where nothing says that the number is to be hidden, it must not be told.
  if (hidden && trunk.withheld === 'bare') return headers;
  for (const kind of trunk.identityHeaders) {
    if (kind === 'asserted') headers['P-Asserted-Identity'] = `<${number}>`;
    else if (kind === 'preferred') headers['P-Preferred-Identity'] = `<${number}>`;
    else
      headers['Remote-Party-ID'] = `<${number}>;party=calling;screen=yes;privacy=${hidden ? 'full' : 'off'}`;
  }
  return headers;
}

/** From of a caller who wants no number shown; `own`: our identity, unless a stranger's call is forwarded. */
function hiddenFrom(trunk: TrunkIdentity, headers: Record<string, string>, own: string | undefined): string {
  if (trunk.withheld === 'bare') return ANONYMOUS;
  // RFC 3323 4.2 and RFC 3325 9.3.
  headers.Privacy = trunk.withheld === 'header' ? 'header;id' : 'id';
  return trunk.withheld === 'number' && own !== undefined ? `<${own}>` : ANONYMOUS;
}

/** Ruling 14: From is the original caller's; which number of ours was called, and who diverted it before, stands here. */
function diversionHeaders(
  trunk: TrunkIdentity,
  { diversion, target, carried }: CallerWishes,
  write: (number: string) => string,
  own: string,
): Record<string, string> {
  if (!diversion || trunk.forwardedHeader === 'none') return {};
  const headers: Record<string, string> = {};
  const { reason, number } = diversion;
  const called = number?.startsWith('+') ? write(number) : own;
  const which = trunk.forwardedHeader;
  const forwarding = {
    called,
    reason,
    before: carried?.diversions ?? [],
    history: carried?.history,
    privacy: carried?.privacy,
    write,
  };
  if (which !== 'history-info') headers.Diversion = diversionValue(forwarding);
  if (which !== 'diversion' && target !== undefined)
    headers['History-Info'] = historyValue(forwarding, target);
  return headers;
}

/** What of an incoming INVITE says who calls. Header values as received, repetitions joined with commas. */
export interface CallerHeaders {
  from: string | undefined;
  assertedIdentity: string | undefined;
  remoteParty?: string | undefined;
  privacy: string | undefined;
}

/**
 * The caller of an incoming call: from the header that the trunk's operator is to be believed in, else From;
 * and nothing of a caller who asked for privacy. Whoever is named nowhere is unknown.
 */
export function callerOf(
  headers: CallerHeaders,
  format: TrunkConfig['numberFormat'],
  believed: TrunkConfig['callerFrom'] = 'asserted',
): Party {
  const from = headers.from ? parseNameAddress(headers.from) : undefined;
  const header =
    believed === 'asserted'
      ? headers.assertedIdentity
      : believed === 'remote-party'
        ? headers.remoteParty
        : '';
  const asserted = splitHeader(header ?? '').flatMap((value) => parseNameAddress(value) ?? []);
  const fromUri = from ? parseUri(from.uri) : undefined;
  const privacy = (headers.privacy ?? '').toLowerCase();
  const withheld = asserted.some((a) => /^"?(full|uri)/i.test(a.params.get('privacy') ?? ''));
  const hidden =
    withheld ||
    /\b(id|user|header)\b/.test(privacy) ||
    /^(anonymous|restricted|private)$/i.test(fromUri?.user ?? '') ||
    fromUri?.host.toLowerCase() === 'anonymous.invalid';
  if (hidden) return { absence: 'private' };
  let unavailable = false;
  for (const address of [...asserted, ...(from ? [from] : [])]) {
    const user = parseUri(address.uri)?.user ?? '';
    if (/^unavailable$/i.test(user)) unavailable = true;
    if (!user || /^(unavailable|unknown|asterisk)$/i.test(user)) continue;
    const name = address.display ?? from?.display;
    const number = fromOperator(user, format) ?? user.slice(0, 64);
    // A display name that only repeats the number tells nothing.
    const useful =
      name && name.replace(/\D/g, '') !== number.replace(/\D/g, '') && !/^anonymous$/i.test(name);
    return { number, ...(useful ? { name: name.slice(0, 64) } : {}) };
  }
  return unavailable ? { absence: 'unavailable' } : {};
}
