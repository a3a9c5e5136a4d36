import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** scrypt cost (RFC 7914 2): 16 MB and some 50 ms on a small ARM box, once per login. */
const cost = { N: 16384, r: 8, p: 1 };
const hashBytes = 32;
const saltBytes = 16;
const longestPassword = 256;

/** A hash that {@link verifyPassword} knows: `scrypt$N$r$p$salt$hash`. Runs off the main thread. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether the password has this hash. A hash that is broken or missing costs the same time and is never right. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const parsed = parse(stored);
  const { salt, hash, params } = parsed ?? {
    salt: Buffer.alloc(saltBytes),
    hash: Buffer.alloc(hashBytes),
    params: cost,
  };
  const derived = await derive(password, salt, params);
  const same = derived.length === hash.length && timingSafeEqual(derived, hash);
  return same && parsed !== undefined && password.length <= longestPassword;
}

interface Params {
  N: number;
  r: number;
  p: number;
}

function parse(stored: string | undefined): { salt: Buffer; hash: Buffer; params: Params } | undefined {
  const match = /^scrypt\$(\d{4,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/.exec(stored ?? '');
  if (!match) return undefined;
  const params = { N: Number(match[1]), r: Number(match[2]), p: Number(match[3]) };
  // A hash from an import must not be able to stop the box.
  const sane =
    params.N >= 1024 &&
    params.N <= 131072 &&
    (params.N & (params.N - 1)) === 0 &&
    params.r >= 1 &&
    params.r <= 16 &&
    params.p >= 1 &&
    params.p <= 4;
  if (!sane) return undefined;
  return { salt: Buffer.from(match[4]!, 'base64url'), hash: Buffer.from(match[5]!, 'base64url'), params };
}

function derive(password: string, salt: Buffer, params: Params): Promise<Buffer> {
  const text = password.slice(0, longestPassword).normalize('NFC');
  return new Promise((resolve, reject) => {
    scrypt(text, salt, hashBytes, { ...params, maxmem: 256 * params.N * params.r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
