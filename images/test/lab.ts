import { DEMO_OFFICE } from '../../hw/simulator/office/layout.ts';
import type { Telephone } from '../../hw/simulator/office/telephone.ts';
import { type Simulator, startSimulator } from '../../hw/simulator/simulator.ts';
import { BoxClient } from '../../scripts/lib/clients.ts';
import { Operator } from '../../scripts/lib/operator.ts';
import { Machine } from '../lib/machine.ts';
import { BOX, OFFICE, TAP } from '../lib/network.ts';

/** Where the simulated line card is plugged in from. */
const CARD = { host: '127.0.0.1', port: 7001 };
export const OPERATOR_PORT = 5080;
export const PASSWORD = 'correct horse';
/** What one start of the emulated board may take, s; it takes about a minute on a quiet machine. */
export const START_S = 420;

/** The booted image with an office at its card and an operator on its network. Everything about it runs in real time. */
export class Lab {
  machine!: Machine;
  readonly simulator: Simulator;
  readonly operator: Operator;
  readonly api = new BoxClient(BOX);
  /** The disk that the machine works on. */
  readonly disk: string;

  private constructor(disk: string, simulator: Simulator, operator: Operator) {
    this.disk = disk;
    this.simulator = simulator;
    this.operator = operator;
  }

  /** @param disk what the machine may write to */
  static async open(disk: string): Promise<Lab> {
    const simulator = await startSimulator({ pty: false, tcp: CARD, layout: DEMO_OFFICE });
    const operator = await Operator.start({
      ...{ host: OFFICE, port: OPERATOR_PORT, usual: { status: 200, ringMs: 1500 } },
      sound: { type: 'silence' },
    });
    return new Lab(disk, simulator, operator);
  }

  /** Switches the power on. @param media further disks, read-only */
  async powerOn(media: readonly string[] = []): Promise<void> {
    this.machine = await Machine.start({
      ...{ disk: this.disk, writable: true, tap: TAP, card: CARD, shell: true, media },
    });
  }

  async close(): Promise<void> {
    await this.machine?.off();
    await this.simulator.stop();
    this.operator.close();
  }

  telephone(port: number): Telephone {
    for (const device of this.simulator.devices.values())
      if (device.port === port) return device as Telephone;
    throw new Error(`nothing is plugged into port ${port}`);
  }

  /** Waits until the page answers. @returns seconds since the power came, or since `since` of the machine's clock */
  async page(seconds = START_S, since = 0): Promise<number> {
    await until('the page answers', seconds, async () => {
      const answer = await fetch(`http://${BOX}/`, { signal: AbortSignal.timeout(5000) });
      return answer.ok ? true : undefined;
    });
    return this.machine.seconds - since;
  }

  /** Waits for dial tone at a telephone, lifting it anew until there is some. */
  async dialTone(port: number, seconds: number): Promise<void> {
    const telephone = this.telephone(port);
    await until('dial tone', seconds, async () => {
      telephone.lift();
      try {
        await telephone.waitForTone(425, -20, 4000);
        return true;
      } catch {
        telephone.hangup();
        await pause(1000);
        return undefined;
      }
    });
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until there is an answer; what is thrown meanwhile is no answer. @throws Error with the last reason */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  let last: unknown = '';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end)
      throw new Error(`${what}: not within ${seconds} s ${last instanceof Error ? `(${last.message})` : ''}`);
    await pause(250);
  }
}
