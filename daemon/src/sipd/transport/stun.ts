import { randomBytes } from 'node:crypto';
import { isIpv6Text } from '../message/uri.ts';
import { ipv4Number } from './addresses.ts';
import type { HostPort } from './flow.ts';

/*
 * As much of STUN (RFC 8489, before it RFC 5389) as shares a SIP port: Binding requests, which keep a NAT's
 * mapping open and tell who sends them where he is seen (RFC 5626 3.5.2). No credentials (RFC 5626 8).
 */

const COOKIE = 0x2112a442;
const HEAD = 20;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const BINDING_ERROR = 0x0111;

const MAPPED_ADDRESS = 0x0001;
const ERROR_CODE = 0x0009;
const UNKNOWN_ATTRIBUTES = 0x000a;
const XOR_MAPPED_ADDRESS = 0x0020;
/** Attributes from here on may be passed over where they are not understood (RFC 8489 14). */
const OPTIONAL = 0x8000;

/** Attributes that must be understood and are, or do no harm here: those of RFC 8489 18.3.1. */
const KNOWN = new Set([
  0x0001, 0x0006, 0x0008, 0x0009, 0x000a, 0x0014, 0x0015, 0x001c, 0x001d, 0x001e, 0x0020,
]);

/**
 * Whether a datagram is STUN: its first two bits are zero, which no SIP message begins with (RFC 5626 8), and the
 * magic cookie is in its place.
 */
export function isStun(bytes: Buffer): boolean {
  return bytes.length >= HEAD && bytes[0]! < 64 && bytes.readUInt32BE(4) === COOKIE;
}

/** A Binding request and the transaction id by which its answer is known. */
export function bindingRequest(): { id: string; bytes: Buffer } {
  const id = randomBytes(12);
  return { id: id.toString('latin1'), bytes: message(BINDING_REQUEST, id, []) };
}

/** The answer to what came, for who sent it; undefined if it is no request to be answered. */
export function bindingAnswer(bytes: Buffer, from: HostPort): Buffer | undefined {
  if (bytes.readUInt16BE(0) !== BINDING_REQUEST) return undefined;
  const attributes = attributesOf(bytes);
  if (!attributes) return undefined;
  const id = bytes.subarray(8, HEAD);
  const unknown = [...attributes.keys()].filter((type) => type < OPTIONAL && !KNOWN.has(type));
  if (unknown.length > 0) {
    // RFC 8489 6.3.1: 420, and which they were.
    const list = Buffer.alloc(2 * unknown.length);
    for (const [i, type] of unknown.entries()) list.writeUInt16BE(type, 2 * i);
    const code = Buffer.concat([Buffer.from([0, 0, 4, 20]), Buffer.from('Unknown Attribute')]);
    return message(BINDING_ERROR, id, [
      [ERROR_CODE, code],
      [UNKNOWN_ATTRIBUTES, list],
    ]);
  }
  return message(BINDING_SUCCESS, id, [[XOR_MAPPED_ADDRESS, mapped(from, id, true)]]);
}

/** What a success says: whose request it answers, and where that was seen to come from. */
export function bindingResult(bytes: Buffer): { id: string; seen: HostPort } | undefined {
  if (bytes.readUInt16BE(0) !== BINDING_SUCCESS) return undefined;
  const attributes = attributesOf(bytes);
  const id = bytes.subarray(8, HEAD);
  const xored = attributes?.get(XOR_MAPPED_ADDRESS);
  const plain = attributes?.get(MAPPED_ADDRESS);
  const value = xored ?? plain;
  const seen = value && placeIn(value, id, xored !== undefined);
  return seen ? { id: id.toString('latin1'), seen } : undefined;
}

/** The attributes, the first of each type; undefined if they do not fill the message as its length says. */
function attributesOf(bytes: Buffer): Map<number, Buffer> | undefined {
  const end = HEAD + bytes.readUInt16BE(2);
  if (end !== bytes.length || end % 4 !== 0) return undefined;
  const found = new Map<number, Buffer>();
  for (let at = HEAD; at < end; ) {
    if (at + 4 > end) return undefined;
    const type = bytes.readUInt16BE(at);
    const length = bytes.readUInt16BE(at + 2);
    if (at + 4 + length > end) return undefined;
    if (!found.has(type)) found.set(type, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length + ((4 - (length & 3)) & 3);
  }
  return found;
}

function message(type: number, id: Buffer, attributes: [type: number, value: Buffer][]): Buffer {
  const parts = attributes.map(([kind, value]) => {
    const part = Buffer.alloc(4 + value.length + ((4 - (value.length & 3)) & 3));
    part.writeUInt16BE(kind, 0);
    part.writeUInt16BE(value.length, 2);
    value.copy(part, 4);
    return part;
  });
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(body.length, 2);
  head.writeUInt32BE(COOKIE, 4);
  return Buffer.concat([head, id, body]);
}

/** What an address is XORed with (RFC 8489 14.2): the cookie, for IPv6 followed by the transaction id. */
function mask(id: Buffer): Buffer {
  const cookie = Buffer.alloc(4);
  cookie.writeUInt32BE(COOKIE);
  return Buffer.concat([cookie, id]);
}

function mapped(place: HostPort, id: Buffer, xor: boolean): Buffer {
  const v6 = isIpv6Text(place.host);
  const address = v6 ? ipv6Bytes(place.host) : Buffer.alloc(4);
  if (!v6) address.writeUInt32BE(ipv4Number(place.host));
  const key = mask(id);
  if (xor) for (let i = 0; i < address.length; i++) address[i] = address[i]! ^ key[i]!;
  const head = Buffer.alloc(4);
  head[1] = v6 ? 2 : 1;
  head.writeUInt16BE(xor ? place.port ^ (COOKIE >>> 16) : place.port, 2);
  return Buffer.concat([head, address]);
}

function placeIn(value: Buffer, id: Buffer, xor: boolean): HostPort | undefined {
  const family = value[1];
  const size = family === 1 ? 4 : family === 2 ? 16 : 0;
  if (size === 0 || value.length !== 4 + size) return undefined;
  const key = mask(id);
  const address = Buffer.from(value.subarray(4));
  if (xor) for (let i = 0; i < size; i++) address[i] = address[i]! ^ key[i]!;
  const port = value.readUInt16BE(2);
  const host =
    size === 4
      ? address.join('.')
      : new URL(`http://[${address.toString('hex').replace(/(.{4})(?!$)/g, '$1:')}]`).hostname.slice(1, -1);
  return { host, port: xor ? port ^ (COOKIE >>> 16) : port };
}

function ipv6Bytes(host: string): Buffer {
  const full = new URL(`http://[${host}]`).hostname.slice(1, -1);
  const [front = '', back] = full.split('::');
  const groups = (text: string): string[] => text.split(':').filter((group) => group !== '');
  const [head, tail] = [groups(front), groups(back ?? '')];
  const all = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
