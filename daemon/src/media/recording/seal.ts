import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** What a file is encrypted with; it has a key of its own, which only its salt and the box's key give. */
export interface RecordingSeal {
  /** 32 bytes. */
  key: Uint8Array;
  /** 16 bytes, at the beginning of the file. */
  salt: Uint8Array;
}

/** Beginning of an encrypted file: its name and version, then the salt. */
const MAGIC = Buffer.from('LGSEAL1\n', 'latin1');
const SALT = 16;
export const SEAL_HEAD = MAGIC.length + SALT;
/** Bytes of sound in each piece but the last: what a crash may take of it, some 30 ms of WAV, up to a second of Opus. */
export const SEAL_CHUNK = 1024;
/** NIST SP 800-38D 5.2.1.2: the longest tag. */
const TAG = 16;
export const SEALED_CHUNK = SEAL_CHUNK + TAG;
const NONCE = 12;

const cipher = 'aes-256-gcm';
const purpose = 'linegate recording';

/** A fresh seal for one file. */
export function newSeal(secret: Uint8Array): RecordingSeal {
  return sealOf(secret, randomBytes(SALT));
}

/** The seal of a file with this salt: RFC 5869 with SHA-256. */
function sealOf(secret: Uint8Array, salt: Uint8Array): RecordingSeal {
  return { key: new Uint8Array(hkdfSync('sha256', secret, salt, purpose, 32)), salt };
}

/** The seal of a file by its beginning; undefined: it is no encrypted file. */
export function sealFrom(head: Uint8Array, secret: Uint8Array): RecordingSeal | undefined {
  if (head.length < SEAL_HEAD || !MAGIC.equals(head.subarray(0, MAGIC.length))) return undefined;
  return sealOf(secret, head.subarray(MAGIC.length, SEAL_HEAD));
}

/** What a file begins with. */
export function sealHead({ salt }: RecordingSeal): Buffer {
  return Buffer.concat([MAGIC, salt]);
}

/**
 * No nonce is used twice under a key: each file has its own key, each piece its number, and the last one a mark, without
 * which a file that was cut short would pass for a whole one.
 */
function nonceOf(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE);
  nonce[0] = last ? 1 : 0;
  nonce.writeBigUInt64BE(BigInt(index), 4);
  return nonce;
}

/** Encrypts one piece; its tag stands behind it. */
export function sealChunk(seal: RecordingSeal, index: number, last: boolean, plain: Uint8Array): Buffer {
  const coder = createCipheriv(cipher, seal.key, nonceOf(index, last), { authTagLength: TAG });
  return Buffer.concat([coder.update(plain), coder.final(), coder.getAuthTag()]);
}

/** The sound of one piece, and whether it is marked as the last; undefined: it was damaged or is another's. */
export function openChunk(
  seal: RecordingSeal,
  index: number,
  sealed: Uint8Array,
): { plain: Buffer; last: boolean } | undefined {
  if (sealed.length < TAG) return undefined;
  for (const last of sealed.length === SEALED_CHUNK ? [false, true] : [true, false]) {
    const coder = createDecipheriv(cipher, seal.key, nonceOf(index, last), { authTagLength: TAG });
    coder.setAuthTag(sealed.subarray(sealed.length - TAG));
    const plain = coder.update(sealed.subarray(0, sealed.length - TAG));
    try {
      coder.final();
      return { plain, last };
    } catch {
      // It is not this one; the other mark is tried.
    }
  }
  return undefined;
}

/** Pieces of a file of this length, and how much sound is in it. */
export function sealedLayout(fileBytes: number): { chunks: number; bytes: number } {
  const body = Math.max(0, fileBytes - SEAL_HEAD);
  const chunks = Math.ceil(body / SEALED_CHUNK);
  return { chunks, bytes: Math.max(0, body - chunks * TAG) };
}
