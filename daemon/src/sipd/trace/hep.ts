import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import type { Flow, HostPort } from '../transport/flow.ts';
import { masked, maskedBehind } from './mask.ts';
import { addressBytes } from './pcap.ts';

/** Where copies of all messages go. */
export interface CaptureSettings {
  /** The collector, a name or an address; HEP over UDP. */
  host: string;
  port: number;
  /** By which the collector tells its agents apart. */
  agentId: number;
  /** As they are dialed: what stands behind one in a URI is masked. */
  accessNumbers: readonly string[];
}

/** A message to be told to a collector. */
export interface HepMessage {
  /** Wall-clock ms since 1970. */
  at: number;
  proto: string;
  from: HostPort;
  to: HostPort;
  /** One character per byte; no secret in it. */
  text: string;
}

/** Chunks of HEPv3 ("HEP3 Network Protocol Specification", rev. 11, table 1), vendor 0. */
const CHUNK = {
  family: 1,
  protocol: 2,
  source4: 3,
  target4: 4,
  source6: 5,
  target6: 6,
  sourcePort: 7,
  targetPort: 8,
  seconds: 9,
  micros: 10,
  kind: 11,
  agent: 12,
  payload: 15,
} as const;

/** Longest payload that fits one datagram with its chunks. */
const LONGEST = 64_000;

/** A HEPv3 packet; undefined for addresses that are none, or of two families. */
export function hepPacket(message: HepMessage, agentId: number): Buffer | undefined {
  const source = addressBytes(message.from.host);
  const target = addressBytes(message.to.host);
  if (!source || !target || source.length !== target.length) return undefined;
  const v6 = source.length === 16;
  const micros = Math.round(message.at * 1000);
  const chunks = [
    // AF_INET and AF_INET6 of Linux, as the specification has them.
    chunk(CHUNK.family, Buffer.from([v6 ? 10 : 2])),
    chunk(CHUNK.protocol, Buffer.from([message.proto === 'udp' ? 17 : 6])),
    chunk(v6 ? CHUNK.source6 : CHUNK.source4, source),
    chunk(v6 ? CHUNK.target6 : CHUNK.target4, target),
    chunk(CHUNK.sourcePort, number16(message.from.port)),
    chunk(CHUNK.targetPort, number16(message.to.port)),
    chunk(CHUNK.seconds, number32(Math.floor(micros / 1e6))),
    chunk(CHUNK.micros, number32(micros % 1e6)),
    // 1: SIP.
    chunk(CHUNK.kind, Buffer.from([1])),
    chunk(CHUNK.agent, number32(agentId)),
    chunk(CHUNK.payload, Buffer.from(message.text.slice(0, LONGEST), 'latin1')),
  ];
  const length = 6 + chunks.reduce((sum, c) => sum + c.length, 0);
  return Buffer.concat([Buffer.from('HEP3'), number16(length), ...chunks]);
}

function chunk(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(6 + value.length, 4);
  return Buffer.concat([head, value]);
}

function number16(n: number): Buffer {
  const b = Buffer.alloc(2);
  b.writeUInt16BE(n);
  return b;
}

function number32(n: number): Buffer {
  const b = Buffer.alloc(4);
  b.writeUInt32BE(n >>> 0);
  return b;
}

/**
 * Sends a copy of every message to a collector. Nobody waits for it, and what cannot be sent is lost: while
 * its name is looked up, or where nobody listens.
 */
export class Capture {
  readonly #socket: Socket;
  readonly #settings: CaptureSettings;
  #connected = false;

  constructor(settings: CaptureSettings) {
    this.#settings = settings;
    const v6 = isIP(settings.host) === 6;
    this.#socket = createSocket(v6 ? 'udp6' : 'udp4').unref();
    // A collector that is off answers with ICMP; a name may not resolve.
    this.#socket.on('error', () => {});
    this.#socket.on('connect', () => (this.#connected = true));
    this.#socket.connect(settings.port, settings.host);
  }

  /** @param local our address as the peer sees it */
  send(
    direction: 'in' | 'out',
    flow: Pick<Flow, 'proto' | 'remote'>,
    local: HostPort,
    text: string,
    at: number,
  ): void {
    if (!this.#connected) return;
    const { remote, proto } = flow;
    const [from, to] = direction === 'in' ? [remote, local] : [local, remote];
    const clean = maskedBehind(masked(text), this.#settings.accessNumbers);
    const packet = hepPacket({ at, proto, from, to, text: clean }, this.#settings.agentId);
    if (packet) this.#socket.send(packet, () => {});
  }

  close(): void {
    this.#connected = false;
    this.#socket.close();
  }
}
