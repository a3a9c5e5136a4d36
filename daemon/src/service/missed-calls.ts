import type { Config, GroupConfig, PersonConfig } from '../config/schema.ts';
import type { CallRecord } from '../records/call-record.ts';

/** Whose missed call a call was. */
export interface Missed {
  people: PersonConfig[];
  groups: GroupConfig[];
}

/**
 * Who was called and was not reached (S04): people by their extension, as a step of the destination, or because
 * somebody forwarded to them; groups in the same way. Whoever is rung only as a member of a group has missed nothing of
 * his own: the group has.
 */
export function missedBy(record: CallRecord, config: Config): Missed {
  const none: Missed = { people: [], groups: [] };
  const { state, direction, answeredAt, service, calledNumber } = record;
  if (state !== 'ended' || answeredAt !== undefined || service === 'emergency') return none;
  if (direction !== 'incoming' && direction !== 'internal') return none;
  const named = targetsOf(record, config);
  const called = (kind: string, entry: { id: string; extension?: string | undefined }): boolean =>
    named.has(`${kind}:${entry.id}`) || (entry.extension !== undefined && entry.extension === calledNumber);
  const people = config.people.filter((person) => called('person', person) && !callsHimself(record, person));
  return { people, groups: config.groups.filter((group) => called('group', group)) };
}

/** Targets that the call has come to: those of the destination's steps it got as far as, and of forwardings. */
function targetsOf(record: CallRecord, config: Config): Set<string> {
  const { events, legs, destination: id } = record;
  const found = new Set<string>();
  for (const { what, detail = '' } of events) {
    const [by = '', ...rest] = detail.split(' ');
    if (what === 'group') found.add(`group:${by}`);
    if (what === 'forwarded') found.add(`person:${by}`);
    if (what === 'forwarded' || what === 'overflow') found.add(rest.at(-1) ?? '');
  }
  const steps = config.destinations.find((destination) => destination.id === id)?.steps ?? [];
  for (const [i, { targets }] of steps.entries())
    for (const target of targets) {
      const person = config.people.find((one) => `person:${one.id}` === target);
      // A step that the caller did not stay for has rung nobody.
      if (i === 0 || (person && legs.some(({ place }) => isAt(place, person)))) found.add(target);
    }
  return found;
}

const callsHimself = ({ legs }: CallRecord, person: PersonConfig): boolean =>
  legs.some(({ direction, place }) => direction === 'incoming' && isAt(place, person));

function isAt(place: string, person: PersonConfig): boolean {
  const [kind, id = ''] = place.split(':');
  if (kind === 'port') return person.ports.includes(Number(id));
  return kind === 'device' && person.devices.includes(id);
}
