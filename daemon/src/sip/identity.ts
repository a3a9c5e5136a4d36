import type { Party } from '../call/leg.ts';
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
import { fromOperator, toOperator } from './number-format.ts';

/** Who calls and how he may be shown, as call control knows it. */
export interface CallerWishes {
  caller: Party;
  /** An emergency call: never withheld, always the site's number (ruling 6). `callerNumber` in E.164. */
  emergency?: { callerNumber?: string | undefined } | undefined;
  /** The call was forwarded by one of ours (ruling 14); `number`: which of our numbers was called, E.164. */
  diversion?: { reason: DiversionReason; number?: string } | undefined;
}

/** Reasons of RFC 5806 4. */
export type DiversionReason =
  | 'unknown'
  | 'unconditional'
  | 'user-busy'
  | 'no-answer'
  | 'unavailable'
  | 'deflection';

export interface IdentityHeaders {
  /** From without tag. */
  from: string;
  /** P-Asserted-Identity, Privacy, Diversion, as they apply. */
  headers: Record<string, string>;
}

type TrunkIdentity = Pick<
  TrunkConfig,
  'server' | 'user' | 'callerNumber' | 'forwardedCaller' | 'numberFormat'
>;

/** Domain of our identities on a trunk: that of the operator (RFC 3261 8.1.1.3: by provisioning). */
export function trunkDomain(trunk: Pick<TrunkConfig, 'server'>): string {
  return joinHostPort(splitHostPort(trunk.server).host, undefined);
}

/** Headers that tell an operator, and through it the called, who calls. */
export function identityOf(trunk: TrunkIdentity, wishes: CallerWishes): IdentityHeaders {
  const domain = trunkDomain(trunk);
  const write = (number: string): string =>
    `sip:${escapeUser(toOperator(number, trunk.numberFormat))}@${domain}`;
  const ownNumber = wishes.emergency?.callerNumber ?? trunk.callerNumber ?? (trunk.user || undefined);
  const own = ownNumber === undefined ? `sip:${domain}` : write(ownNumber);
  const asserted = trunk.callerNumber !== undefined || wishes.emergency?.callerNumber !== undefined;
  const headers: Record<string, string> = {};
  if (asserted) headers['P-Asserted-Identity'] = `<${own}>`;
  if (wishes.emergency) return { from: `<${own}>`, headers };

  if (wishes.diversion && trunk.forwardedCaller === 'original') {
    const called = wishes.diversion.number;
    const diverting = called?.startsWith('+') ? write(called) : own;
    headers.Diversion = `<${diverting}>;reason=${wishes.diversion.reason};counter=1`;
    headers['P-Asserted-Identity'] = `<${own}>`;
    const { number, name, absence } = wishes.caller;
    if (number !== undefined && absence === undefined) {
      return { from: `${name ? `${quoteName(name)} ` : ''}<${write(number)}>`, headers };
    }
    return { from: anonymous(headers, absence ?? 'unavailable'), headers };
  }
  // CLIR is the caller's own wish; a forwarded stranger's does not hide our number.
  if (wishes.caller.absence === 'private' && !wishes.diversion) {
    headers['P-Asserted-Identity'] = `<${own}>`;
    return { from: anonymous(headers, 'private'), headers };
  }
  const name = wishes.diversion ? undefined : wishes.caller.name;
  return { from: `${name ? `${quoteName(name)} ` : ''}<${own}>`, headers };
}

function anonymous(headers: Record<string, string>, absence: 'private' | 'unavailable'): string {
  if (absence === 'unavailable') return '"Unavailable" <sip:unavailable@unknown.invalid>';
  // RFC 3323 4.1.1.3 for From, RFC 3325 9.3 for the asserted identity that only the operator may see.
  headers.Privacy = 'id';
  return '"Anonymous" <sip:anonymous@anonymous.invalid>';
}

/** What of an incoming INVITE says who calls. Header values as received, repetitions joined with commas. */
export interface CallerHeaders {
  from: string | undefined;
  assertedIdentity: string | undefined;
  privacy: string | undefined;
}

/** The caller of an incoming call; asserted identity before From, and nothing of a caller who asked for privacy. */
export function callerOf(headers: CallerHeaders, format: TrunkConfig['numberFormat']): Party {
  const from = headers.from ? parseNameAddress(headers.from) : undefined;
  const asserted = splitHeader(headers.assertedIdentity ?? '').flatMap(
    (value) => parseNameAddress(value) ?? [],
  );
  const fromUri = from ? parseUri(from.uri) : undefined;
  const privacy = (headers.privacy ?? '').toLowerCase();
  const hidden =
    /\b(id|user|header)\b/.test(privacy) ||
    /^(anonymous|restricted|private)$/i.test(fromUri?.user ?? '') ||
    fromUri?.host.toLowerCase() === 'anonymous.invalid';
  if (hidden) return { absence: 'private' };
  for (const address of [...asserted, ...(from ? [from] : [])]) {
    const user = parseUri(address.uri)?.user ?? '';
    if (!user || /^(unavailable|unknown|asterisk)$/i.test(user)) continue;
    const name = address.display ?? from?.display;
    const number = fromOperator(user, format) ?? user.slice(0, 64);
    // A display name that only repeats the number tells nothing.
    const useful =
      name && name.replace(/\D/g, '') !== number.replace(/\D/g, '') && !/^anonymous$/i.test(name);
    return { number, ...(useful ? { name: name.slice(0, 64) } : {}) };
  }
  return { absence: 'unavailable' };
}
