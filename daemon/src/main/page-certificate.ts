import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { CertificateAccess } from '../api/help-deps.ts';
import type { CertificateView, OwnCertificate } from '../api/security-contract.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { CodedError, messageOf } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import { type BoxCertificate, EARLIEST, LATEST } from './box-certificate.ts';
import { checkOwnCertificate } from './own-certificate.ts';
import {
  authorityKey,
  basicConstraints,
  certificate,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  pemOfKey,
  subjectAltNames,
  subjectKey,
} from './x509.ts';

const DAY_MS = 24 * 3_600_000;
/**
 * How long the page's certificate is good: Apple's systems take none of more than 825 days, also from authorities that
 * their owner has added.
 */
const LEAF_MS = 800 * DAY_MS;
/** So long before its end it is made anew. */
const RENEW_MS = 100 * DAY_MS;
/** A visitor's clock may be behind ours. */
const SLACK_MS = 2 * DAY_MS;
/** How often it is looked whether addresses have changed, or the end is near, ms. */
const LOOK_MS = 60_000;
/** Addresses in one certificate; a box has two or three. */
const MOST_ADDRESSES = 32;

/** Domains that exist only locally (RFC 6762, RFC 8375, ICANN's `.internal`), and `lan`, which routers give out. */
const DOMAINS = ['local', 'lan', 'home.arpa', 'internal'] as const;

/** Addresses of local networks: RFC 1918, 6598, 3927, 4193, 4291 2.5.6, and loopback. */
const NETWORKS = [
  { address: '10.0.0.0', bits: 8 },
  { address: '172.16.0.0', bits: 12 },
  { address: '192.168.0.0', bits: 16 },
  { address: '100.64.0.0', bits: 10 },
  { address: '169.254.0.0', bits: 16 },
  { address: '127.0.0.0', bits: 8 },
  { address: 'fc00::', bits: 7 },
  { address: 'fe80::', bits: 10 },
  { address: '::1', bits: 128 },
] as const;

export interface PageCertificateParts {
  /** Folder of the keys. */
  data: string;
  clock: Clock;
  /** Name of the machine, without a domain. */
  hostname: string;
  /** The machine's present addresses. */
  addresses(): readonly string[];
  /** Where HTTPS is served; undefined: it is not. */
  port(): number | undefined;
  httpsOnly(): boolean;
  warn(message: string): void;
}

interface Pair extends BoxCertificate {
  x509: X509Certificate;
}

/**
 * The certificate that the page is served with over HTTPS: one of the box's own authority, made anew when the box's
 * names change or the end is near; or one that the admin has uploaded. The authority lasts for decades and may speak for
 * local names and addresses only, so that to trust it is to trust this box and nothing else.
 */
export class PageCertificate
  extends Emitter<{ changed: [material: BoxCertificate] }>
  implements CertificateAccess
{
  readonly #parts: PageCertificateParts;
  readonly #authority: Pair;
  #leaf: Pair;
  #own: Pair | undefined;
  readonly #timer: { cancel(): void };
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: PageCertificateParts) {
    super();
    this.#parts = parts;
    this.#authority = this.#read('page-authority') ?? this.#makeAuthority();
    this.#own = this.#read('page-own');
    const stored = this.#read('page');
    this.#leaf = stored && this.#holds(stored) ? stored : this.#makeLeaf();
    this.#timer = parts.clock.every(LOOK_MS, () => this.look());
  }

  /** What the server shows. */
  get material(): BoxCertificate {
    const { key, cert } = this.#shown;
    return { key, cert };
  }

  /** Names besides the box's own under which the page may then be opened. */
  get ownNames(): readonly string[] {
    return this.#own ? namesOf(this.#own.x509) : [];
  }

  view(): CertificateView {
    const { port, httpsOnly } = this.#parts;
    const { x509 } = this.#shown;
    const at = port();
    return {
      ...(at === undefined ? {} : { port: at }),
      kind: this.#own ? 'own' : 'box',
      fingerprint: x509.fingerprint256,
      names: namesOf(x509),
      issuer: nameIn(x509.issuer),
      notBefore: Date.parse(x509.validFrom),
      notAfter: Date.parse(x509.validTo),
      authority: {
        fingerprint: this.#authority.x509.fingerprint256,
        notAfter: Date.parse(this.#authority.x509.validTo),
        file: '/api/v1/certificate/authority.crt',
      },
      httpsOnly: httpsOnly(),
    };
  }

  authority(): string {
    return this.#authority.cert;
  }

  async use(own: OwnCertificate): Promise<void> {
    const pair = checkOwnCertificate(own, this.#parts.clock.wall());
    // The key first: a certificate without its key is of no use, a key without one harms nobody.
    await this.#write('page-own', pair);
    this.#own = { ...pair, x509: new X509Certificate(pair.cert) };
    this.emit('changed', this.material);
  }

  async restore(): Promise<boolean> {
    if (!this.#own) return false;
    this.#own = undefined;
    for (const file of ['page-own.crt', 'page-own.key'])
      rmSync(join(this.#parts.data, file), { force: true });
    this.emit('changed', this.material);
    return true;
  }

  /** Makes the box's certificate anew if it does not hold any more. */
  look(): void {
    if (this.#holds(this.#leaf)) return;
    this.#leaf = this.#makeLeaf();
    if (!this.#own) this.emit('changed', this.material);
  }

  /** Resolves when all that was made is on the disk. */
  written(): Promise<void> {
    return this.#writing;
  }

  async close(): Promise<void> {
    this.#timer.cancel();
    await this.#writing;
  }

  get #shown(): Pair {
    return this.#own ?? this.#leaf;
  }

  /** Of our authority, for all our names, begun, and far enough from its end. */
  #holds({ x509 }: Pair): boolean {
    const now = this.#now();
    const [from, to] = [Date.parse(x509.validFrom), Date.parse(x509.validTo)];
    if (now < from || to - now < RENEW_MS) return false;
    if (!x509.checkIssued(this.#authority.x509)) return false;
    const names = new Set(namesOf(x509));
    const { dns, ip } = this.#wanted();
    return [...dns, ...ip].every((name) => names.has(name));
  }

  /** A clock that was never set is as good as the day before which no such box was made. */
  #now(): number {
    return Math.max(EARLIEST + SLACK_MS, Math.min(LATEST, this.#parts.clock.wall()));
  }

  #wanted(): { dns: string[]; ip: string[] } {
    const { hostname, addresses } = this.#parts;
    const host = hostname.toLowerCase();
    const known = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(host) ? [host] : [];
    const hosts = [...new Set([...known, 'linegate'])];
    const local = localList();
    const ip = addresses()
      .map((address) => address.replace(/%.*$/, ''))
      // Link-local ones are never typed, and come and go with interfaces.
      .filter((address) => isIP(address) > 0 && !/^fe80/i.test(address))
      .filter((address) => local.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'));
    return {
      dns: [
        'localhost',
        'linegate',
        ...hosts.flatMap((name) => DOMAINS.map((domain) => `${name}.${domain}`)),
      ],
      ip: [...new Set(['127.0.0.1', ...ip.map(written)])].slice(0, MOST_ADDRESSES),
    };
  }

  #makeAuthority(): Pair {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    // Told apart by a few digits of the key: an installer may come to trust many boxes.
    const mark = publicKey.export({ type: 'spki', format: 'der' }).subarray(-3).toString('hex').toUpperCase();
    const name = `Linegate ${mark}`;
    const cert = certificate({
      ...{ subject: name, issuer: name, signedBy: privateKey, publicKey },
      ...{ notBefore: EARLIEST, notAfter: LATEST },
      extensions: [
        basicConstraints(true),
        keyUsage(true),
        subjectKey(publicKey),
        nameConstraints({ dns: [...DOMAINS, 'localhost', 'linegate'], ip: NETWORKS }),
      ],
    });
    return this.#kept('page-authority', { key: pemOfKey(privateKey), cert });
  }

  #makeLeaf(): Pair {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signedBy = createPrivateKey(this.#authority.key);
    const now = this.#now();
    const cert = certificate({
      ...{ subject: 'Linegate', issuer: nameIn(this.#authority.x509.subject), signedBy, publicKey },
      notBefore: Math.max(EARLIEST, now - SLACK_MS),
      notAfter: Math.min(LATEST, now + LEAF_MS),
      extensions: [
        basicConstraints(false),
        keyUsage(false),
        extendedKeyUsage('server'),
        subjectAltNames(this.#wanted()),
        subjectKey(publicKey),
        authorityKey(signedBy),
      ],
    });
    // What is shown with it is the whole way up, for those who look at the fingerprint of the authority.
    return this.#kept('page', { key: pemOfKey(privateKey), cert: `${cert}${this.#authority.cert}` });
  }

  #kept(name: string, pair: BoxCertificate): Pair {
    this.#writing = this.#writing
      .then(() => this.#write(name, pair))
      .catch((error: unknown) => this.#parts.warn(`the certificate is not kept: ${messageOf(error)}`));
    return { ...pair, x509: new X509Certificate(pair.cert) };
  }

  async #write(name: string, { key, cert }: BoxCertificate): Promise<void> {
    await writeAtomic(join(this.#parts.data, `${name}.key`), key);
    await writeAtomic(join(this.#parts.data, `${name}.crt`), cert, 0o644);
  }

  /** A stored pair; undefined if there is none, or it is of no use. */
  #read(name: string): Pair | undefined {
    try {
      const [key, cert] = ['key', 'crt'].map((kind) =>
        readFileSync(join(this.#parts.data, `${name}.${kind}`), 'utf8'),
      ) as [string, string];
      const x509 = new X509Certificate(cert);
      // A power cut may come between the two files.
      if (!x509.checkPrivateKey(createPrivateKey(key)))
        throw new CodedError('main/certificate-mismatch', 'key and certificate do not belong together');
      return { key, cert, x509 };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#parts.warn(`${name}.crt is of no use: ${messageOf(error)}`);
      return undefined;
    }
  }
}

/** Names and addresses of a certificate, addresses as RFC 5952 writes them. */
export function namesOf(x509: X509Certificate): string[] {
  return (x509.subjectAltName ?? '')
    .split(', ')
    .flatMap((part) =>
      part.startsWith('DNS:')
        ? [part.slice(4)]
        : part.startsWith('IP Address:')
          ? [written(part.slice(11))]
          : [],
    );
}

/** The common name in a distinguished name as Node writes it; else the whole. */
function nameIn(name: string): string {
  return /^CN=(.*)$/m.exec(name)?.[1] ?? name.split('\n').join(', ');
}

/** An address as it is compared: URL writes IPv6 as RFC 5952 does. */
function written(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

function localList(): BlockList {
  const list = new BlockList();
  for (const { address, bits } of NETWORKS) list.addSubnet(address, bits, isIPv6(address) ? 'ipv6' : 'ipv4');
  return list;
}
