/** A bare SIP peer on a UDP socket, for tests that send and see exact messages. */

import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { type Any, until } from './kit.ts';

export interface Seen {
  text: string;
  method: string;
  status: number;
  headers: Record<string, string>;
  body: string;
  at: number;
  from: { address: string; port: number };
  /** As it came. */
  raw?: Buffer;
}

export interface Peer {
  address: string;
  port: number;
  /** Everything received, in order. */
  seen: Seen[];
  send(to: string, text: string | Buffer): void;
  /** Sends a request with all it needs; `extra` are lines with CRLF. Returns its text. */
  request(to: string, method: string, options?: RequestOptions): string;
  /** Answers a request seen. */
  reply(request: Seen, status: number, options?: { tag?: string; extra?: string; body?: string }): string;
  /** The next message not yet taken that passes `match`. */
  next(match: (m: Seen) => boolean, ms?: number): Promise<Seen>;
  response(status?: number, ms?: number): Promise<Seen>;
  expect(method: string, ms?: number): Promise<Seen>;
  count(method: string): number;
}

export interface RequestOptions {
  uri?: string;
  callId?: string;
  branch?: string;
  fromTag?: string;
  toTag?: string;
  cseq?: number;
  extra?: string;
  body?: string;
  contact?: string;
}

const hex = (): string => randomBytes(8).toString('hex');

export function read(text: string): Seen {
  const at = text.indexOf('\r\n\r\n');
  const lines = text.slice(0, at).split('\r\n');
  const first = lines[0]!;
  const headers: Record<string, string> = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    headers[name] =
      headers[name] === undefined
        ? line.slice(colon + 1).trim()
        : `${headers[name]},${line.slice(colon + 1).trim()}`;
  }
  const response = first.startsWith('SIP/2.0 ');
  return {
    text,
    headers,
    body: text.slice(at + 4),
    at: performance.now(),
    from: { address: '', port: 0 },
    method: response ? '' : first.split(' ')[0]!,
    status: response ? Number(first.slice(8, 11)) : 0,
  }; // prettier-ignore
}

/** `host`: the loopback address it speaks from. */
export async function udpPeer(t: Any, host = '127.0.0.1'): Promise<Peer> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  t.teardown(() => socket.close());
  const { port } = socket.address();
  const address = `${host}:${port}`;
  const seen: Seen[] = [];
  const taken = new Set<Seen>();
  socket.on('message', (bytes, from) => {
    const m = read(bytes.toString('latin1'));
    m.from = { address: from.address, port: from.port };
    m.raw = bytes;
    seen.push(m);
  });
  const peer: Peer = {
    address,
    port,
    seen,
    send(to, text) {
      const [where, p] = to.split(':');
      socket.send(typeof text === 'string' ? Buffer.from(text, 'latin1') : text, Number(p), where);
    },
    request(to, method, o = {}) {
      const body = o.body ?? '';
      const text =
        `${method} ${o.uri ?? `sip:2000@${to}`} SIP/2.0\r\nVia: SIP/2.0/UDP ${address};branch=${o.branch ?? `z9hG4bK${hex()}`}\r\n` +
        `Max-Forwards: 70\r\nFrom: <sip:peer@${address}>;tag=${o.fromTag ?? hex()}\r\nTo: <sip:2000@${to}>${o.toTag ? `;tag=${o.toTag}` : ''}\r\n` +
        `Call-ID: ${o.callId ?? hex()}\r\nCSeq: ${o.cseq ?? 1} ${method}\r\nContact: ${o.contact ?? `<sip:peer@${address}>`}\r\n` +
        `${o.extra ?? ''}${body === '' ? '' : 'Content-Type: application/sdp\r\n'}Content-Length: ${body.length}\r\n\r\n${body}`;
      peer.send(to, text);
      return text;
    },
    reply(request, status, o = {}) {
      const h = request.headers;
      const tag = h.to!.includes('tag=') || status === 100 ? '' : `;tag=${o.tag ?? 'peer'}`;
      const body = o.body ?? '';
      const text =
        `SIP/2.0 ${status} X\r\nVia: ${h.via}\r\nFrom: ${h.from}\r\nTo: ${h.to}${tag}\r\nCall-ID: ${h['call-id']}\r\n` +
        `CSeq: ${h.cseq}\r\nContact: <sip:peer@${address}>\r\n${o.extra ?? ''}${body === '' ? '' : 'Content-Type: application/sdp\r\n'}` +
        `Content-Length: ${body.length}\r\n\r\n${body}`;
      peer.send(`${request.from.address}:${request.from.port}`, text);
      return text;
    },
    async next(match, ms = 3000) {
      const find = (): Seen | undefined => seen.find((m) => !taken.has(m) && match(m));
      await until(
        () => find() !== undefined,
        ms,
        `message at the peer (saw ${seen.map((m) => m.text.split('\r\n')[0]).join(', ')})`,
      );
      const found = find()!;
      taken.add(found);
      return found;
    },
    response: (status, ms) =>
      peer.next((m) => m.status > 0 && (status === undefined ? m.status > 100 : m.status === status), ms),
    expect: (method, ms) => peer.next((m) => m.method === method, ms),
    count: (method) => seen.filter((m) => m.method === method).length,
  };
  return peer;
}
