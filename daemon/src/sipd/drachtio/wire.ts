import { Gathered } from '../message/gathered.ts';

/** A client frame's length has at most five digits, so it is shorter than this, in bytes. */
export const MAX_FRAME = 100_000;

const HASH = 35;

/**
 * Cuts frames (`<decimal byte length>#<payload>`) out of a byte stream. Payloads are latin1 text,
 * one character per byte, so that they pass unchanged whatever their encoding.
 */
export class FrameReader {
  readonly #held = new Gathered();

  /** Calls `each` for every whole frame; false if the stream makes no sense and must be closed. */
  push(chunk: Buffer, each: (payload: string) => void): boolean {
    const held = this.#held;
    held.add(chunk);
    for (;;) {
      const buf = held.bytes;
      const hash = buf.indexOf(HASH);
      if (hash < 0) return buf.length <= 5;
      const length = frameLength(buf, hash);
      if (length <= 0) return false;
      const end = hash + 1 + length;
      if (buf.length < end) return true;
      const payload = buf.toString('latin1', hash + 1, end);
      held.drop(end);
      each(payload);
    }
  }
}

function frameLength(buf: Buffer, hash: number): number {
  if (hash === 0 || hash > 5) return -1;
  let n = 0;
  for (let i = 0; i < hash; i++) {
    const digit = buf[i]! - 48;
    if (digit < 0 || digit > 9) return -1;
    n = n * 10 + digit;
  }
  return n;
}

/** A client frame taken apart: the words of its first line, and the SIP text after it. */
export interface ClientFrame {
  /** The client's message id, quoted in the reply. */
  id: string;
  verb: string;
  /** Words after the verb. */
  words: string[];
  /** SIP text, or ''. */
  sip: string;
}

/** Takes a frame's payload apart; undefined if it has no id and verb. */
export function parseFrame(payload: string): ClientFrame | undefined {
  const cr = payload.indexOf('\r\n');
  const leader = cr < 0 ? payload : payload.slice(0, cr);
  const [id, verb, ...words] = leader.split('|');
  if (!id || !verb) return undefined;
  return { id, verb, words, sip: cr < 0 ? '' : payload.slice(cr + 2) };
}

/** A frame of `leader` and, if not empty, SIP text; both latin1. */
export function frame(leader: string, sip: string): string {
  if (sip === '') return `${leader.length}#${leader}`;
  return `${leader.length + 2 + sip.length}#${leader}\r\n${sip}`;
}

let stampSecond = -1;
let stampText = '';

/** `HH:MM:SS.uuuuuu` in UTC, as the protocol's time tokens have it. */
export function timeToken(wall: number): string {
  const second = Math.floor(wall / 1000);
  if (second !== stampSecond) {
    stampSecond = second;
    stampText = new Date(second * 1000).toISOString().slice(11, 19);
  }
  const micros = Math.floor((wall - second * 1000) * 1000);
  return `${stampText}.${String(micros).padStart(6, '0')}`;
}
