import { type Attempt, LegAttempt } from '../call/attempt.ts';
import { localCause } from '../call/cause.ts';
import type { DiversionReason, Leg, Party } from '../call/leg.ts';
import type { RingClass } from '../port/port.ts';
import type { Announcement, Language } from './announcing.ts';
import type { Origin, Rights } from './context.ts';

/** Who is being reached for, and how they got here. */
export interface ReachRequest {
  caller: Party;
  /** How the bell is to tell where the call comes from. */
  ring: RingClass;
  /** The number that was called, shown as diverting when the call goes out again (ruling 14). */
  divertedFrom?: string;
  diversionReason?: DiversionReason;
  /** People outside must press 1 (M14). */
  pressOne: boolean;
  /** In whose name calls leave the box; a person's own rights stand over it (ruling 8). */
  rights: Rights;
  /** Where the call comes from, so that a PBX does not get its own call back (H02). */
  from?: Origin;
  /** In whose name the office is called: shown on its telephones before the caller's name, and whispered (S01). */
  label?: string;
  /** What services speak to the caller in; the language of the box unless said. */
  language?: Language;
  /** Id of the destination whose steps are gone through. */
  destination?: string;
  /** How often the call was diverted before it came to us, as the network tells it; those count as ours do (M05). */
  diverted?: number;
  /** Whom the call has been sent on by on its way here, `person:anna`, `group:sales`: nobody twice (M05). */
  path?: readonly string[];
  /** How many services have sent the caller on by themselves. */
  moves?: number;
  /** Rung as a member of a group that does not follow its members' forwarding. */
  asMember?: boolean;
  /** What whoever answers hears of the caller, and takes with 1 (S02). */
  announced?: readonly Announcement[];
  /** The caller is not asked for a name: he was asked already, or must not be held up. */
  unscreened?: boolean;
  /** A limit of calls that may be outside at once. */
  outside?: OutsideLimit;
}

/** How many calls of something may be outside at once (M22). */
export class OutsideLimit {
  most: number;
  readonly #legs = new Set<Leg>();

  constructor(most: number) {
    this.most = most;
  }

  get full(): boolean {
    return this.#legs.size >= this.most;
  }

  follow(leg: Leg): void {
    this.#legs.add(leg);
    leg.once('released', () => this.#legs.delete(leg));
  }
}

/** An attempt that fails at once, for targets that do not exist. */
export function nobody(q850: number, text: string): Attempt {
  return new LegAttempt(() => localCause(q850, text));
}
