import { randomBytes, randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { type CryptoLine, SrtpStream, writeLine } from './srtp.ts';
import {
  babble,
  FRAME,
  fromAlaw,
  keyTones,
  RATE,
  ringback,
  sine,
  toAlaw,
  toneLevel,
  totalLevel,
} from './voice.ts';

/** What the operator's side sends. */
export type Sound =
  | { type: 'echo' }
  | { type: 'tone'; frequency: number; dbm0: number }
  /** A key that is pressed once, as the two tones of DTMF (ITU-T Q.23) of this level each. */
  | { type: 'key'; key: string; dbm0: number }
  | { type: 'voice'; dbm0: number }
  | { type: 'ringback' }
  | { type: 'silence' };

/** What came, and what went. */
export interface RtpReport {
  /** Our own port. */
  port: number;
  sent: number;
  received: number;
  /** By sequence numbers, since the first packet of each stream. */
  lost: number;
  /** Port from which the last packet came; 0 before one has. */
  from: number;
  /** Digits that came as RFC 4733 events, in order. */
  digits: string;
  /** Level of all that came in the last second, dBm0; null for silence. */
  levelDbm0: number | null;
}

const EVENTS = '0123456789*#ABCD';
const EVENT_TYPE = 101;
/** How often it is seen to that packets leave in time, ms. */
const TICK = 10;

/** One RTP session, A-law, packets of 20 ms. */
export class RtpSession {
  readonly port: number;
  readonly #socket: Socket;
  readonly #ssrc = randomInt(2 ** 32);
  // The lower half only, or SRTP could miss the turn (RFC 4568 6.4).
  #sequence = randomInt(2 ** 15);
  #timestamp = randomInt(2 ** 31);
  #remote: { host: string; port: number } | undefined;
  #eventType = EVENT_TYPE;
  #keys: { own: CryptoLine; theirs: CryptoLine; out: SrtpStream; into: SrtpStream } | undefined;
  /** Packets leave unprotected although keys are agreed on. */
  plain = false;
  /** Packets go to where the peer's come from, whatever its description says. */
  follows = true;
  #source: (index: number) => number = () => 0;
  #echo: number[] | undefined;
  #index = 0;
  #timer: NodeJS.Timeout | undefined;
  #began = 0;
  #ticks = 0;
  #report = { sent: 0, received: 0, lost: 0, from: 0, digits: '' };
  #heardSsrc = -1;
  #expected: number | undefined;
  #arrivedAt: number | undefined;
  #longestGap = 0;
  /** When our own event loop last proved to turn, and how long it has stood still since the last packet. */
  #tickedAt = 0;
  #stood = 0;
  #event: number | undefined;
  /** The last second heard. */
  readonly #heard = new Int16Array(RATE);
  #heardAt = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.address().port;
    socket.on('message', (packet, from) => this.#received(packet, from.address, from.port));
    socket.on('error', () => {});
  }

  static open(host: string): Promise<RtpSession> {
    return new Promise((resolve, reject) => {
      const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
      socket.once('error', reject);
      socket.bind(0, host, () => resolve(new RtpSession(socket)));
    });
  }

  /** Sends to there from now on. */
  talk(remote: { host: string; port: number }, eventType: number | undefined): void {
    this.#remote = remote;
    this.#eventType = eventType ?? EVENT_TYPE;
    if (this.#timer) return;
    this.#began = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  /** SRTP from now on; the same keys again change nothing. */
  secure(own: CryptoLine, theirs: CryptoLine): void {
    const old = this.#keys;
    if (old?.own.key.equals(own.key) && old.theirs.key.equals(theirs.key)) return;
    const out = old?.own.key.equals(own.key) ? old.out : new SrtpStream(own);
    this.#keys = { own, theirs, out, into: new SrtpStream(theirs) };
  }

  play(sound: Sound): void {
    this.#echo = sound.type === 'echo' ? [] : undefined;
    this.#index = 0;
    if (sound.type === 'tone') this.#source = sine(sound.frequency, sound.dbm0);
    else if (sound.type === 'key') this.#source = keyTones(sound.key, sound.dbm0);
    else if (sound.type === 'voice') this.#source = babble(sound.dbm0);
    else if (sound.type === 'ringback') this.#source = ringback(-13);
    else this.#source = () => 0;
  }

  /** Sends digits as RFC 4733 events, 100 ms each with 100 ms between; resolves when they are out. */
  async digits(keys: string): Promise<void> {
    for (const key of keys) {
      const code = EVENTS.indexOf(key.toUpperCase());
      if (code < 0) continue;
      const timestamp = this.#timestamp;
      for (let i = 1; i <= 7; i++) {
        // RFC 4733 2.5.1.4: the end is sent three times.
        const end = i >= 5;
        const payload = Buffer.from([code, (end ? 0x80 : 0) | 10, 0, 0]);
        payload.writeUInt16BE(Math.min(i, 5) * FRAME, 2);
        this.#send(payload, this.#eventType, timestamp, i === 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  report(): RtpReport {
    const level = totalLevel(this.#heard);
    return {
      port: this.port,
      ...this.#report,
      levelDbm0: Number.isFinite(level) ? Math.round(level * 10) / 10 : null,
    };
  }

  /** The longest pause between two packets since this was last asked, less what we ourselves stood still, ms. */
  gap(): number {
    const gap = this.#longestGap;
    this.#longestGap = 0;
    return gap;
  }

  /** The last second heard, the oldest first. */
  get heard(): Int16Array {
    const whole = new Int16Array(RATE);
    whole.set(this.#heard.subarray(this.#heardAt));
    whole.set(this.#heard.subarray(0, this.#heardAt), RATE - this.#heardAt);
    return whole;
  }

  /** Level of one frequency in the last second heard, dBm0. */
  level(frequency: number): number {
    return toneLevel(this.#heard, frequency);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #tick(): void {
    const now = performance.now();
    if (this.#tickedAt > 0) this.#stood += Math.max(0, now - this.#tickedAt - TICK);
    this.#tickedAt = now;
    // By the clock and not by ticks, as a busy machine fires timers late.
    const due = Math.floor((performance.now() - this.#began) / 20);
    for (let late = Math.min(due - this.#ticks, 5); late > 0; late--) this.#frame();
    this.#ticks = due;
  }

  #frame(): void {
    const payload = Buffer.alloc(FRAME);
    if (this.#echo) {
      for (let i = 0; i < FRAME; i++) payload[i] = this.#echo.shift() ?? 0xd5;
    } else for (let i = 0; i < FRAME; i++) payload[i] = toAlaw(Math.round(this.#source(this.#index++)));
    this.#timestamp = (this.#timestamp + FRAME) >>> 0;
    this.#send(payload, 8, this.#timestamp, this.#report.sent === 0);
  }

  #send(payload: Buffer, type: number, timestamp: number, marker: boolean): void {
    if (!this.#remote) return;
    const packet = Buffer.alloc(12);
    packet[0] = 0x80;
    packet[1] = type | (marker ? 0x80 : 0);
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(timestamp >>> 0, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#report.sent++;
    const whole = Buffer.concat([packet, payload]);
    const sent = this.#keys && !this.plain ? this.#keys.out.seal(whole) : whole;
    this.#socket.send(sent, this.#remote.port, this.#remote.host, () => {});
  }

  #received(datagram: Buffer, address: string, port: number): void {
    if (datagram.length < 12 || datagram[0]! >> 6 !== 2) return;
    const packet = this.#keys ? this.#keys.into.open(datagram) : datagram;
    if (!packet) return;
    const type = packet[1]! & 0x7f;
    const sequence = packet.readUInt16BE(2);
    const payload = packet.subarray(12 + 4 * (packet[0]! & 0x0f));
    if (this.follows && this.#remote && address === this.#remote.host) this.#remote = { host: address, port };
    this.#report.received++;
    this.#report.from = port;
    const ssrc = packet.readUInt32BE(8);
    const ahead = (sequence - (this.#expected ?? sequence)) & 0xffff;
    if (ssrc !== this.#heardSsrc || ahead < 0x4000) {
      if (ssrc === this.#heardSsrc) this.#report.lost += ahead;
      this.#heardSsrc = ssrc;
      this.#expected = (sequence + 1) & 0xffff;
    } else if (this.#report.lost > 0) {
      // Overtaken by another on the way, and not lost after all.
      this.#report.lost--;
    }
    this.#noteArrival();
    if (type === this.#eventType) this.#eventCame(payload, packet.readUInt32BE(4));
    else if (type === 8) this.#hear(payload);
  }

  #noteArrival(): void {
    const now = performance.now();
    // A stall that is not over yet has not been counted by the tick after it.
    const stood = this.#stood + Math.max(0, now - this.#tickedAt - TICK);
    if (this.#arrivedAt !== undefined)
      this.#longestGap = Math.max(this.#longestGap, now - this.#arrivedAt - stood);
    this.#arrivedAt = now;
    this.#stood = 0;
  }

  #eventCame(payload: Buffer, timestamp: number): void {
    // RFC 4733 2.5.2: all packets of one event share the timestamp.
    if (payload.length < 4 || timestamp === this.#event) return;
    this.#event = timestamp;
    this.#report.digits += EVENTS[payload[0]!] ?? '';
  }

  #hear(payload: Buffer): void {
    for (const octet of payload) {
      this.#heard[this.#heardAt] = fromAlaw(octet);
      this.#heardAt = (this.#heardAt + 1) % RATE;
      // A tenth of a second is enough to bridge jitter; more would be heard as delay.
      if (this.#echo && this.#echo.length < RATE / 10) this.#echo.push(octet);
    }
  }
}

/** SDP of the operator; with keys for SRTP. */
export function describe(host: string, port: number, crypto: readonly CryptoLine[] = []): string {
  const family = host.includes(':') ? 'IP6' : 'IP4';
  const id = randomBytes(4).readUInt32BE() % 2 ** 31;
  return [
    'v=0',
    `o=operator ${id} ${id} IN ${family} ${host}`,
    's=operator',
    `c=IN ${family} ${host}`,
    't=0 0',
    `m=audio ${port} RTP/${crypto.length > 0 ? 'SAVP' : 'AVP'} 8 ${EVENT_TYPE}`,
    ...crypto.map(writeLine),
    'a=rtpmap:8 PCMA/8000',
    `a=rtpmap:${EVENT_TYPE} telephone-event/8000`,
    `a=fmtp:${EVENT_TYPE} 0-15`,
    'a=ptime:20',
    'a=sendrecv',
    '',
  ].join('\r\n');
}

/** Where the other side wants its RTP, and its payload type for events; undefined if it has no A-law. */
export function remoteOf(
  sdp: string,
): { host: string; port: number; eventType: number | undefined } | undefined {
  const host = /^c=IN IP[46] ([^\s/]+)/m.exec(sdp)?.[1];
  const media = /^m=audio (\d+) RTP\/S?AVP ([\d ]+)/m.exec(sdp);
  const types = media?.[2]?.trim().split(/\s+/) ?? [];
  if (!host || !media || !types.includes('8')) return undefined;
  const event = /^a=rtpmap:(\d+) telephone-event\/8000/im.exec(sdp)?.[1];
  return { host, port: Number(media[1]), eventType: event === undefined ? undefined : Number(event) };
}
