import type { Attempt } from '../call/attempt.ts';
import { localCause } from '../call/cause.ts';
import type { Diversion, DiversionReason, Party, ReleaseCause } from '../call/leg.ts';
import type { CallSeed } from '../call/record-keeper.ts';
import type { Config, ModeCodeConfig } from '../config/schema.ts';
import type { DialedCode } from '../dialplan/feature-codes.ts';
import type { ClassifiedNumber, RoutePlan, RouteStep } from '../dialplan/route-plan.ts';
import type { Origin, Rights, ServiceContext } from './context.ts';
import { hidesNumber } from './directory.ts';
import type { Emergency } from './emergency.ts';
import { routeAttempt } from './outgoing.ts';
import type { Reach } from './reach.ts';
import { payerOf } from './spend/account.ts';

/** What is to be done about a dialed number. */
export type Resolution =
  | { kind: 'attempt'; attempt: Attempt; seed: DialedSeed }
  /** Access number `id` was dialed. */
  | { kind: 'access'; id: string; seed: DialedSeed }
  /** The class of service asks for a PIN first. */
  | { kind: 'pin'; seed: DialedSeed }
  /** From now on all calls from here hide their number, or show it. */
  | { kind: 'presentation'; hidden: boolean; seed: DialedSeed }
  /** A schedule is to be switched. */
  | { kind: 'mode'; code: ModeCodeConfig; origin: Extract<Origin, { kind: 'on-site' }>; seed: DialedSeed }
  /** A feature code of the table. */
  | { kind: 'feature'; code: DialedCode; origin: Extract<Origin, { kind: 'on-site' }>; seed: DialedSeed }
  | { kind: 'refused'; cause: ReleaseCause; seed: DialedSeed };

/** The part of a record that follows from what was dialed. */
export type DialedSeed = Omit<CallSeed, 'id'>;

/** Who dials. */
export interface Dialer {
  origin: Origin;
  rights: Rights;
  caller: Party;
  /** The one way out that is taken instead of what the plan says. */
  way?: RouteStep;
  /** Service for the record where the number itself does not decide it: `plain`, `access`, `consult`. */
  service: string;
  /** Set when the call is made for somebody else, whom this one puts through: shown as diverting (ruling 14). */
  divertedFrom?: string;
  /** Why; a transfer is one without a condition. */
  diversionReason?: DiversionReason;
  /** Who diverted the call before it came here, for the record. */
  diversions?: readonly Diversion[];
  /** What a transferor wants told to the called. */
  userToUser?: string;
}

/** Turns dialed numbers into attempts; the one way for every service (C12). */
export class Dialing {
  readonly #context: ServiceContext;
  readonly #reach: Reach;
  readonly #emergency: Emergency;

  constructor(context: ServiceContext, reach: Reach, emergency: Emergency) {
    this.#context = context;
    this.#reach = reach;
    this.#emergency = emergency;
  }

  resolve(number: ClassifiedNumber, dialer: Dialer): Resolution {
    return this.#resolve(number, { ...dialer, caller: presented(this.#context.config(), number, dialer) });
  }

  #resolve(number: ClassifiedNumber, dialer: Dialer): Resolution {
    const { origin, rights, caller } = dialer;
    const planned = this.#context.dialPlan().plan(number.dialed, origin, rights);
    const plan: RoutePlan = dialer.way
      ? { number: planned.number, steps: [dialer.way], explanation: [] }
      : planned;
    const seed = seedOf(plan, dialer);
    if (number.class === 'access' && number.target !== undefined)
      return { kind: 'access', id: number.target, seed };
    if (number.class === 'emergency' && origin.kind === 'on-site') {
      const attempt = this.#emergency.attempt(plan, placeOf(origin));
      return { kind: 'attempt', attempt, seed: { ...seed, service: 'emergency' } };
    }
    if (number.class === 'feature' && (number.target === 'hidden' || number.target === 'shown'))
      return { kind: 'presentation', hidden: number.target === 'hidden', seed };
    const code = this.#context.config().dialing.modeCodes.find((entry) => entry.code === number.dialed);
    if (number.class === 'feature' && code && origin.kind === 'on-site')
      return { kind: 'mode', code, origin, seed };
    if (number.feature && origin.kind === 'on-site')
      return { kind: 'feature', code: number.feature, origin, seed };
    if (plan.refusal?.reason === 'pin-required') return { kind: 'pin', seed };
    if (plan.refusal)
      return { kind: 'refused', cause: localCause(plan.refusal.q850, plan.refusal.said.en), seed };
    if (number.class === 'extension') {
      const attempt = this.#reach.extension(number.target ?? number.dialed, {
        caller,
        ring: isInside(origin, caller) ? 'internal' : 'external',
        rights,
        pressOne: true,
        from: origin,
        ...divertedBefore(dialer),
      });
      return { kind: 'attempt', attempt, seed: { ...seed, direction: 'internal' } };
    }
    const { divertedFrom, diversionReason = 'unconditional', userToUser } = dialer;
    const shown = {
      caller,
      payer: payerOf(rights),
      ...(dialer.service === 'consult' ? { beside: true } : {}),
      ...(divertedFrom === undefined ? {} : { divertedFrom, diversionReason }),
      ...(userToUser === undefined ? {} : { userToUser }),
    };
    return { kind: 'attempt', attempt: routeAttempt(plan, shown, this.#context), seed };
  }
}

/**
 * The caller as the called may see him: by the code before the number, else by the setting of the telephone. An
 * emergency call hides nobody (ruling 6), and whoever is put through is not the one who put him through.
 */
function presented(config: Config, number: ClassifiedNumber, dialer: Dialer): Party {
  const { caller, origin, divertedFrom } = dialer;
  if (number.class === 'emergency' || divertedFrom !== undefined) return caller;
  const hidden =
    number.presentation === undefined ? hidesNumber(config, origin) : number.presentation === 'hidden';
  if (hidden) return { ...caller, absence: 'private' };
  if (number.presentation !== 'shown' || caller.absence !== 'private' || caller.number === undefined)
    return caller;
  const { absence: _, ...known } = caller;
  return known;
}

/** Whether a call to an extension rings as one from a colleague; who is put through rings as what he is. */
const isInside = (origin: Origin, caller: Party): boolean =>
  origin.kind === 'on-site' || (origin.kind === 'forward' && caller.number?.startsWith('+') === false);

/** What was sent on before it came here counts with what is sent on from here (M05). */
const divertedBefore = ({ diversions }: Dialer): { diverted?: number } =>
  diversions?.length ? { diverted: diversions.reduce((sum, { times }) => sum + times, 0) } : {};

const placeOf = (origin: Extract<Origin, { kind: 'on-site' }>): string =>
  origin.device === undefined ? `port:${origin.port}` : `device:${origin.device}`;

function seedOf(plan: RoutePlan, dialer: Dialer): DialedSeed {
  const { caller, rights, service, origin } = dialer;
  const { number } = plan;
  const called = number.e164 ?? number.shortCode ?? number.target;
  return {
    // A device of ours that is elsewhere is still one of ours.
    direction:
      origin.kind === 'on-site' || (origin.kind === 'forward' && origin.from) ? 'outgoing' : 'transit',
    service,
    ...(caller.number === undefined ? {} : { callerNumber: caller.number }),
    ...(caller.name === undefined ? {} : { callerName: caller.name }),
    ...(caller.absence === undefined ? {} : { callerAbsence: caller.absence }),
    ...(dialer.diversions?.length ? { diversions: [...dialer.diversions] } : {}),
    ...(number.dialed === '' ? {} : { dialed: number.dialed }),
    ...(called === undefined ? {} : { calledNumber: called }),
    tollClass: number.class,
    ...(rights.costCentre === undefined ? {} : { costCentre: rights.costCentre }),
    ...(rights.pinId === undefined ? {} : { pinId: rights.pinId }),
    ...(rights.person === undefined ? {} : { calledBy: rights.person }),
  };
}
