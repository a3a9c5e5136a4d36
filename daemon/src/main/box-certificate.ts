import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';

/** The box's own key and certificate for SIP over TLS, PEM. */
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
const NOT_BEFORE = '200101000000Z';
const NOT_AFTER = '491231235959Z';

const OID = {
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  commonName: [0x55, 0x04, 0x03],
  basicConstraints: [0x55, 0x1d, 0x13],
  keyUsage: [0x55, 0x1d, 0x0f],
  extendedKeyUsage: [0x55, 0x1d, 0x25],
  subjectAltName: [0x55, 0x1d, 0x11],
  serverAuth: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01],
  clientAuth: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02],
} as const;

/**
 * A certificate (RFC 5280 4.1) for a fresh P-256 key, signed by itself. Node makes keys and signatures but no
 * certificates; these few lines of DER take the place of a library, and of openssl, which the box need not have.
 */
export function selfSigned(name: string): BoxCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const subject = sequence(der(0x31, sequence(oid(OID.commonName), der(0x0c, Buffer.from(name)))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    // 4.1.2.2: positive, and not zero.
    der(0x02, Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    algorithm,
    subject,
    sequence(der(0x17, Buffer.from(NOT_BEFORE)), der(0x17, Buffer.from(NOT_AFTER))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        extension(OID.basicConstraints, sequence()),
        // digitalSignature: the first of nine bits.
        extension(OID.keyUsage, der(0x03, Buffer.from([7, 0x80]))),
        extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth), oid(OID.clientAuth))),
        // RFC 5922 4.1: the domain as a sip URI, and as a DNS name for those that look for that.
        extension(
          OID.subjectAltName,
          sequence(der(0x86, Buffer.from(`sip:${name}`)), der(0x82, Buffer.from(name))),
        ),
      ),
    ),
  );
  const signature = sign('sha256', body, { key: privateKey, dsaEncoding: 'der' });
  const certificate = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return { key: pemOfKey(privateKey), cert: pem('CERTIFICATE', certificate) };
}

/** One DER element (ITU-T X.690 8.1, 10.1): tag, length in the definite form, content. */
function der(tag: number, ...content: Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  const { length } = bytes;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
}

const sequence = (...content: Buffer[]): Buffer => der(0x30, ...content);
const oid = (bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes));
const extension = (id: readonly number[], value: Buffer): Buffer => sequence(oid(id), der(0x04, value));
const pemOfKey = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function pem(kind: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${kind}-----\n${lines.join('\n')}\n-----END ${kind}-----\n`;
}
