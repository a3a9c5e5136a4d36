import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ConfigIssue } from '../api/contract.ts';
import type { DeviceKey } from './device-key.ts';
import { weakPin } from './pin-policy.ts';

/** A PIN as it is stored: how many digits it has, and their HMAC-SHA256 under the device key (ruling 9). */
const SEALED = /^(\d{1,2}):([0-9a-f]{64})$/;

function hmacOf(digits: string, key: DeviceKey): Buffer {
  return createHmac('sha256', key.bytes).update(`room:${digits}`).digest();
}

/** Whether digits open what is locked by a stored PIN; the time taken says nothing about where they differ. */
export function opensRoom(digits: string, pin: string, key: DeviceKey): boolean {
  const found = SEALED.exec(pin);
  return found !== null && timingSafeEqual(Buffer.from(found[2]!, 'hex'), hmacOf(digits, key));
}

/**
 * Puts fingerprints in the place of the digits that somebody has typed as PINs of rooms, before anything is stored.
 * What is not a document with rooms is left as it is: it is the schema's to refuse.
 * @returns the document, and what is wrong with PINs that are too easy; those are in it still
 */
export function sealRoomPins(
  document: unknown,
  key: DeviceKey,
): { document: unknown; issues: ConfigIssue[] } {
  const rooms = (document as { rooms?: unknown } | null | undefined)?.rooms;
  if (!Array.isArray(rooms)) return { document, issues: [] };
  const issues: ConfigIssue[] = [];
  const sealed = rooms.map((room: unknown, i) => {
    const { pin, extension } = (room ?? {}) as { pin?: unknown; extension?: unknown };
    if (typeof pin !== 'string' || !/^\d{1,12}$/.test(pin)) return room;
    const said = weakPin(pin, typeof extension === 'string' ? [extension] : []);
    if (said) {
      issues.push({ path: `/rooms/${i}/pin`, said });
      return room;
    }
    return { ...(room as object), pin: `${pin.length}:${hmacOf(pin, key).toString('hex')}` };
  });
  return { document: { ...(document as object), rooms: sealed }, issues };
}
