import { randomBytes } from 'node:crypto';
import type { SrtpKey, SrtpSuite } from '../media/api.ts';

/** One `a=crypto` line: a suite and the key that whoever writes it sends with (RFC 4568 4). */
export interface CryptoLine {
  /** As written; an answer repeats the tag of the line it takes. */
  tag: string;
  key: SrtpKey;
}

/** Bytes of master key and salt (RFC 4568 6.2, RFC 6188 5.3, RFC 7714 14.2). */
const KEY_BYTES: Readonly<Record<SrtpSuite, number>> = {
  AES_CM_128_HMAC_SHA1_80: 30,
  AES_CM_128_HMAC_SHA1_32: 30,
  AES_256_CM_HMAC_SHA1_80: 46,
  AEAD_AES_128_GCM: 28,
  AEAD_AES_256_GCM: 44,
};

/** RFC 4568 9.2: an MKI has at most 128 bytes. */
const MAX_MKI_BYTES = 128;
/** RFC 3711 9.2: no key protects more than 2^48 packets. */
const MAX_LIFETIME = 2 ** 48;
/** RFC 4568 6.3.7: a replay window is at least so large. */
const LEAST_WINDOW = 64;

const isSuite = (name: string): name is SrtpSuite => Object.hasOwn(KEY_BYTES, name);

/**
 * Reads the value of an `a=crypto` attribute. Undefined for a line that is malformed, or that asks for what we do not
 * do, which is to be passed over (RFC 4568 5.1.2): another suite, several keys, or a session parameter of weight.
 */
export function readCryptoLine(value: string): CryptoLine | undefined {
  const [tag = '', suite = '', keys = '', ...parameters] = value.trim().split(/\s+/);
  if (!/^\d{1,9}$/.test(tag) || !isSuite(suite) || !parameters.every(mayBeIgnored)) return undefined;
  const key = readKey(suite, keys);
  return key && { tag, key };
}

/** Writes the attribute, without `a=`. */
export const writeCryptoLine = ({ tag, key }: CryptoLine): string =>
  `crypto:${tag} ${key.suite} inline:${key.key}`;

/** A key of our own, for one session and one direction. */
export function freshKey(suite: SrtpSuite): SrtpKey {
  return { suite, key: randomBytes(KEY_BYTES[suite]).toString('base64') };
}

/** RFC 4568 6.3.7, 6.3.8: the window is a hint, and what begins with a minus may be ignored; nothing else may. */
function mayBeIgnored(parameter: string): boolean {
  if (parameter.startsWith('-')) return true;
  const window = /^WSH=(\d{2,9})$/.exec(parameter)?.[1];
  return window !== undefined && Number(window) >= LEAST_WINDOW;
}

/** `inline:KEY|lifetime|MKI:length`, the latter two in this order and either missing (RFC 4568 6.1). */
function readKey(suite: SrtpSuite, text: string): SrtpKey | undefined {
  const match = /^inline:([A-Za-z0-9+/]{1,128}={0,2})(\|[^|:;]+)?(\|[^|:;]+:[^|:;]+)?$/.exec(text);
  if (!match) return undefined;
  const [, written = '', lifetime, identifier] = match;
  const bytes = Buffer.from(written, 'base64');
  if (bytes.length !== KEY_BYTES[suite]) return undefined;
  if (lifetime !== undefined && !isLifetime(lifetime.slice(1))) return undefined;
  const mki = identifier === undefined ? undefined : readMki(identifier.slice(1));
  if (identifier !== undefined && mki === undefined) return undefined;
  return { suite, key: bytes.toString('base64'), ...(mki === undefined ? {} : { mki }) };
}

function isLifetime(text: string): boolean {
  const power = /^2\^(\d{1,2})$/.exec(text)?.[1];
  const packets = power !== undefined ? 2 ** Number(power) : /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return packets > 0 && packets <= MAX_LIFETIME;
}

/** A master key identifier as its packets carry it, hexadecimal. */
function readMki(text: string): string | undefined {
  const [value = '', length = ''] = text.split(':');
  if (!/^\d{1,309}$/.test(value) || !/^\d{1,3}$/.test(length)) return undefined;
  const bytes = Number(length);
  if (bytes < 1 || bytes > MAX_MKI_BYTES) return undefined;
  const hex = BigInt(value).toString(16);
  return hex.length <= 2 * bytes ? hex.padStart(2 * bytes, '0') : undefined;
}
