import { Gathered } from './gathered.ts';
import type { Limits } from './limits.ts';
import { CR, LF } from './scan.ts';

const CRLFCRLF = Buffer.from('\r\n\r\n');

/** What a stream held: a whole message, or a keepalive (RFC 5626 3.5.1: CRLFCRLF is a ping, CRLF a pong). */
export type StreamItem = { kind: 'message'; bytes: Buffer } | { kind: 'ping' };

/**
 * Cuts messages out of a byte stream by Content-Length (RFC 3261 18.3). Bytes are looked at once:
 * an unfinished head is searched on from where the last search ended.
 */
export class StreamFramer {
  readonly #held = new Gathered();
  #searched = 0;
  /** Whole length of the message whose head is complete, or 0. */
  #need = 0;
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Takes bytes in and calls `each` for every whole item. Returns false if the stream can no
   * longer be followed (no usable Content-Length, a limit passed): the connection must be closed.
   */
  push(chunk: Buffer, each: (item: StreamItem) => void): boolean {
    const held = this.#held;
    held.add(chunk);
    for (;;) {
      if (this.#need === 0 && !this.#readHead(each)) return held.bytes.length <= this.#limits.messageBytes;
      if (this.#need < 0) return false;
      if (this.#need === 0 || held.bytes.length < this.#need) return true;
      const bytes = held.bytes.subarray(0, this.#need);
      held.drop(this.#need);
      this.#need = 0;
      this.#searched = 0;
      each({ kind: 'message', bytes });
    }
  }

  /** Bytes held of an unfinished message; half a ping is none. */
  get held(): number {
    const { bytes } = this.#held;
    return bytes[0] === CR || bytes[0] === LF ? 0 : bytes.length;
  }

  /** What looks like half a ping was a pong: a lone CRLF (RFC 5626 4.4.1). */
  dropPong(): void {
    if (this.held === 0) this.#held.drop(this.#held.bytes.length);
  }

  /** True once `#need` is known (or negative: broken); false if more bytes are needed. */
  #readHead(each: (item: StreamItem) => void): boolean {
    this.#skipKeepalive(each);
    const buf = this.#held.bytes;
    // Half a ping, or nothing: what comes next decides.
    if (buf.length === 0 || buf[0] === CR || buf[0] === LF) return false;
    const at = buf.indexOf(CRLFCRLF, Math.max(0, this.#searched - 3));
    if (at < 0) {
      this.#searched = buf.length;
      return false;
    }
    const length = contentLength(buf.toString('latin1', 0, at + 2));
    const total = at + 4 + length;
    this.#need = length < 0 || total > this.#limits.messageBytes ? -1 : total;
    return true;
  }

  #skipKeepalive(each: (item: StreamItem) => void): void {
    if (this.#searched > 0) return;
    const buf = this.#held.bytes;
    let i = 0;
    while (i < buf.length && (buf[i] === CR || buf[i] === LF)) i++;
    if (i === 0) return;
    // A lone trailing CR may be the first half of the next CRLF.
    const pings = i >> 2;
    for (let k = 0; k < pings; k++) each({ kind: 'ping' });
    // Two bytes that are left may be half a ping: kept while nothing follows them.
    const keep = i === buf.length ? i & 3 : 0;
    this.#held.drop(i - keep);
  }
}

/**
 * The Content-Length of a head (lines with CRLF), in any spelling; -1 if it is malformed or given
 * twice differently, and also if it is absent, for a stream cannot do without (18.3).
 */
function contentLength(head: string): number {
  let found = -1;
  let pos = head.indexOf('\n') + 1;
  while (pos < head.length) {
    let end = head.indexOf('\n', pos);
    if (end < 0) end = head.length;
    const c = head.charCodeAt(pos) | 32;
    if (c === 108 || c === 99) {
      const colon = head.indexOf(':', pos);
      if (colon > 0 && colon < end) {
        const name = head.slice(pos, colon).trim().toLowerCase();
        if (name === 'content-length' || name === 'l') {
          const text = head.slice(colon + 1, end).trim();
          const value = text.length > 0 && text.length < 8 && isDigits(text) ? Number(text) : -1;
          if (value < 0 || (found >= 0 && found !== value)) return -1;
          found = value;
        }
      }
    }
    pos = end + 1;
  }
  return found;
}

function isDigits(s: string): boolean {
  for (let i = 0; i < s.length; i++) if (s.charCodeAt(i) < 48 || s.charCodeAt(i) > 57) return false;
  return true;
}
