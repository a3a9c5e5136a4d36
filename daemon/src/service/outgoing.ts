import { type Attempt, LegAttempt, SequenceAttempt } from '../call/attempt.ts';
import { isFinal } from '../call/cause.ts';
import { DialThroughAttempt } from '../call/dial-through.ts';
import { seizeLine } from '../call/fxo-leg.ts';
import type { DiversionReason, Leg, Party, ReleaseCause } from '../call/leg.ts';
import type { RoutePlan, RouteStep } from '../dialplan/route-plan.ts';
import type { ServiceContext } from './context.ts';
import { accountsOf, type Charge, type Payer } from './spend/account.ts';

/** In whose name an outgoing call is shown. */
export interface Shown {
  caller: Party;
  divertedFrom?: string;
  diversionReason?: DiversionReason;
  userToUser?: string;
  emergency?: boolean;
  /** A consultation: who makes it has another call, and goes on having it. */
  beside?: boolean;
  /** Who pays: who dialed, or the owner of a forwarding (ruling 8). */
  payer?: Payer;
}

/** The attempt that goes through the steps of a route plan in turn (ruling 15). */
export function routeAttempt(plan: RoutePlan, shown: Shown, context: ServiceContext): Attempt {
  const ways = plan.steps.flatMap((step) => stepAttempts(step, plan, shown, context));
  return new SequenceAttempt(ways, 'routes', isFinal);
}

/**
 * The ways of one step of a plan, in turn: a call on a trunk, or on each of some lines. A line that is taken
 * fails at once; one that lately gave no dial tone stands behind all others (G03, G07).
 */
export function stepAttempts(
  step: RouteStep,
  plan: RoutePlan,
  shown: Shown,
  context: ServiceContext,
): Attempt[] {
  const { payer = {}, beside, ...request } = shown;
  const { costCentre } = payer;
  const note = {
    number: plan.number.e164 ?? plan.number.shortCode ?? step.number,
    routeId: step.routeId,
    ...(costCentre === undefined ? {} : { costCentre }),
    ...(step.price === undefined ? {} : { price: step.price }),
  };
  const via = step.via;
  const charge: Charge = {
    accounts: accountsOf(payer),
    tollClass: plan.number.class,
    number: note.number,
    routeId: step.routeId,
    diverted: shown.divertedFrom !== undefined || beside === true,
    ...(step.price === undefined ? {} : { price: step.price }),
  };
  /** Every way out is charged and checked here, whichever service takes it; an emergency call is neither. */
  const charged = (make: () => Leg | ReleaseCause) => (): Leg | ReleaseCause => {
    const tolls = shown.emergency ? undefined : context.tolls;
    const refused = tolls?.refusal(charge);
    if (refused) return refused;
    const made = make();
    if ('start' in made) tolls?.follow(made, { ...charge });
    return made;
  };
  if (via.kind === 'line') {
    const dialing = { digits: step.number, emergency: shown.emergency ?? false };
    return via.ports
      .map((number) => context.ports.fxo(number))
      .sort((a, b) => Number(a?.doubtful ?? false) - Number(b?.doubtful ?? false))
      .map(
        (port) =>
          new LegAttempt(
            charged(() => seizeLine(context.newId(), port, context, dialing)),
            note,
          ),
      );
  }
  const access = context.config().trunks.find((trunk) => trunk.id === via.trunk)?.accessNumber;
  const call = (number: string) =>
    new LegAttempt(
      charged(() => context.trunks.call({ trunkId: via.trunk, number, ...request })),
      {
        ...note,
        trunkId: via.trunk,
      },
    );
  if (!access || shown.emergency) return [call(step.number)];
  const destination = step.number.replace(/^\+/, '');
  const through = {
    waitMs: access.waitMs,
    digits: `${access.pin}${access.pin === '' ? '' : access.afterPin}${destination}${access.afterNumber}`,
  };
  return [new DialThroughAttempt(call(access.number), context.clock, through)];
}
