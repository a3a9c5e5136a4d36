import type { Clock, Timer } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { CodedError } from '../base/error.ts';
import type { Config, IncomingNumberConfig, PersonConfig } from '../config/schema.ts';
import { type Leave, leaveAt } from '../schedule/leave.ts';
import { modeOf } from '../schedule/mode.ts';
import { activeOverride, type Override } from '../schedule/override.ts';
import type { ModeChange, ModeState, Schedule } from '../schedule/schedule.ts';
import { type During, holds, modesOf, type Overrides, schedulesOf } from '../schedule/schedules.ts';

/** How a schedule is switched by hand. */
export interface Switching {
  /** A mode; missing: back to the schedule. */
  mode?: string | undefined;
  /** For so many hours; missing: until the schedule next changes by itself. */
  hours?: number | undefined;
  /** Not before somebody switches it back. */
  stays?: boolean | undefined;
}

/** A schedule as it is now. */
export interface ScheduleNow {
  id: string;
  name: string;
  state: ModeState;
  next: ModeChange | undefined;
  override: Override | undefined;
}

/** Where overrides are kept over a restart. */
export interface OverrideStore {
  read(): Override[];
  /** Resolves when they are safe. */
  write(overrides: readonly Override[]): Promise<void>;
}

const hourMs = 3_600_000;

/** How often the wall clock is looked at besides, so that a clock put right is noticed, ms. */
const lookMs = 30_000;

/** The office's schedules as they are in force, switched by hand or not; what services ask whether something is on now. */
export class OfficeHours extends Emitter<{ changed: [schedule: string] }> {
  readonly #clock: Clock;
  readonly #config: () => Config;
  readonly #store: OverrideStore;
  readonly #overrides = new Map<string, Override>();
  /** The mode that was told last, by schedule. */
  readonly #told = new Map<string, string>();
  #next: Timer | undefined;

  constructor(parts: { clock: Clock; config: () => Config; store: OverrideStore }) {
    super();
    this.#clock = parts.clock;
    this.#config = parts.config;
    this.#store = parts.store;
    for (const override of parts.store.read()) this.#overrides.set(override.schedule, override);
    this.refresh();
  }

  close(): void {
    this.#next?.cancel();
  }

  /** Overrides in force, for the dial plan. */
  get overrides(): Overrides {
    return this.#overrides;
  }

  /** Whether a condition on a schedule holds; `at`: ms since 1970, now if not given. */
  holds(during: During | undefined, at = this.#clock.wall()): boolean {
    return holds(during, schedulesOf(this.#config()), at, this.#overrides);
  }

  /** Id of the destination of calls to a number. */
  destinationOf(number: IncomingNumberConfig, at = this.#clock.wall()): string {
    return this.wayOf(number, at)?.destination ?? number.destination;
  }

  /** The way of a number that a schedule opens, if one does. */
  wayOf(
    number: IncomingNumberConfig,
    at = this.#clock.wall(),
  ): IncomingNumberConfig['byHours'][number] | undefined {
    return number.byHours.find((way) => this.holds({ ...way, modes: modesOf(way, 'closed') }, at));
  }

  /** The leave that a person is on. */
  leave(person: PersonConfig, at = this.#clock.wall()): Leave | undefined {
    return leaveAt(person, at, this.#config().site.timeZone);
  }

  /** The state of a schedule; undefined if there is no such one. */
  state(id: string, at = this.#clock.wall()): ModeState | undefined {
    return this.#schedule(id)?.stateAt(at, this.#overrides.get(id));
  }

  /** The changes of a schedule to come; undefined if there is no such one. */
  nextChanges(id: string, n: number, at = this.#clock.wall()): ModeChange[] | undefined {
    return this.#schedule(id)?.nextChanges(at, n, this.#overrides.get(id));
  }

  /** Every schedule as it is now. */
  list(): ScheduleNow[] {
    const now = this.#clock.wall();
    return [...schedulesOf(this.#config()).all.values()].map((schedule) => {
      const override = activeOverride(this.#overrides.get(schedule.id), now);
      return {
        id: schedule.id,
        name: schedule.name,
        state: schedule.stateAt(now, override),
        next: schedule.nextChanges(now, 1, override)[0],
        override,
      };
    });
  }

  /**
   * Switches a schedule by hand, or back; resolves when that is kept.
   * @param by who does it: `admin`, `port 3`, `device desk`
   * @throws CodedError `schedule/unknown` if there is no such schedule
   */
  async switch(id: string, to: Switching, by: string): Promise<ModeState> {
    const schedule = this.#schedule(id);
    if (!schedule) throw new CodedError('schedule/unknown', `there is no schedule ${id}`);
    const now = this.#clock.wall();
    if (to.mode === undefined) this.#overrides.delete(id);
    else {
      const until = to.stays
        ? undefined
        : to.hours === undefined
          ? schedule.nextChanges(now, 1)[0]?.at
          : now + to.hours * hourMs;
      const override = { schedule: id, mode: modeOf(to.mode), since: now, by };
      this.#overrides.set(id, until === undefined ? override : { ...override, until });
    }
    await this.#store.write([...this.#overrides.values()]);
    this.refresh();
    // What was switched to the mode that holds anyway is news all the same.
    this.emit('changed', id);
    return schedule.stateAt(now, this.#overrides.get(id));
  }

  /** Looks which schedules have changed since; another configuration may be in force. */
  refresh(): void {
    const now = this.#clock.wall();
    const { all } = schedulesOf(this.#config());
    this.#dropEnded(now, all);
    let due = Number.POSITIVE_INFINITY;
    for (const [id, schedule] of all) {
      const override = this.#overrides.get(id);
      const mode = schedule.modeAt(now, override);
      due = Math.min(due, schedule.nextChanges(now, 1, override)[0]?.at ?? due, override?.until ?? due);
      if (this.#told.get(id) === mode) continue;
      this.#told.set(id, mode);
      this.emit('changed', id);
    }
    for (const id of this.#told.keys()) {
      if (all.has(id)) continue;
      this.#told.delete(id);
      this.emit('changed', id);
    }
    this.#next?.cancel();
    // Where there is no schedule there is nothing to wait for; another configuration looks again.
    this.#next =
      all.size === 0 ? undefined : this.#clock.after(Math.min(due - now, lookMs), () => this.refresh());
  }

  #dropEnded(now: number, all: ReadonlyMap<string, Schedule>): void {
    const ended = [...this.#overrides.values()].filter(
      (override) => !activeOverride(override, now) || !all.has(override.schedule),
    );
    if (ended.length === 0) return;
    for (const { schedule } of ended) this.#overrides.delete(schedule);
    // It has ended by its own time, whether or not the file says so yet.
    void this.#store.write([...this.#overrides.values()]).catch(() => {});
    for (const { schedule } of ended) this.emit('changed', schedule);
  }

  #schedule(id: string): Schedule | undefined {
    return schedulesOf(this.#config()).all.get(id);
  }
}
