import type { LenienceCounter } from './limits.ts';
import { decimal, GT, isToken, LT, QUOTE, SP, skipSpace, slice, trimEnd } from './scan.ts';

/** A request line or a status line; `method` is '' in the latter. */
export interface StartLine {
  method: string;
  uri: string;
  status: number;
  reason: string;
}

/** Why a start line was refused: the status to answer a request with (505: not SIP/2.0). */
export type StartLineError = 400 | 505;

/** Parses the first line of a message (RFC 3261 7.1 and 7.2). */
export function parseStartLine(line: string, lenient: LenienceCounter): StartLine | StartLineError {
  if (line.startsWith('SIP/2.0 ')) return statusLine(line);
  if (line.startsWith('SIP/') || line.startsWith('sip/')) return 505;
  const end = trimEnd(line, 0, line.length);
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ', end - 1);
  if (first < 1 || last <= first) return 400;
  const method = line.slice(0, first);
  const version = line.slice(last + 1, end);
  const uri = slice(line, first + 1, last);
  if (!isToken(method) || !isUriText(uri)) return 400;
  const spaced = end !== line.length || uri.length !== last - first - 1;
  if (spaced && !lenient.forgives('start-line-space')) return 400;
  if (version !== 'SIP/2.0') {
    if (version.length < 5 || version.slice(0, 4).toUpperCase() !== 'SIP/') return 400;
    if (version.slice(4) !== '2.0') return 505;
  }
  return { method, uri, status: 0, reason: '' };
}

function statusLine(line: string): StartLine | StartLineError {
  const at = skipSpace(line, 8, line.length);
  const space = line.indexOf(' ', at);
  const end = space < 0 ? line.length : space;
  const status = decimal(line, at, end, 699);
  if (end - at !== 3 || status < 100 || line.charCodeAt(7) !== SP) return 400;
  return { method: '', uri: '', status, reason: space < 0 ? '' : line.slice(space + 1) };
}

/** No space, control character, quote or angle bracket: what no URI holds unescaped. */
function isUriText(uri: string): boolean {
  for (let i = 0; i < uri.length; i++) {
    const c = uri.charCodeAt(i);
    if (c <= SP || c === QUOTE || c === LT || c === GT) return false;
  }
  return uri.length > 0;
}
