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
