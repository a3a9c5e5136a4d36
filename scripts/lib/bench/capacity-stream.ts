import { createSocket, type Socket } from 'node:dgram';

/** What one side of a call has heard since counting began. */
export interface StreamCount {
  received: number;
  /** Packets missing in the row of sequence numbers. */
  missing: number;
  /** Packets in the middle of which is the far side's sound. */
  speech: number;
}

/** Samples of a packet. */
const SAMPLES = 160;

/** A level in A-law that stands for speech; a box that decodes and encodes again gives it back as it was. */
const SOUND = 0xb5;

/** One side's RTP of one call. */
export class Stream {
  readonly slot: number;
  sending = false;
  readonly #socket: Socket;
  readonly #packet = Buffer.alloc(12 + SAMPLES);
  #far: { host: string; port: number } | undefined;
  #sequence = 0;
  #closed = false;
  #last: number | undefined;
  #count: StreamCount = { received: 0, missing: 0, speech: 0 };

  private constructor(socket: Socket, number: number) {
    this.#socket = socket;
    this.slot = number % 4;
    this.#packet[0] = 0x80;
    this.#packet[1] = 8;
    this.#packet.fill(SOUND, 12);
    this.#packet.writeUInt32BE(number, 8);
    socket.on('message', (data) => this.#heard(data));
  }

  static async open(address: string, number: number): Promise<Stream> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 18 });
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    return new Stream(socket, number);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get count(): StreamCount {
    return this.#count;
  }

  /** Sends to where a session description says. */
  to(sdp: string): void {
    const host = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
    const port = /^m=audio (\d+)/m.exec(sdp)?.[1];
    if (host && port) this.#far = { host, port: Number(port) };
  }

  begin(): void {
    this.sending = true;
  }

  restart(): void {
    this.#count = { received: 0, missing: 0, speech: 0 };
    this.#last = undefined;
  }

  send(): void {
    if (!this.sending || !this.#far) return;
    const n = ++this.#sequence;
    this.#packet.writeUInt16BE(n & 0xffff, 2);
    this.#packet.writeUInt32BE((n * SAMPLES) >>> 0, 4);
    this.#socket.send(this.#packet, this.#far.port, this.#far.host, () => {});
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.sending = false;
    this.#socket.close();
  }

  #heard(data: Buffer): void {
    if (data.length < 14 || (data[1]! & 0x7f) !== 8) return;
    const count = this.#count;
    const sequence = data.readUInt16BE(2);
    if (this.#last !== undefined) {
      const step = (sequence - this.#last) & 0xffff;
      // What comes late was counted as missing before.
      if (step > 0x8000) count.missing--;
      else if (step > 1) count.missing += step - 1;
      if (step <= 0x8000) this.#last = sequence;
    } else this.#last = sequence;
    count.received++;
    if (data[12 + SAMPLES / 2] === SOUND) count.speech++;
  }
}
