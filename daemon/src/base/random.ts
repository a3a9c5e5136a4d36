import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
let at = pool.length;

/**
 * `bytes` random bytes (1 to 64) of the system's as hexadecimal digits. They are drawn in blocks: asking the
 * system costs microseconds each time, and a call needs several.
 */
export function randomHex(bytes: number): string {
  if (at + bytes > pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  const text = pool.toString('hex', at, at + bytes);
  // A number used is gone from memory but for where it is used.
  pool.fill(0, at, at + bytes);
  at += bytes;
  return text;
}
