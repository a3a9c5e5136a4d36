import type { Attempt } from '../call/attempt.ts';
import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import type { Leg, Party, ReleaseCause } from '../call/leg.ts';
import type { ServedKind } from '../dialplan/entries.ts';
import type { Announcement, Language } from './announcing.ts';
import type { Origin, Rights, ServiceContext } from './context.ts';
import type { Dialog } from './dialog.ts';
import { HostedAttempt } from './hosted-attempt.ts';

/**
 * A service that speaks to the caller itself: a menu, a queue, somebody's voicemail, a conference room. A step of a
 * destination, a forwarding, an extension or a transfer leads to it as `kind:id`.
 */
export interface HostedService {
  /**
   * Serves one caller. `visit.gone` tells after every await whether there still is one; what is returned then does not
   * matter. A throw is logged, and the call goes on with the next step.
   */
  serve(visit: Visit): Promise<Next>;
}

/** How a visit ended, as far as the caller is concerned. */
export type Next =
  /** The call is over. */
  | { kind: 'done'; cause?: ReleaseCause }
  /** Whatever comes after this service where the call was on its way: the next step, the next forwarding. */
  | { kind: 'next-step'; cause?: ReleaseCause }
  /** There: any target, `person:anna`, `flow:night`, an extension, a number with +; `pressOne` as in {@link RingOptions}. */
  | { kind: 'to'; target: string; pressOne?: boolean };

/** How ringing somebody on behalf of a caller ended. */
export type RingOutcome =
  /** Nobody took the call; the caller is with the service again. */
  | { kind: 'failed'; cause: ReleaseCause }
  /** Somebody has talked to the caller, and the call has ended. `by` hung up. */
  | { kind: 'talked'; leg: Leg; by: 'caller' | 'called' | 'box' }
  /** The caller is gone, or was picked up by somebody. */
  | { kind: 'gone' };

export interface RingOptions {
  /** `ringback`: as with any call; `own`: the caller goes on hearing the service, its music and announcements. */
  sound?: 'ringback' | 'own';
  /** Whether people outside must press 1 (M14); true unless said. */
  pressOne?: boolean;
  /** A person's telephones alone: no forwarding, and nobody who does not want to be disturbed. */
  asMember?: boolean;
  /** How long to ring, s; until all have failed unless said. */
  seconds?: number;
  /** Said to whoever answers, who then takes the call with 1 or refuses it with 2 (S02). */
  announced?: readonly Announcement[];
  /** Shown to whoever is rung before the caller's name, and whispered; as the caller came unless said (S01). */
  label?: string;
}

/** One caller at a hosted service. */
export interface Visit {
  /** Which of its kind: `main` of `flow:main`. */
  readonly id: string;
  readonly call: Call;
  /** The caller's leg: whoever a transfer has put in the caller's place, too. */
  readonly leg: Leg;
  readonly caller: Party;
  /** The number outside that was called, E.164 where known. */
  readonly calledNumber: string | undefined;
  /** Id of the destination that led here. */
  readonly destination: string | undefined;
  /** Where the call comes from; undefined: from outside. */
  readonly origin: Origin | undefined;
  /** In whose name calls leave the box from here, and who pays. */
  readonly rights: Rights;
  /** Prompts, tones and keys. It is quiet, and hears nothing, while another service that was rung has the caller. */
  readonly dialog: Dialog;
  /** The visit is over: the caller has hung up, somebody has answered, or another service has taken over for good. */
  readonly gone: boolean;
  /** Answers the caller; further times do nothing. False: there is no caller any more. */
  answer(): Promise<boolean>;
  /**
   * Rings somebody, a target or what {@link attempt} made of several; one at a time. Who answers is joined with the
   * caller at once.
   */
  ring(who: string | Attempt, options?: RingOptions): Promise<RingOutcome>;
  /** Gives up ringing; {@link ring} then resolves as failed, with cause 16. */
  stopRinging(): void;
  /** What would ring a target, through the one forwarding engine; to be composed and handed to {@link ring}. */
  attempt(target: string, options?: RingOptions): Attempt;
  /** Writes a step of the call's path into its record: `keyed`, `2`. Never anything secret. */
  note(what: string, detail?: string): void;
}

/** What leads to a hosted service. */
export interface HostedRequest {
  caller: Party;
  divertedFrom?: string;
  destination?: string;
  from?: Origin;
  rights: Rights;
  /** The language that the caller hears; that of the box unless said. */
  language?: Language;
  /** Makes an attempt at another target in the name of the same caller. */
  reach(
    target: string,
    options: {
      pressOne: boolean;
      asMember?: boolean;
      label?: string;
      language?: Language;
      announced?: readonly Announcement[];
    },
  ): Attempt;
}

/**
 * Most services that one call may come to. What one is sent on by goes with it and is counted by its own (`reach.ts`);
 * this bounds what comes back again and again: of two that each lead to the other twice, twenty deep, there is no end.
 */
const mostVisits = 200;

/** The hosted services by kind of target. */
export class HostedServices {
  readonly #context: ServiceContext;
  readonly #visits = new WeakMap<Call, number>();
  #services = new Map<ServedKind, HostedService>();

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** From now on `service` serves the targets of this kind. */
  register(kind: ServedKind, service: HostedService): void {
    this.#services.set(kind, service);
  }

  /** What hands the caller to `kind:id`; fails at once where the box has no such service. */
  attempt(kind: ServedKind, id: string, request: HostedRequest): Attempt {
    const service = this.#services.get(kind) ?? {
      serve: async (): Promise<Next> => ({
        kind: 'next-step',
        cause: localCause(cause.outOfOrder, `nothing serves ${kind}`),
      }),
    };
    const admit = (call: Call): boolean => {
      const visits = (this.#visits.get(call) ?? 0) + 1;
      this.#visits.set(call, visits);
      return visits <= mostVisits;
    };
    return new HostedAttempt({ kind, id, service, request, admit }, this.#context);
  }
}
