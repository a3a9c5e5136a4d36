import { createSocket, type Socket } from 'node:dgram';
import { connect } from 'node:net';
import { systemClock } from '../../../../daemon/src/base/clock.ts';
import { configSchema } from '../../../../daemon/src/config/schema.ts';
import { type SipGateway, startSip } from '../../../../daemon/src/sip/index.ts';
import { type Engine, start } from '../../../../daemon/src/sipd/engine.ts';
import { mutated, oneOf, type Random } from './mutate.ts';
import { sdpSeeds } from './seeds.ts';

/** A whole SIP side in this process: engine, trunk, registrar; and a socket that sends it what nobody should. */
export class HostileNetwork {
  /** What went wrong inside; empty as it should be. */
  readonly errors: string[] = [];
  readonly #engine: Engine;
  readonly #gateway: SipGateway;
  readonly #socket: Socket;
  /** Texts of the last answers and requests that came, for tags, nonces and branches that fit. */
  readonly #heard: string[] = [];
  #count = 0;

  private constructor(engine: Engine, gateway: SipGateway, socket: Socket, errors: string[]) {
    this.#engine = engine;
    this.#gateway = gateway;
    this.#socket = socket;
    this.errors = errors;
    socket.on('message', (bytes) => {
      this.#heard.push(bytes.toString('latin1'));
      if (this.#heard.length > 60) this.#heard.shift();
    });
  }

  /** `media`: what calls get their audio from; none is sent. */
  static async open(media: Parameters<typeof startSip>[0]['media']): Promise<HostileNetwork> {
    const errors: string[] = [];
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', () => resolve()));
    const engine = await start(
      {
        listen: [
          { transport: 'udp', host: '127.0.0.1', port: 0 },
          { transport: 'tcp', host: '127.0.0.1', port: 0 },
        ],
        control: { host: '127.0.0.1', port: 0, secret: 'fuzz' },
        timers: { T1: 62.5, T2: 500, T4: 625, D: 2000 },
      },
      {
        load: () => ({ utilization: 0, lagMs: 0 }),
        onError: (error) =>
          errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      },
    );
    const document = configSchema.parse({
      version: 1,
      classesOfService: [{ id: 'all', name: 'All', allow: ['internal'] }],
      devices: [{ id: 'phone', name: 'Phone', classOfService: 'all', user: 'ivan', password: 'right horse' }],
      trunks: [{ id: 'acme', name: 'Acme', server: `127.0.0.1:${socket.address().port}`, optionsSeconds: 0 }],
    });
    const gateway = await startSip({
      ...{ clock: systemClock(), media, trunks: document.trunks, devices: document.devices },
      engine: { ...engine.control, secret: 'fuzz' },
      onLink: () => true,
    });
    gateway.on('incoming', (leg) => {
      // Some calls are answered, some are left to ring, some are refused.
      const fate = errors.length + leg.id.length + Date.now();
      if (fate % 3 === 0) leg.answer().catch(() => {});
      else if (fate % 3 === 1) leg.release({ q850: 17 } as never);
    });
    return new HostileNetwork(engine, gateway, socket, errors);
  }

  /** Sends one mutated message; returns it. */
  send(random: Random): string {
    const text = random(5) === 0 ? this.#sound(random) : mutated(this.#sound(random), random);
    const bytes = Buffer.from(text, 'latin1');
    const { port } = this.#engine.sip[random(40) === 0 ? 1 : 0]!;
    if (port !== this.#engine.sip[0]!.port) {
      const socket = connect({ host: '127.0.0.1', port }, () => socket.end(bytes));
      socket.on('error', () => {});
      socket.resume();
    } else this.#socket.send(bytes.subarray(0, 65_000), port, '127.0.0.1');
    this.#count++;
    return text;
  }

  /** Whether it still serves: a sound OPTIONS of the trunk's is answered 200 within a second or two. */
  async serves(): Promise<boolean> {
    const id = `sound-${++this.#count}`;
    const me = `127.0.0.1:${this.#socket.address().port}`;
    const { port } = this.#engine.sip[0]!;
    const text =
      `OPTIONS sip:box SIP/2.0\r\nVia: SIP/2.0/UDP ${me};branch=z9hG4bK${id}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:box>\r\n` +
      `Call-ID: ${id}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`;
    for (let i = 0; i < 40; i++) {
      if (i % 10 === 0) this.#socket.send(text, port, '127.0.0.1');
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (this.#heard.some((m) => m.startsWith('SIP/2.0 200') && m.includes(id))) return true;
    }
    return false;
  }

  async close(): Promise<void> {
    await this.#gateway.close();
    await this.#engine.close();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  /** A message that could be right, with what was heard before woven in. */
  #sound(random: Random): string {
    const heard = this.#heard.length > 0 ? oneOf(this.#heard, random) : '';
    // An answer to a request of theirs.
    if (heard !== '' && !heard.startsWith('SIP/') && random(2) === 0) return answerTo(heard, random);
    const me = `127.0.0.1:${this.#socket.address().port}`;
    const method = oneOf(
      [
        'REGISTER',
        'REGISTER',
        'INVITE',
        'ACK',
        'BYE',
        'CANCEL',
        'OPTIONS',
        'PRACK',
        'UPDATE',
        'INFO',
        'NOTIFY',
        'SUBSCRIBE',
        'REFER',
        'MESSAGE',
        'ODD',
      ],
      random,
    );
    const nonce = /nonce="([^"]*)"/.exec(heard)?.[1] ?? 'n';
    const tag = /\r\nTo:[^\r]*;tag=([^;\r]+)/i.exec(heard)?.[1];
    const callId = /\r\nCall-ID: ([^\r]+)/i.exec(heard)?.[1] ?? `c${random(30)}`;
    const body =
      random(3) === 0
        ? mutated(oneOf(sdpSeeds, random), random)
        : random(2) === 0
          ? oneOf(sdpSeeds, random)
          : '';
    const extra = oneOf(
      [
        '',
        `Authorization: Digest username="ivan", realm="linegate", nonce="${nonce}", uri="sip:box", response="${'0'.repeat(32)}", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"\r\n`,
        'Expires: 60\r\n',
        'Contact: *\r\nExpires: 0\r\n',
        'Event: message-summary\r\nExpires: 60\r\n',
        'Event: dialog\r\nAccept: application/dialog-info+xml\r\n',
        'Refer-To: <sip:+8810@premium.example?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n',
        'Replaces: x;to-tag=1;from-tag=2\r\nRequire: replaces\r\n',
        'Supported: 100rel, timer\r\nSession-Expires: 90\r\nMin-SE: 90\r\n',
        'RAck: 1 1 INVITE\r\n',
        'P-Asserted-Identity: "x" <sip:+74951234567@op;user=phone>, tel:+7495\r\nPrivacy: id\r\n',
        'Diversion: <sip:1@x>;reason=no-answer\r\nHistory-Info: <sip:1@x?Reason=SIP%3Bcause%3D302>;index=1\r\n',
      ],
      random,
    );
    return (
      `${method} sip:${oneOf(['ivan', '+74951110000', '112', ''], random)}@box SIP/2.0\r\nVia: SIP/2.0/UDP ${me};branch=z9hG4bK${random(500)};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:ivan@box>;tag=f${random(9)}\r\nTo: <sip:ivan@box>${tag && random(2) === 0 ? `;tag=${tag}` : ''}\r\n` +
      `Call-ID: ${callId}\r\nCSeq: ${random(9)} ${method}\r\nContact: <sip:ivan@${me}>\r\n${extra}` +
      `${body === '' ? '' : 'Content-Type: application/sdp\r\n'}Content-Length: ${body.length}\r\n\r\n${body}`
    );
  }
}

/** A response to a request that came. */
function answerTo(request: string, random: Random): string {
  const line = (name: string): string => new RegExp(`\\r\\n${name}: [^\\r]*`, 'i').exec(request)?.[0] ?? '';
  const status = oneOf([100, 180, 183, 200, 200, 302, 401, 407, 422, 481, 486, 491, 503, 603], random);
  const body = random(2) === 0 ? oneOf(sdpSeeds, random) : '';
  return (
    `SIP/2.0 ${status} X${line('Via')}${line('From')}${line('To')}${line('To').includes('tag=') ? '' : `;tag=t${random(3)}`}` +
    `${line('Call-ID')}${line('CSeq')}\r\nContact: <sip:x@127.0.0.1:9>\r\nRSeq: ${random(3)}\r\n` +
    `WWW-Authenticate: Digest realm="r", nonce="n"\r\n${body === '' ? '' : 'Content-Type: application/sdp\r\n'}` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}
