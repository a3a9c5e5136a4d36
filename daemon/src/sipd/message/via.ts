import {
  COLON,
  decimal,
  isSpace,
  isToken,
  LBRACKET,
  param,
  SEMI,
  skipSpace,
  slice,
  trimEnd,
} from './scan.ts';
import { hostPort, isIpv6Text } from './uri.ts';

/** One Via entry (RFC 3261 20.42). */
export interface Via {
  /** Upper case: UDP, TCP, TLS, WS, WSS, or an unknown token. */
  transport: string;
  /** Host of sent-by in lower case, IPv6 without brackets. */
  host: string;
  /** Port of sent-by, or 0 if none is written. */
  port: number;
  /** Parameters as written, from the first `;`, or ''. */
  params: string;
  /** The branch, or '' (RFC 2543 peers). */
  branch: string;
}

/** What we recommend to who asks how often to send keepalives, s: UDP mappings of 30 s are common (RFC 4787 5). */
const KEEP_SECONDS = 30;

/** The magic cookie that marks a branch as unique across transactions (RFC 3261 8.1.1.7). */
export const COOKIE = 'z9hG4bK';

/** Parses one Via entry; undefined if it is malformed or of another protocol than SIP/2.0. */
export function parseVia(value: string): Via | undefined {
  const end = value.length;
  // sent-protocol = "SIP" SLASH "2.0" SLASH transport, with spaces allowed around each slash.
  const slash1 = value.indexOf('/');
  const slash2 = slash1 < 0 ? -1 : value.indexOf('/', slash1 + 1);
  if (slash2 < 0) return undefined;
  if (slice(value, 0, slash1).toUpperCase() !== 'SIP' || slice(value, slash1 + 1, slash2) !== '2.0')
    return undefined;
  let i = skipSpace(value, slash2 + 1, end);
  const transportAt = i;
  while (i < end && !isSpace(value.charCodeAt(i))) i++;
  const transport = value.slice(transportAt, i);
  if (!isToken(transport)) return undefined;
  i = skipSpace(value, i, end);
  const semi = value.indexOf(';', i);
  const params = semi < 0 ? '' : value.slice(semi);
  const sentBy = parseSentBy(value, i, semi < 0 ? end : semi);
  if (!sentBy) return undefined;
  const branch = params === '' ? '' : (param(params, 'branch') ?? '');
  return { transport: transport.toUpperCase(), host: sentBy.host, port: sentBy.port, params, branch };
}

function parseSentBy(value: string, from: number, to: number): { host: string; port: number } | undefined {
  const end = trimEnd(value, from, to);
  let i = from;
  let host: string;
  if (value.charCodeAt(i) === LBRACKET) {
    const close = value.indexOf(']', i);
    if (close < 0 || close >= end) return undefined;
    host = value.slice(i + 1, close).toLowerCase();
    if (!isIpv6Text(host)) return undefined;
    i = close + 1;
  } else {
    while (i < end && value.charCodeAt(i) !== COLON && !isSpace(value.charCodeAt(i))) i++;
    host = value.slice(from, i).toLowerCase();
    if (host === '' || host.indexOf(',') >= 0) return undefined;
  }
  i = skipSpace(value, i, end);
  if (i === end) return { host, port: 0 };
  if (value.charCodeAt(i) !== COLON) {
    // RFC 5118 4.5: an IPv6 sent-by without brackets would stop at its first colon.
    return undefined;
  }
  const port = decimal(value, skipSpace(value, i + 1, end), end, 65_535);
  return port < 0 ? undefined : { host, port };
}

/** Whether the params hold a flag or value of that name (lower case). */
export function viaParam(via: Via, name: string): string | undefined {
  return via.params === '' ? undefined : param(via.params, name);
}

/**
 * The top Via of a response: as received, with `received` where the packet's source is not the
 * sent-by host (18.2.1) or rport was asked for (RFC 3581 4), and the value of `rport`.
 */
export function viaWithSource(raw: string, via: Via, address: string, port: number): string {
  const rport = viaParam(via, 'rport');
  const wantsRport = rport === '';
  if (!wantsRport && via.host === address) return raw;
  let out = wantsRport ? valued(raw, 'rport', port) : raw;
  // RFC 6223 4.3: we answer pings and STUN, and that is how often one may be needed behind a NAT.
  if (viaParam(via, 'keep') === '') out = valued(out, 'keep', KEEP_SECONDS);
  return viaParam(via, 'received') === undefined ? `${out};received=${address}` : out;
}

/** A Via with a number given to a parameter that has none. */
function valued(raw: string, name: string, value: number): string {
  const at = findFlag(raw, raw.indexOf(';'), name);
  if (at < 0) return raw;
  const end = at + name.length;
  return `${raw.slice(0, end)}=${value}${raw.slice(end + (raw.charAt(end) === '=' ? 1 : 0))}`;
}

function findFlag(raw: string, from: number, name: string): number {
  let i = from;
  while (i >= 0 && i < raw.length) {
    const at = skipSpace(raw, i + 1, raw.length);
    if (raw.slice(at, at + name.length).toLowerCase() === name) {
      const next = raw.charCodeAt(at + name.length);
      if (Number.isNaN(next) || next === SEMI || next === 61 || isSpace(next)) return at;
    }
    i = raw.indexOf(';', at);
  }
  return -1;
}

/** A Via line of ours, CRLF included. */
export function viaLine(transport: string, host: string, port: number, branch: string): string {
  return `Via: SIP/2.0/${transport} ${hostPort(host, port)};branch=${branch};rport\r\n`;
}
