import { type Attempt, LegAttempt, SequenceAttempt } from '../call/attempt.ts';
import { isFinal } from '../call/cause.ts';
import { DialThroughAttempt } from '../call/dial-through.ts';
import { seizeLine } from '../call/fxo-leg.ts';
import type { DiversionReason, Party } from '../call/leg.ts';
import type { RoutePlan, RouteStep } from '../dialplan/route-plan.ts';
import type { ServiceContext } from './context.ts';

/** In whose name an outgoing call is shown. */
export interface Shown {
  caller: Party;
  divertedFrom?: string;
  diversionReason?: DiversionReason;
  userToUser?: string;
  emergency?: boolean;
  /** Who pays, if that is not who dialed: the owner of a forwarding (ruling 8). */
  costCentre?: string;
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
  const { costCentre, ...request } = shown;
  const note = {
    number: plan.number.e164 ?? plan.number.shortCode ?? step.number,
    routeId: step.routeId,
    ...(costCentre === undefined ? {} : { costCentre }),
    ...(step.price === undefined ? {} : { price: step.price }),
  };
  const via = step.via;
  if (via.kind === 'line') {
    const dialing = { digits: step.number, emergency: shown.emergency ?? false };
    return via.ports
      .map((number) => context.ports.fxo(number))
      .sort((a, b) => Number(a?.doubtful ?? false) - Number(b?.doubtful ?? false))
      .map((port) => new LegAttempt(() => seizeLine(context.newId(), port, context, dialing), note));
  }
  const access = context.config().trunks.find((trunk) => trunk.id === via.trunk)?.accessNumber;
  const call = (number: string) =>
    new LegAttempt(() => context.trunks.call({ trunkId: via.trunk, number, ...request }), {
      ...note,
      trunkId: via.trunk,
    });
  if (!access || shown.emergency) return [call(step.number)];
  const destination = step.number.replace(/^\+/, '');
  const through = {
    waitMs: access.waitMs,
    digits: `${access.pin}${access.pin === '' ? '' : access.afterPin}${destination}${access.afterNumber}`,
  };
  return [new DialThroughAttempt(call(access.number), context.clock, through)];
}
