import { randomBytes } from 'node:crypto';
import { header, type Message, REASONS, readMessage, tagIn, writeMessage } from './message.ts';
import { openWire, type Place, type TlsFiles, type Wire } from './wire.ts';

export type { Place } from './wire.ts';

/** What identifies a request within its dialog. */
export interface RequestIds {
  callId: string;
  local: string;
  remote: string;
  sequence: number;
  branch: string;
  routes: readonly string[];
}

/** RFC 3261 17.1.1.1. */
export const T1 = 500;
export const T2 = 4000;

/** Answers kept for requests that are repeated. */
const KEPT_ANSWERS = 5000;

export const random = (): string => randomBytes(8).toString('hex');

export const branchOf = (message: Message): string =>
  /branch=([^;,\s]+)/.exec(header(message, 'via'))?.[1] ?? '';

/** A socket that speaks SIP: repeats what is not answered, and answers what is repeated. */
export class SipEndpoint {
  readonly host: string;
  readonly port: number;
  /** Requests that came, by method; repetitions not counted. */
  readonly counts: Record<string, number> = {};
  /** Nothing is heard and nothing is said. */
  silent = false;
  onRequest: (request: Message, from: Place) => void = () => {};
  readonly #wire: Wire;
  #closed: Promise<void> | undefined;
  readonly #answers = new Map<string, string>();
  /** Waiting for responses, by branch. */
  readonly #waiting = new Map<string, (response: Message) => void>();

  private constructor(wire: Wire) {
    this.#wire = wire;
    this.host = wire.host;
    this.port = wire.port;
    wire.onMessage = (text, from) => this.#received(text, from);
  }

  static async open(host: string, port: number, tls?: TlsFiles): Promise<SipEndpoint> {
    return new SipEndpoint(await openWire(host, port, tls));
  }

  /** Our Contact, as a URI. */
  get contact(): string {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return `sip:${host}:${this.port}${this.#wire.protocol === 'TLS' ? ';transport=tls' : ''}`;
  }

  send(text: string, to: Place): void {
    if (!this.silent) this.#wire.send(text, to);
  }

  /** May be said twice. */
  close(): Promise<void> {
    this.#closed ??= this.#wire.close();
    return this.#closed;
  }

  /** Answers a request; `tag`: ours in To, a fresh one if left out. */
  answer(
    request: Message,
    to: Place,
    status: number,
    extra: [string, string][] = [],
    body = '',
    tag?: string,
  ): void {
    const toTag = header(request, 'to');
    const vias = (request.headers.get('via') ?? []).map((value, index) => {
      if (index > 0) return value;
      // RFC 3581 4: where it really came from.
      return `${value.replace(/;rport(?=;|$)/, `;rport=${to.port}`)};received=${to.host}`;
    });
    const headers: [string, string][] = [
      ...vias.map((value): [string, string] => ['Via', value]),
      ['From', header(request, 'from')],
      ['To', tagIn(toTag) || status === 100 ? toTag : `${toTag};tag=${tag ?? random()}`],
      ['Call-ID', header(request, 'call-id')],
      ['CSeq', header(request, 'cseq')],
      ...(request.headers.get('record-route') ?? []).map((value): [string, string] => [
        'Record-Route',
        value,
      ]),
      ...extra,
      ...(body ? ([['Content-Type', 'application/sdp']] as [string, string][]) : []),
    ];
    const text = writeMessage(`SIP/2.0 ${status} ${REASONS[status] ?? 'Status'}`, headers, body);
    this.#answers.set(`${branchOf(request)} ${request.method}`, text);
    if (this.#answers.size > KEPT_ANSWERS) this.#answers.delete(this.#answers.keys().next().value!);
    this.send(text, to);
  }

  /** Writes a request of ours. */
  request(method: string, uri: string, ids: RequestIds, body = '', extra: [string, string][] = []): string {
    return writeMessage(
      `${method} ${uri} SIP/2.0`,
      [
        ['Via', `SIP/2.0/${this.#wire.protocol} ${this.#sentBy};rport;branch=${ids.branch}`],
        ...ids.routes.map((value): [string, string] => ['Route', value]),
        ['Max-Forwards', '70'],
        ['From', ids.local],
        ['To', ids.remote],
        ['Call-ID', ids.callId],
        ['CSeq', `${ids.sequence} ${method}`],
        ['Contact', `<${this.contact}>`],
        ...extra,
        ...(body && !extra.some(([name]) => name === 'Content-Type')
          ? ([['Content-Type', 'application/sdp']] as [string, string][])
          : []),
      ],
      body,
    );
  }

  /** Sends a request until it is answered; undefined if it never is. */
  transact(text: string, to: Place, provisional: (response: Message) => void): Promise<Message | undefined> {
    const request = readMessage(text)!;
    const branch = branchOf(request);
    return new Promise((resolve) => {
      let pause = T1;
      let timer: NodeJS.Timeout | undefined;
      const again = (): void => {
        this.send(text, to);
        timer = setTimeout(again, pause);
        pause = request.method === 'INVITE' ? pause * 2 : Math.min(pause * 2, T2);
      };
      const deadline = setTimeout(() => end(undefined), 64 * T1);
      const end = (response: Message | undefined): void => {
        clearTimeout(timer);
        clearTimeout(deadline);
        this.#waiting.delete(branch);
        if (response && response.status >= 300 && request.method === 'INVITE')
          this.send(refusalAck(request, response), to);
        resolve(response);
      };
      this.#waiting.set(branch, (response) => {
        if (response.status >= 200) {
          end(response);
          return;
        }
        clearTimeout(timer);
        if (request.method === 'INVITE') clearTimeout(deadline);
        provisional(response);
      });
      again();
    });
  }

  /** Hears every further response to a request for as long as responses may be repeated. */
  listen(branch: string, fn: (response: Message) => void): void {
    this.#waiting.set(branch, fn);
    setTimeout(() => this.#waiting.delete(branch), 64 * T1).unref();
  }

  get #sentBy(): string {
    return `${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.port}`;
  }

  #received(text: string, from: Place): void {
    const message = readMessage(text);
    if (!message || this.silent) return;
    const branch = branchOf(message);
    if (message.status) {
      this.#waiting.get(branch)?.(message);
      return;
    }
    const said = this.#answers.get(`${branch} ${message.method}`);
    if (said !== undefined) {
      this.send(said, from);
      return;
    }
    if (message.method !== 'ACK') this.counts[message.method] = (this.counts[message.method] ?? 0) + 1;
    this.onRequest(message, from);
  }
}

/** ACK of a refusal: the INVITE's own branch (RFC 3261 17.1.1.3). */
function refusalAck(invite: Message, response: Message): string {
  return writeMessage(`ACK ${invite.uri} SIP/2.0`, [
    ['Via', header(invite, 'via')],
    ['Max-Forwards', '70'],
    ['From', header(invite, 'from')],
    ['To', header(response, 'to')],
    ['Call-ID', header(invite, 'call-id')],
    ['CSeq', header(invite, 'cseq').replace('INVITE', 'ACK')],
  ]);
}
