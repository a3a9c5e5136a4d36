import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/*
 * Certificates of our own (RFC 5280). Node makes keys and signatures but no certificates; these lines of DER take the
 * place of a library that would stay in memory for two certificates in a year, and of openssl, which the box need not have.
 */

/** What a certificate says, besides its key. */
export interface CertificateTerms {
  subject: string;
  issuer: string;
  /** The issuer's key signs it. */
  signedBy: KeyObject;
  publicKey: KeyObject;
  /** Wall-clock ms since 1970, both before 2050. */
  notBefore: number;
  notAfter: number;
  extensions: readonly Buffer[];
}

const OID = {
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  commonName: [0x55, 0x04, 0x03],
  subjectKeyIdentifier: [0x55, 0x1d, 0x0e],
  keyUsage: [0x55, 0x1d, 0x0f],
  subjectAltName: [0x55, 0x1d, 0x11],
  basicConstraints: [0x55, 0x1d, 0x13],
  nameConstraints: [0x55, 0x1d, 0x1e],
  authorityKeyIdentifier: [0x55, 0x1d, 0x23],
  extendedKeyUsage: [0x55, 0x1d, 0x25],
  serverAuth: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01],
  clientAuth: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02],
} as const;

/** A certificate (4.1), PEM; ECDSA with SHA-256, so that the signer's key is of P-256. */
export function certificate(terms: CertificateTerms): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    // 4.1.2.2: positive, and not zero.
    der(0x02, Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    algorithm,
    commonName(terms.issuer),
    sequence(utcTime(terms.notBefore), utcTime(terms.notAfter)),
    commonName(terms.subject),
    terms.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...terms.extensions)),
  );
  const signature = sign('sha256', body, { key: terms.signedBy, dsaEncoding: 'der' });
  return pem('CERTIFICATE', sequence(body, algorithm, bitString(0, signature)));
}

/** Names and addresses that the certificate is for (4.2.1.6). */
export function subjectAltNames(names: {
  dns?: readonly string[];
  ip?: readonly string[];
  uri?: readonly string[];
}): Buffer {
  return extension(
    OID.subjectAltName,
    sequence(
      ...(names.uri ?? []).map((uri) => der(0x86, Buffer.from(uri))),
      ...(names.dns ?? []).map((name) => der(0x82, Buffer.from(name))),
      ...(names.ip ?? []).map((address) => der(0x87, addressBytes(address))),
    ),
  );
}

/** 4.2.1.9; an authority that makes no further ones. */
export function basicConstraints(authority: boolean): Buffer {
  const content = authority ? [der(0x01, Buffer.from([0xff])), der(0x02, Buffer.from([0]))] : [];
  return extension(OID.basicConstraints, sequence(...content), true);
}

/** 4.2.1.3: keyCertSign and cRLSign of an authority, digitalSignature of all others. */
export function keyUsage(authority: boolean): Buffer {
  return extension(
    OID.keyUsage,
    authority ? bitString(1, Buffer.from([0x06])) : bitString(7, Buffer.from([0x80])),
    true,
  );
}

/** 4.2.1.12. */
export function extendedKeyUsage(...uses: ('server' | 'client')[]): Buffer {
  const ids = uses.map((use) => oid(use === 'server' ? OID.serverAuth : OID.clientAuth));
  return extension(OID.extendedKeyUsage, sequence(...ids));
}

/** 4.2.1.2. */
export function subjectKey(publicKey: KeyObject): Buffer {
  return extension(OID.subjectKeyIdentifier, der(0x04, keyIdentifier(publicKey)));
}

/** 4.2.1.1. */
export function authorityKey(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return extension(OID.authorityKeyIdentifier, sequence(der(0x80, keyIdentifier(publicKey))));
}

/**
 * What an authority may speak for (4.2.1.10), and nothing else: names with all below them, and subnets. Whoever has
 * stolen its key can then pretend to be no site of the Internet.
 */
export function nameConstraints(permitted: {
  dns: readonly string[];
  ip: readonly { address: string; bits: number }[];
}): Buffer {
  const subtrees = [
    ...permitted.dns.map((name) => der(0x82, Buffer.from(name))),
    ...permitted.ip.map(({ address, bits }) => {
      const bytes = addressBytes(address);
      return der(0x87, Buffer.concat([bytes, maskBytes(bits, bytes.length)]));
    }),
  ].map((base) => sequence(base));
  return extension(OID.nameConstraints, sequence(der(0xa0, ...subtrees)), true);
}

/** A private key as PEM. */
export const pemOfKey = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** SHA-1 of the key's bits: method 1 of 4.2.1.2, a name and no protection. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  // The uncompressed point of P-256 is the last 65 octets of its SubjectPublicKeyInfo (RFC 5480 2.2).
  return createHash('sha1').update(spki.subarray(-65)).digest();
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const fill = tail === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...new Array<string>(fill).fill('0'), ...last];
  return Buffer.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  );
}

function maskBytes(bits: number, length: number): Buffer {
  return Buffer.from(
    Array.from({ length }, (_, i) => (0xff00 >> Math.max(0, Math.min(8, bits - 8 * i))) & 0xff),
  );
}

/** 4.1.2.5.1: `YYMMDDHHMMSSZ`, of years up to 2049. */
function utcTime(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/\D/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
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
const bitString = (unused: number, bits: Buffer): Buffer =>
  der(0x03, Buffer.concat([Buffer.from([unused]), bits]));
const commonName = (name: string): Buffer =>
  sequence(der(0x31, sequence(oid(OID.commonName), der(0x0c, Buffer.from(name)))));
const extension = (id: readonly number[], value: Buffer, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value));

function pem(kind: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${kind}-----\n${lines.join('\n')}\n-----END ${kind}-----\n`;
}
