import { createSocket, type Socket } from 'node:dgram';
import { type Place, random as randomId, SipEndpoint } from '../../../../scripts/lib/operator/endpoint.ts';
import { header, type Message, tagIn, uriIn } from '../../../../scripts/lib/operator/message.ts';
import { fromAlaw, toAlaw } from '../../../../scripts/lib/operator/voice.ts';
import { random } from '../../media/support/v21.ts';
import { FaxMachine, type TerminalOptions, UdptlTerminal } from './terminals.ts';

interface Test {
  teardown(fn: () => unknown): void;
}

export interface FaxOperatorOptions {
  /** The fax behind the operator. */
  fax: TerminalOptions;
  /** What it thinks of T.38: offers it by itself, takes it when offered, or refuses it with this status. */
  t38: 'offers' | 'takes' | number;
  /** Part of the datagrams of T.38 that are lost, each way. */
  loss?: number;
  /** More attributes of its image line, or other values. */
  attributes?: readonly string[];
  /** How long after the answer it offers T.38, ms. */
  offerAfterMs?: number;
  /**
   * Ms of the office's time, by which a T.38 terminal lives where a slow machine makes the office late. As sound the
   * fax lives by the packets that come, for the same reason.
   */
  clock?: () => number;
}

/** How a T.38 terminal is moved along, ms. */
const STEP_MS = 5;
/** RTP of A-law in packets of 20 ms. */
const PACKET = 160;

/**
 * An operator with a fax behind it, in the place of the simulated operator where that knows voice only: answers and
 * makes one call, as sound and by T.38, on one port.
 */
export class FaxOperator {
  readonly options: FaxOperatorOptions;
  /** Session descriptions that came from the box, in order. */
  readonly offers: string[] = [];
  /** What it carries now. */
  mode: 'none' | 'audio' | 't38' = 'none';
  terminal: UdptlTerminal | undefined;
  machine: FaxMachine | undefined;
  ended = false;
  /** Datagrams of T.38 sent, received and lost on the way in either direction. */
  readonly datagrams = { sent: 0, received: 0, lost: 0 };
  /** For each way its own: which datagrams of a fax are lost is then the same in each run. */
  readonly #luck = { in: random(2020), out: random(2021) };
  readonly #sip: SipEndpoint;
  readonly #media: Socket;
  #timer: NodeJS.Timeout | undefined;
  #began = 0;
  #sequence = 1;
  #timestamp = 0;
  #remote: Place | undefined;
  #peer: Place | undefined;
  #version = 1;
  #last = '';
  #dialog = { callId: '', local: '', remote: '', target: '', sequence: 1, routes: [] as string[] };

  private constructor(sip: SipEndpoint, media: Socket, options: FaxOperatorOptions) {
    this.#sip = sip;
    this.#media = media;
    this.options = options;
    sip.onRequest = (request, from) => this.#received(request, from);
    media.on('message', (data) => this.#came(data));
  }

  static async start(t: Test, options: FaxOperatorOptions): Promise<FaxOperator> {
    const sip = await SipEndpoint.open('127.0.0.1', 0);
    const media = createSocket('udp4');
    await new Promise<void>((resolve) => void media.bind(0, '127.0.0.1', resolve));
    const operator = new FaxOperator(sip, media, options);
    t.teardown(async () => {
      clearInterval(operator.#timer);
      operator.terminal?.close();
      operator.machine?.close();
      media.close();
      await sip.close();
    });
    return operator;
  }

  get host(): string {
    return this.#sip.host;
  }

  get port(): number {
    return this.#sip.port;
  }

  /** The fax has come to its end; 0: all is well. */
  get result(): number | undefined {
    return this.mode === 't38' ? this.terminal?.outcome.result : this.machine?.outcome.result;
  }

  /** Calls the box. */
  async call(to: Place, number: string): Promise<void> {
    this.#peer = to;
    this.#dialog = {
      callId: randomId(),
      local: `<sip:+74957770000@127.0.0.1:${this.port}>;tag=${randomId()}`,
      remote: `<sip:${number}@127.0.0.1:${this.port}>`,
      target: `sip:${number}@${to.host}:${to.port}`,
      sequence: 1,
      routes: [],
    };
    const final = await this.#invite(this.#audio());
    if (final?.status !== 200) throw new Error(`the box answers ${final?.status}`);
    this.#talk(final.body);
  }

  /** Refreshes the session: the same description again (RFC 4028 7.4). */
  async refresh(): Promise<Message | undefined> {
    const final = await this.#invite(this.#last);
    return final;
  }

  /** Offers something in the call. */
  async offer(what: 'audio' | 't38'): Promise<Message | undefined> {
    const final = await this.#invite(what === 'audio' ? this.#audio() : this.#image());
    if (final?.status === 200) this.#talk(final.body);
    return final;
  }

  /** Ends the call. */
  async hangUp(): Promise<void> {
    if (this.ended || !this.#peer) return;
    this.ended = true;
    clearInterval(this.#timer);
    await this.#sip.transact(this.#request('BYE'), this.#peer, () => {});
  }

  #request(method: string, body = '', sequence = ++this.#dialog.sequence): string {
    const { callId, local, remote, target, routes } = this.#dialog;
    const ids = { callId, local, remote, sequence, branch: `z9hG4bK${randomId()}`, routes };
    return this.#sip.request(method, target, ids, body);
  }

  async #invite(body: string): Promise<Message | undefined> {
    const { sequence } = this.#dialog;
    const next = this.#dialog.remote.includes('tag=') ? sequence + 1 : sequence;
    this.#dialog.sequence = next;
    const text = this.#request('INVITE', body, next);
    const final = await this.#sip.transact(text, this.#peer!, () => {});
    if (final?.status === 200) {
      this.#dialog.remote = header(final, 'to');
      this.#dialog.target = uriIn(header(final, 'contact')) || this.#dialog.target;
      this.#sip.send(this.#request('ACK', '', next), this.#peer!);
    }
    return final;
  }

  #received(request: Message, from: Place): void {
    if (request.method === 'BYE') {
      this.#sip.answer(request, from, 200);
      this.ended = true;
      clearInterval(this.#timer);
    } else if (request.method === 'INVITE') this.#invited(request, from);
    else if (request.method !== 'ACK') this.#sip.answer(request, from, 200);
  }

  #invited(request: Message, from: Place): void {
    const contact: [string, string] = ['Contact', `<${this.#sip.contact}>`];
    const again = tagIn(header(request, 'to')) !== '';
    this.offers.push(request.body);
    const image = /^m=image [1-9]/m.test(request.body);
    if (again) {
      if (image && typeof this.options.t38 === 'number') {
        this.#sip.answer(request, from, this.options.t38, [], '');
        return;
      }
      this.#sip.answer(request, from, 200, [contact], image ? this.#image() : this.#audio());
      this.#talk(request.body);
      return;
    }
    const local = `${header(request, 'to')};tag=${randomId()}`;
    this.#peer = from;
    this.#dialog = {
      callId: header(request, 'call-id'),
      local,
      remote: header(request, 'from'),
      target: uriIn(header(request, 'contact')),
      sequence: 1,
      routes: request.headers.get('record-route') ?? [],
    };
    this.#sip.answer(request, from, 180, [contact], '', tagIn(local));
    setTimeout(() => {
      this.#sip.answer(request, from, 200, [contact], this.#audio(), tagIn(local));
      this.#talk(request.body);
      if (this.options.t38 === 'offers')
        setTimeout(() => void this.offer('t38'), this.options.offerAfterMs ?? 700);
    }, 200);
  }

  /** Talks to where the box says, as it says. */
  #talk(body: string): void {
    const host = /^c=IN IP4 (\S+)/m.exec(body)?.[1];
    const media = /^m=(audio|image) ([1-9]\d*) /m.exec(body);
    if (!host || !media) return;
    this.#remote = { host, port: Number(media[2]) };
    const mode = media[1] === 'image' ? 't38' : 'audio';
    if (mode === this.mode) return;
    this.mode = mode;
    this.#began = this.#now();
    if (mode === 'audio') this.machine ??= new FaxMachine(this.options.fax);
    else
      this.terminal ??= new UdptlTerminal(this.options.fax, (datagram) => {
        this.datagrams.sent++;
        if (this.#lost('out')) return;
        this.#media.send(datagram, this.#remote!.port, this.#remote!.host);
      });
    this.#timer ??= setInterval(() => this.#tick(), STEP_MS);
  }

  #lost(way: 'in' | 'out'): boolean {
    const lost = Math.abs(this.#luck[way]()) < (this.options.loss ?? 0);
    if (lost) this.datagrams.lost++;
    return lost;
  }

  #tick(): void {
    if (this.mode !== 't38') return;
    const now = this.#now();
    // In even steps, or a terminal whose timer came late would send one packet where three are due.
    for (; now - this.#began >= STEP_MS; this.#began += STEP_MS) this.terminal?.elapse(STEP_MS);
  }

  #now(): number {
    return this.options.clock?.() ?? performance.now();
  }

  #speak(): void {
    const pcm = new Int16Array(PACKET);
    this.machine?.speak(pcm);
    const packet = Buffer.alloc(12 + PACKET);
    packet.writeUInt16BE(0x8008, 0);
    packet.writeUInt16BE(this.#sequence++ & 0xffff, 2);
    packet.writeUInt32BE((this.#timestamp += PACKET) >>> 0, 4);
    packet.writeUInt32BE(0x0fa0fa, 8);
    for (let i = 0; i < PACKET; i++) packet[12 + i] = toAlaw(pcm[i]!);
    if (this.#remote) this.#media.send(packet, this.#remote.port, this.#remote.host);
  }

  #came(data: Buffer): void {
    if (this.mode === 't38') {
      this.datagrams.received++;
      if (!this.#lost('in')) this.terminal?.datagram(data);
    } else if (this.mode === 'audio' && data.length > 12 && (data[1]! & 0x7f) === 8)
      this.#hear(data.subarray(12));
  }

  /** A packet in, a packet out: the box sends by the card's clock, and a fax cannot bear two clocks. */
  #hear(payload: Buffer): void {
    this.machine?.hear(Int16Array.from(payload, fromAlaw));
    this.#speak();
  }

  #audio(): string {
    return this.#write([
      `m=audio ${this.#media.address().port} RTP/AVP 8`,
      'a=rtpmap:8 PCMA/8000',
      'a=ptime:20',
      'a=sendrecv',
    ]);
  }

  #image(): string {
    const attributes = this.options.attributes ?? [
      'T38FaxVersion:0',
      'T38MaxBitRate:14400',
      'T38FaxRateManagement:transferredTCF',
      'T38FaxMaxBuffer:1800',
      'T38FaxMaxDatagram:400',
      'T38FaxUdpEC:t38UDPRedundancy',
    ];
    return this.#write([
      `m=image ${this.#media.address().port} udptl t38`,
      ...attributes.map((a) => `a=${a}`),
    ]);
  }

  #write(lines: readonly string[]): string {
    const head = ['v=0', `o=fax 1 ${this.#version++} IN IP4 127.0.0.1`, 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
    this.#last = `${[...head, ...lines].join('\r\n')}\r\n`;
    return this.#last;
  }
}
