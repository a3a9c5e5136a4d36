import type { Clock, Timer } from '../base/clock.ts';
import type { Said } from '../dialplan/route-plan.ts';

/** One thing that must be alive for the box to be alive. */
export interface Probe {
  id: string;
  name: Said;
  /**
   * A counter or time that moves whenever the thing has proved itself; standing still means trouble.
   * A throw counts as trouble too.
   */
  tick(): number;
}

/** How a probe stood at the last look. */
export interface ProbeState {
  id: string;
  name: Said;
  ok: boolean;
}

/**
 * The earned watchdog: a ping is sent only if every probe has moved since the ping before. A part
 * that hangs therefore stops the pings, and systemd restarts the whole (architecture, decision 6).
 */
export class EarnedWatchdog {
  readonly #clock: Clock;
  readonly #probes: readonly Probe[];
  readonly #ping: () => void;
  #last = new Map<string, number>();
  #states: ProbeState[];
  #timer: Timer | undefined;

  /** @param ping tells the supervisor that all is well. */
  constructor(clock: Clock, probes: readonly Probe[], ping: () => void) {
    this.#clock = clock;
    this.#probes = probes;
    this.#ping = ping;
    this.#states = probes.map(({ id, name }) => ({ id, name, ok: true }));
  }

  /** Looks every `ms` milliseconds: a third of the supervisor's patience, so that two looks may fail. */
  start(ms: number): void {
    this.look();
    this.#timer = this.#clock.every(ms, () => this.look());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  get states(): readonly ProbeState[] {
    return this.#states;
  }

  /** One look at every probe; pings if all have moved. */
  look(): boolean {
    this.#states = this.#probes.map((probe) => ({ id: probe.id, name: probe.name, ok: this.#moved(probe) }));
    const earned = this.#states.every((state) => state.ok);
    if (earned) this.#ping();
    return earned;
  }

  #moved(probe: Probe): boolean {
    try {
      const now = probe.tick();
      const before = this.#last.get(probe.id);
      this.#last.set(probe.id, now);
      return before === undefined || now > before;
    } catch {
      return false;
    }
  }
}
