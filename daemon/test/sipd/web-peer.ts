/** A SIP client over WebSocket as a browser has it (RFC 7118): one connection, a name that is no address. */

import { randomBytes } from 'node:crypto';
import { type ClientOptions, WebSocket } from 'ws';
import { type Any, until } from './kit.ts';
import { read, type Seen } from './peer.ts';

const hex = (): string => randomBytes(8).toString('hex');

export class WebPeer {
  /** What it is called in Via and Contact. */
  readonly name: string;
  readonly seen: (Seen & { binary: boolean })[] = [];
  /** Messages that are no SIP: pongs of RFC 5626. */
  readonly bare: string[] = [];
  closed: { code: number } | undefined;
  ws!: WebSocket;
  readonly #taken = new Set<Seen>();
  readonly #via: 'WS' | 'WSS';

  private constructor(name: string, via: 'WS' | 'WSS') {
    this.name = name;
    this.#via = via;
  }

  /** Connects; `name` is kept by a client that comes back. */
  static async open(
    t: Any,
    url: string,
    options: ClientOptions = {},
    name = `${hex()}.invalid`,
  ): Promise<WebPeer> {
    const peer = new WebPeer(name, url.startsWith('wss') ? 'WSS' : 'WS');
    const ws = new WebSocket(url, ['sip'], options);
    peer.ws = ws;
    t.teardown(() => ws.terminate());
    ws.on('message', (data: Buffer, binary) => {
      const text = data.toString('latin1');
      if (/^[\r\n]*$/.test(text)) peer.bare.push(text);
      else peer.seen.push({ ...read(text), binary });
    });
    ws.on('close', (code) => (peer.closed = { code }));
    ws.on('error', () => {});
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('error', reject);
    });
    return peer;
  }

  get contact(): string {
    return `<sip:web@${this.name};transport=ws>`;
  }

  request(
    method: string,
    o: {
      uri?: string;
      callId?: string;
      cseq?: number;
      to?: string;
      from?: string;
      extra?: string;
      body?: string;
      binary?: boolean;
    } = {},
  ): string {
    const body = o.body ?? '';
    const text =
      `${method} ${o.uri ?? 'sip:2000@box.test'} SIP/2.0\r\nVia: SIP/2.0/${this.#via} ${this.name};branch=z9hG4bK${hex()}\r\n` +
      `Max-Forwards: 70\r\nFrom: ${o.from ?? `<sip:web@box.test>;tag=${hex()}`}\r\nTo: ${o.to ?? '<sip:2000@box.test>'}\r\n` +
      `Call-ID: ${o.callId ?? hex()}\r\nCSeq: ${o.cseq ?? 1} ${method}\r\nContact: ${this.contact}\r\n` +
      `${o.extra ?? ''}${body === '' || o.extra?.includes('Content-Type') ? '' : 'Content-Type: application/sdp\r\n'}Content-Length: ${body.length}\r\n\r\n${body}`;
    this.ws.send(Buffer.from(text, 'latin1'), { binary: o.binary ?? false });
    return text;
  }

  reply(request: Seen, status: number, o: { body?: string } = {}): void {
    const h = request.headers;
    const tag = h.to!.includes('tag=') ? '' : ';tag=web';
    const body = o.body ?? '';
    const routes = h['record-route'] === undefined ? '' : `Record-Route: ${h['record-route']}\r\n`;
    this.ws.send(
      `SIP/2.0 ${status} X\r\nVia: ${h.via}\r\n${routes}From: ${h.from}\r\nTo: ${h.to}${tag}\r\nCall-ID: ${h['call-id']}\r\nCSeq: ${h.cseq}\r\n` +
        `Contact: ${this.contact}\r\n${body === '' ? '' : 'Content-Type: application/sdp\r\n'}Content-Length: ${body.length}\r\n\r\n${body}`,
    );
  }

  async next(match: (m: Seen) => boolean, ms = 3000): Promise<Seen & { binary: boolean }> {
    const find = () => this.seen.find((m) => !this.#taken.has(m) && match(m));
    await until(
      () => find() !== undefined,
      ms,
      `message at the web client (saw ${this.seen.map((m) => m.text.split('\r\n')[0]).join(', ')})`,
    );
    const found = find()!;
    this.#taken.add(found);
    return found;
  }

  response(status: number) {
    return this.next((m) => m.status === status);
  }

  expect(method: string) {
    return this.next((m) => m.method === method);
  }
}
