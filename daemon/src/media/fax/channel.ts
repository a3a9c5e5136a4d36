import type { FaxProgress, T38Parameters } from '../api.ts';
import { FRAME_SAMPLES } from '../line-audio.ts';
import type { DatagramSocket } from '../session/datagram.ts';
import { Latch, type LatchTiming } from '../session/latch.ts';
import type { FaxGateway, GatewayMaker } from './gateway.ts';
import { T30Watch } from './t30-watch.ts';
import { readUdptl, UdptlReceiver, UdptlSender } from './udptl.ts';

/** Frames from the gateway that wait before the first is played: the other thread may be late by as much. */
const PREFILL = 15;
/** Frames that may wait; more come only after a stall, and would be delay for the rest of the fax. */
const MOST_WAITING = 40;
/** Pauses before a datagram is sent again where nothing follows it that repeats it, ms. */
const AGAIN_MS = [20, 40, 80] as const;
/** Without anything to send, the last datagram is sent again so that a NAT on the way stays open, ms (RFC 4787: 2 min at least). */
const KEEPALIVE_MS = 15_000;
/** T.38 7.2.2: the indicator "no signal". */
const NO_SIGNAL = Uint8Array.of(0);

const silence = new Int16Array(FRAME_SAMPLES);

/** What a channel stands on. */
export interface FaxChannelParts {
  socket: () => DatagramSocket;
  gateways: GatewayMaker;
  latch: LatchTiming;
  onProgress(progress: FaxProgress): void;
}

/**
 * T.38 in the place of a session's audio, on the same port: UDPTL toward the peer, and audio of modems toward whatever
 * the session is joined to, by a gateway. Two channels that are joined pass each other's packets on instead.
 */
export class FaxChannel {
  readonly #parts: FaxChannelParts;
  readonly #latch: Latch;
  readonly #receiver = new UdptlReceiver();
  readonly #sender: UdptlSender;
  readonly #watch: T30Watch;
  #parameters: T38Parameters;
  #gateway: FaxGateway | undefined;
  #partner: FaxChannel | undefined;
  #waiting: Int16Array[] = [];
  #playing = false;
  #last: Buffer | undefined;
  #copies = 0;
  #again = 0;
  #lastAt = 0;
  #now = 0;
  #rejected = 0;
  #closed = false;

  constructor(parts: FaxChannelParts, parameters: T38Parameters, now: number) {
    this.#parts = parts;
    this.#latch = new Latch(parts.latch);
    this.#parameters = parameters;
    this.#sender = new UdptlSender(parameters);
    this.#watch = new T30Watch(parts.onProgress);
    this.set(parameters, now);
    this.#send(NO_SIGNAL, 1);
  }

  /** Terms and address from a later offer and answer; the fax goes on. */
  set(parameters: T38Parameters, now: number): void {
    this.#now = now;
    this.#parameters = parameters;
    this.#sender.terms = parameters;
    if (this.#latch.expect(parameters.remoteAddress, parameters.remotePort))
      this.#parts.socket().disconnect();
  }

  /** Datagrams taken, brought back by repair, lost, refused. */
  get counts(): { sent: number; received: number; repaired: number; lost: number; rejected: number } {
    return { ...this.#receiver.counts, sent: this.#sender.packetsSent, rejected: this.#rejected };
  }

  get progress(): FaxProgress {
    return this.#watch.progress;
  }

  /** Packets pass between this channel and that one as they are; undefined: a gateway makes audio of them. */
  set partner(partner: FaxChannel | undefined) {
    if (partner === this.#partner) return;
    this.#partner = partner;
    this.#waiting = [];
    this.#playing = false;
    if (partner) this.#closeGateway();
  }

  /** Takes 10 ms of what the telephone side says, and with it the time. */
  push(frame: Int16Array | undefined, now: number): void {
    this.#now = now;
    this.#repeat();
    if (this.#partner || this.#closed) return;
    this.#gateway ??= this.#openGateway();
    this.#gateway.push(frame ?? silence);
  }

  /** Gives 10 ms of what the peer's fax says. */
  pull(out: Int16Array): void {
    if (!this.#playing && this.#waiting.length >= PREFILL) this.#playing = true;
    const frame = this.#playing ? this.#waiting.shift() : undefined;
    out.set(frame ?? silence);
  }

  /** A datagram on the session's port. */
  datagram(data: Buffer, address: string, port: number, now: number): void {
    if (this.#closed) return;
    this.#now = now;
    const read = readUdptl(data);
    // Before the source is judged: stray audio of the call must not count as a fax from elsewhere.
    if (!read) {
      this.#rejected++;
      return;
    }
    const verdict = this.#latch.judge(address, port, 0, read.sequence, now);
    if (verdict === 'rejected' || verdict === 'held') {
      if (verdict === 'rejected') this.#rejected++;
      return;
    }
    for (const { sequence, data: ifp } of this.#receiver.receive(read)) {
      this.#watch.packet('in', ifp);
      if (this.#partner) this.#partner.#send(ifp, 1);
      else this.#gateway?.receive(ifp, sequence);
    }
  }

  close(): void {
    this.#closed = true;
    this.#closeGateway();
  }

  #openGateway(): FaxGateway {
    return this.#parts.gateways.open(this.#parameters, {
      audio: (frame) => {
        this.#waiting.push(frame);
        // After a stall what is oldest goes, down to where delay is as it was.
        if (this.#waiting.length > MOST_WAITING) this.#waiting.splice(0, this.#waiting.length - PREFILL);
      },
      ifp: (packet, copies) => this.#send(packet, copies),
    });
  }

  #closeGateway(): void {
    this.#gateway?.close();
    this.#gateway = undefined;
  }

  #send(ifp: Uint8Array, copies: number): void {
    if (this.#closed) return;
    this.#watch.packet('out', ifp);
    this.#last = this.#sender.next(ifp);
    // Repeated later and not at once: what loses one datagram often loses those beside it. The next one makes it needless.
    this.#copies = this.#parameters.redundancy > 0 ? copies - 1 : 0;
    this.#again = 0;
    this.#put();
  }

  #put(): void {
    if (!this.#last) return;
    this.#lastAt = this.#now;
    const { address, port } = this.#latch;
    if (port > 0) this.#parts.socket().send(this.#last, port, address);
  }

  #repeat(): void {
    const idle = this.#now - this.#lastAt;
    if (this.#copies > 0 && idle >= (AGAIN_MS[this.#again] ?? AGAIN_MS[2])) {
      this.#copies--;
      this.#again++;
      this.#put();
    } else if (idle >= KEEPALIVE_MS) this.#put();
  }
}
