import type { Config } from '../config/schema.ts';

/**
 * Services that speak to the caller themselves, by the kind of target that leads to them, each with the lists of the
 * configuration in which its ids are. A kind whose list is not there yet has nobody in it.
 */
export const hostedLists = {
  flow: ['flows'],
  queue: ['queues'],
  voicemail: ['people', 'groups'],
  mailbox: ['mailboxes'],
  room: ['rooms'],
} as const;

export type HostedKind = keyof typeof hostedLists;

/** The same, and what is reached by a code of the office alone and is nobody's target. */
export type ServedKind = HostedKind | 'observe' | 'screening';

export const hostedKinds = Object.keys(hostedLists) as HostedKind[];

/** An entry of a list that may not be there: what is common to them all. */
export interface ListEntry {
  id: string;
  name?: string;
  extension?: string | undefined;
}

/** What `mailbox:any` leads to: the mailbox of the telephone, or the one whose extension is keyed. */
const anyMailbox: ListEntry = { id: 'any' };

/** The entries of a list of the document by its name; none where the document has no such list. */
export function entriesOf(config: Config, list: string): readonly ListEntry[] {
  if (list === 'mailboxes') return [anyMailbox, ...config.people, ...config.groups];
  const entries = (config as unknown as Record<string, unknown>)[list];
  return Array.isArray(entries) ? (entries as ListEntry[]) : [];
}

/** Whether a number is of a pattern in which `X` is any digit. */
export const isOfPattern = (number: string, pattern: string): boolean =>
  number.length === pattern.length &&
  [...pattern].every((digit, i) => (digit === 'X' ? /\d/.test(number[i]!) : digit === number[i]));

export const isHostedKind = (kind: string): kind is HostedKind =>
  (hostedKinds as readonly string[]).includes(kind);

/** Lists whose entries are reached by an extension of their own, beside people and places, and the kind of target. */
const extensionLists = [
  ['groups', 'group'],
  ['flows', 'flow'],
  ['queues', 'queue'],
  ['rooms', 'room'],
] as const;

/** Everything else that has an extension: where in the document it stands, and what it leads to. */
export function extensionEntries(
  config: Config,
): { extension: string; name: string; target: string; path: string }[] {
  const { extension } = config.voicemail;
  const mailbox = extension
    ? [{ extension, name: 'voicemail', target: 'mailbox:any', path: '/voicemail/extension' }]
    : [];
  const listed = extensionLists.flatMap(([list, kind]) =>
    entriesOf(config, list).flatMap(({ id, name, extension }, i) =>
      extension
        ? [{ extension, name: name ?? id, target: `${kind}:${id}`, path: `/${list}/${i}/extension` }]
        : [],
    ),
  );
  return [...listed, ...mailbox];
}
