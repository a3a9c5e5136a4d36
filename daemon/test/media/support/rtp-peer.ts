import { createSocket, type Socket } from 'node:dgram';

/** One RTP packet as a peer saw it; read here by hand, not by the code under test. */
export interface SeenPacket {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  payload: Buffer;
  at: number;
}

/** The G.711 expansions of ITU-T G.711 written out from the tables' text, apart from the daemon's own. */
export function expand(codec: 'PCMA' | 'PCMU', byte: number): number {
  if (codec === 'PCMU') {
    const u = ~byte & 0xff;
    const t = (((u & 0x0f) << 3) + 0x84) << ((u & 0x70) >> 4);
    return u & 0x80 ? 0x84 - t : t - 0x84;
  }
  const a = byte ^ 0x55;
  let t = (a & 0x0f) << 4;
  const segment = (a & 0x70) >> 4;
  t = segment === 0 ? t + 8 : (t + 0x108) << (segment - 1);
  return a & 0x80 ? t : -t;
}

/** Inverse of {@link expand} by search: the nearest code. */
const compressed = new Map<string, Uint8Array>();
function compress(codec: 'PCMA' | 'PCMU', sample: number): number {
  let table = compressed.get(codec);
  if (!table) {
    table = new Uint8Array(65536);
    const values = Array.from({ length: 256 }, (_, b) => [expand(codec, b), b] as const).sort(
      (x, y) => x[0] - y[0],
    );
    let k = 0;
    for (let s = -32768; s < 32768; s++) {
      while (k < 255 && Math.abs(values[k + 1]![0] - s) <= Math.abs(values[k]![0] - s)) k++;
      table[s & 0xffff] = values[k]![1];
    }
    compressed.set(codec, table);
  }
  return table[sample & 0xffff]!;
}

/** A sine of `frequency` Hz at `dbm0`, by sample number. 0 dBm0 has amplitude 22,826 (hw/protocol/frame.md 6). */
export const sine =
  (frequency: number, dbm0: number) =>
  (n: number): number =>
    Math.round(22826 * 10 ** (dbm0 / 20) * Math.sin((2 * Math.PI * frequency * n) / 8000));

/** A far side of an RTP session, on a real UDP socket. */
export class RtpPeer {
  readonly #socket: Socket;
  readonly seen: SeenPacket[] = [];
  readonly codec: 'PCMA' | 'PCMU';
  readonly payloadType: number;
  readonly ssrc = Math.floor(Math.random() * 2 ** 32);
  sequence = Math.floor(Math.random() * 65536);
  timestamp = Math.floor(Math.random() * 2 ** 32);
  #timer: NodeJS.Timeout | undefined;
  #waiters: { ready: () => boolean; done: () => void }[] = [];
  #closed = false;
  port = 0;
  /** Whose packets go where. */
  remotePort = 0;
  /** What becomes of packets on their way out and in: SRTP, where a test wants it. */
  sealed: (packet: Buffer) => Uint8Array = (packet) => packet;
  opened: (datagram: Buffer) => Buffer | undefined = (datagram) => datagram;
  /** Datagrams that could not be opened. */
  unopened = 0;

  constructor(codec: 'PCMA' | 'PCMU' = 'PCMA') {
    this.codec = codec;
    this.payloadType = codec === 'PCMA' ? 8 : 0;
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (datagram) => {
      const m = this.opened(datagram);
      if (!m) {
        this.unopened++;
        return;
      }
      const offset = 12 + 4 * (m[0]! & 15);
      this.seen.push({
        payloadType: m[1]! & 127,
        marker: m[1]! > 127,
        sequence: m.readUInt16BE(2),
        timestamp: m.readUInt32BE(4),
        ssrc: m.readUInt32BE(8),
        payload: m.subarray(offset),
        at: performance.now(),
      });
      const ready = this.#waiters.filter((w) => w.ready());
      this.#waiters = this.#waiters.filter((w) => !ready.includes(w));
      for (const waiter of ready) waiter.done();
    });
    this.#socket.on('error', () => {});
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
    this.port = this.#socket.address().port;
    return this;
  }

  raw(data: Uint8Array): void {
    if (this.#closed) return;
    this.#socket.send(data, this.remotePort, '127.0.0.1');
  }

  packet(
    payloadType: number,
    payload: Uint8Array,
    fields: { marker?: boolean; timestamp?: number; sequence?: number } = {},
  ): Buffer {
    const p = Buffer.alloc(12 + payload.length);
    p[0] = 0x80;
    p[1] = payloadType | (fields.marker ? 128 : 0);
    p.writeUInt16BE((fields.sequence ?? this.sequence++) & 0xffff, 2);
    p.writeUInt32BE((fields.timestamp ?? this.timestamp) >>> 0, 4);
    p.writeUInt32BE(this.ssrc, 8);
    p.set(payload, 12);
    return p;
  }

  /** The packet of the next `ms` of `signal`. */
  audio(signal: (n: number) => number, ms: number, n: number): Buffer {
    const payload = Buffer.alloc(ms * 8);
    for (let i = 0; i < payload.length; i++) payload[i] = compress(this.codec, signal(n + i));
    const p = this.packet(this.payloadType, payload);
    this.timestamp += payload.length;
    return p;
  }

  /** Sends `signal` in packets of `ms` at its own pace; `through` may lose, double or reorder them. */
  talk(
    signal: (n: number) => number,
    ms = 20,
    through: (p: Buffer) => void = (p) => this.raw(this.sealed(p)),
  ): void {
    this.hush();
    let n = 0;
    const begin = performance.now();
    const send = (): void => {
      while (n * 0.125 <= performance.now() - begin) {
        through(this.audio(signal, ms, n));
        n += ms * 8;
      }
    };
    send();
    this.#timer = setInterval(send, 5);
  }

  hush(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** An RFC 4733 payload. */
  event(code: number, durationSamples: number, end: boolean): Buffer {
    return Buffer.from([code, (end ? 128 : 0) | 10, durationSamples >> 8, durationSamples & 255]);
  }

  /** What was received as audio since packet `from`, in the order of timestamps, as samples. Gaps are zeros. */
  samples(from = 0): Int16Array {
    const audio = this.seen
      .slice(from)
      .filter((p) => p.payloadType === this.payloadType && p.payload.length > 0);
    if (audio.length === 0) return new Int16Array(0);
    const first = audio[0]!.timestamp;
    const at = (p: SeenPacket): number => (p.timestamp - first) | 0;
    const length = Math.max(...audio.map((p) => at(p) + p.payload.length));
    const out = new Int16Array(length);
    for (const p of audio)
      for (let i = 0; i < p.payload.length; i++)
        if (at(p) >= 0) out[at(p) + i] = expand(this.codec, p.payload[i]!);
    return out;
  }

  /** Waits until `ready`, judged at each packet; rejects after `ms`. */
  until(ready: () => boolean, ms = 4000): Promise<void> {
    if (ready()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`not within ${ms} ms; ${this.seen.length} packets seen`)),
        ms,
      );
      this.#waiters.push({
        ready,
        done: () => {
          clearTimeout(timer);
          resolve();
        },
      });
    });
  }

  /** Waits for `count` more packets. */
  more(count: number, ms = 4000): Promise<void> {
    const target = this.seen.length + count;
    return this.until(() => this.seen.length >= target, ms);
  }

  close(): void {
    this.#closed = true;
    this.hush();
    this.#socket.close();
  }
}
