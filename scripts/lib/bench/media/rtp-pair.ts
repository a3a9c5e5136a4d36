/** What one RTP packet in and one out cost by each kind of socket: nothing else is done with them. */
import { systemClock } from '../../../../daemon/src/base/clock.ts';
import {
  type DatagramSocket,
  nodeSockets,
  type SocketFactory,
} from '../../../../daemon/src/media/session/datagram.ts';
import { polledSockets } from '../../../../daemon/src/media/session/polled-sockets.ts';
import { makeRealtime } from '../../../../daemon/src/worker/realtime.ts';
import type { Figure } from '../../bench.ts';
import { load, quantile, round, sleep } from '../usage.ts';
import { measureApart, serveApart } from './apart.ts';
import { emitTiming, referenceUs } from './reference.ts';
import { Traffic } from './traffic.ts';

/** Streams of 50 packets a second, each with a socket of its own. */
const LEGS = 100;
/** Each kind is measured so often for so long, in turn, so that a busy moment does not meet one of them alone. */
const RUNS = 5;
const SECONDS = 2.5;

export const measureRtpPair = (emit: (figure: Figure) => void): Promise<void> =>
  measureApart(import.meta.url, emit);

async function measure(emit: (figure: Figure) => void): Promise<void> {
  // As the media worker runs.
  makeRealtime();
  const polled = polledSockets(systemClock());
  const traffic = new Traffic();
  const batch: number[] = [];
  const dgram: number[] = [];
  const references: number[] = [];
  let packets = 0;
  try {
    for (let run = 0; run < RUNS; run++) {
      references.push(referenceUs());
      dgram.push((await pairUs(nodeSockets, traffic)).us);
      if (!polled) continue;
      const { us, count } = await pairUs(polled.sockets, traffic);
      batch.push(us);
      packets += count;
    }
  } finally {
    traffic.close();
    polled?.close();
  }
  const usual = round(quantile(dgram, 0.5), 2);
  const reference = quantile(references, 0.5);
  const metric = 'media.rtpPairUs';
  const note = `CPU per packet in and out, ${LEGS} connected sockets`;
  if (polled) {
    const value = round(quantile(batch, 0.5), 2);
    const text = `${note}; in batches; node:dgram in the same run ${usual}; ${load()}`;
    emitTiming(emit, { metric, value, unit: 'us', n: packets, note: text }, reference);
  } else {
    emitTiming(
      emit,
      { metric, value: usual, unit: 'us', n: RUNS, note: `${note}; node:dgram: no batches here` },
      reference,
    );
  }
}

/** Sends back what comes, each way changed as little as a relay does; CPU time of this process for a pair. */
async function pairUs(factory: SocketFactory, traffic: Traffic): Promise<{ us: number; count: number }> {
  const sockets: DatagramSocket[] = [];
  let count = 0;
  for (let i = 0; i < LEGS; i++) {
    const socket: DatagramSocket = factory('127.0.0.1', (data, address, port) => {
      count++;
      data[8] = i;
      socket.send(data, port, address);
    });
    await socket.bind(0, '127.0.0.1');
    sockets.push(socket);
  }
  try {
    const ports = await traffic.send(sockets.map(({ port }) => ({ port, payloadType: 8 })));
    for (const [i, socket] of sockets.entries()) socket.connect(ports[i]!, '127.0.0.1');
    await sleep(1000);
    count = 0;
    const before = process.cpuUsage();
    await sleep(SECONDS * 1000);
    const used = process.cpuUsage(before);
    return { us: (used.user + used.system) / count, count };
  } finally {
    for (const socket of sockets) socket.close();
    // What still comes must not count as another run's.
    await sleep(50);
  }
}

serveApart(measure);
