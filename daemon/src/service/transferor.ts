import type { Call } from '../call/call.ts';
import type { Leg, Party } from '../call/leg.ts';
import type { Config } from '../config/schema.ts';
import { rightsOf } from './access.ts';
import type { Rights } from './context.ts';
import { deviceConfig, fxsConfig, partyOfDevice, partyOfPort, rightsAt } from './directory.ts';

/** Who has somebody put through: the one whose rights count and who pays (ruling 8). */
export interface Transferor {
  party: Party;
  rights: Rights;
}

/** Whoever sits at a leg that may transfer by a request of its own: a telephone, a device, an operator that is allowed to. */
export function transferorAt(config: Config, place: string): Transferor | undefined {
  const [kind, id = ''] = place.split(':');
  if (kind === 'port') {
    const fxs = fxsConfig(config, Number(id));
    return fxs && { party: partyOfPort(config, fxs.number), rights: rightsAt(config, { port: fxs.number }) };
  }
  if (kind === 'device') {
    const device = deviceConfig(config, id);
    return device && { party: partyOfDevice(config, id), rights: rightsAt(config, { device: id }) };
  }
  const trunk = kind === 'trunk' ? config.trunks.find((t) => t.id === id) : undefined;
  if (trunk?.transferClass === undefined) return undefined;
  return { party: {}, rights: { classOfService: trunk.transferClass } };
}

/**
 * Whoever may transfer by keys: a member of staff who was reached on the mobile (A07), or a caller at the access number
 * whose PIN allows it (ruling 17).
 */
export function transferorByKeys(config: Config, call: Call, leg: Leg): Transferor | undefined {
  if (leg === call.called) {
    const number = call.record.legs.find(({ id }) => id === leg.id)?.number;
    const person = number === undefined ? undefined : config.people.find((p) => p.mobile === number);
    if (!person) return undefined;
    const own = person.extension === undefined ? {} : { number: person.extension };
    return { party: { ...own, name: person.name }, rights: { ...granted(person), person: person.id } };
  }
  const { pinId, callerNumber } = call.record;
  const pin = pinId === undefined ? undefined : config.pins.find((p) => p.id === pinId && p.enabled);
  if (!pin?.transfer || call.record.service !== 'access') return undefined;
  return { party: callerNumber === undefined ? {} : { number: callerNumber }, rights: rightsOf(pin) };
}

/** The other party of a call as it is shown to whom it is put through. */
export function partyOf(call: Call, leg: Leg): Party {
  const { callerNumber, callerName, callerAbsence, calledNumber } = call.record;
  if (leg !== call.caller) return calledNumber === undefined ? {} : { number: calledNumber };
  return {
    ...(callerNumber === undefined ? {} : { number: callerNumber }),
    ...(callerName === undefined ? {} : { name: callerName }),
    ...(callerName !== undefined && call.record.direction === 'incoming' && { nameForOffice: true }),
    ...(callerAbsence === undefined ? {} : { absence: callerAbsence }),
  };
}

function granted(from: { classOfService: string; costCentre?: string | undefined }): Rights {
  const { classOfService, costCentre } = from;
  return { classOfService, ...(costCentre === undefined ? {} : { costCentre }) };
}
