import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { answerChallenge, parseChallenges } from '../../src/sip/digest.ts';

interface Test {
  teardown(fn: () => unknown): void;
}

/** A message as it was received, with the first value of a header at hand. */
export interface RawMessage {
  text: string;
  startLine: string;
  status: number;
  all(name: string): string[];
  header(name: string): string;
}

/** A telephone that says exactly what a test wants, over UDP, TCP or TLS, whose certificate it takes unseen. */
export class RawPhone {
  readonly host: string;
  readonly messages: RawMessage[] = [];
  readonly #send: (text: string) => void;
  readonly #transport: 'UDP' | 'TCP' | 'TLS';
  #port = 0;
  #waiting = new Set<() => void>();
  #number = 0;

  private constructor(host: string, transport: 'UDP' | 'TCP' | 'TLS', send: (text: string) => void) {
    this.host = host;
    this.#transport = transport;
    this.#send = send;
  }

  /** `to`: `host:port` of the box; `host`: its own address. */
  static async open(
    t: Test,
    to: string,
    transport: 'udp' | 'tcp' | 'tls' = 'udp',
    host = '127.0.0.1',
  ): Promise<RawPhone> {
    const [address = '', port = ''] = to.split(':');
    if (transport !== 'udp') {
      const way = { host: address, port: Number(port), localAddress: host };
      const secure = transport === 'tls';
      const socket: TcpSocket = secure ? tlsConnect({ ...way, rejectUnauthorized: false }) : connect(way);
      await once(socket, secure ? 'secureConnect' : 'connect');
      const phone = new RawPhone(host, secure ? 'TLS' : 'TCP', (text) => void socket.write(text));
      phone.#port = socket.localPort!;
      let received = '';
      socket.setEncoding('latin1').on('data', (text: string) => {
        received += text;
        for (;;) {
          const end = received.indexOf('\r\n\r\n');
          const length = Number(/^Content-Length:\s*(\d+)/im.exec(received)?.[1] ?? 0);
          if (end < 0 || received.length < end + 4 + length) return;
          phone.#take(received.slice(0, end + 4 + length));
          received = received.slice(end + 4 + length);
        }
      });
      socket.on('error', () => {});
      t.teardown(() => socket.destroy());
      return phone;
    }
    const socket: UdpSocket = createSocket('udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    const phone = new RawPhone(host, 'UDP', (text) => socket.send(text, Number(port), address));
    phone.#port = socket.address().port;
    socket.on('message', (data) => phone.#take(data.toString('latin1')));
    t.teardown(() => socket.close());
    return phone;
  }

  get port(): number {
    return this.#port;
  }

  /** Sends a request and waits for its final response. `headers` may name any header that is written here too. */
  async request(
    method: string,
    uri: string,
    user: string,
    headers: Record<string, string | readonly string[]> = {},
    body = '',
  ): Promise<RawMessage> {
    const branch = `z9hG4bK${this.#port}x${++this.#number}`;
    const fields: Record<string, string | readonly string[]> = {
      Via: `SIP/2.0/${this.#transport} ${this.host}:${this.#port};branch=${branch};rport`,
      'Max-Forwards': '70',
      From: `<sip:${user}@box>;tag=${this.#port}`,
      To: method === 'REGISTER' ? `<sip:${user}@box>` : `<${uri}>`,
      'Call-ID': `raw-${this.#port}`,
      CSeq: `${this.#number} ${method}`,
      ...headers,
      'Content-Length': String(Buffer.byteLength(body)),
    };
    const lines = Object.entries(fields).flatMap(([name, value]) =>
      (typeof value === 'string' ? [value] : value).map((one) => `${name}: ${one}`),
    );
    this.#send(`${method} ${uri} SIP/2.0\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
    const answer = await this.wait(
      (message) => message.status >= 200 && message.header('Via').includes(branch),
    );
    if (method === 'INVITE') {
      // RFC 3261 13.2.2.4: the ACK to a 200 is a request of its own, to the Contact.
      const target = /<([^>]+)>/.exec(answer.header('Contact'))?.[1] ?? uri;
      if (answer.status >= 300) this.#acknowledge(uri, fields, answer);
      else
        this.#acknowledge(
          target,
          { ...fields, Via: String(fields.Via).replace(branch, `${branch}ack`) },
          answer,
        );
    }
    return answer;
  }

  /** The same, answering a challenge with `algorithm`. */
  async signed(
    method: string,
    uri: string,
    account: { user: string; password: string; algorithm?: string },
    headers: Record<string, string | readonly string[]> = {},
    body = '',
  ): Promise<RawMessage> {
    const first = await this.request(method, uri, account.user, headers, body);
    if (first.status !== 401) return first;
    const challenge = parseChallenges(first.all('WWW-Authenticate').join(', ')).find(
      (c) => c.algorithm === (account.algorithm ?? 'MD5'),
    )!;
    const { user: username, password } = account;
    const value = answerChallenge(challenge, { username, password, method, uri, body });
    return this.request(method, uri, username, { ...headers, Authorization: value }, body);
  }

  /** Answers a request of the box. */
  respond(request: RawMessage, status: string, headers: Record<string, string> = {}, body = ''): void {
    const lines = [
      ...request.all('Via').map((via) => `Via: ${via}`),
      `From: ${request.header('From')}`,
      `To: ${request.header('To')}${/;tag=/.test(request.header('To')) ? '' : ';tag=raw'}`,
      `Call-ID: ${request.header('Call-ID')}`,
      `CSeq: ${request.header('CSeq')}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.#send(`SIP/2.0 ${status}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  /** Waits for a message; those that came before count. */
  async wait(match: (message: RawMessage) => boolean, ms = 5000): Promise<RawMessage> {
    const end = performance.now() + ms;
    for (;;) {
      const found = this.messages.find(match);
      if (found) return found;
      const left = end - performance.now();
      if (left <= 0)
        throw new Error(`no such message within ${ms} ms; came: ${this.messages.map((m) => m.startLine)}`);
      await new Promise<void>((resolve) => {
        // Nothing that nobody waits for any more holds the process up.
        const timer = setTimeout(resolve, left).unref();
        const wake = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  #acknowledge(uri: string, fields: Record<string, string | readonly string[]>, answer: RawMessage): void {
    const lines = ['Via', 'Max-Forwards', 'From', 'Call-ID'].map(
      (name) => `${name}: ${String(fields[name])}`,
    );
    const number = String(fields.CSeq).split(' ', 1)[0];
    const rest = [`To: ${answer.header('To')}`, `CSeq: ${number} ACK`, 'Content-Length: 0'];
    this.#send(`ACK ${uri} SIP/2.0\r\n${[...lines, ...rest].join('\r\n')}\r\n\r\n`);
  }

  #take(text: string): void {
    const head = text.split('\r\n\r\n', 1)[0]!.split('\r\n');
    const all = (name: string): string[] =>
      head
        .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
        .map((line) => line.slice(name.length + 1).trim());
    const status = /^SIP\/2\.0 (\d{3})/.exec(head[0]!)?.[1];
    this.messages.push({
      text,
      startLine: head[0]!,
      status: Number(status ?? 0),
      all,
      header: (name) => all(name)[0] ?? '',
    });
    for (const wake of [...this.#waiting]) wake();
  }
}
