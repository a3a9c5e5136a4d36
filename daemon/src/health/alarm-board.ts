import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Said } from '../dialplan/route-plan.ts';

/** Something that a person should know, with what to do about it. */
export interface Alarm {
  /** Names the fault, so that the same one is not told twice. */
  id: string;
  severity: 'info' | 'warning' | 'critical';
  said: Said;
  cure: Said;
  /** Wall-clock ms since 1970. */
  since: number;
  /** `port:3`, `trunk:acme`, `card`. */
  place?: string;
}

export type AlarmEvents = {
  raised: [alarm: Alarm];
  cleared: [alarm: Alarm];
};

/** The alarms that stand. Raising one that stands already only renews its words. */
export class AlarmBoard extends Emitter<AlarmEvents> {
  readonly #clock: Clock;
  #standing = new Map<string, Alarm>();

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
  }

  raise(alarm: Omit<Alarm, 'since'>): void {
    const since = this.#standing.get(alarm.id)?.since ?? this.#clock.wall();
    const standing = { ...alarm, since };
    this.#standing.set(alarm.id, standing);
    this.emit('raised', standing);
  }

  clear(id: string): void {
    const alarm = this.#standing.get(id);
    if (!alarm) return;
    this.#standing.delete(id);
    this.emit('cleared', alarm);
  }

  /** Raises or clears by a condition. */
  set(standing: boolean, alarm: Omit<Alarm, 'since'>): void {
    if (standing) this.raise(alarm);
    else this.clear(alarm.id);
  }

  list(): Alarm[] {
    return [...this.#standing.values()];
  }
}
