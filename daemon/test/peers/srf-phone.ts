import { createSocket, type Socket } from 'node:dgram';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type Engine, start } from '../../src/sipd/engine.ts';

interface Test {
  teardown(fn: () => unknown): void;
}

// biome-ignore lint/suspicious/noExplicitAny: the library's own types cover a part of what it does.
type Any = any;

const require = createRequire(import.meta.url);

/**
 * A SIP telephone written on drachtio-srf, for what no telephone of Debian's can do: transfers with Replaces, SUBSCRIBE in
 * a script. It answers every call at once, and sends back the sound it gets.
 */
export class SrfPhone {
  /** Dialogs in the order in which they came. */
  readonly dialogs: Any[] = [];
  /** First line of the body of each NOTIFY, in order. */
  readonly reports: string[] = [];
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly #srf: Any;
  readonly #echo: Socket;
  #waiting = new Set<() => void>();

  private constructor(engine: Engine, srf: Any, echo: Socket) {
    this.#srf = srf;
    this.#echo = echo;
    this.port = engine.sip[0]!.port;
    srf.invite(async (req: Any, res: Any) => {
      const dialog = await srf.createUAS(req, res, {
        localSdp: this.sdp(),
        headers: { Contact: this.contact },
      });
      this.#have(dialog);
    });
  }

  static async start(t: Test): Promise<SrfPhone> {
    const secret = 'cymru';
    const engine = await start({
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
      control: { host: '127.0.0.1', port: 0, secret },
    });
    t.teardown(() => engine.close());
    const Srf = require('drachtio-srf');
    const srf = new Srf();
    const connected = new Promise((resolve) => srf.on('connect', resolve));
    srf.on('error', () => {});
    srf.connect({ ...engine.control, secret });
    await connected;
    t.teardown(() => srf.disconnect());
    const echo = createSocket('udp4');
    echo.on('message', (packet, from) => echo.send(packet, from.port, from.address));
    await new Promise<void>((resolve) => echo.bind(0, '127.0.0.1', resolve));
    t.teardown(() => echo.close());
    return new SrfPhone(engine, srf, echo);
  }

  get contact(): string {
    return `<sip:phone@${this.host}:${this.port}>`;
  }

  /** @param direction as this telephone says it: `sendonly` holds. */
  sdp(direction = 'sendrecv'): string {
    const { port } = this.#echo.address() as AddressInfo;
    return [
      'v=0',
      `o=phone 1 ${++this.#version} IN IP4 ${this.host}`,
      's=-',
      `c=IN IP4 ${this.host}`,
      't=0 0',
      `m=audio ${port} RTP/AVP 8 101`,
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=ptime:20',
      `a=${direction}`,
      '',
    ].join('\r\n');
  }

  #version = 0;

  #have(dialog: Any): void {
    dialog.on('notify', (req: Any, res: Any) => {
      res.send(200);
      this.reports.push(String(req.body).split('\r\n', 1)[0]!);
      this.#wake();
    });
    dialog.on('destroy', () => {
      dialog.over = true;
      this.#wake();
    });
    dialog.on('modify', (_req: Any, res: Any) => res.send(200, { body: this.sdp() }));
    this.dialogs.push(dialog);
    this.#wake();
  }

  /** Calls `user` at the box; resolves when it is answered. */
  async call(box: { host: string; port: number }, user: string, headers: object = {}): Promise<Any> {
    const dialog = await this.#srf.createUAC(`sip:${user}@${box.host}:${box.port}`, {
      localSdp: this.sdp(),
      headers: { From: `<sip:phone@${box.host}>`, Contact: this.contact, ...headers },
    });
    this.#have(dialog);
    return dialog;
  }

  /** Sends REFER; resolves to its status. */
  async refer(dialog: Any, to: string, headers: object = {}): Promise<number> {
    const response = await dialog.request({
      method: 'REFER',
      headers: { 'Refer-To': to, 'Referred-By': this.contact, Contact: this.contact, ...headers },
    });
    return response.status;
  }

  /** Re-INVITE that holds the other side, or takes it back; resolves to its status. srf's own `modify` hangs after a 491. */
  async hold(dialog: Any, direction: 'sendonly' | 'inactive' | 'sendrecv'): Promise<number> {
    const response = await dialog.request({
      method: 'INVITE',
      body: this.sdp(direction),
      headers: { Contact: this.contact, 'Content-Type': 'application/sdp' },
    });
    return response.status;
  }

  /** The Replaces value that names one of its dialogs to whom it talks with (RFC 3891 6.1). */
  replaces(dialog: Any): string {
    const { callId, localTag, remoteTag } = dialog.sip;
    return `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
  }

  /** Waits until something holds, looking again with everything that comes. */
  async until(what: string, holds: () => boolean, ms = 8000): Promise<void> {
    const end = performance.now() + ms;
    while (!holds()) {
      const left = end - performance.now();
      if (left <= 0) throw new Error(`${what}: not within ${ms} ms; reports: ${this.reports.join(', ')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        const wake = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
