import type { Call } from '../call/call.ts';
import type { Leg } from '../call/leg.ts';
import type { Config, PersonConfig } from '../config/schema.ts';

/** Whose call it is: who sits at its telephones, whose extension was called, who has forwarded it to wherever it is. */
export function peopleIn(call: Call, { people }: Config): PersonConfig[] {
  const { calledNumber, events } = call.record;
  const legs = [call.caller, call.called];
  return people.filter(
    (person) =>
      legs.some((leg) => leg && sitsAt(person, leg, call)) ||
      (person.extension !== undefined && person.extension === calledNumber) ||
      events.some(({ what, detail }) => what === 'forwarded' && detail?.startsWith(`${person.id} `)),
  );
}

/** Whether a leg is a telephone of a person: a socket, a SIP device, the mobile. */
export function sitsAt(person: PersonConfig, leg: Leg, call: Call): boolean {
  const [kind, id = ''] = leg.place.split(':');
  if (kind === 'port') return person.ports.includes(Number(id));
  if (kind === 'device') return person.devices.includes(id);
  if (person.mobile === undefined) return false;
  if (leg === call.caller) return call.record.callerNumber === person.mobile;
  return call.record.legs.find((entry) => entry.id === leg.id)?.number === person.mobile;
}

/** Whether a leg is the office's own, and not the network's. */
export const ofTheOffice = (leg: Leg | undefined): boolean =>
  leg !== undefined && (leg.kind === 'fxs' || leg.place.startsWith('device:'));

/** Whether a leg is of the office: a telephone, a device, somebody of the staff on the mobile. */
export function isOfStaff(leg: Leg, call: Call, { people }: Config): boolean {
  return ofTheOffice(leg) || people.some((person) => sitsAt(person, leg, call));
}

/** Who sits at a leg, for the audit log: `person:anna`, or else where it is. */
export function whoAt(leg: Leg, call: Call, { people }: Config): string {
  const person = people.find((one) => sitsAt(one, leg, call));
  return person ? `person:${person.id}` : leg.place;
}
