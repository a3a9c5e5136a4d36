import { Emitter, type Events } from '../base/emitter.ts';

/** Messages that wait for a person. */
export interface MessageCounts {
  /** Not heard yet. */
  fresh: number;
  old: number;
}

/** Where messages are kept says so here; voicemail is one such place. */
export interface MessageSource extends Events<{ changed: [personId: string] }> {
  counts(personId: string): MessageCounts;
}

/** Who keeps messages: this box's voicemail, or something else that tells of them. */
export type MessageKeeper = 'voicemail' | 'elsewhere';

/** Counts of messages by person. In memory: whoever keeps the messages tells them again after a start. */
export class MessageWaiting extends Emitter<{ changed: [personId: string] }> implements MessageSource {
  #counts = new Map<string, Map<MessageKeeper, MessageCounts>>();

  /** All that wait for a person, wherever they are kept. */
  counts(personId: string): MessageCounts {
    const all = [...(this.#counts.get(personId)?.values() ?? [])];
    return {
      fresh: all.reduce((sum, { fresh }) => sum + fresh, 0),
      old: all.reduce((sum, { old }) => sum + old, 0),
    };
  }

  /** Sets a person's counts at one place, whole numbers from zero; who asks is told only of a change. */
  set(personId: string, counts: MessageCounts, keeper: MessageKeeper = 'elsewhere'): void {
    const before = this.counts(personId);
    const kept = this.#counts.get(personId) ?? new Map<MessageKeeper, MessageCounts>();
    kept.set(keeper, { ...counts });
    this.#counts.set(personId, kept);
    const after = this.counts(personId);
    if (before.fresh !== after.fresh || before.old !== after.old) this.emit('changed', personId);
  }
}
