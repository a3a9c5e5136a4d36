/**
 * CPU of calls that the kernel relays, in network namespaces. The forwarding runs in softirq, in the CPU time of whoever
 * sends: what the same traffic costs two neighbours without a box between them is taken off. The engine's own share, that
 * of counting and looking after the calls, is added.
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { systemClock } from '../../../../daemon/src/base/clock.ts';
import { parseProfile } from '../../../../daemon/src/media/dsp/profile.ts';
import { MediaEngine } from '../../../../daemon/src/media/engine.ts';
import { startKernelRelay } from '../../../../daemon/src/media/relay/kernel-relay.ts';
import { type DatagramSocket, nodeSockets } from '../../../../daemon/src/media/session/datagram.ts';
import { polledSockets } from '../../../../daemon/src/media/session/polled-sockets.ts';
import type { Figure } from '../../bench.ts';
import { ask, Namespaces, NETWORK } from '../../namespaces.ts';
import { load, quantile, round, sleep } from '../usage.ts';
import { emitTiming, referenceUs } from './reference.ts';
import { farSide } from './traffic.ts';

const CALLS = 100;
const RUNS = 3;
const SECONDS = 5;
/** First RTP port of the peers. */
const FIRST = 30_000;

const metric = 'media.cpuPercentPerKernelRelayedCall';

export async function measureKernelCall(emit: (figure: Figure) => void): Promise<void> {
  const network = Namespaces.open();
  if (typeof network === 'string') {
    console.error(`${metric} is not measured: ${network}`);
    return;
  }
  try {
    const file = fileURLToPath(import.meta.url);
    const box = await network.start('box', file, 'box');
    const a = await network.start('a', file, 'peer', NETWORK.a, NETWORK.directA);
    const b = await network.start('b', file, 'peer', NETWORK.b, NETWORK.directB);
    const ports = await ask<{ a: number[]; b: number[] } | string>(box, 'open');
    if (typeof ports === 'string') {
      console.error(`${metric} is not measured: ${ports}`);
      return;
    }
    const neighbours = Array.from({ length: CALLS }, (_, i) => FIRST + 2 * i);
    const relayed: number[] = [];
    const direct: number[] = [];
    const references: number[] = [];
    let inKernel = 0;
    let heard = 0;
    for (let run = 0; run < RUNS; run++) {
      references.push(referenceUs());
      await send(a, { own: 'direct', address: NETWORK.directB, ports: neighbours });
      await send(b, { own: 'direct', address: NETWORK.directA, ports: neighbours });
      direct.push((await used([a, b])).percent);
      await send(a, { own: 'routed', address: NETWORK.boxTowardA, ports: ports.a });
      await send(b, { own: 'routed', address: NETWORK.boxTowardB, ports: ports.b });
      inKernel = await ask<number>(box, 'settle');
      const through = await used([a, b, box]);
      relayed.push(through.percent);
      heard += through.heard;
    }
    const [with_, without] = [quantile(relayed, 0.5), quantile(direct, 0.5)];
    const value = round(Math.max(0, with_ - without) / CALLS, 3);
    const note = `of one core with softirq, ${inKernel} of ${CALLS} calls in the kernel, ${heard} packets; ${round(with_)} % for all with the traffic's own ${round(without)} %; ${load()}`;
    emitTiming(emit, { metric, value, unit: '%', n: CALLS * RUNS, note }, quantile(references, 0.5));
  } finally {
    network.close();
  }
}

interface Sending {
  own: 'direct' | 'routed';
  address: string;
  ports: number[];
}

const send = (peer: ChildProcess, sending: Sending): Promise<unknown> => ask(peer, sending);

/** CPU of these processes, and of softirq where it stands apart, percent of a core; packets that the peers heard. */
async function used(processes: readonly ChildProcess[]): Promise<{ percent: number; heard: number }> {
  const read = async (): Promise<{ us: number; heard: number }> => {
    const figures = await Promise.all(processes.map((one) => ask<{ us: number; heard: number }>(one, 'cpu')));
    return {
      us: figures.reduce((sum, { us }) => sum + us, softirqUs()),
      heard: figures.reduce((sum, { heard }) => sum + heard, 0),
    };
  };
  await sleep(1000);
  const [before, begin] = [await read(), performance.now()];
  await sleep(SECONDS * 1000);
  const after = await read();
  return {
    percent: (after.us - before.us) / 10 / (performance.now() - begin),
    heard: after.heard - before.heard,
  };
}

/** Time of the whole machine in softirq, us, where the kernel takes it out of the processes' times; else 0. */
function softirqUs(): number {
  try {
    if (!/^CONFIG_IRQ_TIME_ACCOUNTING=y$/m.test(gunzipSync(readFileSync('/proc/config.gz')).toString()))
      return 0;
  } catch {
    // No word of it: then it is taken as usual, in the processes' times.
    return 0;
  }
  // proc(5): the seventh figure, in hundredths of a second.
  return Number(readFileSync('/proc/stat', 'latin1').split(/\s+/)[7]) * 10_000;
}

const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** The box: a media engine with all the calls. */
async function serveBox(): Promise<void> {
  const clock = systemClock();
  const polled = polledSockets(clock);
  const media = new MediaEngine({
    clock,
    profile: parseProfile(
      JSON.parse(readFileSync(new URL('../../../../hw/profile/ru.json', import.meta.url), 'utf8')),
    ),
    options: { rtpPorts: { min: 20000, max: 29999 } },
    ...(polled ? { sockets: polled.sockets, poll: () => polled.poll() } : {}),
  });
  const relay = await startKernelRelay({
    now: () => clock.now(),
    poll: () => polled?.poll(),
    onBlocked: () => {},
  });
  const open = async (): Promise<{ a: number[]; b: number[] } | string> => {
    if (!('paths' in relay)) return relay.reason;
    media.useKernel(relay.paths);
    const ports = { a: [] as number[], b: [] as number[] };
    for (let i = 0; i < CALLS; i++) {
      const a = await media.openRtp(NETWORK.boxTowardA);
      const b = await media.openRtp(NETWORK.boxTowardB);
      const remotePort = FIRST + 2 * i;
      await media.setRtp(a.endpoint, { ...farSide(remotePort, 'PCMA'), remoteAddress: NETWORK.a });
      await media.setRtp(b.endpoint, { ...farSide(remotePort, 'PCMA'), remoteAddress: NETWORK.b });
      await media.connect(a.endpoint, b.endpoint);
      ports.a.push(a.port);
      ports.b.push(b.port);
    }
    return ports;
  };
  const settle = async (): Promise<number> => {
    if (!('paths' in relay)) return 0;
    const begin = performance.now();
    while (relay.paths.count < CALLS && performance.now() - begin < 15_000) await sleep(50);
    return relay.paths.count;
  };
  process.on('message', async (question: 'open' | 'settle' | 'cpu') => {
    if (question === 'open') process.send!(await open());
    else if (question === 'settle') process.send!(await settle());
    else process.send!({ us: cpuUs(), heard: 0 });
  });
  process.send!('ready');
}

/** A peer of all the calls, on two addresses: one behind the box, one beside the other peer. */
async function servePeer(routed: string, direct: string): Promise<void> {
  const polled = polledSockets(systemClock());
  const factory = polled?.sockets ?? nodeSockets;
  const sockets: Record<Sending['own'], DatagramSocket[]> = { direct: [], routed: [] };
  let heard = 0;
  for (const [own, address] of [
    ['routed', routed],
    ['direct', direct],
  ] as const) {
    for (let i = 0; i < CALLS; i++) {
      const socket = factory(address, () => {
        heard++;
      });
      await socket.bind(FIRST + 2 * i, address);
      sockets[own].push(socket);
    }
  }
  let timer: NodeJS.Timeout | undefined;
  let n = 0;
  process.on('message', (question: 'cpu' | Sending) => {
    if (question === 'cpu') {
      process.send!({ us: cpuUs(), heard });
      return;
    }
    clearInterval(timer);
    const { own, address, ports } = question;
    for (const [i, socket] of sockets[own].entries()) socket.connect(ports[i]!, address);
    const packets = ports.map((_, i) => {
      const packet = Buffer.alloc(172, 0x55);
      packet[0] = 0x80;
      packet[1] = 8;
      packet.writeUInt32BE(i + 1, 8);
      return packet;
    });
    const begin = performance.now() - n * 20;
    timer = setInterval(() => {
      for (; n * 20 < performance.now() - begin; n++) {
        for (const [i, packet] of packets.entries()) {
          packet.writeUInt16BE(n & 0xffff, 2);
          packet.writeUInt32BE((n * 160) >>> 0, 4);
          sockets[own][i]!.send(packet, ports[i]!, address);
        }
      }
    }, 10);
    process.send!('sending');
  });
  process.send!('ready');
}

const [role, ...words] = process.argv.slice(2);
if (process.send && role === 'box') void serveBox();
if (process.send && role === 'peer') void servePeer(words[0]!, words[1]!);
