import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Said } from '../api/contract.ts';
import type { OwnCertificate } from '../api/security-contract.ts';
import { CodedError } from '../base/error.ts';
import type { BoxCertificate } from './box-certificate.ts';

/** Certificates above one's own; real chains have two or three. */
const MOST_LINKS = 8;
/** Browsers take no shorter RSA keys. */
const LEAST_RSA_BITS = 2048;
/** The OID of TLS servers among extended key usages (RFC 5280 4.2.1.12). */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/** Why a certificate is not taken; `path` names the field that it is about. */
export class CertificateFault extends CodedError {
  readonly said: Said;
  readonly path: '/certificate' | '/key';

  constructor(code: string, path: CertificateFault['path'], said: Said) {
    super(`certificate/${code}`, said.en);
    this.said = said;
    this.path = path;
  }
}

/**
 * Looks whether a certificate can serve the page: it and its key can be read and belong together, those above it follow
 * in order, it is in force, and it names what browsers compare with.
 * @throws CertificateFault
 */
export function checkOwnCertificate(own: OwnCertificate, now: number): BoxCertificate {
  const key = readKey(own.key);
  const given = readCertificates(own.certificate);
  const leaf = given.find((one) => one.checkPrivateKey(key));
  if (!leaf)
    throw new CertificateFault('key-of-another', '/key', {
      ru: 'Ключ не от этого сертификата. Нужен тот, с которым его заказывали.',
      en: 'The key does not belong to this certificate. Take the one that it was ordered with.',
    });
  if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_RSA_BITS)
    throw new CertificateFault('weak-key', '/key', {
      ru: `Ключ RSA короче ${LEAST_RSA_BITS} бит: браузеры его не примут. Закажите сертификат с новым ключом.`,
      en: `The RSA key is shorter than ${LEAST_RSA_BITS} bits: browsers do not take it. Order a certificate with a new key.`,
    });
  inForce(leaf, now);
  named(leaf);
  const chain = chained(leaf, given);
  return { key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: chain.join('') };
}

function readKey(text: string): KeyObject {
  if (/ENCRYPTED/.test(text))
    throw new CertificateFault('key-encrypted', '/key', {
      ru: 'Ключ закрыт паролем. Сохраните его без пароля и загрузите снова.',
      en: 'The key is protected by a passphrase. Save it without one, and upload it again.',
    });
  try {
    return createPrivateKey(text);
  } catch {
    throw new CertificateFault('no-key', '/key', {
      ru: 'Это не ключ в формате PEM. Он начинается со строки «-----BEGIN PRIVATE KEY-----».',
      en: 'This is no key in PEM. One begins with the line "-----BEGIN PRIVATE KEY-----".',
    });
  }
}

function readCertificates(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    if (blocks.length > 0 && blocks.length <= MOST_LINKS)
      return blocks.map((one) => new X509Certificate(one));
  } catch {
    // Said below.
  }
  throw new CertificateFault('no-certificate', '/certificate', {
    ru: 'Это не сертификат в формате PEM. Он начинается со строки «-----BEGIN CERTIFICATE-----».',
    en: 'This is no certificate in PEM. One begins with the line "-----BEGIN CERTIFICATE-----".',
  });
}

function inForce(leaf: X509Certificate, now: number): void {
  const day = (at: number, language: string): string =>
    new Date(at).toLocaleDateString(language, { dateStyle: 'long', timeZone: 'UTC' });
  const [from, to] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  if (now > to)
    throw new CertificateFault('expired', '/certificate', {
      ru: `Срок сертификата вышел ${day(to, 'ru-RU')}. Закажите новый.`,
      en: `The certificate ran out on ${day(to, 'en-GB')}. Order a new one.`,
    });
  if (now < from)
    throw new CertificateFault('not-yet', '/certificate', {
      ru: `Сертификат начнёт действовать ${day(from, 'ru-RU')}. Если это уже прошло, проверьте часы устройства.`,
      en: `The certificate begins on ${day(from, 'en-GB')}. If that is past, see to the clock of the box.`,
    });
}

function named(leaf: X509Certificate): void {
  if (!/\b(?:DNS|IP Address):/.test(leaf.subjectAltName ?? ''))
    throw new CertificateFault('no-names', '/certificate', {
      ru: 'В сертификате нет ни одного имени сервера (subjectAltName): браузеры такой не примут.',
      en: 'The certificate names no server (subjectAltName): browsers do not take it.',
    });
  // `keyUsage` of Node is the extended one.
  if (leaf.ca || (leaf.keyUsage && !leaf.keyUsage.includes(SERVER_AUTH)))
    throw new CertificateFault('not-for-servers', '/certificate', {
      ru: 'Это сертификат не для сервера. Нужен сертификат для сайта (TLS server).',
      en: 'This certificate is not for servers. Take one for a web site (TLS server).',
    });
}

/** The certificate and those above it, in order. One that is missing in between is missed by telephones, if not by every browser. */
function chained(leaf: X509Certificate, given: readonly X509Certificate[]): string[] {
  const chain = [leaf];
  const rest = given.filter((one) => one.fingerprint256 !== leaf.fingerprint256);
  for (let at = leaf; rest.length > 0; ) {
    const next = rest.findIndex((one) => at.checkIssued(one) && at.verify(one.publicKey));
    const above = rest[next];
    if (!above) break;
    rest.splice(next, 1);
    chain.push(above);
    at = above;
  }
  if (rest.length > 0)
    throw new CertificateFault('broken-chain', '/certificate', {
      ru: 'Сертификаты в файле не продолжают друг друга. После своего должны идти промежуточные того же центра.',
      en: 'The certificates of the file do not lead from one to the next. Those of its authority have to follow your own.',
    });
  return chain.map(String).map((text) => (text.endsWith('\n') ? text : `${text}\n`));
}
