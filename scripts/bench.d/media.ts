import { type ChildProcess, fork } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../daemon/src/base/clock.ts';
import type { CodecName, RtpParameters } from '../../daemon/src/media/api.ts';
import { TwoPathCanceller } from '../../daemon/src/media/dsp/echo-canceller.ts';
import { parseProfile } from '../../daemon/src/media/dsp/profile.ts';
import { MediaEngine } from '../../daemon/src/media/engine.ts';
import type { LineAudio } from '../../daemon/src/media/line-audio.ts';

/** One figure, as `scripts/bench` prints it. */
export interface BenchLine {
  metric: string;
  value: number;
  unit: string;
  n: number;
  note: string;
}

/** Legs of traffic, and how long each case runs once it flows. */
const LEGS = 40;
const SECONDS = 5;
/** Ports of the card in the line case. */
const PORTS = 16;

/** Audio of a card in memory: frames by the clock, answers dropped. */
class CardLoad implements LineAudio {
  readonly lead = 240;
  #listeners = new Set<(port: number, at: number, samples: Int16Array) => void>();
  #at = 0;
  readonly #noise = Int16Array.from({ length: 8000 }, (_, i) => Math.round(3000 * Math.sin(i * i)));

  onFrame(fn: (port: number, at: number, samples: Int16Array) => void): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }

  write(): void {}

  frame(): void {
    const samples = this.#noise.subarray(this.#at % 7920, (this.#at % 7920) + 80);
    for (let port = 1; port <= PORTS; port++) for (const fn of this.#listeners) fn(port, this.#at, samples);
    this.#at += 80;
  }
}

/** Area `media`: what audio costs in the media engine, system calls included, traffic's own cost not. */
export async function run(emit: (line: BenchLine) => void): Promise<void> {
  const profile = parseProfile(
    JSON.parse(readFileSync(new URL('../../hw/profile/ru.json', import.meta.url), 'utf8')),
  );
  const line = new CardLoad();
  const media = new MediaEngine({
    clock: systemClock(),
    profile,
    options: { rtpPorts: { min: 20000, max: 59999 } },
    echoCanceller: (tailMs) => new TwoPathCanceller(tailMs),
    line,
  });
  const traffic = fork(fileURLToPath(import.meta.url), ['--traffic'], { execArgv: ['--import=tsx'] });
  try {
    await once(traffic, 'message');
    emit(
      await rtpCase(
        media,
        traffic,
        ['PCMA', 'PCMA'],
        'media.rtpRelayCpuMsPerLegSecond',
        'packets sent on as they come',
      ),
    );
    emit(
      await rtpCase(
        media,
        traffic,
        ['PCMA', 'PCMU'],
        'media.rtpTranscodeCpuMsPerLegSecond',
        'jitter buffer, A-law to mu-law',
      ),
    );
    emit(await lineCase(media, line, traffic));
    emit(await sessionCase(media));
  } finally {
    traffic.kill();
    await media.close();
  }
}

/** The far side of one leg, as the traffic process has it. */
interface FarSide {
  port: number;
}

async function openLegs(
  media: MediaEngine,
  traffic: ChildProcess,
  codecs: readonly CodecName[],
): Promise<string[]> {
  const legs = await Promise.all(
    Array.from({ length: LEGS }, async (_, i) => ({
      ...(await media.openRtp('127.0.0.1')),
      codec: codecs[i % codecs.length]!,
    })),
  );
  const answered = once(traffic, 'message') as Promise<[FarSide[]]>;
  traffic.send(legs.map(({ port, codec }) => ({ port, payloadType: codec === 'PCMA' ? 8 : 0 })));
  const [far] = await answered;
  for (const [i, leg] of legs.entries()) await media.setRtp(leg.endpoint, answer(far[i]!.port, leg.codec));
  return legs.map((leg) => leg.endpoint);
}

const answer = (port: number, codec: CodecName): RtpParameters => ({
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

/** CPU of this process over the measured time, ms. */
async function cpuMs(work?: () => void): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const before = process.cpuUsage();
  const timer = work && setInterval(work, 10);
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  clearInterval(timer);
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000;
}

async function rtpCase(
  media: MediaEngine,
  traffic: ChildProcess,
  codecs: readonly [CodecName, CodecName],
  metric: string,
  note: string,
): Promise<BenchLine> {
  const legs = await openLegs(media, traffic, codecs);
  for (let i = 0; i < LEGS; i += 2) await media.connect(legs[i]!, legs[i + 1]!);
  const used = await cpuMs();
  let received = 0;
  for (const leg of legs) received += (await media.closeRtp(leg))?.packetsReceived ?? 0;
  const value = used / (LEGS * SECONDS);
  return { metric, value: round(value), unit: 'ms', n: LEGS, note: `${note}; ${received} packets in` };
}

async function lineCase(media: MediaEngine, line: CardLoad, traffic: ChildProcess): Promise<BenchLine> {
  const legs = await openLegs(media, traffic, ['PCMA']);
  for (let port = 1; port <= PORTS; port++) {
    await media.detect(`line:${port}`, { dtmf: true, tones: 'after-answer' });
    await media.connect(`line:${port}`, legs[port - 1]!);
  }
  for (const leg of legs.slice(PORTS)) await media.closeRtp(leg);
  const begin = performance.now();
  let sent = 0;
  const used = await cpuMs(() => {
    while (sent * 10 < performance.now() - begin - 1500) {
      line.frame();
      sent++;
    }
  });
  for (const leg of legs) await media.closeRtp(leg);
  return {
    metric: 'media.lineCallCpuMsPerSecond',
    value: round(used / (PORTS * SECONDS)),
    unit: 'ms',
    n: PORTS,
    note: 'port to trunk: echo canceller, DTMF, tones, jitter buffer, G.711; serial link not included',
  };
}

async function sessionCase(media: MediaEngine): Promise<BenchLine> {
  const calls = 200;
  const cycle = async (): Promise<void> => {
    const [a, b] = await Promise.all([media.openRtp('127.0.0.1'), media.openRtp('127.0.0.1')]);
    await media.setRtp(a.endpoint, answer(9, 'PCMA'));
    await media.setRtp(b.endpoint, answer(9, 'PCMA'));
    await media.connect(a.endpoint, b.endpoint);
    await media.closeRtp(a.endpoint);
    await media.closeRtp(b.endpoint);
  };
  for (let i = 0; i < calls; i++) await cycle();
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) await cycle();
  const used = process.cpuUsage(before);
  const value = (used.user + used.system) / 1000 / calls;
  const note = 'two sessions opened, joined and closed; no audio';
  return { metric: 'media.callSetupCpuMs', value: round(value), unit: 'ms', n: calls, note };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** The traffic process: for each leg a socket that sends a packet each 20 ms, and drops what comes. */
function serveTraffic(): void {
  let sockets: Socket[] = [];
  let timer: NodeJS.Timeout | undefined;
  process.on('message', async (legs: { port: number; payloadType: number }[]) => {
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
    process.send?.(sockets.map((socket) => ({ port: socket.address().port })));
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

if (process.argv[2] === '--traffic' && process.send) serveTraffic();
