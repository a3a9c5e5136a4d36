/**
 * The operators at both ends of many calls, each in a process of its own: as little SIP as carries a call, and for
 * each call a socket that sends a packet of A-law each 20 ms and counts what comes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Stream, type StreamCount } from './capacity-stream.ts';

/** What a peer is told to do. */
export type PeerOrder =
  | { kind: 'call'; number: string; count: number; everyMs: number; box: string }
  /** Counting begins anew. */
  | { kind: 'count' }
  | { kind: 'report' }
  | { kind: 'end' };

/** How calls went so far. */
export interface PeerReport {
  answered: number;
  /** Final statuses of calls that were refused, with their Retry-After. */
  refused: { status: number; retryAfter?: string }[];
  /** From INVITE to 200, ms; of the calling side. */
  setupMs: number[];
  /** How late packets were sent since counting began, ms each 5 ms: what the box cannot help. */
  lateMs: number[];
  /** Of the calls that stand. */
  streams: StreamCount[];
}

/** One peer, seen from the bench. */
export class CapacityPeer {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts a peer at `address:port` of loopback. */
  static async start(address: string, port: number): Promise<CapacityPeer> {
    const child = fork(fileURLToPath(import.meta.url), ['--peer', address, String(port)], {
      execArgv: ['--import=tsx'],
    });
    const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
    if (first !== 'ready') throw new Error(`no peer at ${address}:${port}`);
    return new CapacityPeer(child);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  send(order: PeerOrder): void {
    this.#child.send(order);
  }

  async report(): Promise<PeerReport> {
    const answer = once(this.#child, 'message') as Promise<[PeerReport]>;
    this.send({ kind: 'report' });
    return (await answer)[0];
  }

  stop(): void {
    this.#child.kill();
  }
}

const T1_MS = 500;

interface Call {
  stream: Stream;
  began: number;
  /** The request or response that is repeated until it is answered. */
  repeat: NodeJS.Timeout | undefined;
  /** What a BYE of ours is made of. */
  dialog?: { target: string; to: string };
  refusedWith?: number;
}

/** The process of a peer. */
class Peer {
  readonly #address: string;
  readonly #port: number;
  readonly #sip: Socket = createSocket('udp4');
  readonly #calls = new Map<string, Call>();
  readonly #report: Omit<PeerReport, 'streams'> = { answered: 0, refused: [], setupMs: [], lateMs: [] };
  #number = 0;
  #counting = false;

  constructor(address: string, port: number) {
    this.#address = address;
    this.#port = port;
    this.#sip.on('message', (data, from) => this.#received(data.toString('latin1'), from.address, from.port));
    this.#sip.bind(port, address, () => process.send?.('ready'));
    // A quarter of all streams each 5 ms, so that packets are spread as those of so many telephones are.
    let slot = 0;
    let due = performance.now();
    setInterval(() => {
      while (due <= performance.now()) {
        if (this.#counting) this.#report.lateMs.push(performance.now() - due);
        due += 5;
        slot = (slot + 1) % 4;
        for (const { stream } of this.#calls.values()) if (stream.slot === slot) stream.send();
      }
    }, 2);
  }

  obey(order: PeerOrder): void {
    if (order.kind === 'call') this.#make(order);
    else if (order.kind === 'count') {
      this.#counting = true;
      for (const { stream } of this.#calls.values()) stream.restart();
    } else if (order.kind === 'end') for (const [id, call] of this.#calls) this.#bye(id, call);
    else {
      // What was counted is told once.
      const { lateMs } = this.#report;
      this.#report.lateMs = [];
      const streams = [...this.#calls.values()]
        .filter(({ stream }) => stream.sending)
        .map((c) => c.stream.count);
      process.send?.({ ...this.#report, lateMs, streams } satisfies PeerReport);
    }
  }

  #make(order: Extract<PeerOrder, { kind: 'call' }>): void {
    let made = 0;
    const timer = setInterval(() => {
      void this.#invite(order.number, order.box);
      if (++made >= order.count) clearInterval(timer);
    }, order.everyMs);
  }

  async #invite(number: string, box: string): Promise<void> {
    const id = `${this.#port}-${++this.#number}@${this.#address}`;
    const stream = await Stream.open(this.#address, this.#number);
    const uri = `sip:${number}@${box}`;
    const text = this.#request('INVITE', uri, id, 1, `<${uri}>`, this.#sdp(stream));
    const [host = '', port = ''] = box.split(':');
    const send = (): void => this.#sip.send(text, Number(port), host);
    this.#calls.set(id, { stream, began: performance.now(), repeat: setInterval(send, T1_MS) });
    send();
  }

  #received(text: string, host: string, port: number): void {
    const [head = '', body = ''] = text.split('\r\n\r\n', 2);
    const line = head.split('\r\n', 1)[0] ?? '';
    const header = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(head)?.[1] ?? '';
    const id = header('Call-ID');
    const call = this.#calls.get(id);
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(line)?.[1] ?? 0);
    if (status > 0) {
      if (call && /INVITE/.test(header('CSeq')))
        this.#answered(id, call, status, { header, body, host, port });
      else if (call && status >= 200) this.#forget(id, call);
      return;
    }
    const answer = (code: string, more = '', sdp = ''): void => {
      const vias = [...head.matchAll(/^Via:.*$/gim)].map(([via]) => via).join('\r\n');
      const tag = /;tag=/.test(header('To')) || code.startsWith('100') ? '' : ';tag=peer';
      const type = sdp ? 'Content-Type: application/sdp\r\n' : '';
      this.#sip.send(
        `SIP/2.0 ${code}\r\n${vias}\r\nFrom: ${header('From')}\r\nTo: ${header('To')}${tag}\r\nCall-ID: ${id}\r\nCSeq: ${header('CSeq')}\r\n${more}${type}Content-Length: ${sdp.length}\r\n\r\n${sdp}`,
        port,
        host,
      );
    };
    const contact = `Contact: <sip:peer@${this.#address}:${this.#port}>\r\n`;
    if (line.startsWith('INVITE') && !call) {
      void Stream.open(this.#address, ++this.#number).then((stream) => {
        const ok = (): void => answer('200 OK', contact, this.#sdp(stream));
        this.#calls.set(id, { stream, began: 0, repeat: setInterval(ok, T1_MS) });
        stream.to(body);
        answer('180 Ringing', contact);
        ok();
      });
    } else if (line.startsWith('ACK') && call) {
      clearInterval(call.repeat);
      if (!call.stream.sending) this.#report.answered++;
      call.stream.begin();
    } else if (line.startsWith('BYE')) {
      answer('200 OK');
      if (call) this.#forget(id, call);
    } else if (!/^(ACK|INVITE)/.test(line)) answer('200 OK');
  }

  #answered(
    id: string,
    call: Call,
    status: number,
    { header, body, host, port }: { header(name: string): string; body: string; host: string; port: number },
  ): void {
    clearInterval(call.repeat);
    if (status < 200) return;
    const target = /<([^>]+)>/.exec(header('Contact'))?.[1] ?? `sip:${host}:${port}`;
    // RFC 3261 17.1.1.3: that of a refusal belongs to the INVITE.
    const branch = status < 300 ? 'ACK' : 'INVITE';
    this.#sip.send(this.#request('ACK', target, id, 1, header('To'), '', branch), port, host);
    if (call.stream.sending || call.refusedWith) return;
    if (status >= 300) {
      call.refusedWith = status;
      const retryAfter = header('Retry-After');
      this.#report.refused.push({ status, ...(retryAfter ? { retryAfter } : {}) });
      call.stream.close();
      return;
    }
    this.#report.answered++;
    this.#report.setupMs.push(performance.now() - call.began);
    call.dialog = { target, to: header('To') };
    call.stream.to(body);
    call.stream.begin();
  }

  #bye(id: string, call: Call): void {
    if (!call.dialog) return;
    const { target, to } = call.dialog;
    const at = /@([\d.]+):(\d+)/.exec(target);
    if (at) this.#sip.send(this.#request('BYE', target, id, 2, to), Number(at[2]), at[1]);
  }

  #forget(id: string, call: Call): void {
    clearInterval(call.repeat);
    call.stream.close();
    this.#calls.delete(id);
  }

  #request(
    method: string,
    uri: string,
    id: string,
    cseq: number,
    to: string,
    sdp = '',
    branch = method,
  ): string {
    const place = `${this.#address}:${this.#port}`;
    const type = sdp ? 'Content-Type: application/sdp\r\n' : '';
    return `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${place};branch=z9hG4bK${branch}${id.replace(/\W/g, '')};rport\r\nFrom: <sip:+79031112233@${this.#address}>;tag=${id.split('@')[0]}\r\nTo: ${to}\r\nCall-ID: ${id}\r\nCSeq: ${cseq} ${method}\r\nMax-Forwards: 70\r\nContact: <sip:peer@${place}>\r\n${type}Content-Length: ${sdp.length}\r\n\r\n${sdp}`;
  }

  #sdp({ port }: Stream): string {
    const a = this.#address;
    return `v=0\r\no=- 1 1 IN IP4 ${a}\r\ns=-\r\nc=IN IP4 ${a}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\n`;
  }
}

if (process.argv[2] === '--peer' && process.send) {
  const peer = new Peer(process.argv[3]!, Number(process.argv[4]));
  process.on('message', (order: PeerOrder) => peer.obey(order));
  process.on('disconnect', () => process.exit(0));
}
