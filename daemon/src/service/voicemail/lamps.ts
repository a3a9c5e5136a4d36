import type { Config } from '../../config/schema.ts';
import type { MessageCounts, MessageWaiting } from '../message-waiting.ts';
import { mailboxesOf } from './mailbox.ts';
import { countsOf, type MessageShelf } from './shelf.ts';

/** Keeps what the lamps show: a person's own messages, and those of the person's groups. */
export class VoicemailLamps {
  readonly #from: { config(): Config; shelf: MessageShelf; messages: MessageWaiting };
  readonly #off: () => void;
  /** Whose counts were told. */
  #told = new Set<string>();

  constructor(from: { config(): Config; shelf: MessageShelf; messages: MessageWaiting }) {
    this.#from = from;
    this.#off = from.shelf.on('changed', () => this.apply());
    this.apply();
  }

  /** Who has which mailbox may have changed, too. */
  apply(): void {
    const { config, shelf, messages } = this.#from;
    const none: MessageCounts = { fresh: 0, old: 0 };
    const people = new Set<string>();
    for (const person of config().people) {
      const boxes = mailboxesOf(config(), person);
      if (boxes.length === 0) continue;
      people.add(person.id);
      const counts = boxes.map(({ id }) => countsOf(shelf, id));
      messages.set(
        person.id,
        counts.reduce((sum, { fresh, old }) => ({ fresh: sum.fresh + fresh, old: sum.old + old }), none),
        'voicemail',
      );
    }
    for (const id of this.#told) if (!people.has(id)) messages.set(id, none, 'voicemail');
    this.#told = people;
  }

  close(): void {
    this.#off();
  }
}
