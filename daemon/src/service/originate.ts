import type { Attempt } from '../call/attempt.ts';
import { LimitedAttempt } from '../call/attempt-limits.ts';
import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import type { Leg, Party, ReleaseCause } from '../call/leg.ts';
import { StandInLeg } from '../call/stand-in-leg.ts';
import type { RouteStep } from '../dialplan/route-plan.ts';
import type { RingClass } from '../port/port.ts';
import type { Rights, ServiceContext } from './context.ts';
import type { Dialer, Dialing } from './dialed.ts';
import { limitIfOutside } from './longest-call.ts';
import type { Reach } from './reach.ts';

/** A call that the box makes: it rings one, and when that one answers it rings the other and joins them. */
export interface Order {
  /** Who is rung first: any target, `port:1`, `person:anna`, `number:+7916...`, an extension; or what rings several. */
  first: string | Attempt;
  /** Whom the first one is put through to, as that one would dial it: an extension, a number. */
  dialed: string;
  /** In whose name and with whose rights (ruling 8), for both legs; mostly those of the first. */
  rights: Rights;
  /** The first one as the second sees it. */
  caller: Party;
  /** Where the first one sits, where that is a telephone of ours: then it is an inside call to the second. */
  at?: { kind: 'on-site'; port: number } | { kind: 'on-site'; device: string };
  /** What the first one is shown while it rings. */
  shown: Party;
  /** How the first one's bell rings. */
  ring?: RingClass;
  /** How long the first one is rung, s. */
  seconds?: number;
  /** Whether a first one outside must press 1; true unless said. */
  pressOne?: boolean;
  /** The one way out to be taken whatever the routes and rights say: a test of that way. */
  way?: RouteStep;
  /** Service for the record: `callback`, `click-to-call`. */
  service: string;
}

/** The call in progress. */
export interface Originated {
  readonly call: Call;
  /**
   * How it went, once: `joined` when the second has answered, else the side that did not, and why. The first one hears
   * the tone of a second one's cause.
   */
  readonly outcome: Promise<OriginateOutcome>;
  /** Gives it up, whatever it has come to. */
  cancel(): void;
}

export type OriginateOutcome =
  | { kind: 'joined' }
  | { kind: 'refused' | 'first-failed' | 'second-failed'; cause: ReleaseCause };

/** How long the first one is rung unless the order says otherwise, s. */
const ringSeconds = 30;

/**
 * Calls that nobody dialed: call back when free, a queue's callback, a click on the page. It is one call with one record
 * from the first ring on. What is refused to the first one is refused before anybody is rung, and there are no emergency
 * numbers here (ruling 3).
 */
export class Originate {
  readonly #context: ServiceContext;
  readonly #dialing: Dialing;
  readonly #reach: Reach;
  readonly #idle: (leg: Leg) => Promise<void>;

  /** @param idle resolves when a leg is in no consultation any more */
  constructor(
    context: ServiceContext,
    parts: { dialing: Dialing; reach: Reach; idle: (leg: Leg) => Promise<void> },
  ) {
    this.#context = context;
    this.#dialing = parts.dialing;
    this.#reach = parts.reach;
    this.#idle = parts.idle;
  }

  start(order: Order): Originated {
    const context = this.#context;
    const resolve = () => this.#dialing.resolve(this.#classify(order), dialerOf(order));
    const resolved = resolve();
    const standIn = new StandInLeg(context.newId());
    const call = context.calls.open(standIn, { ...resolved.seed, service: order.service });
    let settle: (outcome: OriginateOutcome) => void = () => {};
    const outcome = new Promise<OriginateOutcome>((done) => {
      settle = done;
    });
    const cancel = (): void => call.end(localCause(cause.normal, 'given up'));
    if (resolved.kind !== 'attempt') {
      const refused =
        resolved.kind === 'refused' ? resolved.cause : localCause(cause.rejected, 'nobody to be called');
      call.end(refused);
      settle({ kind: 'refused', cause: refused });
      return { call, outcome, cancel };
    }
    const first = this.#first(order);
    let joined: Leg | undefined;
    first.on('started', (leg, note) => {
      call.keeper.addLeg(leg, note);
      call.keeper.event('tried', leg.place);
      call.emit('changed');
    });
    first.on('step', (what, detail) => call.keeper.event(what, detail));
    first.on('failed', (failed) => {
      call.end(failed);
      settle({ kind: 'first-failed', cause: failed });
    });
    first.on('answered', (leg) => {
      if (call.state === 'ended') {
        leg.release(localCause(cause.normal));
        return;
      }
      joined = leg;
      call.keeper.event('answered-first', leg.place);
      call.replace(standIn, leg, (released) => void this.#release(leg, released));
      limitIfOutside(call, context);
      // Meanwhile rights and budgets may have changed.
      const again = resolve();
      if (again.kind === 'attempt') call.place(again.attempt);
      else call.end(again.kind === 'refused' ? again.cause : localCause(cause.rejected));
    });
    call.on('answered', () => settle({ kind: 'joined' }));
    call.on('ended', (released) => {
      if (!joined) first.cancel(released);
      settle({ kind: joined ? 'second-failed' : 'first-failed', cause: released });
    });
    first.start();
    return { call, outcome, cancel };
  }

  #first(order: Order): Attempt {
    const { first, shown, rights, ring = 'external', seconds = ringSeconds, pressOne = true, at } = order;
    const attempt =
      typeof first === 'string'
        ? this.#reach.target(first, { caller: shown, ring, rights, pressOne, ...(at ? { from: at } : {}) })
        : first;
    return new LimitedAttempt(attempt, this.#context.clock, seconds * 1000);
  }

  #classify({ dialed }: Order): ReturnType<ReturnType<ServiceContext['dialPlan']>['classify']> {
    return this.#context.dialPlan().classify(dialed, { kind: 'forward' });
  }

  async #release(leg: Leg, released: ReleaseCause): Promise<void> {
    await this.#idle(leg);
    leg.release(released);
  }
}

function dialerOf({ rights, caller, service, at, way }: Order): Dialer {
  const origin = { kind: 'forward', ...(at ? { from: at } : {}) } as const;
  return { origin, rights, caller, service, ...(way ? { way } : {}) };
}
