import type { Call } from '../call/call.ts';
import type { Leg } from '../call/leg.ts';
import type { Config, PersonConfig } from '../config/schema.ts';

/** Whether a call may be recorded at all: an emergency call waits for no announcement, and to a modem one is noise. */
export function mayRecord(call: Call): boolean {
  const { caller, called } = call;
  return call.record.service !== 'emergency' && !caller.modem && !called?.modem;
}

/** Whether the rules of the configuration want a call recorded (M09). */
export function wanted(call: Call, config: Config): boolean {
  if (!mayRecord(call)) return false;
  const { recording } = config;
  const { direction, destination } = call.record;
  const people = peopleIn(call, config);
  if (people.some(({ id }) => recording.exceptPeople.includes(id))) return false;
  const places = [call.caller.place, call.called?.place];
  return (
    recording.calls === 'all' ||
    recording.calls === direction ||
    (recording.calls === 'outside' && direction !== 'internal') ||
    recording.telephones.some((port) => places.includes(`port:${port}`)) ||
    recording.trunks.some((trunk) => places.includes(`trunk:${trunk}`)) ||
    people.some(({ id }) => recording.people.includes(id)) ||
    (destination !== undefined && recording.destinations.includes(destination))
  );
}

/** Whose call it is: who sits at its telephones, whose mobile it was forwarded to, whose extension was called. */
function peopleIn(call: Call, { people }: Config): PersonConfig[] {
  const { calledNumber } = call.record;
  const legs = [call.caller, call.called];
  return people.filter(
    (person) =>
      legs.some((leg) => leg && sitsAt(person, leg, call)) ||
      (person.extension !== undefined && person.extension === calledNumber),
  );
}

function sitsAt(person: PersonConfig, leg: Leg, call: Call): boolean {
  const [kind, id = ''] = leg.place.split(':');
  if (kind === 'port') return person.ports.includes(Number(id));
  if (kind === 'device') return person.devices.includes(id);
  if (person.mobile === undefined) return false;
  if (leg === call.caller) return call.record.callerNumber === person.mobile;
  return call.record.legs.find((entry) => entry.id === leg.id)?.number === person.mobile;
}

/** Whether a leg is of the office: a telephone, a device, somebody of the staff on the mobile. */
export function isOfStaff(leg: Leg, call: Call, { people }: Config): boolean {
  const [kind] = leg.place.split(':');
  return kind === 'port' || kind === 'device' || people.some((person) => sitsAt(person, leg, call));
}

/** Who sits at a leg, for the audit log: `person:anna`, or else where it is. */
export function whoAt(leg: Leg, call: Call, { people }: Config): string {
  const person = people.find((one) => sitsAt(one, leg, call));
  return person ? `person:${person.id}` : leg.place;
}
