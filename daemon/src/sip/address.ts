/** A parsed SIP or tel URI, as far as the gateway needs it (RFC 3261 19.1, RFC 3966). */
export interface SipUri {
  scheme: string;
  /** User part, unescaped, without its parameters; empty if there is none. */
  user: string;
  /** Host without brackets; empty in a tel URI. */
  host: string;
  /** undefined: not written. */
  port: number | undefined;
  /** URI parameters, names in lower case. */
  params: Map<string, string>;
}

/** A From, To, Contact, P-Asserted-Identity... value (RFC 3261 20.10). */
export interface NameAddress {
  display: string | undefined;
  uri: string;
  /** Header parameters, names in lower case (`tag`). */
  params: Map<string, string>;
}

/** Longest header value looked at; what a peer sends beyond it is not an address. */
const MAX_VALUE = 2048;

function parameters(text: string): Map<string, string> {
  const params = new Map<string, string>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (name) params.set(name, equals < 0 ? '' : part.slice(equals + 1).trim());
  }
  return params;
}

function unescapeUser(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Parses a URI; undefined for anything that is none. */
export function parseUri(text: string): SipUri | undefined {
  if (text.length > MAX_VALUE) return undefined;
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(colon, 0)).trim().toLowerCase();
  if (scheme === 'tel') {
    const [number = '', ...rest] = text.slice(colon + 1).split(';');
    return { scheme, user: number.trim(), host: '', port: undefined, params: parameters(rest.join(';')) };
  }
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  const noHeaders = text.slice(colon + 1).split('?', 1)[0] ?? '';
  const at = noHeaders.lastIndexOf('@');
  // Password and user parameters (`;phone-context=`, `;npdi`) are no part of the number.
  const userPart = at < 0 ? '' : noHeaders.slice(0, at);
  const user = unescapeUser(userPart.split(/[:;]/, 1)[0] ?? '');
  const afterAt = noHeaders.slice(at + 1);
  const semicolon = afterAt.indexOf(';');
  const hostPort = semicolon < 0 ? afterAt : afterAt.slice(0, semicolon);
  const place = splitHostPort(hostPort.trim());
  if (!place.host) return undefined;
  return { scheme, user, ...place, params: parameters(semicolon < 0 ? '' : afterAt.slice(semicolon + 1)) };
}

/** Splits `host`, `host:port`, `[v6]` or `[v6]:port`; a port out of range is taken as not written. */
export function splitHostPort(text: string): { host: string; port: number | undefined } {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1;
  const colon = bracket > 0 ? text.indexOf(':', bracket) : text.lastIndexOf(':');
  const bare = bracket < 0 && text.indexOf(':') !== colon;
  const host = bracket > 0 ? text.slice(1, bracket) : bare || colon < 0 ? text : text.slice(0, colon);
  const port = bare || colon < 0 ? Number.NaN : Number(text.slice(colon + 1));
  return { host, port: Number.isInteger(port) && port > 0 && port < 65536 ? port : undefined };
}

/** `host:port` with brackets where IPv6 needs them. */
export function joinHostPort(host: string, port: number | undefined): string {
  const written = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? written : `${written}:${port}`;
}

/** Parses one name-addr or addr-spec; undefined for anything that is none. */
export function parseNameAddress(value: string): NameAddress | undefined {
  const text = value.slice(0, MAX_VALUE).trim();
  let at = 0;
  let display: string | undefined;
  if (text.startsWith('"')) {
    let name = '';
    for (at = 1; at < text.length && text[at] !== '"'; at++) {
      if (text[at] === '\\') at++;
      name += text[at] ?? '';
    }
    if (at >= text.length) return undefined;
    display = name;
    at++;
  }
  const open = text.indexOf('<', at);
  if (open >= 0) {
    const close = text.indexOf('>', open);
    if (close < 0) return undefined;
    display ??= text.slice(at, open).trim() || undefined;
    return { display, uri: text.slice(open + 1, close).trim(), params: parameters(text.slice(close + 1)) };
  }
  // RFC 3261 20.10: without angle brackets, what follows ';' belongs to the header, not to the URI.
  const semicolon = text.indexOf(';', at);
  const uri = (semicolon < 0 ? text.slice(at) : text.slice(at, semicolon)).trim();
  if (!uri) return undefined;
  return { display, uri, params: parameters(semicolon < 0 ? '' : text.slice(semicolon + 1)) };
}

/** Splits a header joined by commas into its values, minding quotes and angle brackets. */
export function splitHeader(value: string): string[] {
  const out: string[] = [];
  let start = 0;
  let quoted = false;
  let depth = 0;
  for (let i = 0; i < value.length; i++) {
    const c = value[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '<') depth++;
    else if (c === '>') depth--;
    else if (c === ',' && depth <= 0) {
      out.push(value.slice(start, i).trim());
      start = i + 1;
    }
  }
  out.push(value.slice(start).trim());
  return out.filter((part) => part !== '');
}

/** A display name as a quoted string, with what could break out of the header left out. */
export function quoteName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is to be removed
  return `"${name.replace(/[\x00-\x1f\x7f]/g, ' ').replace(/["\\]/g, '\\$&')}"`;
}

/** Escapes what RFC 3261 25.1 does not allow in a user part (`#` above all). */
export function escapeUser(user: string): string {
  return user.replace(/[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/g, (c) => encodeURIComponent(c));
}

/** An address without the prefix that IPv4 gets on a dual-stack socket, in lower case, for comparing. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase();
}
