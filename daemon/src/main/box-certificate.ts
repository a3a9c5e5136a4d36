import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import {
  basicConstraints,
  certificate,
  extendedKeyUsage,
  keyUsage,
  pemOfKey,
  subjectAltNames,
} from './x509.ts';

/** A key and its certificate, PEM. */
export interface BoxCertificate {
  key: string;
  cert: string;
}

/**
 * Reads `sip-tls.key` and `sip-tls.crt` of the data folder, which whoever has a certificate from an authority may
 * put there. Where there are none a self-signed pair is made and kept: operators that call us over TLS want one,
 * and most do not check it. One that is no good is left where it is, and `warn` told.
 */
export function boxCertificate(data: string, name: string, warn: (text: string) => void): BoxCertificate {
  const [keyPath, certPath] = [join(data, 'sip-tls.key'), join(data, 'sip-tls.crt')];
  try {
    const stored = { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(certPath, 'utf8') };
    createSecureContext(stored);
    return stored;
  } catch (error) {
    const made = selfSigned(name);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      warn(`the key or certificate for SIP over TLS is of no use, one made now serves: ${String(error)}`);
      return made;
    }
    writeFileSync(keyPath, made.key, { mode: 0o600 });
    writeFileSync(certPath, made.cert);
    return made;
  }
}

/** Boards without a clock wake in 1970 or at the time of their image; so early a beginning harms nobody. */
export const EARLIEST = Date.UTC(2020, 0, 1);
/** The last moment that every reader of certificates understands in the short form (RFC 5280 4.1.2.5). */
export const LATEST = Date.UTC(2049, 11, 31, 23, 59, 59);

/** A certificate for a fresh P-256 key, signed by itself. */
export function selfSigned(name: string): BoxCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = certificate({
    ...{ subject: name, issuer: name, signedBy: privateKey, publicKey },
    ...{ notBefore: EARLIEST, notAfter: LATEST },
    extensions: [
      basicConstraints(false),
      keyUsage(false),
      extendedKeyUsage('server', 'client'),
      // RFC 5922 4.1: the domain as a sip URI, and as a DNS name for those that look for that.
      subjectAltNames({ uri: [`sip:${name}`], dns: [name] }),
    ],
  });
  return { key: pemOfKey(privateKey), cert };
}
