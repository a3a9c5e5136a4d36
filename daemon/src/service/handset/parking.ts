import type { Timer } from '../../base/clock.ts';
import type { Attempt } from '../../call/attempt.ts';
import { LimitedAttempt } from '../../call/attempt-limits.ts';
import type { Call } from '../../call/call.ts';
import { cause, localCause } from '../../call/cause.ts';
import type { Leg, ReleaseCause } from '../../call/leg.ts';
import { StandInLeg } from '../../call/stand-in-leg.ts';
import type { ServiceContext } from '../context.ts';
import type { CodeOutcome, CodeUse, FeatureCodes } from '../feature-codes.ts';
import type { Reach } from '../reach.ts';
import { partyOf } from '../transferor.ts';
import { refused } from './outcome.ts';
import { withNumber, words } from './words.ts';

/** A party who waits in a slot. */
interface Parked {
  readonly slot: string;
  readonly call: Call;
  /** Holds the place of whoever takes the party next. */
  readonly standIn: StandInLeg;
  /** Who parked it: rung again when its time is over. */
  readonly by: string;
  returned: number;
  timer?: Timer;
  /** The parker is rung. */
  back?: Attempt;
}

const slots = [...'1234567890'];
/** How long the parker is rung when the time is over, ms. */
const returnMs = 30_000;
/** How often the parker is rung before the party is let go. */
const mostReturns = 3;

/**
 * Parties that were put aside in numbered slots, for anybody of the office to take. It is still the same call with the
 * same record: the parker has left it, and whoever takes the party takes that place. Nobody is forgotten: after a while the
 * parker is rung.
 */
export class Parking {
  readonly #context: ServiceContext;
  readonly #reach: Reach;
  readonly #idle: (leg: Leg) => Promise<void>;
  readonly #parked = new Map<string, Parked>();

  constructor(
    context: ServiceContext,
    codes: FeatureCodes,
    parts: { reach: Reach; idle: (leg: Leg) => Promise<void> },
  ) {
    this.#context = context;
    this.#reach = parts.reach;
    this.#idle = parts.idle;
    codes.register('park', (use) => this.#park(use));
    codes.register('retrieve', (use) => this.#retrieve(use));
  }

  /** Whether `by` may park its party now, in that slot or in any. */
  canPark(call: Call, by: Leg, slot = this.#lowest()): 'yes' | 'taken' | 'no-call' {
    // Nobody parks a dispatcher.
    if (!call.transferable(by)) return 'no-call';
    return slot === undefined || this.#parked.has(slot) ? 'taken' : 'yes';
  }

  #lowest(): string | undefined {
    return slots.find((one) => !this.#parked.has(one));
  }

  /**
   * Puts the other party of `by` into a slot; without one, into the lowest that is free. `by` is out of the call then.
   * @returns the slot, or why not
   */
  park(call: Call, by: Leg, slot = this.#lowest()): string | 'taken' | 'no-call' {
    const may = this.canPark(call, by, slot);
    if (may !== 'yes' || slot === undefined) return may === 'yes' ? 'taken' : may;
    const standIn = new StandInLeg(this.#context.newId());
    const parked: Parked = { slot, call, standIn, by: by.place, returned: 0 };
    this.#parked.set(slot, parked);
    call.replace(by, standIn, () => {});
    void call.hold(true, standIn);
    call.keeper.event('parked', `${slot} by ${by.place}`);
    call.on('ended', () => this.#free(parked));
    this.#wait(parked);
    return slot;
  }

  async #park({ held, leg }: CodeUse): Promise<CodeOutcome> {
    const slot = held ? this.park(held, leg) : 'no-call';
    if (slot === 'no-call') return refused(words.nothingToPark);
    if (slot === 'taken') return refused(words.allTaken);
    const said = withNumber(words.parkedAt, { ru: slot, en: slot });
    return { kind: 'confirmed', text: `parked at ${slot}`, words: [said], beeps: Number(slot) || 10 };
  }

  async #retrieve({ argument, leg, dialog, held }: CodeUse): Promise<CodeOutcome> {
    if (held) return refused(words.whileHeld);
    if (!this.#parked.has(argument)) return refused(words.slotEmpty);
    try {
      await leg.answer();
    } catch {
      return { kind: 'over', cause: localCause(cause.normal, 'gone') };
    }
    const parked = this.#parked.get(argument);
    if (!parked || dialog.gone) return refused(words.slotEmpty);
    dialog.hush();
    return { kind: 'joined', over: new Promise((resolve) => this.#give(parked, leg, resolve)) };
  }

  /** `leg` talks to the party from now on; `over` when its part ends. */
  #give(parked: Parked, leg: Leg, over: (released: ReleaseCause) => void): void {
    this.#free(parked);
    parked.call.replace(parked.standIn, leg, over);
    parked.call.keeper.event('retrieved', `${parked.slot} at ${leg.place}`);
  }

  #free(parked: Parked): void {
    if (this.#parked.get(parked.slot) === parked) this.#parked.delete(parked.slot);
    parked.timer?.cancel();
    parked.back?.cancel(localCause(cause.normal, 'taken elsewhere'));
  }

  #wait(parked: Parked): void {
    const { clock, config } = this.#context;
    parked.timer = clock.after(config().dialing.parkSeconds * 1000, () => this.#return(parked));
  }

  /** Rings the parker, who has forgotten the party; the slot can be asked for meanwhile. */
  #return(parked: Parked): void {
    const { call, standIn, by } = parked;
    const party = call.other(standIn);
    if (!party) return;
    const ring = this.#reach.place(by, partyOf(call, party), 'recall');
    const back = new LimitedAttempt(ring, this.#context.clock, returnMs);
    parked.back = back;
    call.keeper.event('park-returns', by);
    back.on('started', (leg, note) => void call.keeper.addLeg(leg, note));
    back.on('answered', (leg) =>
      this.#give(parked, leg, (released) => void this.#idle(leg).then(() => leg.release(released))),
    );
    back.on('failed', () => {
      delete parked.back;
      if (++parked.returned < mostReturns) this.#wait(parked);
      else call.end(localCause(cause.noAnswer, 'parked, and nobody came'));
    });
    back.start();
  }
}
