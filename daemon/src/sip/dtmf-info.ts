import type { BodyOwner } from './body.ts';
import type { Headers } from './srf-types.ts';

/** Bodies of INFO that are taken: digits, and what some systems send to keep a call alive or to ask for a picture. */
// biome-ignore format: a list
const TAKEN: ReadonlySet<string> = new Set([
  'application/dtmf-relay', 'application/dtmf', 'application/broadsoft', 'application/hook-flash', 'application/media_control+xml',
]);

/**
 * Why an INFO is refused: it is of a package, and we have agreed to none (RFC 6086 4.2.2: 469 with what
 * we would take), or its body is of a kind that we do not know (RFC 2976 2.3, RFC 3261 8.2.3).
 */
export function infoRefusal(message: BodyOwner): { status: number; headers: Headers } | undefined {
  if (message.get('Info-Package') !== undefined) return { status: 469, headers: { 'Recv-Info': 'nil' } };
  const type = (message.get('Content-Type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (!message.body.trim() || TAKEN.has(type)) return undefined;
  return { status: 415, headers: { Accept: [...TAKEN].join(', ') } };
}

export const DTMF_RELAY = 'application/dtmf-relay';

/** Body of the INFO for one key, `ms` long. */
export const infoOfKey = (key: string, ms: number): string => `Signal=${key}\r\nDuration=${ms}\r\n`;

/** Keys as event codes, RFC 4733 3.2; some equipment writes the number instead of the sign. */
const BY_EVENT = '0123456789*#ABCD';

/**
 * The key in an INFO of `application/dtmf-relay` (`Signal=5`, `Duration=160`) or `application/dtmf`
 * (the bare sign); undefined for anything else.
 */
export function keyOfInfo(contentType: string | undefined, body: string): string | undefined {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase();
  let sign: string | undefined;
  if (type === 'application/dtmf-relay')
    sign = /^\s*signal\s*=\s*([0-9A-D*#]{1,2})\s*$/im.exec(body.slice(0, 256))?.[1];
  else if (type === 'application/dtmf') sign = /^\s*([0-9A-D*#]{1,2})\s*$/i.exec(body.slice(0, 64))?.[1];
  if (sign === undefined) return undefined;
  if (sign.length === 2) return BY_EVENT[Number(sign)];
  const key = sign.toUpperCase();
  return BY_EVENT.includes(key) ? key : undefined;
}
