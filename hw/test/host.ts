/**
 * A small host for the tests: opens the line, shakes hands, keeps alive, sends commands, gathers
 * indications, and answers each audio frame with one of its own.
 */
import { connect, type Socket } from 'node:net';
import { SerialPort } from 'serialport';
import {
  type Coding,
  decodeFrame,
  encodeFrame,
  type Frame,
  type Message,
  type Welcome,
} from '../simulator/link/frames.ts';
import { FrameReader, seal } from '../simulator/link/framing.ts';
import { patient } from '../simulator/office/patience.ts';
import { alawDecode, alawEncode } from '../simulator/sound/alaw.ts';
import { Recorder } from '../simulator/sound/recorder.ts';
import { Voice } from '../simulator/sound/voice.ts';

export interface HostOptions {
  codings?: Coding[];
  bandwidth?: number;
  protocol?: [number, number];
  session?: number;
}

interface Wait {
  match: (frame: Frame) => boolean;
  resolve: (frame: Frame) => void;
}

type Line = { write(bytes: Uint8Array): void; close(): void; alive(): boolean };

export class Host {
  welcome: Welcome | undefined;
  readonly indications: Message[] = [];
  readonly frames: Frame[] = [];
  readonly voices = new Map<number, Voice>();
  readonly heard = new Map<number, Recorder>();
  faults = 0;
  closed = false;
  audioFrames = 0;
  audioLost = 0;
  /** Timestamps of the audio frames received. */
  readonly stamps: number[] = [];
  answerIndications = true;
  answerAudio = true;
  session: number;
  #line: Line;
  #seq = 0;
  #expected = 0;
  #audioSeq = 0;
  #audioExpected = -1;
  #waits = new Set<Wait>();
  #keepalive: NodeJS.Timeout | undefined;
  #options: HostOptions;
  readonly reader = new FrameReader(
    (bare) => this.#body(bare),
    () => void this.faults++,
  );

  constructor(line: Line, options: HostOptions) {
    this.#line = line;
    this.#options = options;
    this.session = options.session ?? 1 + Math.floor(Math.random() * 0xfffffffe);
  }

  /** Opens a pty or TCP address (`host:port`) and shakes hands. */
  static async open(path: string, options: HostOptions = {}, greet = true): Promise<Host> {
    let host: Host | undefined;
    const tcp = /^[\d.]+:(\d+)$/.exec(path);
    const line = tcp
      ? await openTcp(Number(tcp[1]), (bytes) => host?.reader.push(bytes))
      : await openSerial(
          path,
          (bytes) => host?.reader.push(bytes),
          () => {
            if (host) host.closed = true;
          },
        );
    host = new Host(line, options);
    if (greet) await host.greet();
    return host;
  }

  async greet(): Promise<Welcome> {
    const [protocolMin, protocolMax] = this.#options.protocol ?? [1, 1];
    const hello: Frame = {
      type: 'hello',
      protocolMin,
      protocolMax,
      codings: this.#options.codings ?? ['linear', 'alaw'],
      bandwidth: this.#options.bandwidth ?? 0,
      session: this.session,
      name: 'test',
    };
    this.#seq = 0;
    this.#expected = 0;
    for (let i = 0; ; i++) {
      const answer = this.wait((f) => f.type === 'welcome' && f.session === this.session, 250);
      this.send(hello);
      try {
        this.welcome = (await answer) as Welcome;
        break;
      } catch (error) {
        if (i === 12) throw error;
      }
    }
    this.keepAlive(true);
    return this.welcome;
  }

  keepAlive(on: boolean): void {
    clearInterval(this.#keepalive);
    if (!on) return;
    const beat = () => this.send({ type: 'keepalive', session: this.session });
    beat();
    this.#keepalive = setInterval(beat, 250);
  }

  send(frame: Frame): void {
    this.raw(seal(encodeFrame(frame)));
  }

  raw(bytes: Uint8Array): void {
    if (this.#line.alive()) this.#line.write(bytes);
  }

  /** Sends a command, repeating it as the protocol wants; resolves 'ack' or the refusal. */
  async command(command: Message): Promise<string> {
    const seq = this.#seq;
    this.#seq = (seq + 1) & 0xff;
    for (let i = 0; i < 5; i++) {
      const answer = this.wait((f) => (f.type === 'ack' || f.type === 'nack') && f.seq === seq, 150);
      this.send({ type: 'command', seq, command });
      try {
        const frame = await answer;
        return frame.type === 'nack' ? frame.reason : 'ack';
      } catch {
        // The next sending of the same bytes.
      }
    }
    throw new Error(`no answer to ${command.type}`);
  }

  /** Sends a command and waits for what it brings about; `event` is waited for from before the command. */
  async causes<T>(command: Message, event: Promise<T>): Promise<T> {
    const answer = await this.command(command);
    if (answer !== 'ack') throw new Error(`${command.type}: ${answer}`);
    return await event;
  }

  /** Sends a command with a sequence number of the test's choice, once. */
  async once(seq: number, command: Message): Promise<Frame> {
    const answer = this.wait((f) => (f.type === 'ack' || f.type === 'nack') && f.seq === seq, 1000);
    this.send({ type: 'command', seq, command });
    return await answer;
  }

  wait(match: (frame: Frame) => boolean, ms: number): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const wait: Wait = {
        match,
        resolve: (frame) => {
          clearTimeout(timer);
          this.#waits.delete(wait);
          resolve(frame);
        },
      };
      const timer = setTimeout(() => {
        this.#waits.delete(wait);
        reject(new Error(`no such frame within ${ms} ms; indications: ${this.#seen()}`));
      }, ms);
      this.#waits.add(wait);
    });
  }

  /** The first indication (of those not yet taken) of that type and port, come or to come. */
  async told(type: string, port: number, ms = 4000, match?: (m: Message) => boolean): Promise<Message> {
    const fits = (m: Message) => m.type === type && m.port === port && (!match || match(m));
    const until = Date.now() + patient(ms);
    for (;;) {
      const at = this.indications.findIndex(fits);
      if (at >= 0) return this.indications.splice(at, 1)[0]!;
      const left = until - Date.now();
      if (left <= 0) throw new Error(`no ${type} of port ${port}; untaken: ${this.#seen()}`);
      await this.wait((f) => f.type === 'indication', left).catch(() => undefined);
    }
  }

  voice(port: number): Voice {
    let voice = this.voices.get(port);
    if (!voice) this.voices.set(port, (voice = new Voice()));
    return voice;
  }

  ears(port: number): Recorder {
    let recorder = this.heard.get(port);
    if (!recorder) this.heard.set(port, (recorder = new Recorder()));
    return recorder;
  }

  close(): void {
    clearInterval(this.#keepalive);
    this.closed = true;
    this.#line.close();
  }

  #seen(): string {
    return this.indications.map((i) => `${i.type}:${i.port}`).join(' ') || 'none';
  }

  #body(bare: Uint8Array): void {
    const frame = decodeFrame(bare, this.welcome?.coding ?? 'linear');
    if (frame.type !== 'audio') this.frames.push(frame);
    if (frame.type === 'indication') {
      if (this.answerIndications) this.send({ type: 'indication-ack', seq: frame.seq });
      if (frame.seq === this.#expected) {
        this.#expected = (frame.seq + 1) & 0xff;
        this.indications.push(frame.indication);
      }
    }
    if (frame.type === 'audio') this.#audio(frame);
    for (const wait of [...this.#waits]) if (wait.match(frame)) wait.resolve(frame);
  }

  #audio(frame: Frame & { type: 'audio' }): void {
    this.audioFrames++;
    this.stamps.push(frame.timestamp);
    if (this.#audioExpected >= 0) this.audioLost += (frame.seq - this.#audioExpected) & 0xff;
    this.#audioExpected = (frame.seq + 1) & 0xff;
    const alaw = this.welcome?.coding === 'alaw';
    const block = new Int16Array(80);
    for (const { port, data } of frame.channels) {
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      for (let i = 0; i < 80; i++) block[i] = alaw ? alawDecode(data[i]!) : view.getInt16(i * 2, true);
      this.ears(port).push(block);
    }
    if (!this.answerAudio) return;
    const channels = frame.channels.map(({ port }) => {
      this.voice(port).fill(block);
      return { port, data: alaw ? Uint8Array.from(block, alawEncode) : new Uint8Array(block.slice().buffer) };
    });
    const timestamp = (frame.timestamp + 80 + this.welcome!.playoutLead) % 0x1_0000_0000;
    this.send({ type: 'audio', seq: this.#audioSeq, timestamp, channels });
    this.#audioSeq = (this.#audioSeq + 1) & 0xff;
  }
}

async function openSerial(path: string, data: (b: Uint8Array) => void, closed: () => void): Promise<Line> {
  const port = new SerialPort({ path, baudRate: 115200, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  port.on('data', data);
  port.on('error', () => undefined);
  port.on('close', closed);
  return {
    write: (bytes) => void port.write(Buffer.from(bytes)),
    close: () => port.isOpen && port.close(),
    alive: () => port.isOpen,
  };
}

async function openTcp(port: number, data: (b: Uint8Array) => void): Promise<Line> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('data', data);
  socket.on('error', () => undefined);
  return {
    write: (bytes) => void socket.write(bytes),
    close: () => socket.destroy(),
    alive: () => !socket.destroyed,
  };
}
