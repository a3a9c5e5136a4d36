import { Emitter, type Events } from '../base/emitter.ts';
import type { PriceConfig } from '../config/schema.ts';
import type { Call } from './call.ts';
import { cause, localCause } from './cause.ts';
import type { Leg, ReleaseCause } from './leg.ts';

/** What the maker of a leg knows of it, for the record: the route it belongs to and what it costs. */
export interface LegNote {
  /** Number called this way, as people and records keep it. */
  number?: string;
  routeId?: string;
  trunkId?: string;
  price?: PriceConfig;
  /** Whose telephone it is, by id of the person. */
  person?: string;
  /** Who pays when this leg answers, if that is not who dialed (ruling 8). */
  costCentre?: string;
}

export type AttemptEvents = {
  /** A leg was made and is about to start; the record and the page want to know of each one. */
  started: [leg: Leg, note: LegNote];
  /** Somebody is being alerted. `earlyMedia`: the leg's audio is worth hearing now. */
  alerting: [leg: Leg, earlyMedia: boolean];
  /** Exactly one leg answered; every other leg of the attempt is released. */
  answered: [leg: Leg];
  /** Nobody was reached. */
  failed: [cause: ReleaseCause];
  /**
   * A service of ours takes the caller: nobody else is tried beside it, and no limit of time counts any more. The call
   * hands itself over.
   */
  hosted: [receive: (call: Call) => void];
  /** What decided the way, for the path in the record: `forwarded`, `anna no-answer mobile`. */
  step: [what: string, detail: string];
};

/**
 * Trying to reach somebody: one leg, or several in turn or at once, composed from smaller attempts.
 * After `answered`, `failed` or `cancel` an attempt is over and says nothing more.
 */
export interface Attempt extends Events<AttemptEvents> {
  start(): void;
  /** Gives up; legs under way are released with `cause`. */
  cancel(cause: ReleaseCause): void;
}

/** What the makers of attempts share: the events, and that the end comes once. */
export abstract class AttemptBase extends Emitter<AttemptEvents> implements Attempt {
  #over = false;

  abstract start(): void;

  protected abstract stop(cause: ReleaseCause): void;

  get over(): boolean {
    return this.#over;
  }

  cancel(cause: ReleaseCause): void {
    if (this.#over) return;
    this.#over = true;
    this.stop(cause);
  }

  protected answer(leg: Leg): void {
    if (this.#over) return;
    this.#over = true;
    this.emit('answered', leg);
  }

  protected fail(cause: ReleaseCause): void {
    if (this.#over) return;
    this.#over = true;
    this.emit('failed', cause);
  }

  /** Hands a part's news on, except its end; `about`: what is known of every leg of it. */
  protected relay(part: Attempt, about: LegNote = {}): void {
    part.on('started', (leg, note) => this.emit('started', leg, { ...about, ...note }));
    part.on('alerting', (leg, early) => {
      if (!this.#over) this.emit('alerting', leg, early);
    });
    part.on('hosted', (receive) => {
      if (!this.#over) this.emit('hosted', receive);
    });
    part.on('step', (what, detail) => this.emit('step', what, detail));
  }
}

/** One leg. `make` may say at once that there is none to be had (no free line, trunk full). */
export class LegAttempt extends AttemptBase {
  readonly #make: () => Leg | ReleaseCause;
  readonly #note: LegNote;
  #leg: Leg | undefined;

  constructor(make: () => Leg | ReleaseCause, note: LegNote = {}) {
    super();
    this.#make = make;
    this.#note = note;
  }

  start(): void {
    const made = this.#make();
    if (!('start' in made)) {
      this.fail(made);
      return;
    }
    this.#leg = made;
    // First of all, so that the record hears of everything before the call acts on it.
    this.emit('started', made, this.#note);
    made.on('alerting', (early) => {
      if (!this.over) this.emit('alerting', made, early);
    });
    made.on('answered', () => {
      // An answer that crosses our cancel: the leg is released by stop(), nobody may hear of it.
      this.answer(made);
    });
    made.on('released', (released) => this.fail(released));
    made.start();
  }

  protected stop(released: ReleaseCause): void {
    this.#leg?.release(released);
  }
}

/** What an attempt in turn does when one of its parts failed. */
export type HuntPolicy =
  /** Routes to one number: on failure the next, but never after somebody was alerted or on a final cause (ruling 15). */
  | 'routes'
  /** People to reach: on any failure the next. */
  | 'everyone';

/** Parts in turn. */
export class SequenceAttempt extends AttemptBase {
  readonly #parts: readonly Attempt[];
  readonly #policy: HuntPolicy;
  readonly #isFinal: (cause: ReleaseCause) => boolean;
  #index = -1;
  #alerted = false;
  #last: ReleaseCause = localCause(cause.noRoute);

  /** @param isFinal which causes end the hunt under the policy `routes`. */
  constructor(parts: readonly Attempt[], policy: HuntPolicy, isFinal: (cause: ReleaseCause) => boolean) {
    super();
    this.#parts = parts;
    this.#policy = policy;
    this.#isFinal = isFinal;
  }

  start(): void {
    this.#next();
  }

  #next(): void {
    const part = this.#parts[++this.#index];
    if (!part) {
      this.fail(this.#last);
      return;
    }
    this.#alerted = false;
    this.relay(part);
    part.on('alerting', () => {
      this.#alerted = true;
    });
    part.on('answered', (leg) => this.answer(leg));
    part.on('failed', (failed) => {
      this.#last = failed;
      if (this.over) return;
      const stop = this.#policy === 'routes' && (this.#alerted || this.#isFinal(failed));
      if (stop) this.fail(failed);
      else this.#next();
    });
    part.start();
  }

  protected stop(released: ReleaseCause): void {
    this.#parts[this.#index]?.cancel(released);
  }
}

/** How telling a failure is when several came: the caller should hear "busy" rather than "no route". */
const rank: readonly number[] = [cause.busy, cause.noAnswer, cause.absent, cause.rejected];
const weight = (q850: number): number => rank.indexOf(q850) >>> 0;

/** All parts at once; the first answer wins, the others are released (M02, M20). */
export class ForkAttempt extends AttemptBase {
  readonly #parts: readonly Attempt[];
  #failures: ReleaseCause[] = [];
  /** A service has taken the caller, and the others are not rung any more. */
  #hosted = false;

  constructor(parts: readonly Attempt[]) {
    super();
    this.#parts = parts;
  }

  start(): void {
    if (this.#parts.length === 0) {
      this.fail(localCause(cause.noRoute));
      return;
    }
    for (const part of this.#parts) {
      part.on('hosted', () => {
        this.#hosted = true;
        this.#dropOthers(part);
      });
      this.relay(part);
      part.on('answered', (leg) => {
        if (this.over) {
          leg.release(localCause(cause.normal, 'answered elsewhere'));
          return;
        }
        this.#dropOthers(part);
        this.answer(leg);
      });
      part.on('failed', (failed) => {
        this.#failures.push(failed);
        if (this.#failures.length < this.#parts.length && !this.#hosted) return;
        this.#failures.sort((x, y) => weight(x.q850) - weight(y.q850));
        this.fail(this.#failures[0]!);
      });
    }
    for (const part of this.#parts) {
      if (this.over || this.#hosted) return;
      part.start();
    }
  }

  #dropOthers(winner: Attempt): void {
    for (const part of this.#parts)
      if (part !== winner) part.cancel(localCause(cause.normal, 'answered elsewhere'));
  }

  protected stop(released: ReleaseCause): void {
    for (const part of this.#parts) part.cancel(released);
  }
}
