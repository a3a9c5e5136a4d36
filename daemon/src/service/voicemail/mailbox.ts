import type { Leg } from '../../call/leg.ts';
import type { Config, GroupConfig, PersonConfig } from '../../config/schema.ts';
import type { Language } from '../announcing.ts';

/** A mailbox that is switched on: a person's, or a group's. */
export interface Mailbox {
  /** Id of whose it is; a person stands before a group of the same id. */
  id: string;
  kind: 'person' | 'group';
  name: string;
  extension: string | undefined;
  email: string | undefined;
  language: Language;
  settings: PersonConfig['voicemail'];
}

/** The mailbox of a person or group; undefined: there is none, or it is switched off. */
export function mailboxOf(config: Config, id: string): Mailbox | undefined {
  const person = config.people.find((one) => one.id === id);
  if (person) return ofPerson(person, config);
  const group = config.groups.find((one) => one.id === id);
  return group && ofGroup(group, config);
}

/** All mailboxes that are switched on. */
export function mailboxes(config: Config): Mailbox[] {
  const found = [
    ...config.people.map((person) => ofPerson(person, config)),
    ...config.groups.map((group) => ofGroup(group, config)),
  ].filter((box) => box !== undefined);
  return found.filter((box, i) => found.findIndex(({ id }) => id === box.id) === i);
}

/** The mailbox at an extension. */
export function mailboxAt(config: Config, extension: string): Mailbox | undefined {
  return mailboxes(config).find((box) => box.extension === extension);
}

/** The mailboxes that may be heard at a telephone without a PIN: its person's, then those of the person's groups. */
export function mailboxesAtHome(config: Config, leg: Leg): Mailbox[] {
  const [kind, place = ''] = leg.place.split(':');
  const here = config.people.filter((person) =>
    kind === 'port'
      ? person.ports.includes(Number(place))
      : kind === 'device' && person.devices.includes(place),
  );
  // Whose telephone it is cannot be told where it is several people's.
  const [person] = here;
  return person && here.length === 1 ? mailboxesOf(config, person) : [];
}

/** A person's own mailbox, and those of the groups that the person is a member of. */
export function mailboxesOf(config: Config, person: PersonConfig): Mailbox[] {
  const groups = config.groups.filter(({ members }) =>
    members.some(({ target }) => target === `person:${person.id}`),
  );
  return [ofPerson(person, config), ...groups.map((group) => ofGroup(group, config))].filter(
    (box) => box !== undefined && mailboxOf(config, box.id)?.kind === box.kind,
  ) as Mailbox[];
}

function ofPerson(person: PersonConfig, { site }: Config): Mailbox | undefined {
  const { id, name, extension, email, voicemail: settings } = person;
  if (!settings.enabled) return undefined;
  return { id, kind: 'person', name, extension, email, language: person.language ?? site.language, settings };
}

function ofGroup(group: GroupConfig, { site }: Config): Mailbox | undefined {
  const { id, name, extension, email, voicemail: settings } = group;
  if (!settings.enabled) return undefined;
  return { id, kind: 'group', name, extension, email, language: site.language, settings };
}
