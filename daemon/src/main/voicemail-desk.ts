import type { MailboxView, VoiceMessageView } from '../api/voicemail-contract.ts';
import type { VoicemailAccess } from '../api/voicemail-deps.ts';
import type { Config } from '../config/schema.ts';
import { mailboxes, mailboxOf } from '../service/voicemail/mailbox.ts';
import { countsOf, type VoiceMessage } from '../service/voicemail/shelf.ts';
import type { VoicemailStore } from './voicemail-store.ts';

/** Messages as the page sees them. */
export class VoicemailDesk implements VoicemailAccess {
  readonly #store: VoicemailStore;
  readonly #config: () => Config;

  constructor(store: VoicemailStore, config: () => Config) {
    this.#store = store;
    this.#config = config;
  }

  boxes(): MailboxView[] {
    return mailboxes(this.#config()).map(({ id, kind, name, extension, settings }) => ({
      ...{ id, kind, name },
      ...(extension === undefined ? {} : { extension }),
      ...countsOf(this.#store, id),
      bytes: this.#store.list(id).reduce((sum, { bytes }) => sum + bytes, 0),
      maxBytes: settings.maxMegabytes * 1_000_000,
      ownGreeting: this.#store.findGreeting(id) !== undefined,
    }));
  }

  list(box: string): VoiceMessageView[] | undefined {
    if (!mailboxOf(this.#config(), box)) return undefined;
    return this.#store.list(box).map(viewOf).reverse();
  }

  find(box: string, id: string): ReturnType<VoicemailAccess['find']> {
    const message = this.#message(box, id);
    const there = message && this.#store.find(box, id);
    return there && { there, message };
  }

  greeting(box: string): ReturnType<VoicemailAccess['greeting']> {
    return mailboxOf(this.#config(), box) && this.#store.findGreeting(box);
  }

  async mark(
    box: string,
    id: string,
    change: { heard?: boolean; saved?: boolean },
  ): Promise<VoiceMessageView | undefined> {
    if (!this.#message(box, id) || !(await this.#store.mark(box, id, change))) return undefined;
    return this.#message(box, id);
  }

  remove(box: string, id: string): boolean {
    return this.#message(box, id) !== undefined && this.#store.remove(box, id);
  }

  removeGreeting(box: string): boolean {
    return mailboxOf(this.#config(), box) !== undefined && this.#store.removeGreeting(box);
  }

  #message(box: string, id: string): VoiceMessageView | undefined {
    return this.list(box)?.find((message) => message.id === id);
  }
}

function viewOf({ box: _, ...message }: VoiceMessage): VoiceMessageView {
  return message;
}
