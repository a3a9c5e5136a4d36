import type { Layout } from '../../../hw/simulator/office/layout.ts';
import type { Simulator, SimulatorOptions } from '../../../hw/simulator/simulator.ts';
import { startSimulator } from '../../../hw/simulator/simulator.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Events } from '../../src/base/emitter.ts';
import type { LineCard } from '../../src/line/card.ts';
import type { Fxo } from '../../src/port/fxo.ts';
import type { Fxs } from '../../src/port/fxs.ts';
import type { FxoEvents, FxsEvents } from '../../src/port/port.ts';
import type { PortOptions, Ports } from '../../src/port/ports.ts';
import { createPorts } from '../../src/port/ports.ts';
import { startMediaWorker } from '../../src/worker/media-host.ts';
import { russia } from '../media/support/engine.ts';

interface Teardown {
  teardown: (fn: () => Promise<void> | void) => void;
}

export interface SimulatedOffice {
  simulator: Simulator;
  card: LineCard;
  ports: Ports;
  fxs(port: number): Fxs;
  fxo(port: number): Fxo;
}

/** The simulator on a pty, the media worker, and ports over both, all in real time; ended with the test. */
export async function simulatedOffice(
  t: Teardown,
  layout: Layout,
  options: readonly PortOptions[],
  simulated: Omit<SimulatorOptions, 'layout'> = {},
): Promise<SimulatedOffice> {
  const simulator = await startSimulator({ ...simulated, layout: { lifelineIdleMs: 100, ...layout } });
  t.teardown(() => simulator.stop());
  const host = await startMediaWorker({
    card: { type: 'serial', path: simulator.path!, baudRate: 4_000_000, unlimited: true },
    profile: russia,
    media: { rtpPorts: { min: 20000, max: 59999 } },
    realtime: false,
  });
  t.teardown(() => host.close());
  const ports = createPorts(
    { card: host.card, media: host.media, clock: systemClock({ unref: true }) },
    options,
  );
  t.teardown(() => ports.close());
  const office: SimulatedOffice = {
    simulator,
    card: host.card,
    ports,
    fxs: (port) => ports.fxs.get(port)!,
    fxo: (port) => ports.fxo.get(port)!,
  };
  for (const port of [...ports.fxs.values(), ...ports.fxo.values()]) {
    if (!port.available) await heard(port, 'available', (up) => up);
  }
  return office;
}

type PortEvents = Omit<FxsEvents, 'available' | 'digit' | 'answered'> &
  Omit<FxoEvents, 'answered'> & { answered: FxoEvents['answered'] | [] };

/** Waits for an event of a port whose arguments fit. Rejects after `ms` of real time, saying what was waited for. */
export function heard<K extends keyof PortEvents>(
  port: Fxs | Fxo,
  event: K,
  fits: (...args: PortEvents[K]) => boolean = () => true,
  ms = 12_000,
): Promise<PortEvents[K]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      off();
      reject(new Error(`port ${port.number}: no '${event}' within ${ms} ms`));
    }, ms);
    const off = (port as Events<PortEvents>).on(event, (...args) => {
      if (!fits(...args)) return;
      clearTimeout(timer);
      off();
      resolve(args);
    });
  });
}
