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

/** Counts of messages by person. In memory: whoever keeps the messages tells them again after a start. */
export class MessageWaiting extends Emitter<{ changed: [personId: string] }> implements MessageSource {
  #counts = new Map<string, MessageCounts>();

  counts(personId: string): MessageCounts {
    return this.#counts.get(personId) ?? { fresh: 0, old: 0 };
  }

  /** Sets a person's counts, whole numbers from zero; who asks is told only of a change. */
  set(personId: string, counts: MessageCounts): void {
    const before = this.counts(personId);
    if (before.fresh === counts.fresh && before.old === counts.old) return;
    this.#counts.set(personId, { ...counts });
    this.emit('changed', personId);
  }
}
