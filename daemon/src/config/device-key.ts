import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CodedError, codeOf, messageOf } from '../base/error.ts';
import { writeAtomic } from './atomic-file.ts';
import type { PinConfig } from './schema.ts';

/** The secret of this one box. It is in no export and no backup (ruling 9): PINs are worth nothing elsewhere. */
export interface DeviceKey {
  readonly bytes: Buffer;
}

const keyBytes = 32;

/**
 * Reads the key of the box, or makes it at the first start, readable by the daemon's user alone.
 * @throws CodedError `config/device-key` if the file is there and is no key: making another one would
 *   silently end every PIN; `config/device-key-unreadable`.
 */
export async function loadDeviceKey(path: string): Promise<DeviceKey> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return await makeKey(path);
    const reason = `cannot read the device key ${path}: ${messageOf(error)}`;
    throw new CodedError('config/device-key-unreadable', reason, { cause: error });
  }
  if (!/^[0-9a-f]{64}$/.test(text)) throw new CodedError('config/device-key', `${path} is no device key`);
  return { bytes: Buffer.from(text, 'hex') };
}

async function makeKey(path: string): Promise<DeviceKey> {
  const bytes = randomBytes(keyBytes);
  await writeAtomic(path, `${bytes.toString('hex')}\n`);
  return { bytes };
}

/** What is stored of a PIN: HMAC-SHA256 of its digits under the device key, hexadecimal. */
export function hashPin(digits: string, key: DeviceKey): string {
  return createHmac('sha256', key.bytes).update(`pin:${digits}`).digest('hex');
}

/** Compares two stored PINs in a time that says nothing about where they differ. */
export function samePin(a: string, b: string): boolean {
  const left = Buffer.from(a, 'hex');
  const right = Buffer.from(b, 'hex');
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Under which conditions a PIN counts. */
export interface PinQuery {
  /** The caller is not on site: only PINs meant for that, with their user number or of 8 digits and more. */
  outside: boolean;
  userNumber?: string;
  /** Who calls: E.164 with +, or an extension; undefined where nobody knows. */
  caller?: string;
  /** Today in the office's time zone, YYYY-MM-DD, for validity. */
  today: string;
  /** Whether one of these time rules holds now; true without any. */
  within(ruleIds: readonly string[]): boolean;
}

/** Ruling 9. */
const outsidePinLength = 8;

/**
 * The PIN with these digits that may be used now, or undefined. Every PIN of the box is compared, so that the
 * time taken tells neither whether nor where one matched.
 */
export function findPin(
  pins: readonly PinConfig[],
  digits: string,
  key: DeviceKey,
  query: PinQuery,
): PinConfig | undefined {
  const wanted = hashPin(digits, key);
  let match: PinConfig | undefined;
  for (const pin of pins) {
    const same = samePin(pin.hmac, wanted);
    const usable = isUsable(pin, query);
    if (same && usable) match = pin;
  }
  return match;
}

function isUsable(pin: PinConfig, query: PinQuery): boolean {
  const { today, caller } = query;
  if (!pin.enabled || (pin.expires !== undefined && pin.expires < today)) return false;
  if ((pin.validFrom !== undefined && pin.validFrom > today) || !query.within(pin.when)) return false;
  if (pin.callers.length > 0 && !pin.callers.some((allowed) => isFrom(allowed, caller))) return false;
  if (!query.outside) return true;
  if (!pin.outside) return false;
  return query.userNumber === undefined
    ? pin.length >= outsidePinLength
    : pin.userNumber === query.userNumber;
}

/** An extension is meant whole, the beginning of a number outside with its +. */
const isFrom = (allowed: string, caller: string | undefined): boolean =>
  allowed.startsWith('+') ? caller?.startsWith(allowed) === true : caller === allowed;
