import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ConfigIssue } from '../api/contract.ts';
import type { DeviceKey } from './device-key.ts';
import { weakPin } from './pin-policy.ts';

/** A PIN of a room or a mailbox as it is stored: how many digits it has, and their HMAC-SHA256 under the device key (ruling 9). */
const SEALED = /^(\d{1,2}):([0-9a-f]{64})$/;

function hmacOf(digits: string, key: DeviceKey): Buffer {
  return createHmac('sha256', key.bytes).update(`room:${digits}`).digest();
}

/** Whether digits open what is locked by a stored PIN; the time taken says nothing about where they differ. */
export function opensRoom(digits: string, pin: string, key: DeviceKey): boolean {
  const found = SEALED.exec(pin);
  return found !== null && timingSafeEqual(Buffer.from(found[2]!, 'hex'), hmacOf(digits, key));
}

/** Lists whose entries have such a PIN, and under which name it stands there. */
const lists = [
  ['rooms', undefined],
  ['people', 'voicemail'],
  ['groups', 'voicemail'],
] as const;

/**
 * Puts fingerprints in the place of the digits that somebody has typed as PINs of rooms and mailboxes, before anything
 * is stored. What is not a document with such lists is left as it is: it is the schema's to refuse.
 * @returns the document, and what is wrong with PINs that are too easy; those are in it still
 */
export function sealRoomPins(
  document: unknown,
  key: DeviceKey,
): { document: unknown; issues: ConfigIssue[] } {
  const issues: ConfigIssue[] = [];
  const sealed: Record<string, unknown> = {};
  for (const [list, part] of lists) {
    const entries = (document as Record<string, unknown> | null | undefined)?.[list];
    if (!Array.isArray(entries)) continue;
    sealed[list] = entries.map((entry: unknown, i) => {
      const { extension } = (entry ?? {}) as { extension?: unknown };
      const known = typeof extension === 'string' ? [extension] : [];
      const holder = part === undefined ? entry : (entry as Record<string, unknown> | null)?.[part];
      const { pin } = (holder ?? {}) as { pin?: unknown };
      if (typeof pin !== 'string' || !/^\d{1,12}$/.test(pin)) return entry;
      const said = weakPin(pin, known);
      if (said) {
        issues.push({ path: `/${list}/${i}/${part === undefined ? '' : `${part}/`}pin`, said });
        return entry;
      }
      const stored = { ...(holder as object), pin: `${pin.length}:${hmacOf(pin, key).toString('hex')}` };
      return part === undefined ? stored : { ...(entry as object), [part]: stored };
    });
  }
  return Object.keys(sealed).length === 0
    ? { document, issues }
    : { document: { ...(document as object), ...sealed }, issues };
}
