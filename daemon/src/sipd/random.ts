import { randomFillSync, randomUUID } from 'node:crypto';
import { COOKIE } from './message/via.ts';

/** Source of identifiers; a parameter so that tests can repeat a run. */
export interface Ids {
  /** A Via branch: the magic cookie and 128 random bits. */
  branch(): string;
  /** A tag or Call-ID: 128 random bits. */
  tag(): string;
  /** A UUID for the control protocol. */
  uuid(): string;
  /** A whole number from 0 to `below` - 1. */
  number(below: number): number;
}

const BYTES = 16;

/** Identifiers from the system's random source, read in blocks because a read costs microseconds. */
export function systemIds(): Ids {
  const pool = Buffer.alloc(BYTES * 256);
  let at = pool.length;
  const take = (): string => {
    if (at === pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    const text = pool.toString('hex', at, at + BYTES);
    at += BYTES;
    return text;
  };
  return {
    branch: () => COOKIE + take(),
    tag: take,
    uuid: randomUUID,
    number: (below) => Number.parseInt(take().slice(0, 12), 16) % below,
  };
}
