import type { Clock } from '../../base/clock.ts';
import type { Party } from '../../call/leg.ts';
import type { Config } from '../../config/schema.ts';
import type { During } from '../../schedule/schedules.ts';
import type { Callbacks } from '../callback.ts';
import { isAmong } from '../caller-lists.ts';
import type { OfficeHours } from '../office-hours.ts';
import { extensionOf } from './extensions.ts';
import type { ExtensionMatch, FlowWorld } from './flow-step.ts';

/** What flows stand on. */
export interface FlowOffice {
  clock: Clock;
  config(): Config;
  hours: Pick<OfficeHours, 'holds'>;
  normalise(number: string): string;
  /** Absent: nobody is called back. */
  callbacks?: () => Callbacks | undefined;
}

/** The office as a caller's flow sees it. */
export class OfficeWorld implements FlowWorld {
  readonly caller: Party;
  readonly calledNumber: string | undefined;
  readonly #office: FlowOffice;
  readonly #at: number | undefined;

  /** `at`: as if it were then, ms since 1970; now unless given. */
  constructor(
    office: FlowOffice,
    {
      caller,
      calledNumber,
      at,
    }: { caller: Party; calledNumber?: string | undefined; at?: number | undefined },
  ) {
    this.#office = office;
    this.caller = caller;
    this.calledNumber = calledNumber;
    this.#at = at;
  }

  now(): number {
    return this.#office.clock.now();
  }

  get interDigitMs(): number {
    return this.#office.config().dialing.interDigitMs;
  }

  get matchMs(): number {
    return this.#office.config().dialing.matchMs;
  }

  holds(during: During): boolean {
    return this.#office.hours.holds(during, this.#at);
  }

  isCaller(numbers: { numbers: readonly string[] }, list: string | undefined): boolean {
    const { config, normalise } = this.#office;
    if (isAmong(numbers, this.caller, normalise)) return true;
    const listed = list === undefined ? undefined : config().callerLists.find(({ id }) => id === list);
    return listed !== undefined && isAmong(listed, this.caller, normalise);
  }

  extension(digits: string): ExtensionMatch {
    return extensionOf(this.#office.config(), digits);
  }

  callable(queue: string, who: Party | string): { number: string } | 'not-this-number' | 'never' {
    const found = this.#office.callbacks?.()?.callable(queue, who) ?? 'no-callback';
    return typeof found === 'object' || found === 'not-this-number' ? found : 'never';
  }
}
