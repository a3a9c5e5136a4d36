import type { X509Certificate } from 'node:crypto';
import { isIpLiteral } from '../message/uri.ts';

/**
 * Whether a certificate speaks for `name`, the domain (or address) that the request was to go to (RFC 5922 7.1,
 * 7.2). Identities are the `sip:` URIs without a user, and the DNS names, of subjectAltName; the common name counts
 * only in a certificate without that extension. Names match whole, in any case of letters, and never by a wildcard.
 */
export function speaksFor(certificate: X509Certificate, name: string): boolean {
  const wanted = name.toLowerCase().replace(/\.$/, '');
  return identitiesOf(certificate).some((identity) => identity === wanted);
}

/** What a certificate says whom it is for, in lower case. */
export function identitiesOf(certificate: X509Certificate): string[] {
  const { subjectAltName } = certificate;
  if (subjectAltName === undefined) {
    const commonName = /^CN=(.+)$/m.exec(certificate.subject ?? '')?.[1];
    return commonName === undefined ? [] : [commonName.toLowerCase()];
  }
  return alternatives(subjectAltName).flatMap((entry) => {
    const colon = entry.indexOf(':');
    const value = entry.slice(colon + 1).toLowerCase();
    switch (entry.slice(0, colon)) {
      case 'DNS':
        return [value.replace(/\.$/, '')];
      case 'IP Address':
        return [addressOf(value)];
      case 'URI': {
        // 7.1: another scheme than sip, or a user part, is no identity of a domain.
        const host = /^sip:([^@;?]+)$/.exec(value)?.[1]?.replace(/:\d+$/, '');
        return host === undefined ? [] : [host];
      }
      default:
        return [];
    }
  });
}

/** The entries of OpenSSL's text; one with a comma or quote in it is written as a JSON string. */
function alternatives(text: string): string[] {
  return (text.match(/(?:[^,"]+:)?"(?:[^"\\]|\\.)*"|[^,]+/g) ?? []).map((raw) => {
    const entry = raw.trim();
    const quote = entry.indexOf('"');
    if (quote < 0) return entry;
    try {
      return entry.slice(0, quote) + String(JSON.parse(entry.slice(quote)));
    } catch {
      return '';
    }
  });
}

/** OpenSSL writes IPv6 in full; we compare in the short form that URIs and sockets use. */
function addressOf(text: string): string {
  if (!text.includes(':')) return text;
  const host = new URL(`http://[${text}]`).hostname.slice(1, -1);
  return isIpLiteral(host) ? host : text;
}
