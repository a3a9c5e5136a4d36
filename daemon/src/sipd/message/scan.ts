/**
 * Character-code scanning. Nothing here backtracks: every function looks at each character at
 * most once, so hostile input costs time in proportion to its length.
 */

export const HTAB = 9;
export const LF = 10;
export const CR = 13;
export const SP = 32;
export const QUOTE = 34;
export const COMMA = 44;
export const COLON = 58;
export const SEMI = 59;
export const LT = 60;
export const EQ = 61;
export const GT = 62;
export const AT = 64;
export const LBRACKET = 91;
export const BACKSLASH = 92;
export const RBRACKET = 93;

const TOKEN = 1;
const DIGIT = 2;

const CLASS = new Uint8Array(256);
for (const c of "-.!%*_+`'~") CLASS[c.charCodeAt(0)] = TOKEN;
for (let c = 65; c <= 90; c++) CLASS[c] = CLASS[c + 32] = TOKEN;
for (let c = 48; c <= 57; c++) CLASS[c] = TOKEN | DIGIT;

/** Whether `code` may stand in a token (RFC 3261 25.1). */
export function isTokenCode(code: number): boolean {
  return code < 256 && (CLASS[code]! & TOKEN) !== 0;
}

/** Whether `s` is one or more token characters. */
export function isToken(s: string): boolean {
  for (let i = 0; i < s.length; i++) if (!isTokenCode(s.charCodeAt(i))) return false;
  return s.length > 0;
}

/** Whether `code` is SP or HTAB. */
export function isSpace(code: number): boolean {
  return code === SP || code === HTAB;
}

/** First index at or after `i` that holds no SP or HTAB; `end` if there is none. */
export function skipSpace(s: string, i: number, end: number): number {
  while (i < end && isSpace(s.charCodeAt(i))) i++;
  return i;
}

/** Index after the last character of `s[from, end)` that is not SP or HTAB. */
export function trimEnd(s: string, from: number, end: number): number {
  while (end > from && isSpace(s.charCodeAt(end - 1))) end--;
  return end;
}

/** `s[from, to)` without spaces around it. */
export function slice(s: string, from: number, to: number): string {
  const start = skipSpace(s, from, to);
  return s.slice(start, trimEnd(s, start, to));
}

/**
 * The decimal number that is all of `s[from, to)`, or -1 if it is empty, holds anything but
 * digits, or exceeds `max`.
 */
export function decimal(s: string, from: number, to: number, max: number): number {
  if (from >= to) return -1;
  let n = 0;
  for (let i = from; i < to; i++) {
    const digit = s.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    n = n * 10 + digit;
    if (n > max) return -1;
  }
  return n;
}

/** Index of the closing quote of the quoted-string that opens at `i`, or -1. */
export function closingQuote(s: string, i: number, end: number): number {
  for (let j = i + 1; j < end; j++) {
    const c = s.charCodeAt(j);
    if (c === BACKSLASH) j++;
    else if (c === QUOTE) return j;
  }
  return -1;
}

/**
 * The parts of a comma-separated list (RFC 3261 7.3.1), commas inside quotes or angle brackets
 * left alone, spaces trimmed, empty parts dropped.
 */
export function splitList(s: string): string[] {
  if (s.indexOf(',') < 0) return [slice(s, 0, s.length)];
  const parts: string[] = [];
  let from = 0;
  let depth = 0;
  for (let i = 0; i <= s.length; i++) {
    const c = i < s.length ? s.charCodeAt(i) : COMMA;
    if (i < s.length && c === QUOTE) {
      const close = closingQuote(s, i, s.length);
      if (close < 0) {
        i = s.length - 1;
        continue;
      }
      i = close;
    } else if (c === LT) depth = 1;
    else if (c === GT) depth = 0;
    else if (c === COMMA && (depth === 0 || i === s.length)) {
      const part = slice(s, from, i);
      if (part.length > 0) parts.push(part);
      from = i + 1;
    }
  }
  return parts;
}

/**
 * The value of parameter `name` (lower case) in `;a=b;c` text: '' for one without a value,
 * undefined for one that is absent. Quotes around the value are removed.
 */
export function param(s: string, name: string): string | undefined {
  const end = s.length;
  let i = 0;
  while (i < end) {
    // At the start of `s` or on a semicolon.
    if (s.charCodeAt(i) === SEMI) i++;
    const from = skipSpace(s, i, end);
    let at = from;
    while (at < end && s.charCodeAt(at) !== EQ && s.charCodeAt(at) !== SEMI) at++;
    const nameEnd = trimEnd(s, from, at);
    let valueFrom = at;
    let valueEnd = at;
    if (at < end && s.charCodeAt(at) === EQ) {
      valueFrom = skipSpace(s, at + 1, end);
      if (s.charCodeAt(valueFrom) === QUOTE) {
        const close = closingQuote(s, valueFrom, end);
        if (close < 0) return undefined;
        valueEnd = close;
        valueFrom++;
        at = close + 1;
        while (at < end && s.charCodeAt(at) !== SEMI) at++;
      } else {
        at = valueFrom;
        while (at < end && s.charCodeAt(at) !== SEMI) at++;
        valueEnd = trimEnd(s, valueFrom, at);
      }
    }
    if (nameEnd - from === name.length && equalsIgnoreCase(s, from, name))
      return s.slice(valueFrom, valueEnd);
    i = at;
    if (i < end && s.charCodeAt(i) !== SEMI) return undefined;
  }
  return undefined;
}

/** `;a=b;c` text without parameter `name` (lower case). */
export function withoutParam(s: string, name: string): string {
  let out = '';
  for (const part of splitParams(s)) {
    const eq = part.indexOf('=');
    const key = slice(part, 0, eq < 0 ? part.length : eq);
    if (key.toLowerCase() !== name) out += `;${part}`;
  }
  return out;
}

function splitParams(s: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i <= s.length; i++) {
    const c = i < s.length ? s.charCodeAt(i) : SEMI;
    if (c === QUOTE) {
      const close = closingQuote(s, i, s.length);
      i = close < 0 ? s.length - 1 : close;
    } else if (c === SEMI) {
      const part = slice(s, from, i);
      if (part.length > 0) parts.push(part);
      from = i + 1;
    }
  }
  return parts;
}

function equalsIgnoreCase(s: string, at: number, lower: string): boolean {
  for (let k = 0; k < lower.length; k++) {
    let c = s.charCodeAt(at + k);
    if (c >= 65 && c <= 90) c += 32;
    if (c !== lower.charCodeAt(k)) return false;
  }
  return true;
}
