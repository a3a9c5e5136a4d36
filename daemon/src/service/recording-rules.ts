import type { Call } from '../call/call.ts';
import type { Config } from '../config/schema.ts';
import { peopleIn } from './whose-call.ts';

/** Whether a call may be recorded at all: an emergency call waits for no announcement, and to a modem one is noise. */
export function mayRecord(call: Call): boolean {
  const { caller, called } = call;
  return call.record.service !== 'emergency' && !caller.modem && !called?.modem;
}

/** Whether the rules of the configuration want a call recorded (M09). */
export function wanted(call: Call, config: Config): boolean {
  if (!mayRecord(call)) return false;
  const { recording } = config;
  const { direction, destination, events } = call.record;
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
    events.some(({ what, detail }) => what === 'group' && recording.groups.includes(detail ?? '')) ||
    (destination !== undefined && recording.destinations.includes(destination))
  );
}
