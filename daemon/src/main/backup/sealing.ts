import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { CodedError } from '../../base/error.ts';

/** Salt, nonce and tag of AES-256-GCM, bytes. */
const SALT = 16;
const NONCE = 12;
const TAG = 16;

/** RFC 7914 2: 32 MB and about 0.1 s for each guess. */
const cost = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

const keyOf = (passphrase: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // However it was typed: telephones compose letters otherwise than computers do.
    scrypt(passphrase.normalize('NFKC'), salt, 32, cost, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });

/** Encrypts under a passphrase; `bound` has to be the same when it is opened. */
export async function seal(content: Buffer, passphrase: string, bound: string): Promise<Buffer> {
  const salt = randomBytes(SALT);
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt), nonce);
  cipher.setAAD(Buffer.from(bound));
  const sealed = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([salt, nonce, cipher.getAuthTag(), sealed]);
}

/** @throws CodedError `backup/passphrase` if it is another one, or anything was changed */
export async function unseal(sealed: Buffer, passphrase: string, bound: string): Promise<Buffer> {
  const wrong = (): CodedError => new CodedError('backup/passphrase', 'the passphrase does not open it');
  if (sealed.length < SALT + NONCE + TAG) throw wrong();
  const salt = sealed.subarray(0, SALT);
  const nonce = sealed.subarray(SALT, SALT + NONCE);
  const key = await keyOf(passphrase, salt);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
  decipher.setAAD(Buffer.from(bound));
  decipher.setAuthTag(sealed.subarray(SALT + NONCE, SALT + NONCE + TAG));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(SALT + NONCE + TAG)), decipher.final()]);
  } catch {
    throw wrong();
  }
}
