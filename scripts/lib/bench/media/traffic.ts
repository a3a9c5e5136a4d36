/**
 * The far sides of RTP sessions, in a process of their own so that their cost is not the engine's: for each leg a
 * socket that sends a packet each 20 ms and drops what comes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CodecName, RtpParameters } from '../../../../daemon/src/media/api.ts';
import type { MediaEngine } from '../../../../daemon/src/media/engine.ts';

/** What the process is told of a leg: where to send, and as what. */
interface Leg {
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
    const answered = once(this.#process, 'message') as Promise<[number[]]>;
    this.#process.send(legs.map(({ port, codec }): Leg => ({ port, payloadType: codec === 'PCMA' ? 8 : 0 })));
    const [ports] = await answered;
    for (const [i, leg] of legs.entries()) await media.setRtp(leg.endpoint, farSide(ports[i]!, leg.codec));
    return legs.map((leg) => leg.endpoint);
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
  let sockets: Socket[] = [];
  let timer: NodeJS.Timeout | undefined;
  process.on('message', async (legs: Leg[]) => {
    clearInterval(timer);
    for (const socket of sockets) socket.close();
    sockets = await Promise.all(
      legs.map(async ({ port }) => {
        const socket = createSocket('udp4');
        socket.on('error', () => {});
        socket.connect(port, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      }),
    );
    process.send?.(sockets.map((socket) => socket.address().port));
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
      for (; n * 20 < performance.now() - begin; n++) {
        for (const [i, packet] of packets.entries()) {
          packet.writeUInt16BE(n & 0xffff, 2);
          packet.writeUInt32BE(n * 160, 4);
          sockets[i]!.send(Buffer.from(packet), () => {});
        }
      }
    }, 5);
  });
  process.send?.('ready');
}

if (process.argv[2] === '--traffic' && process.send) serve();
