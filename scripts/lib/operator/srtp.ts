import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** SRTP by the book (RFC 3711, RFC 6188, RFC 7714), slow and of a piece: what the box's own is measured with. */
interface Suite {
  keyBytes: number;
  saltBytes: number;
  tagBytes: number;
  aead: boolean;
}

export const SUITES: Readonly<Record<string, Suite>> = {
  AES_CM_128_HMAC_SHA1_80: { keyBytes: 16, saltBytes: 14, tagBytes: 10, aead: false },
  AES_CM_128_HMAC_SHA1_32: { keyBytes: 16, saltBytes: 14, tagBytes: 4, aead: false },
  AES_256_CM_HMAC_SHA1_80: { keyBytes: 32, saltBytes: 14, tagBytes: 10, aead: false },
  AEAD_AES_128_GCM: { keyBytes: 16, saltBytes: 12, tagBytes: 16, aead: true },
  AEAD_AES_256_GCM: { keyBytes: 32, saltBytes: 12, tagBytes: 16, aead: true },
};

export interface SessionKeys {
  key: Buffer;
  salt: Buffer;
  auth: Buffer;
}

/** `size` bytes of the key stream of AES in counter mode (RFC 3711 4.1.1), from a counter block on. */
export function keyStream(key: Buffer, block: Buffer, size: number): Buffer {
  return createCipheriv(`aes-${key.length * 8}-ctr`, key, block).update(Buffer.alloc(size));
}

/** Session keys for RTP of a master key and salt: labels 0, 1 and 2 (RFC 3711 4.3.1), rate 0. */
export function derive(suite: Suite, master: Buffer): SessionKeys {
  const key = master.subarray(0, suite.keyBytes);
  const salt = master.subarray(suite.keyBytes);
  const of = (label: number, size: number): Buffer => {
    const block = Buffer.alloc(16);
    salt.copy(block);
    block[7]! ^= label;
    return keyStream(key, block, size);
  };
  return { key: of(0, suite.keyBytes), auth: of(1, 20), salt: of(2, suite.saltBytes) };
}

const headerBytes = (packet: Buffer): number => {
  const fixed = 12 + 4 * (packet[0]! & 0x0f);
  return packet[0]! & 0x10 ? fixed + 4 + 4 * packet.readUInt16BE(fixed + 2) : fixed;
};

/** The first counter block (RFC 3711 4.1.1) or the nonce (RFC 7714 8.1) of a packet. */
function startOf(keys: SessionKeys, packet: Buffer, roc: number): Buffer {
  const gcm = keys.salt.length === 12;
  const block = Buffer.alloc(gcm ? 12 : 16);
  const at = gcm ? 2 : 4;
  packet.copy(block, at, 8, 12);
  block.writeUInt32BE(roc >>> 0, at + 4);
  packet.copy(block, at + 8, 2, 4);
  for (let i = 0; i < keys.salt.length; i++) block[i]! ^= keys.salt[i]!;
  return block;
}

function tagOf(keys: SessionKeys, packet: Buffer, roc: number, size: number): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(roc >>> 0);
  return createHmac('sha1', keys.auth).update(packet).update(counter).digest().subarray(0, size);
}

/** Protects an RTP packet with session keys. */
export function seal(suite: Suite, keys: SessionKeys, packet: Buffer, roc: number): Buffer {
  const at = headerBytes(packet);
  const head = packet.subarray(0, at);
  const start = startOf(keys, packet, roc);
  if (suite.aead) {
    const cipher = createCipheriv(suite.keyBytes === 16 ? 'aes-128-gcm' : 'aes-256-gcm', keys.key, start);
    cipher.setAAD(head);
    return Buffer.concat([head, cipher.update(packet.subarray(at)), cipher.final(), cipher.getAuthTag()]);
  }
  const cipher = createCipheriv(`aes-${suite.keyBytes * 8}-ctr`, keys.key, start);
  const body = Buffer.concat([head, cipher.update(packet.subarray(at))]);
  return Buffer.concat([body, tagOf(keys, body, roc, suite.tagBytes)]);
}

/** The packet that was protected; undefined if it is not authentic. */
export function open(suite: Suite, keys: SessionKeys, packet: Buffer, roc: number): Buffer | undefined {
  if (packet.length < 12 + suite.tagBytes) return undefined;
  const at = headerBytes(packet);
  const end = packet.length - suite.tagBytes;
  if (at > end) return undefined;
  const head = packet.subarray(0, at);
  const tag = packet.subarray(end);
  const start = startOf(keys, packet, roc);
  if (suite.aead) {
    const decipher = createDecipheriv(suite.keyBytes === 16 ? 'aes-128-gcm' : 'aes-256-gcm', keys.key, start);
    decipher.setAAD(head).setAuthTag(tag);
    try {
      return Buffer.concat([head, decipher.update(packet.subarray(at, end)), decipher.final()]);
    } catch {
      return undefined;
    }
  }
  if (!timingSafeEqual(tag, tagOf(keys, packet.subarray(0, end), roc, suite.tagBytes))) return undefined;
  const decipher = createDecipheriv(`aes-${suite.keyBytes * 8}-ctr`, keys.key, start);
  return Buffer.concat([head, decipher.update(packet.subarray(at, end))]);
}

/** What one side offers or answers: a line of a=crypto, and its key (RFC 4568 4). */
export interface CryptoLine {
  tag: number;
  suite: string;
  key: Buffer;
}

export function freshLine(suite: string, tag = 1): CryptoLine {
  const { keyBytes, saltBytes } = SUITES[suite]!;
  return { tag, suite, key: randomBytes(keyBytes + saltBytes) };
}

export const writeLine = ({ tag, suite, key }: CryptoLine): string =>
  `a=crypto:${tag} ${suite} inline:${key.toString('base64')}`;

/** Every line of a description that is understood. */
export function linesIn(sdp: string): CryptoLine[] {
  return [...sdp.matchAll(/^a=crypto:(\d+) (\S+) inline:([A-Za-z0-9+/=]+)/gm)].flatMap((match) => {
    const suite = match[2]!;
    const key = Buffer.from(match[3]!, 'base64');
    return SUITES[suite] ? [{ tag: Number(match[1]), suite, key }] : [];
  });
}

/** One direction: the rollover counter beside a key (RFC 3711 3.3.1). */
export class SrtpStream {
  readonly #suite: Suite;
  readonly #keys: SessionKeys;
  #roc = 0;
  #last: number | undefined;

  constructor(line: CryptoLine) {
    this.#suite = SUITES[line.suite]!;
    this.#keys = derive(this.#suite, line.key);
  }

  seal(packet: Buffer): Buffer {
    this.#follow(packet);
    return seal(this.#suite, this.#keys, packet, this.#roc);
  }

  open(packet: Buffer): Buffer | undefined {
    if (packet.length < 12) return undefined;
    this.#follow(packet);
    return open(this.#suite, this.#keys, packet, this.#roc);
  }

  /** On one machine packets come in order: the number falls only when it begins anew. */
  #follow(packet: Buffer): void {
    const sequence = packet.readUInt16BE(2);
    if (this.#last !== undefined && sequence < this.#last && this.#last - sequence > 0x8000) this.#roc++;
    this.#last = sequence;
  }
}
