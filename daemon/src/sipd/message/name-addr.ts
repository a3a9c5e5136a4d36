import type { LenienceCounter } from './limits.ts';
import {
  COMMA,
  closingQuote,
  isSpace,
  isTokenCode,
  LT,
  param,
  QUOTE,
  SEMI,
  skipSpace,
  slice,
} from './scan.ts';

/** The value of From, To, Contact, Route, Record-Route, Refer-To and the like (RFC 3261 20.10). */
export interface NameAddr {
  /** Display name as written, quotes included, or ''. */
  display: string;
  uri: string;
  /** Header parameters as written, from the first `;`, or ''. */
  params: string;
}

/**
 * Parses one name-addr or addr-spec with its header parameters. Returns undefined if it is
 * neither: an open quote or bracket, an empty URI, text after the closing bracket. Without `lenient`, what
 * could be forgiven is.
 */
export function parseNameAddr(value: string, lenient?: LenienceCounter): NameAddr | undefined {
  const end = value.length;
  const start = skipSpace(value, 0, end);
  let i = start;
  let display = '';
  if (value.charCodeAt(i) === QUOTE) {
    const close = closingQuote(value, i, end);
    if (close < 0) return undefined;
    display = value.slice(i, close + 1);
    i = skipSpace(value, close + 1, end);
    if (value.charCodeAt(i) !== LT) return undefined;
  } else {
    let odd = false;
    while (i < end) {
      const c = value.charCodeAt(i);
      if (c === LT || c === SEMI || c === QUOTE) break;
      if (!isTokenCode(c) && !isSpace(c)) odd = true;
      i++;
    }
    if (value.charCodeAt(i) === QUOTE) return undefined;
    if (value.charCodeAt(i) === LT) {
      display = slice(value, start, i);
      if (odd) {
        // RFC 4475 3.1.2.15 (baddn): a comma or @ outside of quotes changes the meaning.
        for (let k = start; k < i; k++) {
          const c = value.charCodeAt(k);
          if (c === COMMA || c === 64 || c === 62) return undefined;
        }
        if (lenient && !lenient.forgives('display-name')) return undefined;
      }
    }
  }
  if (value.charCodeAt(i) !== LT) return addrSpec(value, start, i, lenient);
  const close = value.indexOf('>', i);
  if (close < 0) return undefined;
  const uri = slice(value, i + 1, close);
  if (uri.length === 0) return undefined;
  if (uri.length !== close - i - 1 && lenient && !lenient.forgives('addr-spec-spaces')) return undefined;
  const rest = skipSpace(value, close + 1, end);
  if (rest < end && value.charCodeAt(rest) !== SEMI) return undefined;
  return { display, uri, params: value.slice(rest) };
}

/** Without brackets every parameter is the header's, not the URI's (RFC 3261 20). */
function addrSpec(
  value: string,
  start: number,
  semi: number,
  lenient: LenienceCounter | undefined,
): NameAddr | undefined {
  const uri = slice(value, start, semi);
  if (uri.length === 0) return undefined;
  let odd = false;
  for (let i = 0; i < uri.length; i++) {
    const c = uri.charCodeAt(i);
    if (isSpace(c) || c === 62) return undefined;
    if (c === COMMA || c === 63) odd = true;
  }
  if (odd && lenient && !lenient.forgives('addr-spec-unbracketed')) return undefined;
  return { display: '', uri, params: value.slice(semi) };
}

/** The tag of a From or To value, or '' if it has none. */
export function tagOf(addr: NameAddr): string {
  return addr.params === '' ? '' : (param(addr.params, 'tag') ?? '');
}
