import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type ConnectionOptions,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { CodedError } from '../../base/error.ts';
import { pemText } from '../../base/pem.ts';
import { isIpLiteral } from '../message/uri.ts';
import { speaksFor } from './identity.ts';

/** How connections to one peer are secured. PEM throughout. */
export interface TlsProfile {
  /** Authorities that are trusted instead of the system's. */
  ca?: string;
  /** Our own certificate for peers that ask for one (mutual TLS), and its key. */
  cert?: string;
  key?: string;
  /** False: any certificate will do. True by default. */
  verify?: boolean;
  /** The peer's domain; the host of the next hop by default. It goes into SNI and is what the certificate must say. */
  name?: string;
  /**
   * SHA-256 fingerprints of the certificates that the peer may show, as OpenSSL writes them. Where there are any,
   * nothing else decides: neither authorities nor names nor dates.
   */
  pins?: readonly string[];
  /** We show what our own listeners show. */
  own?: boolean;
}

/** Keys and certificates of our own listeners, and what outgoing connections use that name no profile. */
export interface TlsMaterial {
  key: string;
  cert: string;
  ca?: string;
  rejectUnauthorized?: boolean;
}

/** RFC 8996: TLS 1.0 and 1.1 must not be used. */
const MIN_VERSION = 'TLSv1.2';

/** Why a connection could not be secured; the codes are for programs, and stand in Reason of the made-up 503. */
export type TlsFault =
  | 'tls/expired'
  | 'tls/not-yet-valid'
  | 'tls/self-signed'
  | 'tls/unknown-issuer'
  | 'tls/wrong-name'
  | 'tls/other-certificate'
  | 'tls/revoked'
  | 'tls/certificate-asked'
  | 'tls/we-are-refused'
  | 'tls/old-version'
  | 'tls/no-profile'
  | 'tls/bad-settings'
  | 'tls/failed';

const FAULTS: Record<string, TlsFault> = {
  CERT_HAS_EXPIRED: 'tls/expired',
  CERT_NOT_YET_VALID: 'tls/not-yet-valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls/self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls/unknown-issuer',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls/unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'tls/unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls/unknown-issuer',
  CERT_UNTRUSTED: 'tls/unknown-issuer',
  CERT_SIGNATURE_FAILURE: 'tls/unknown-issuer',
  INVALID_CA: 'tls/unknown-issuer',
  CERT_REVOKED: 'tls/revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls/wrong-name',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'tls/old-version',
};

/** What failed, of an error of a socket: a TLS code, `tcp/<system code>`, or the error's own words. */
export function faultOf(error: NodeJS.ErrnoException): string {
  const code = error.code ?? '';
  const known = FAULTS[code];
  if (known) return known;
  if (code.startsWith('tls/')) return code;
  // What createSecureContext says of text that is no PEM, or of a key that does not fit.
  if (code.startsWith('ERR_OSSL')) return 'tls/bad-settings';
  const alert = Number(/SSL alert number (\d+)/.exec(error.message)?.[1]);
  if (alert > 0) return alertOf(alert);
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO') return 'tls/failed';
  return /^E[A-Z]+$/.test(code) ? `tcp/${code}` : error.message;
}

/** What a peer's alert says (RFC 8446 6.2): handshake_failure, and all that concern the certificate we showed. */
function alertOf(alert: number): TlsFault {
  if (alert === 70) return 'tls/old-version';
  if (alert === 116) return 'tls/certificate-asked';
  return alert === 40 || (alert >= 42 && alert <= 49) ? 'tls/we-are-refused' : 'tls/failed';
}

/** Where Debian and Buildroot keep the authorities that the system trusts. */
const SYSTEM_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

/** Profiles of outgoing connections by name, each with its context made once: reading the authorities takes ms. */
export class TlsProfiles {
  readonly #profiles = new Map<string, { profile: TlsProfile; context?: SecureContext }>();
  readonly #own: { key?: string; cert?: string };

  /** `material`: what connections use that name no profile. */
  constructor(material: TlsMaterial | undefined) {
    const { ca, rejectUnauthorized, key, cert } = material ?? {};
    this.#own = key === undefined || cert === undefined ? {} : { key, cert };
    this.#profiles.set('', {
      profile: {
        ...(ca === undefined ? {} : { ca }),
        ...this.#own,
        ...(rejectUnauthorized === undefined ? {} : { verify: rejectUnauthorized }),
      },
    });
  }

  /** Takes the place of all profiles with a name. Connections that stand go on. */
  set(profiles: Readonly<Record<string, TlsProfile>>): void {
    for (const name of [...this.#profiles.keys()])
      if (name !== '' && !(name in profiles)) this.#profiles.delete(name);
    for (const [name, profile] of Object.entries(profiles)) {
      const known = this.#profiles.get(name)?.profile;
      if (name !== '' && JSON.stringify(known) !== JSON.stringify(profile))
        this.#profiles.set(name, { profile });
    }
  }

  /**
   * Options of `tls.connect` toward a peer; `host`: the address or name of the next hop.
   * @throws CodedError `tls/no-profile`; whatever the system says of a certificate that is none.
   */
  options(name: string, host: string): ConnectionOptions {
    const entry = this.#profiles.get(name);
    if (!entry) throw new CodedError('tls/no-profile', `no TLS profile ${name}`);
    const { profile } = entry;
    entry.context ??= contextOf(profile.own ? { ...profile, ...this.#own } : profile);
    const peer = profile.name || host;
    return {
      ...(isIpLiteral(peer) ? {} : { servername: peer }),
      secureContext: entry.context,
      // What is pinned is looked at by `objection`, before anything is sent.
      rejectUnauthorized: profile.pins ? false : (profile.verify ?? true),
      // RFC 5922 7 takes the place of what Node would do for HTTP: no wildcards, and URIs count.
      checkServerIdentity: (_host, certificate) => identityFault(certificate, peer),
    };
  }

  /** What speaks against the certificate that the peer of a connection has shown, where some are pinned. */
  objection(name: string, socket: TLSSocket): Error | undefined {
    const pins = this.pins(name);
    if (!pins || pins.includes(fingerprintOf(socket) ?? '')) return undefined;
    return Object.assign(new Error('the certificate is not the one that was agreed on'), {
      code: 'tls/other-certificate',
    });
  }

  /** The certificates that are pinned; where there are any, nothing may be sent before {@link objection} is asked. */
  pins(name: string): readonly string[] | undefined {
    return this.#profiles.get(name)?.profile.pins;
  }
}

/** SHA-256 fingerprint of the certificate that a peer has shown, whose key it has; undefined: none. */
export function fingerprintOf(socket: TLSSocket): string | undefined {
  return socket.getPeerX509Certificate()?.fingerprint256;
}

let authorities: string | undefined | false = false;

/** The system's authorities; undefined where there is no such file, and Node's own list serves. */
function systemAuthorities(): string | undefined {
  if (authorities === false) {
    try {
      authorities = readFileSync(SYSTEM_AUTHORITIES, 'latin1');
    } catch {
      authorities = undefined;
    }
  }
  return authorities;
}

function contextOf(profile: TlsProfile): SecureContext {
  const [own, key, cert] = [profile.ca, profile.key, profile.cert].map((pem) => pem && pemText(pem));
  // Text without a certificate in it would be passed over in silence, and every peer be unknown.
  if (own) new X509Certificate(own);
  const ca = own || systemAuthorities();
  return createSecureContext({
    ...(key && cert ? { key, cert } : {}),
    ...(ca ? { ca } : {}),
    minVersion: MIN_VERSION,
  });
}

function identityFault(certificate: PeerCertificate, name: string): Error | undefined {
  if (speaksFor(new X509Certificate(certificate.raw), name)) return undefined;
  return Object.assign(new Error(`the certificate is not for ${name}`), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
}

/**
 * Options of a listener. Everybody is asked for a certificate and nobody has to have one (RFC 8446 4.4.2.4): whose it
 * is decides whoever is told of it by its fingerprint. Others are known by digest and address.
 */
export function listenOptions(material: TlsMaterial | undefined) {
  return {
    ...(material ? { key: material.key, cert: material.cert } : {}),
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: MIN_VERSION,
    handshakeTimeout: 10_000,
  } as const;
}
