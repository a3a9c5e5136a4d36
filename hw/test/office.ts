import { join } from 'node:path';
import type { Test } from 'tap';
import { DEMO_OFFICE, type Layout, type SocketLayout } from '../simulator/office/layout.ts';
import type { LineOptions } from '../simulator/office/line.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/simulator.ts';
import { Host, type HostOptions } from './host.ts';

/** The demo office without the relay (whose two seconds only its own tests wait for), with options for some lines. */
export function plainOffice(lines: Record<number, LineOptions> = {}): Layout {
  return {
    ...DEMO_OFFICE,
    sockets: DEMO_OFFICE.sockets.map(({ lifelinePeer: _, ...socket }): SocketLayout => {
      const line = lines[socket.port];
      return line ? { ...socket, line: { ...socket.line, ...line } } : socket;
    }),
  };
}

export interface Office {
  simulator: Simulator;
  host: Host;
  /** Stable path of the line. */
  link: string;
}

/** A simulated office on a pty with a host that has shaken hands; both end with the test. */
export async function openOffice(
  t: Test,
  options: SimulatorOptions = {},
  hostOptions: HostOptions = {},
): Promise<Office> {
  const link = join(t.testdir(), 'line');
  const simulator = await startSimulator({ layout: plainOffice(), link, ...options });
  const host = await Host.open(link, hostOptions);
  t.teardown(async () => {
    host.close();
    await simulator.stop();
  });
  return { simulator, host, link };
}
