/**
 * The far sides of RTP sessions, in a process of their own so that their cost is not the engine's: for each leg a
 * socket that sends a packet each 20 ms and drops what comes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../../daemon/src/base/clock.ts';
import type { CodecName, RtpParameters } from '../../../../daemon/src/media/api.ts';
import type { MediaEngine } from '../../../../daemon/src/media/engine.ts';
import { type DatagramSocket, nodeSockets } from '../../../../daemon/src/media/session/datagram.ts';
import { polledSockets } from '../../../../daemon/src/media/session/polled-sockets.ts';

/** Legs are sent to in so many groups, spread evenly over the 20 ms of a packet. */
const GROUPS = 4;

/** What the process is told of a leg: where to send, and as what. */
export interface Leg {
  port: number;
  payloadType: number;
}

/** The traffic process. */
export class Traffic {
  readonly #process: ChildProcess;
  readonly #started: Promise<unknown>;

  constructor() {
    this.#process = fork(fileURLToPath(import.meta.url), ['--traffic'], { execArgv: ['--import=tsx'] });
    this.#started = once(this.#process, 'message');
  }

  /** Opens a session with traffic for each of `count` legs, the codecs in turn; gives their endpoints. */
  async open(media: MediaEngine, count: number, codecs: readonly CodecName[]): Promise<string[]> {
    await this.#started;
    const legs = await Promise.all(
      Array.from({ length: count }, async (_, i) => ({
        ...(await media.openRtp('127.0.0.1')),
        codec: codecs[i % codecs.length]!,
      })),
    );
    const ports = await this.send(
      legs.map(({ port, codec }) => ({ port, payloadType: codec === 'PCMA' ? 8 : 0 })),
    );
    for (const [i, leg] of legs.entries()) await media.setRtp(leg.endpoint, farSide(ports[i]!, leg.codec));
    return legs.map((leg) => leg.endpoint);
  }

  /** Sends to each leg from now on, and to no other; gives the ports that it is sent from. */
  async send(legs: readonly Leg[]): Promise<number[]> {
    await this.#started;
    const answered = once(this.#process, 'message') as Promise<[number[]]>;
    this.#process.send([...legs]);
    return (await answered)[0];
  }

  close(): void {
    this.#process.kill();
  }
}

/** The far side of a session as the answer in SDP gives it. */
export const farSide = (port: number, codec: CodecName): RtpParameters => ({
  remoteAddress: '127.0.0.1',
  remotePort: port,
  remoteRtcpPort: 0,
  rtcpMux: false,
  codec,
  payloadType: codec === 'PCMA' ? 8 : 0,
  telephoneEventPayloadType: 101,
  ptimeMs: 20,
  direction: 'sendrecv',
});

/** Runs in the traffic process. */
function serve(): void {
  // Polled, where that works: then no packet that comes wakes this process at the sender's cost, as no network does.
  const factory = polledSockets(systemClock())?.sockets ?? nodeSockets;
  let sockets: DatagramSocket[] = [];
  let timer: NodeJS.Timeout | undefined;
  process.on('message', async (legs: Leg[]) => {
    clearInterval(timer);
    for (const socket of sockets) socket.close();
    sockets = legs.map(() => factory('127.0.0.1', () => {}));
    for (const [i, socket] of sockets.entries()) {
      await socket.bind(0, '127.0.0.1');
      socket.connect(legs[i]!.port, '127.0.0.1');
    }
    process.send?.(sockets.map((socket) => socket.port));
    const packets = legs.map(({ payloadType }, i) => {
      const packet = Buffer.alloc(172, 0x55);
      packet[0] = 0x80;
      packet[1] = payloadType;
      packet.writeUInt32BE(i + 1, 8);
      return packet;
    });
    let n = 0;
    const begin = performance.now();
    timer = setInterval(() => {
      for (; n * (20 / GROUPS) < performance.now() - begin; n++) {
        // Legs do not begin together, and so do not send together.
        for (let i = n % GROUPS; i < packets.length; i += GROUPS) {
          const packet = packets[i]!;
          const round = Math.floor(n / GROUPS);
          packet.writeUInt16BE(round & 0xffff, 2);
          packet.writeUInt32BE(round * 160, 4);
          sockets[i]!.send(packet, legs[i]!.port, '127.0.0.1');
        }
      }
    }, 20 / GROUPS);
  });
  process.send?.('ready');
}

if (process.argv[2] === '--traffic' && process.send) serve();
