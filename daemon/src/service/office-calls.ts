import { cause, localCause } from '../call/cause.ts';
import type { Diversion, Leg, Party } from '../call/leg.ts';
import type { Origin, Rights, ServiceContext } from './context.ts';
import type { Dialing, Resolution } from './dialed.ts';

/** A call that came from another office of ours. */
export interface OfficeCall {
  officeId: string;
  /** An extension of this office, or a number outside. */
  calledNumber: string;
  caller: Party;
  /** Who sent the call on before it came here. */
  diversions?: readonly Diversion[];
}

/**
 * Calls from other offices (M15). Whoever calls is not on site here: there are no emergency numbers for him
 * (rulings 3 and 6), no access numbers and no feature codes; he reaches extensions, and numbers outside as far as the
 * office's class goes.
 */
export class OfficeCalls {
  readonly #context: ServiceContext;
  readonly #dialing: Dialing;

  constructor(context: ServiceContext, dialing: Dialing) {
    this.#context = context;
    this.#dialing = dialing;
  }

  serve(leg: Leg, { officeId, calledNumber, caller, diversions }: OfficeCall): void {
    const context = this.#context;
    const office = context.config().offices.find(({ id, enabled }) => enabled && id === officeId);
    if (!office) {
      leg.release(localCause(cause.rejected, `no office ${officeId}`));
      return;
    }
    const origin: Origin = { kind: 'forward', from: { kind: 'outside', office: officeId } };
    const { classOfService = '', costCentre } = office;
    const rights: Rights = { classOfService, ...(costCentre === undefined ? {} : { costCentre }) };
    const number = context.dialPlan().classify(calledNumber, origin);
    const resolved = this.#dialing.resolve(number, {
      ...{ origin, rights, caller, service: 'office' },
      ...(diversions?.length ? { diversions } : {}),
    });
    const direction = number.class === 'extension' ? 'internal' : 'transit';
    const call = context.calls.open(leg, { ...resolved.seed, direction });
    call.keeper.event('from-office', officeId);
    call.whenDone((released) => leg.release(released));
    if (resolved.kind === 'attempt') call.place(resolved.attempt);
    else call.end(whyNot(resolved));
  }
}

/** Access numbers, feature codes and PINs are for people here. */
function whyNot(resolved: Exclude<Resolution, { kind: 'attempt' }>) {
  if (resolved.kind === 'refused') return resolved.cause;
  return localCause(cause.rejected, `${resolved.kind} is not for other offices`);
}
