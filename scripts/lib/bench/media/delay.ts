/**
 * The delay of audio through the box, end to end: pulses that a simulated telephone says are looked for in RTP, and
 * pulses in RTP at the telephone's ear. Simulator, serial line (pty), media worker and UDP are the real ones; what is
 * left out is the packet's own 20 ms, which a longer or shorter packet would change.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { PCMA } from '../../../../daemon/src/media/dsp/g711.ts';
import { parseProfile } from '../../../../daemon/src/media/dsp/profile.ts';
import { type MediaHost, startMediaWorker } from '../../../../daemon/src/worker/media-host.ts';
import { makeRealtime } from '../../../../daemon/src/worker/realtime.ts';
import type { Telephone } from '../../../../hw/simulator/office/telephone.ts';
import { type Simulator, startSimulator } from '../../../../hw/simulator/simulator.ts';
import type { Figure } from '../../bench.ts';
import { load, quantile, round, sleep } from '../usage.ts';
import { measureApart, serveApart } from './apart.ts';
import { emitTiming, referenceUs } from './reference.ts';
import { farSide } from './traffic.ts';

const PHONES = 4;
/** How long each direction is measured, after it has settled for some time, s. */
const SECONDS = 25;
const SETTLE_SECONDS = 5;
/** A pulse: so many samples of that level, in a stream that is silent otherwise. */
const PULSE = 16;
const LEVEL = 10_000;
const THRESHOLD = 3000;
/** Samples between pulses: no multiple of a packet or a frame, so that every phase is met. */
const EVERY = 1624;
/** Longer than any delay here, shorter than the way to the next pulse; samples. */
const QUIET = 800;

/** Finds the first samples of pulses in a stream. */
class PulseFinder {
  #quiet = QUIET;

  /** Index of a pulse's first sample in `samples`, or -1. */
  find(samples: ArrayLike<number>): number {
    let found = -1;
    for (let i = 0; i < samples.length; i++) {
      if (Math.abs(samples[i]!) < THRESHOLD) this.#quiet++;
      else {
        if (this.#quiet >= QUIET && found < 0) found = i;
        this.#quiet = 0;
      }
    }
    return found;
  }
}

const isPulse = (at: number): boolean => at % EVERY < PULSE;

/**
 * The card's clock against this machine's: sample n is at `zero + n / 8` ms. The simulator may be late with a block, never
 * early; a machine too busy for it makes it set its clock back, and what is measured around that moment does not count.
 */
class CardTime {
  #zero = Number.POSITIVE_INFINITY;
  #slips = 0;
  #steadySince = 0;
  readonly #office: Simulator;

  constructor(office: Simulator) {
    this.#office = office;
  }

  /** The samples up to `end` have just passed. */
  seen(end: number): void {
    const now = performance.now();
    if (this.#office.slips !== this.#slips) {
      this.#slips = this.#office.slips;
      this.#zero = Number.POSITIVE_INFINITY;
      this.#steadySince = now;
    }
    this.#zero = Math.min(this.#zero, now - end / 8);
  }

  /** Whether the clock has been steady for a second. */
  get steady(): boolean {
    return performance.now() - this.#steadySince > 1000;
  }

  at(sample: number): number {
    return this.#zero + sample / 8;
  }
}

/** One call: a telephone, the far side of its RTP session, and what was measured. */
class MeasuredCall {
  readonly #office: Simulator;
  readonly #phone: Telephone;
  readonly #time: CardTime;
  readonly #socket: Socket = createSocket('udp4');
  readonly #inPacket = new PulseFinder();
  readonly #atEar = new PulseFinder();
  readonly #samples = new Int16Array(160);
  #said: number[] = [];
  #sent: number[] = [];
  speaking: 'phone' | 'peer' | undefined;
  measuring = false;
  /** Delays added, ms. */
  readonly toRtp: number[] = [];
  readonly toLine: number[] = [];
  #sequence = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(office: Simulator, phone: Telephone, time: CardTime) {
    this.#office = office;
    this.#phone = phone;
    this.#time = time;
  }

  async open(host: MediaHost, phase: number): Promise<void> {
    const phone = this.#phone;
    phone.lift();
    await sleep(200);
    await host.card.execute({ type: 'audio', port: phone.port, on: true });
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
    const { endpoint, port } = await host.media.openRtp('127.0.0.1');
    this.#socket.connect(port, '127.0.0.1');
    await once(this.#socket, 'connect');
    this.#socket.on('message', (data) => this.#packet(data));
    await host.media.setRtp(endpoint, farSide(this.#socket.address().port, 'PCMA'));
    await host.media.detect(`line:${phone.port}`, { dtmf: true });
    await host.media.connect(`line:${phone.port}`, endpoint);
    phone.speakBlock = () => this.#speak();
    phone.heard.push = (block) => this.#hear(block);
    const begin = performance.now() + phase;
    this.#timer = setInterval(() => {
      while (begin + this.#sequence * 20 <= performance.now()) this.#send();
    }, 1);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  /** The block that begins now is said. */
  #speak(): void {
    const out = this.#phone.load.audio;
    const from = this.#office.time.now;
    this.#time.seen(from + out.length);
    for (let i = 0; i < out.length; i++) {
      const loud = this.speaking === 'phone' && isPulse(from + i);
      out[i] = loud ? LEVEL : 0;
      if (loud && (from + i) % EVERY === 0) this.#said.push(from + i);
    }
  }

  /** A packet came from the box: when could it have been sent at the earliest? */
  #packet(data: Buffer): void {
    const now = performance.now();
    if (data.length !== 172) return;
    PCMA.decode(data, this.#samples, 12, 160);
    const at = this.#inPacket.find(this.#samples);
    if (at < 0) return;
    const said = this.#said.shift();
    this.#said = [];
    if (said === undefined || !this.measuring || !this.#time.steady) return;
    // Its last sample was said so much later than the pulse.
    this.toRtp.push(now - this.#time.at(said - at + 160));
  }

  #send(): void {
    const packet = Buffer.alloc(172);
    packet[0] = 0x80;
    packet[1] = 8;
    packet.writeUInt16BE(this.#sequence & 0xffff, 2);
    packet.writeUInt32BE(this.#sequence * 160, 4);
    packet.writeUInt32BE(this.#phone.port, 8);
    for (let i = 0; i < 160; i++) {
      const at = this.#sequence * 160 + i;
      this.#samples[i] = this.speaking === 'peer' && isPulse(at) ? LEVEL : 0;
      // Without any delay it would sound as much later than the packet's arrival.
      if (this.#samples[i] !== 0 && at % EVERY === 0) this.#sent.push(performance.now() + i / 8);
    }
    PCMA.encode(this.#samples, packet, 12, 160);
    this.#sequence++;
    this.#socket.send(packet);
  }

  /** A block ends now at the ear. */
  #hear(block: Int16Array): void {
    const at = this.#atEar.find(block);
    if (at < 0) return;
    const sent = this.#sent.shift();
    this.#sent = [];
    if (sent === undefined || !this.measuring || !this.#time.steady) return;
    this.toLine.push(this.#time.at(this.#office.time.now - block.length + at) - sent);
  }
}

export const measureDelay = (emit: (figure: Figure) => void): Promise<void> =>
  measureApart(import.meta.url, emit);

async function measure(emit: (figure: Figure) => void): Promise<void> {
  const profile = parseProfile(
    JSON.parse(readFileSync(new URL('../../../../hw/profile/ru.json', import.meta.url), 'utf8')),
  );
  const reference = referenceUs();
  const office = await startSimulator({ patienceMs: 0 });
  const host = await startMediaWorker({
    card: { type: 'serial', path: office.path!, baudRate: 4_000_000, unlimited: true },
    profile,
    media: { rtpPorts: { min: 20000, max: 59999 } },
  });
  // Simulator and far sides stand for hardware and for other machines: nothing here keeps those waiting.
  makeRealtime();
  const calls: MeasuredCall[] = [];
  try {
    if (!host.card.inventory) await new Promise<void>((resolve) => host.card.on('up', () => resolve()));
    const time = new CardTime(office);
    const ports = host.card
      .inventory!.ports.filter((port) => port.kind === 'fxs' && port.lifelinePeer === undefined)
      .slice(0, PHONES);
    for (const [i, { port }] of ports.entries()) {
      const call = new MeasuredCall(office, office.telephone(port), time);
      await call.open(host, i * 4.7);
      calls.push(call);
    }
    for (const speaking of ['phone', 'peer'] as const) {
      for (const call of calls) call.speaking = speaking;
      await sleep(SETTLE_SECONDS * 1000);
      for (const call of calls) call.measuring = true;
      await sleep(SECONDS * 1000);
      for (const call of calls) call.measuring = false;
    }
  } finally {
    for (const call of calls) call.close();
    await host.close();
    await office.stop();
  }
  const realtime = host.warnings.some(({ code }) => code === 'worker/no-realtime')
    ? 'no real-time priority'
    : 'SCHED_FIFO';
  const note = `${realtime}, ${calls.length} calls; ${load()}`;
  const figures = (name: string, what: string, delays: readonly number[]): void => {
    for (const [suffix, share] of [
      ['P50', 0.5],
      ['P99', 0.99],
    ] as const) {
      const value = round(quantile(delays, share), 2);
      emitTiming(
        emit,
        { metric: `media.${name}${suffix}`, value, unit: 'ms', n: delays.length, note: `${what}; ${note}` },
        reference,
      );
    }
  };
  figures(
    'addedDelayTxMs',
    'sample at the telephone to RTP, beyond the packet',
    calls.flatMap((call) => call.toRtp),
  );
  figures(
    'addedDelayRxMs',
    'RTP to the telephone, beyond the packet',
    calls.flatMap((call) => call.toLine),
  );
}

serveApart(measure);
