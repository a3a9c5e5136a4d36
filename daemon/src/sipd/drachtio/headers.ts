import { parseNameAddr, tagOf } from '../message/name-addr.ts';
import { hostPort } from '../message/uri.ts';
import { type Flow, type HostPort, transportParameter } from '../transport/flow.ts';

/** `@localhost` in a value, replaced by our address: the client does not know which it will be. */
export function localized(value: string, local: HostPort): string {
  const at = value.indexOf('@localhost');
  if (at < 0) return value;
  const end = at + 10;
  const next = value.charCodeAt(end);
  const isName = next === 46 || next === 45 || (next >= 48 && next <= 57) || (next >= 97 && next <= 122);
  if (isName) return value;
  const own = hostPort(local.host, local.port);
  // A port written after localhost stays the client's.
  return next === 58
    ? `${value.slice(0, at + 1)}${hostPort(local.host, 0)}${value.slice(end)}`
    : `${value.slice(0, at + 1)}${own}${value.slice(end)}`;
}

/**
 * A bare SIP address put in angle brackets: peers are known that look for them, and RFC 3261 20 counts what
 * follows a semicolon after a bare one as the header's.
 */
export function bracketed(value: string): string {
  if (value.includes('<') || !/^ *sips?:[^,]*$/i.test(value)) return value;
  const semi = value.indexOf(';');
  return semi < 0 ? `<${value.trim()}>` : `<${value.slice(0, semi).trim()}>${value.slice(semi)}`;
}

/**
 * Contact as the client wants it, or ours; transports other than UDP are named. `secure`: the request is for a
 * sips URI, so that ours must be one too (RFC 3261 8.1.1.8).
 */
export function contactValue(
  wanted: string | undefined,
  local: HostPort,
  flow: Flow,
  secure = false,
): string {
  if (secure) {
    const plain = contactValue(wanted, local, flow);
    // RFC 5630 3.1.3: what sips says needs no transport=tls, which is deprecated.
    return plain.replace(/<sip:/i, '<sips:').replace(/;transport=tls/i, '');
  }
  const transport = transportParameter(flow.proto);
  if (wanted === undefined) return `<sip:${hostPort(local.host, local.port)}${transport}>`;
  // A bare address that names its transport is meant as a URI with that parameter, whatever the grammar says.
  const whole = /^ *sips?:[^<,]*;transport=/i.test(wanted) ? `<${wanted.trim()}>` : bracketed(wanted);
  const value = localized(whole, local);
  if (transport === '' || value === whole || value.includes('transport=')) return value;
  const addr = parseNameAddr(value);
  if (!addr) return value;
  const display = addr.display === '' ? '' : `${addr.display} `;
  return `${display}<${addr.uri}${transport}>${addr.params}`;
}

/** From or To value and its tag, `tag` added if it has none. */
export function withTag(given: string, tag: string): { value: string; tag: string } {
  const value = bracketed(given);
  const addr = parseNameAddr(value);
  const known = addr ? tagOf(addr) : '';
  return known !== '' ? { value, tag: known } : { value: `${value};tag=${tag}`, tag };
}

/** Authorization and Proxy-Authorization lines among header lines. */
export function credentials(lines: string): string {
  if (!lines.includes('uthorization: ')) return '';
  return lines
    .split('\r\n')
    .filter((l) => l.startsWith('Authorization: ') || l.startsWith('Proxy-Authorization: '))
    .map((l) => `${l}\r\n`)
    .join('');
}
