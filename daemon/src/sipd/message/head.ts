import { canonicalName, isCompactName } from './headers.ts';
import type { LenienceCounter, Limits } from './limits.ts';
import { COLON, CR, isSpace, isToken, slice, trimEnd } from './scan.ts';

/** The head of a message, split into lines but not yet understood. */
export interface Head {
  startLine: string;
  names: string[];
  spelled: string[];
  values: string[];
  /** Index of the first byte of the body. */
  bodyAt: number;
  /** False if the text needs rewriting before it is handed on. */
  clean: boolean;
  /** The first malformed header line, if any; the rest was read all the same. */
  error: string | undefined;
}

/**
 * Splits `text` from `at` up to its blank line. Lines folded with leading space (RFC 3261 7.3.1)
 * are joined. Returns a reason if there is no head to speak of: no blank line, or a limit passed.
 */
export function readHead(text: string, at: number, limits: Limits, lenient: LenienceCounter): Head | string {
  const head: Head = {
    startLine: '',
    names: [],
    spelled: [],
    values: [],
    bodyAt: -1,
    clean: true,
    error: undefined,
  };
  let pos = at;
  let first = true;
  let bareLf = false;
  let folds = 0;
  let headers = 0;
  // The next CR at or after `pos`; looked for again only once passed, so that text without CR is
  // scanned once and not once per line.
  let cr = -1;
  for (;;) {
    const lf = text.indexOf('\n', pos);
    if (lf < 0) return 'no blank line after the headers';
    let end = lf;
    if (cr < pos) cr = nextCr(text, pos);
    if (cr === lf - 1 && cr >= pos) end = cr;
    else if (cr < lf) {
      head.error ??= 'CR inside a line';
      head.clean = false;
      if (text.charCodeAt(lf - 1) === CR) end = lf - 1;
    } else {
      head.clean = false;
      bareLf = true;
    }
    if (end === pos) {
      if (first) return 'empty message';
      head.bodyAt = lf + 1;
      if (bareLf && !lenient.forgives('bare-lf')) head.error ??= 'Line Without CR';
      return head;
    }
    if (end - pos > limits.lineBytes) return `line longer than ${limits.lineBytes} bytes`;
    if (first) {
      head.startLine = text.slice(pos, end);
      first = false;
    } else if (isSpace(text.charCodeAt(pos))) {
      const last = head.values.length - 1;
      // Empty ones add nothing to a value, so that no other limit would end them.
      if (++folds > limits.headers) return `more than ${limits.headers} folded lines`;
      head.clean = false;
      if (last < 0) head.error ??= 'continuation line before any header';
      else {
        const more = slice(text, pos, end);
        const so = head.values[last]!;
        const joined = so === '' || more === '' ? so + more : `${so} ${more}`;
        if (joined.length > limits.lineBytes) return `line longer than ${limits.lineBytes} bytes`;
        head.values[last] = joined;
      }
    } else {
      // Counted though it may be none: lines without a colon are no reason to read on for ever.
      if (++headers > limits.headers) return `more than ${limits.headers} headers`;
      headerLine(text, pos, end, head);
    }
    pos = lf + 1;
  }
}

function nextCr(text: string, pos: number): number {
  const cr = text.indexOf('\r', pos);
  return cr < 0 ? Number.MAX_SAFE_INTEGER : cr;
}

function headerLine(text: string, pos: number, end: number, head: Head): void {
  let colon = pos;
  while (colon < end && text.charCodeAt(colon) !== COLON) colon++;
  if (colon === end) {
    head.error ??= 'header line without a colon';
    head.clean = false;
    return;
  }
  const spelled = text.slice(pos, trimEnd(text, pos, colon));
  const name = canonicalName(spelled);
  // Known names came out of the table as they are; the others are checked letter by letter.
  if (name !== spelled && name.length !== spelled.length) {
    if (!isCompactName(spelled)) head.error ??= 'header name that is no token';
    head.clean = false;
  } else if (!isToken(spelled)) {
    head.error ??= 'header name that is no token';
    head.clean = false;
    return;
  }
  head.names.push(name);
  head.spelled.push(spelled);
  head.values.push(slice(text, colon + 1, end));
}
