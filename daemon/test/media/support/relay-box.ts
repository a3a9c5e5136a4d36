/** Runs in the box's namespace: a media engine with two sessions toward the peers, commanded by messages. */

import { patient } from '../../../../hw/simulator/office/patience.ts';
import { NETWORK } from '../../../../scripts/lib/namespaces.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { MediaEngine } from '../../../src/media/engine.ts';
import type { KernelPaths } from '../../../src/media/relay/kernel-paths.ts';
import { startKernelRelay } from '../../../src/media/relay/kernel-relay.ts';
import { polledSockets } from '../../../src/media/session/polled-sockets.ts';
import { russia } from './engine.ts';

/** What the box is asked. */
export type Question =
  | { what: 'open'; a: number; b: number }
  | { what: 'listen'; on: boolean }
  | { what: 'state' }
  | { what: 'until'; inKernel: boolean }
  | { what: 'close' };

/** How things are. */
export interface State {
  ports: number[];
  inKernel: number;
  received: number[];
  sent: number[];
  missing: number[];
}

const clock = systemClock();
const polled = polledSockets(clock);
const media = new MediaEngine({
  clock,
  profile: russia,
  options: { rtpPorts: { min: 20000, max: 20999 } },
  ...(polled ? { sockets: polled.sockets, poll: () => polled.poll() } : {}),
});
let paths: KernelPaths | undefined;
let endpoints: string[] = [];
let ports: number[] = [];

async function state(): Promise<State> {
  const figures = await Promise.all(endpoints.map((endpoint) => media.statistics(endpoint)));
  return {
    ports,
    inKernel: paths?.count ?? 0,
    received: figures.map((f) => f?.packetsReceived ?? -1),
    sent: figures.map((f) => f?.packetsSent ?? -1),
    missing: figures.map((f) => f?.packetsLost ?? -1),
  };
}

async function open(question: Question & { what: 'open' }): Promise<void> {
  const sides = [
    [NETWORK.boxTowardA, NETWORK.a, question.a],
    [NETWORK.boxTowardB, NETWORK.b, question.b],
  ] as const;
  for (const [own, remoteAddress, remotePort] of sides) {
    const { endpoint, port } = await media.openRtp(own);
    endpoints.push(endpoint);
    ports.push(port);
    await media.setRtp(endpoint, {
      remoteAddress,
      remotePort,
      remoteRtcpPort: remotePort + 1,
      rtcpMux: false,
      codec: 'PCMA',
      payloadType: 8,
      telephoneEventPayloadType: 101,
      ptimeMs: 20,
      direction: 'sendrecv',
    });
  }
  await media.connect(endpoints[0]!, endpoints[1]!);
}

process.on('message', async (question: Question) => {
  if (question.what === 'open') await open(question);
  if (question.what === 'listen') await media.detect(endpoints[0]!, { dtmf: question.on });
  if (question.what === 'until') {
    const wanted = question.inKernel ? 1 : 0;
    const begin = performance.now();
    while (paths?.count !== wanted && performance.now() - begin < patient(8000))
      await new Promise((resolve) => setTimeout(resolve, 5));
  }
  if (question.what === 'close') {
    await media.close();
    polled?.close();
    endpoints = [];
    ports = [];
  }
  process.send!(await state());
  if (question.what === 'close') process.disconnect();
});

const relay = await startKernelRelay({
  now: () => clock.now(),
  poll: () => polled?.poll(),
  onBlocked: () => {},
});
if ('paths' in relay) {
  paths = relay.paths;
  media.useKernel(paths);
}
process.send!('paths' in relay ? 'ready' : relay.reason);
