import { EventEmitter } from 'node:events';
import { Card } from './card/card.ts';
import type { FxoCircuit } from './card/fxo.ts';
import type { FxsCircuit } from './card/fxs.ts';
import type { DeviceView, OfficeView } from './control/contract.ts';
import { Cable } from './link/cable.ts';
import type { Device, OfficeEvent } from './office/device.ts';
import { checkLayout, DEMO_OFFICE, type Layout, type SocketLayout } from './office/layout.ts';
import { Line } from './office/line.ts';
import { PbxTrunk } from './office/pbx-trunk.ts';
import { Telephone } from './office/telephone.ts';
import { SAMPLES_PER_MS, Timeline } from './office/timeline.ts';
import {
  BLOCK,
  deadFeed,
  type Feed,
  faultyLoad,
  type Load,
  openLoad,
  type PairFault,
} from './office/wire.ts';

const BLOCK_MS = BLOCK / SAMPLES_PER_MS;
/**
 * A machine that is late by more does not catch up: the card's clock is set back instead. Catching up overruns nobody,
 * as the office waits for the host's audio before each block.
 */
const SLIP_MS = 100;
/** The office waits this long for late audio unless told otherwise. */
const PATIENCE_MS = 250;

export interface SimulatorOptions {
  layout?: Layout;
  /** Stable path of a symlink to the pty. */
  link?: string;
  /** No pty: TCP only, or bytes by {@link Simulator.cable} in a test. */
  pty?: boolean;
  /** Listens for the daemon on TCP as well. */
  tcp?: { host?: string; port: number };
  /** False: time moves only by {@link Simulator.advance}. */
  realTime?: boolean;
  /**
   * How long the office stands still for audio of the host that is late, ms; 250 unless said. 0: late audio is
   * lost at once, as with a real card.
   */
  patienceMs?: number;
  /** Commands that the card does not know, as one of an earlier day. */
  lacks?: readonly string[];
  /** For link faults; 0 to 1. */
  random?: () => number;
}

interface Socket {
  layout: SocketLayout;
  /** Stands on the socket instead of what is plugged in. */
  faulty?: Load | undefined;
  circuit: FxsCircuit | FxoCircuit;
  device: Telephone | Line | undefined;
}

/** The office: a line card, the cable to the daemon, and everything plugged in. */
export class Simulator {
  readonly layout: Layout;
  readonly time = new Timeline();
  readonly card: Card;
  readonly cable: Cable;
  readonly devices = new Map<string, Telephone | Line>();
  /** TCP address, if asked for. */
  tcpAddress: string | undefined;
  #sockets: Socket[];
  #events = new EventEmitter();
  #timer: NodeJS.Timeout | undefined;
  #base = 0;
  #blocks = 0;
  #slips = 0;
  #waits = 0;
  #patience: number;
  #waitedSince: number | undefined;
  #openLoad = openLoad();
  #deadFeed = deadFeed();

  constructor(options: SimulatorOptions = {}) {
    this.#events.setMaxListeners(0);
    this.#patience = options.patienceMs ?? PATIENCE_MS;
    this.layout = checkLayout(options.layout ?? DEMO_OFFICE);
    const l = this.layout;
    const report = (event: OfficeEvent) => this.#events.emit('event', event);
    this.cable = new Cable(this.time, (bytes) => this.card.receive(bytes), options.link, options.random);
    this.card = new Card(
      {
        board: l.board ?? 'Simulated card',
        serial: l.serial ?? 'SIM',
        firmware: '1.0.0',
        protocolMin: 1,
        protocolMax: 1,
        ports: l.sockets.map(({ port, kind, lifelinePeer }) => ({
          port,
          kind,
          ...(lifelinePeer ? { lifelinePeer } : {}),
        })),
        bandwidth: l.bandwidth ?? 0,
        playoutLead: l.playoutLead ?? 160,
        lifelineIdleMs: l.lifelineIdleMs ?? 2000,
        ...(options.lacks ? { lacks: options.lacks } : {}),
        ...(l.clockStart === undefined ? {} : { clockStart: l.clockStart }),
      },
      this.time,
      (wire) => {
        if (this.card.session === 0) this.cable.flush();
        this.cable.send(wire);
      },
      (type, details) => report({ ...details, device: 'card', type, at: this.time.ms }),
    );
    const loss = l.echoLossDb === undefined ? 26 : l.echoLossDb;
    this.#sockets = l.sockets.map((layout) => {
      const circuit = this.card.circuit(layout.port)!;
      circuit.hybrid.share = loss === null ? 0 : 10 ** (-loss / 20);
      circuit.hybrid.delay = Math.round((l.echoDelayMs ?? 0) * 8);
      return { layout, circuit, device: this.#plugIn(layout, report) };
    });
  }

  /** Opens the cable and starts the clock. */
  async start(options: SimulatorOptions = {}): Promise<void> {
    if (options.pty !== false) this.cable.plug();
    if (options.tcp) {
      const address = await this.cable.listen(options.tcp.host ?? '127.0.0.1', options.tcp.port);
      this.tcpAddress = `${address.address}:${address.port}`;
    }
    if (options.realTime === false) return;
    this.#base = performance.now();
    this.#schedule();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#base = Number.NaN;
    await this.cable.close();
  }

  /** Path the daemon opens; undefined while unplugged or without pty. */
  get path(): string | undefined {
    return this.cable.path;
  }

  /** How often the clock was set back because the machine was late. */
  get slips(): number {
    return this.#slips;
  }

  /** Milliseconds, about, that the office stood still for the host's audio. */
  get waits(): number {
    return this.#waits;
  }

  /** Calls `fn` with everything that any device or the card reports; returns what stops it. */
  onEvent(fn: (event: OfficeEvent) => void): () => void {
    this.#events.on('event', fn);
    return () => void this.#events.off('event', fn);
  }

  /** @throws Error if there is no such device. */
  device(id: string): Telephone | Line {
    const device = this.devices.get(id);
    if (!device) throw new Error(`no device '${id}'; there are ${[...this.devices.keys()].join(', ')}`);
    return device;
  }

  /** The telephone (or PBX trunk) on that port. @throws Error if something else is there. */
  telephone(port: number): Telephone {
    const device = this.#at(port);
    if (!(device instanceof Telephone)) throw new Error(`no telephone on port ${port}`);
    return device;
  }

  /** The PBX's city-line input on that port (wire A). @throws Error if something else is there. */
  pbxTrunk(port: number): PbxTrunk {
    const device = this.#at(port);
    if (!(device instanceof PbxTrunk)) throw new Error(`no PBX trunk on port ${port}`);
    return device;
  }

  /** The city line or PBX extension on that port. @throws Error if something else is there. */
  line(port: number): Line {
    const device = this.#at(port);
    if (!(device instanceof Line)) throw new Error(`no line on port ${port}`);
    return device;
  }

  /** Cuts or shorts the wire between a telephone and its socket; undefined: it is whole again. */
  pairFault(port: number, fault: PairFault | undefined): void {
    const socket = this.#sockets.find((s) => s.layout.port === port && s.circuit.kind === 'fxs');
    if (!socket) throw new Error(`port ${port} is no telephone's`);
    socket.faulty = fault && faultyLoad(fault);
  }

  /** A reset of the card's controller: nobody is told, the boot id changes. */
  resetCard(): void {
    this.card.boot();
  }

  unplug(): void {
    this.cable.unplug();
  }

  plug(): void {
    this.cable.plug();
  }

  /** Moves the office by `ms` at once, in steps of 10 ms; for tests without real time. */
  advance(ms: number): void {
    for (let i = 0; i < ms; i += BLOCK_MS) this.#block();
  }

  /** Everything, as JSON, for the page and the API. */
  state(): OfficeView {
    const { session, bootId, coding, counters } = this.card;
    return {
      ms: this.time.ms,
      path: this.path ?? null,
      tcp: this.tcpAddress ?? null,
      plugged: this.cable.plugged,
      faults: this.cable.faults,
      slips: this.#slips,
      waits: this.#waits,
      card: {
        session: session !== 0,
        bootId,
        coding,
        counters: { ...counters },
        lifeline: this.card.relay.pairs,
      },
      sockets: this.#sockets.map(({ layout, circuit, device }) => ({
        port: layout.port,
        kind: layout.kind,
        plugged: layout.device,
        lifeline: this.card.relay.engaged(layout.port) ?? null,
        audio: circuit.audio,
        foreignVolts: circuit.kind === 'fxs' ? circuit.foreignVolts : 0,
        device: device
          ? ({ id: device.id, kind: device.kind, ...device.state() } as unknown as DeviceView)
          : null,
      })),
    };
  }

  #at(port: number): Device | undefined {
    return this.#sockets.find((s) => s.layout.port === port)?.device;
  }

  #plugIn(layout: SocketLayout, report: (event: OfficeEvent) => void): Telephone | Line | undefined {
    if (layout.device === 'nothing') return undefined;
    const names = { telephone: 'phone', 'pbx-trunk': 'pbx', 'city-line': 'city', 'pbx-extension': 'pbx-ext' };
    const id = layout.id ?? `${names[layout.device]}-${layout.port}`;
    if (this.devices.has(id)) throw new Error(`layout: two devices are called '${id}'`);
    const { port } = layout;
    const device =
      layout.device === 'telephone'
        ? new Telephone(id, port, this.time, report)
        : layout.device === 'pbx-trunk'
          ? new PbxTrunk(id, port, this.time, report)
          : new Line(id, port, this.time, report, layout.device, layout.line);
    if (device instanceof PbxTrunk) device.usualBurst = layout.burst ?? '';
    this.devices.set(id, device);
    return device;
  }

  #schedule(): void {
    const due = this.#base + (this.#blocks + 1) * BLOCK_MS;
    this.#timer = setTimeout(() => this.#run(), Math.max(0, due - performance.now()));
  }

  /** The office stands still for a host that a busy machine keeps from answering, but not for long. */
  #standsStill(): boolean {
    if (this.#patience === 0 || !this.card.starved) {
      this.#waitedSince = undefined;
      return false;
    }
    this.#waitedSince ??= performance.now();
    if (performance.now() - this.#waitedSince < this.#patience) return true;
    this.card.giveUpAudio();
    this.#waitedSince = undefined;
    return false;
  }

  #run(): void {
    if (this.#standsStill()) {
      this.#timer = setTimeout(() => this.#run(), 1);
      this.#waits++;
      return;
    }
    const late = performance.now() - (this.#base + (this.#blocks + 1) * BLOCK_MS);
    if (late > SLIP_MS) {
      this.#base += late;
      this.#slips++;
    }
    this.#blocks++;
    this.#block();
    if (!Number.isNaN(this.#base)) this.#schedule();
  }

  /** 10 ms of the office: electricity by the millisecond, then the block's audio. */
  #block(): void {
    const from = this.time.now;
    for (const { circuit, device } of this.#sockets) {
      circuit.speakBlock();
      device?.speakBlock();
    }
    for (let ms = 0; ms < BLOCK_MS; ms++) {
      this.time.tick();
      this.card.tick();
      this.cable.tick();
      for (const socket of this.#sockets) this.#tick(socket);
      this.card.relay.tick((pair) => this.#sense(pair.fxs, pair.fxo));
    }
    for (const socket of this.#sockets) this.#hear(socket);
    this.card.sendAudio(from);
  }

  /** The socket that the lifeline relay joins this one to at present. */
  #joined(socket: Socket): Socket | undefined {
    if (!socket.circuit.detached) return undefined;
    return this.#sockets.find((s) => s.layout.port === socket.layout.lifelinePeer);
  }

  #tick(socket: Socket): void {
    const { circuit, device } = socket;
    const peer = this.#joined(socket)?.device;
    if (circuit.kind === 'fxs') {
      if (device instanceof Telephone) device.tick(this.#feedOf(socket, circuit, peer));
      circuit.tick(this.#loadOf(socket));
    } else {
      const load = circuit.detached ? (peer instanceof Telephone ? peer.load : this.#openLoad) : circuit.load;
      if (device instanceof Line) device.tick(load);
      circuit.tick(device instanceof Line ? device.feed : this.#deadFeed);
    }
  }

  /** What feeds the telephone on a socket. */
  #feedOf(socket: Socket, circuit: FxsCircuit, peer: Device | undefined): Feed {
    if (socket.faulty) return this.#deadFeed;
    if (!circuit.detached) return circuit.feed;
    return peer instanceof Line ? peer.feed : this.#deadFeed;
  }

  /** What stands on a telephone's socket. */
  #loadOf({ faulty, device }: Socket): Load {
    return faulty ?? (device instanceof Telephone ? device.load : this.#openLoad);
  }

  #hear(socket: Socket): void {
    const { circuit, device } = socket;
    const peer = this.#joined(socket)?.device;
    if (circuit.kind === 'fxs') {
      if (device instanceof Telephone) device.hearBlock(this.#feedOf(socket, circuit, peer));
      circuit.hearBlock(this.#loadOf(socket));
    } else {
      const load = circuit.detached ? (peer instanceof Telephone ? peer.load : this.#openLoad) : circuit.load;
      if (device instanceof Line) device.hearBlock(load);
      circuit.hearBlock(device instanceof Line ? device.feed : this.#deadFeed);
    }
  }

  #sense(fxs: number, fxo: number) {
    const telephone = this.#at(fxs);
    const line = this.#at(fxo);
    return {
      load: telephone instanceof Telephone ? telephone.load : this.#openLoad,
      ringing: line instanceof Line && line.feed.ringing,
      current: telephone instanceof Telephone && telephone.milliamps > 1,
    };
  }
}

/** Builds and starts an office. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new Simulator(options);
  await simulator.start(options);
  return simulator;
}
