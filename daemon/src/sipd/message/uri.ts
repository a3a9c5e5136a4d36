import { AT, COLON, decimal, isTokenCode, LBRACKET, param, SEMI } from './scan.ts';

/** A SIP, SIPS or tel URI, or the scheme alone of any other. */
export interface Uri {
  /** Lower case: `sip`, `sips`, `tel`, or a foreign one. */
  scheme: string;
  /** User part as written, with its password; '' if none. For tel: the number. */
  user: string;
  /** Host in lower case, IPv6 without brackets; '' for schemes without one. */
  host: string;
  /** Port, or 0 if none is written. */
  port: number;
  /** Parameters as written, from the first `;`, or ''. */
  params: string;
  /** Headers as written, after `?`, or ''. */
  headers: string;
}

/**
 * Parses an absolute URI (RFC 3261 19.1.1, RFC 3966). Returns undefined for text that is none:
 * spaces, control characters or angle brackets inside, no scheme, bad host or port.
 */
export function parseUri(s: string): Uri | undefined {
  const colon = s.indexOf(':');
  if (colon < 1) return undefined;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c <= 32 || c === 60 || c === 62 || c === 34 || c === 127) return undefined;
  }
  for (let i = 0; i < colon; i++) if (!isTokenCode(s.charCodeAt(i))) return undefined;
  const scheme = schemeOf(s, colon);
  if (scheme === 'tel') {
    const semi = s.indexOf(';');
    const end = semi < 0 ? s.length : semi;
    if (end === colon + 1) return undefined;
    return { scheme, user: s.slice(colon + 1, end), host: '', port: 0, params: s.slice(end), headers: '' };
  }
  if (scheme !== 'sip' && scheme !== 'sips')
    return { scheme, user: '', host: '', port: 0, params: '', headers: '' };
  return parseSip(s, colon + 1, scheme);
}

function schemeOf(s: string, colon: number): string {
  const raw = s.slice(0, colon);
  return raw === 'sip' || raw === 'sips' || raw === 'tel' ? raw : raw.toLowerCase();
}

function parseSip(s: string, from: number, scheme: string): Uri | undefined {
  // The user part may hold ; and ? (25.1), so the @ is found first; it cannot stand unescaped in
  // parameters or headers.
  const at = s.indexOf('@', from);
  if (at === from || (at >= 0 && s.indexOf('@', at + 1) >= 0)) return undefined;
  const user = at < 0 ? '' : s.slice(from, at);
  if (user.charCodeAt(0) === COLON) return undefined;
  let i = at < 0 ? from : at + 1;
  let host: string;
  if (s.charCodeAt(i) === LBRACKET) {
    const close = s.indexOf(']', i);
    if (close < 0) return undefined;
    host = s.slice(i + 1, close).toLowerCase();
    if (!isIpv6Text(host)) return undefined;
    i = close + 1;
  } else {
    const start = i;
    while (i < s.length && isHostCode(s.charCodeAt(i))) i++;
    if (i === start) return undefined;
    host = s.slice(start, i);
    if (hasUpper(host)) host = host.toLowerCase();
  }
  let port = 0;
  if (s.charCodeAt(i) === COLON) {
    const start = ++i;
    while (i < s.length && s.charCodeAt(i) !== SEMI && s.charCodeAt(i) !== 63) i++;
    port = decimal(s, start, i, 65_535);
    if (port < 1) return undefined;
  }
  if (i < s.length && s.charCodeAt(i) !== SEMI && s.charCodeAt(i) !== 63) return undefined;
  const q = s.indexOf('?', i);
  return {
    scheme,
    user,
    host,
    port,
    params: s.slice(i, q < 0 ? s.length : q),
    headers: q < 0 ? '' : s.slice(q + 1),
  };
}

function isHostCode(c: number): boolean {
  return (
    (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c === 46 || c === 45 || (c >= 65 && c <= 90) || c === 95
  );
}

function hasUpper(s: string): boolean {
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c >= 65 && c <= 90) return true;
  }
  return false;
}

/** Whether `s` looks like an IPv6 address (hex digits, colons, an IPv4 tail; no zone). */
export function isIpv6Text(s: string): boolean {
  let colons = 0;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c === COLON) colons++;
    else if (!((c >= 48 && c <= 57) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70) || c === 46))
      return false;
  }
  if (colons < 2 || s.length > 45) return false;
  // RFC 5954 4.1: `::` once, and never three colons.
  const gap = s.indexOf('::');
  return gap < 0 || s.indexOf('::', gap + 1) < 0;
}

/** Whether `s` is a dotted IPv4 address. */
export function isIpv4Text(s: string): boolean {
  let dots = 0;
  let from = 0;
  for (let i = 0; i <= s.length; i++) {
    if (i < s.length && s.charCodeAt(i) !== 46) continue;
    if (i - from > 3 || decimal(s, from, i, 255) < 0) return false;
    from = i + 1;
    if (i < s.length) dots++;
  }
  return dots === 3;
}

/** Whether `host` is an address and not a name to be resolved. */
export function isIpLiteral(host: string): boolean {
  return isIpv4Text(host) || isIpv6Text(host);
}

/** `host` as it stands in a URI or Via: IPv6 in brackets. */
export function hostText(host: string): string {
  return host.indexOf(':') >= 0 ? `[${host}]` : host;
}

/** `host:port` with brackets where needed; the port is left out if 0. */
export function hostPort(host: string, port: number): string {
  return port > 0 ? `${hostText(host)}:${port}` : hostText(host);
}

/** The value of a URI parameter (name in lower case); see {@link param}. */
export function uriParam(uri: Uri, name: string): string | undefined {
  return uri.params === '' ? undefined : param(uri.params, name);
}

/** Index of the `@` that ends the user part of a sip or sips URI, or -1. */
export function userEnd(uri: string): number {
  for (let i = 0; i < uri.length; i++) if (uri.charCodeAt(i) === AT) return i;
  return -1;
}
