import { FieldFault } from '../link/fields.ts';
import {
  type AudioFrame,
  type Coding,
  channelBytes,
  decodeFrame,
  encodeFrame,
  type Frame,
  FrameFault,
  type Hello,
  type Message,
  type PortEntry,
  SAMPLES,
} from '../link/frames.ts';
import { FrameReader, seal } from '../link/framing.ts';
import type { Timeline } from '../office/timeline.ts';
import { alawDecode, alawEncode } from '../sound/alaw.ts';
import { Refusal } from './circuit.ts';
import { FxoCircuit } from './fxo.ts';
import { FxsCircuit } from './fxs.ts';
import { Relay } from './relay.ts';

/** Times of frame.md sections 3 to 5, ms. */
const ANNOUNCE_MS = 1000;
const KEEPALIVE_MS = 250;
const LOST_MS = 1000;
const ORPHAN_MS = 5000;
const RETRY_MS = 150;
const WRAP = 0x1_0000_0000;
/** Furthest that the host may be ahead, samples. */
const AHEAD = 2000;

export interface CardOptions {
  board: string;
  serial: string;
  firmware: string;
  ports: PortEntry[];
  protocolMin: number;
  protocolMax: number;
  /** bit/s of the card's own side, 0: no limit. */
  bandwidth: number;
  playoutLead: number;
  /** First value of the sample clock; random when left out. */
  clockStart?: number;
  /** Commands that this card does not know yet. */
  lacks?: readonly string[];
  /** Idle time before the relay parts (frame.md: 2000 ms). */
  lifelineIdleMs: number;
}

/** Figures for the page and for tests. */
export interface CardCounters {
  framesReceived: number;
  framesSent: number;
  checksumErrors: number;
  malformed: number;
  audioLost: number;
  audioLate: number;
  commands: number;
  repetitions: number;
  boots: number;
}

/** Wire bytes that N ports' audio takes each 10 ms at most (frame.md section 7). */
export const audioBytes = (ports: number, coding: Coding): number => {
  const body = 10 + ports * channelBytes(coding);
  return body + Math.floor(body / 254) + 2;
};

/** The simulated card's controller: everything of frame.md that is the card's. */
export class Card {
  readonly options: CardOptions;
  readonly circuits: (FxsCircuit | FxoCircuit)[];
  readonly relay: Relay;
  readonly counters: CardCounters;
  bootId = 0;
  /** Commands carried out, newest last; for tests and the page. */
  readonly trace: Message[] = [];
  #time: Timeline;
  #send: (wire: Uint8Array, audio: boolean) => void;
  #event: (type: string, details?: Record<string, unknown>) => void;
  #reader: FrameReader;
  #clockOffset = 0;
  #session = 0;
  #coding: Coding = 'linear';
  #bandwidth = 0;
  #expected = 0;
  #answer: Frame | undefined;
  #queue: Message[] = [];
  #sentAt = -1;
  #indicationSeq = 0;
  #audioSeq = 0;
  #audioExpected = -1;
  /** Office time up to which the host has supplied audio; undefined until it has begun. */
  #suppliedTo: number | undefined;
  #aliveAt = 0;
  #keepaliveAt = 0;
  #orphanAt = Infinity;

  constructor(
    options: CardOptions,
    time: Timeline,
    send: (wire: Uint8Array, audio: boolean) => void,
    event: (type: string, details?: Record<string, unknown>) => void,
  ) {
    this.options = options;
    this.#time = time;
    this.#send = send;
    this.#event = event;
    this.counters = {
      framesReceived: 0,
      framesSent: 0,
      checksumErrors: 0,
      malformed: 0,
      audioLost: 0,
      audioLate: 0,
      commands: 0,
      repetitions: 0,
      boots: 0,
    };
    this.circuits = options.ports.map(({ port, kind }) => {
      const tell = (type: string, values = {}, at = time.now) =>
        this.#indicate({ type, port, ...values, at });
      return kind === 'fxs' ? new FxsCircuit(port, time, tell) : new FxoCircuit(port, time, tell);
    });
    this.relay = new Relay(options.ports, this.circuits, options.lifelineIdleMs, (port, engaged) => {
      this.#indicate({ type: 'lifeline', port, engaged, at: this.#time.now });
      if (!engaged) this.circuit(port)?.snapshot();
      this.#event('lifeline', { port, engaged });
    });
    this.#reader = new FrameReader(
      (bare) => this.#body(bare),
      () => void this.counters.checksumErrors++,
    );
    this.boot();
  }

  get session(): number {
    return this.#session;
  }

  get coding(): Coding {
    return this.#coding;
  }

  circuit(port: number): FxsCircuit | FxoCircuit | undefined {
    return this.circuits.find((c) => c.port === port);
  }

  /** Power-on or reset: everything is forgotten, the relay has fallen back. */
  boot(): void {
    this.bootId = 1 + Math.floor(Math.random() * (WRAP - 1));
    const start = this.options.clockStart ?? Math.floor(Math.random() * WRAP);
    this.#clockOffset = start - this.#time.now;
    this.#session = 0;
    this.#queue = [];
    this.#reader.reset();
    for (const circuit of this.circuits) circuit.rest();
    this.relay.join();
    this.#orphanAt = Infinity;
    this.#keepaliveAt = this.#time.ms;
    this.counters.boots++;
    this.#event('card-boot', { bootId: this.bootId });
  }

  /** Bytes from the host. */
  receive(bytes: Uint8Array): void {
    this.#reader.push(bytes);
  }

  /** One millisecond of the controller's own affairs. */
  tick(): void {
    const now = this.#time.ms;
    if (this.#session !== 0 && now - this.#aliveAt >= LOST_MS) this.#lose();
    if (now >= this.#orphanAt) {
      this.#orphanAt = Infinity;
      for (const c of this.circuits) if (c.kind === 'fxo') c.rest();
      this.#event('orphans-released');
    }
    if (now >= this.#keepaliveAt) {
      this.#keepaliveAt = now + (this.#session ? KEEPALIVE_MS : ANNOUNCE_MS);
      this.#write(this.#session ? this.#keepalive() : this.#welcome(0));
    }
    if (this.#sentAt >= 0 && now - this.#sentAt >= RETRY_MS) this.#sendIndication();
  }

  /** The host has begun to supply audio, and what is to be played in the coming block is not there yet. */
  get starved(): boolean {
    return this.#suppliedTo !== undefined && this.#suppliedTo < this.#time.now + SAMPLES;
  }

  /** Goes on without the host's audio until it comes again. */
  giveUpAudio(): void {
    this.#suppliedTo = undefined;
  }

  /** Sends what the ports heard in the block that begins at `from`. */
  sendAudio(from: number): void {
    if (this.#session === 0) return;
    const active = this.circuits.filter((c) => c.audio);
    if (active.length === 0) {
      this.#suppliedTo = undefined;
      return;
    }
    const channels = active.map((c) => ({ port: c.port, data: this.#pack(c.received) }));
    const timestamp = this.#clock(from);
    this.#write({ type: 'audio', seq: this.#audioSeq, timestamp, channels }, true);
    this.#audioSeq = (this.#audioSeq + 1) & 0xff;
  }

  #clock(at = this.#time.now): number {
    return (((at + this.#clockOffset) % WRAP) + WRAP) % WRAP;
  }

  #pack(samples: Int16Array): Uint8Array {
    if (this.#coding === 'alaw') return Uint8Array.from(samples, alawEncode);
    const data = new Uint8Array(SAMPLES * 2);
    const view = new DataView(data.buffer);
    for (let i = 0; i < SAMPLES; i++) view.setInt16(i * 2, samples[i]!, true);
    return data;
  }

  #write(frame: Frame, audio = false): void {
    this.counters.framesSent++;
    this.#send(seal(encodeFrame(frame)), audio);
  }

  #body(bare: Uint8Array): void {
    let frame: Frame;
    try {
      frame = decodeFrame(bare, this.#coding);
    } catch (error) {
      if (!(error instanceof FrameFault)) throw error;
      this.counters.malformed++;
      if (error.frameType === 0x10) this.#command(error.seq, () => new Refusal(error.nack));
      return;
    }
    this.counters.framesReceived++;
    switch (frame.type) {
      case 'hello':
        this.#hello(frame);
        return;
      case 'keepalive':
        if (this.#session !== 0 && frame.session === this.#session) this.#aliveAt = this.#time.ms;
        return;
      case 'command':
        this.#command(frame.seq, () => this.#execute(frame.command));
        return;
      case 'indication-ack':
        if (this.#sentAt >= 0 && frame.seq === this.#indicationSeq) this.#nextIndication();
        return;
      case 'audio':
        this.#audio(frame);
        return;
      default:
        // Frames that only a card sends.
        this.counters.malformed++;
    }
  }

  #hello(hello: Hello): void {
    const o = this.options;
    const version = Math.min(hello.protocolMax, o.protocolMax);
    if (version < Math.max(hello.protocolMin, o.protocolMin) || hello.session === 0) {
      const none = { ...this.#welcome(hello.session), protocol: 0, ports: [], bandwidth: 0, playoutLead: 0 };
      delete none.coding;
      this.#write(none);
      return;
    }
    if (hello.session === this.#session) {
      this.#write(this.#welcome(this.#session));
      return;
    }
    // Without a session while everything comes to rest: what moves then belongs to neither.
    this.#session = 0;
    for (const circuit of this.circuits) circuit.rest();
    this.#session = hello.session;
    const limits = [hello.bandwidth, o.bandwidth].filter((b) => b > 0);
    this.#bandwidth = limits.length > 0 ? Math.min(...limits) : 0;
    const linearFits = this.#fits(o.ports.length, 'linear');
    const alaw = hello.codings.includes('alaw') && (!linearFits || !hello.codings.includes('linear'));
    this.#coding = alaw ? 'alaw' : 'linear';
    this.#expected = 0;
    this.#answer = undefined;
    this.#queue = [];
    this.#sentAt = -1;
    this.#indicationSeq = 0;
    this.#audioSeq = 0;
    this.#audioExpected = -1;
    this.#suppliedTo = undefined;
    this.#aliveAt = this.#time.ms;
    this.#keepaliveAt = this.#time.ms + KEEPALIVE_MS;
    this.#orphanAt = Infinity;
    this.#write(this.#welcome(this.#session));
    this.#event('session', { session: this.#session, coding: this.#coding, host: hello.name });
    for (const circuit of this.circuits) {
      const engaged = this.relay.engaged(circuit.port);
      if (engaged !== undefined)
        this.#indicate({ type: 'lifeline', port: circuit.port, engaged, at: this.#time.now });
      if (!engaged) circuit.snapshot();
    }
  }

  #fits(ports: number, coding: Coding): boolean {
    return this.#bandwidth === 0 || audioBytes(ports, coding) * 1000 <= this.#bandwidth * 0.9;
  }

  #welcome(session: number) {
    const o = this.options;
    return {
      type: 'welcome' as const,
      protocol: o.protocolMax,
      cardMin: o.protocolMin,
      cardMax: o.protocolMax,
      coding: this.#coding as Coding | undefined,
      bandwidth: o.bandwidth,
      session,
      bootId: this.bootId,
      clock: this.#clock(),
      playoutLead: o.playoutLead,
      board: o.board,
      serial: o.serial,
      firmware: o.firmware,
      ports: o.ports,
    } as Frame & { type: 'welcome' };
  }

  #keepalive(): Frame {
    const { framesReceived, checksumErrors, audioLost, audioLate } = this.counters;
    return {
      type: 'card-keepalive',
      session: this.#session,
      bootId: this.bootId,
      clock: this.#clock(),
      framesReceived,
      checksumErrors,
      audioLost,
      audioLate,
    };
  }

  /** The session is over: safe state (frame.md section 5). */
  #lose(): void {
    this.#session = 0;
    this.#queue = [];
    this.#suppliedTo = undefined;
    for (const c of this.circuits) {
      c.audio = false;
      if (c.kind === 'fxs') c.rest();
      else c.stopDialing();
    }
    this.#sentAt = -1;
    this.relay.join();
    this.#orphanAt = this.#aliveAt + ORPHAN_MS;
    this.#keepaliveAt = this.#time.ms;
    this.#event('session-lost');
  }

  #command(seq: number, execute: () => Refusal | undefined): void {
    if (this.#session === 0) {
      this.#write({ type: 'nack', seq, reason: 'no-session' });
      return;
    }
    if (seq === ((this.#expected - 1) & 0xff) && this.#answer) {
      this.counters.repetitions++;
      this.#write(this.#answer);
      return;
    }
    if (seq !== this.#expected) {
      this.#write({ type: 'nack', seq, reason: 'sequence' });
      return;
    }
    const refusal = execute();
    this.counters.commands++;
    this.#expected = (this.#expected + 1) & 0xff;
    this.#answer = refusal ? { type: 'nack', seq, reason: refusal.reason } : { type: 'ack', seq };
    this.#write(this.#answer);
  }

  #execute(command: Message): Refusal | undefined {
    this.trace.push(command);
    if (this.trace.length > 500) this.trace.shift();
    try {
      this.#perform(command);
    } catch (error) {
      if (error instanceof Refusal) return error;
      if (error instanceof FieldFault) return new Refusal(error.refusal);
      throw error;
    }
    return undefined;
  }

  #perform(command: Message): void {
    if (this.options.lacks?.includes(command.type)) throw new Refusal('unknown-command');
    if (command.type === 'lifeline') {
      if (command.engaged) this.relay.join();
      else this.relay.letGo();
      return;
    }
    const circuit = this.circuit(command.port as number);
    if (!circuit) throw new Refusal('no-such-port');
    if (command.type === 'audio') {
      const others = this.circuits.filter((c) => c.audio && c !== circuit).length;
      if (command.on && !this.#fits(others + 1, this.#coding)) throw new Refusal('bandwidth');
      circuit.audio = command.on as boolean;
      return;
    }
    if (circuit.detached && command.type !== 'configure') throw new Refusal('lifeline');
    circuit.execute(command);
  }

  #indicate(indication: Message): void {
    if (this.#session === 0) return;
    this.#queue.push({ ...indication, at: this.#clock(indication.at as number) });
    if (this.#sentAt < 0) this.#sendIndication();
  }

  #sendIndication(): void {
    const first = this.#queue[0];
    if (!first) return;
    this.#sentAt = this.#time.ms;
    this.#write({ type: 'indication', seq: this.#indicationSeq, indication: first });
  }

  #nextIndication(): void {
    this.#queue.shift();
    this.#indicationSeq = (this.#indicationSeq + 1) & 0xff;
    this.#sentAt = -1;
    this.#sendIndication();
  }

  #audio(frame: AudioFrame): void {
    if (this.#session === 0) return;
    if (this.#audioExpected >= 0) this.counters.audioLost += (frame.seq - this.#audioExpected) & 0xff;
    this.#audioExpected = (frame.seq + 1) & 0xff;
    const now = this.#clock();
    const ahead = ((frame.timestamp - now + WRAP / 2 + WRAP) % WRAP) - WRAP / 2;
    if (ahead < 0 || ahead > AHEAD) {
      this.counters.audioLate++;
      return;
    }
    const at = this.#time.now + ahead;
    this.#suppliedTo = Math.max(this.#suppliedTo ?? 0, at + SAMPLES);
    for (const { port, data } of frame.channels) {
      const circuit = this.circuit(port);
      if (!circuit?.audio) continue;
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      for (let i = 0; i < SAMPLES; i++)
        circuit.store(at + i, this.#coding === 'alaw' ? alawDecode(data[i]!) : view.getInt16(i * 2, true));
    }
  }
}
