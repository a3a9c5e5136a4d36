import { randomUUID } from 'node:crypto';

/**
 * A UUID of version 7 (RFC 9562 5.7): 48 bits of wall-clock ms, then 74 random bits. Rows with such keys are
 * added at the end of a table, where random ones would dirty a page each.
 * @param wall Unix time in ms, 0 to 2^48 - 1
 */
export function orderedId(wall: number): string {
  const time = Math.trunc(wall).toString(16).padStart(12, '0');
  // The digits of version 4 stand where those of version 7 do, the variant is the same (RFC 9562 4.1, 4.2).
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
