import type { Events } from '../../base/emitter.ts';
import type { RecordingFormat, RecordingOrder } from '../../media/api.ts';

/** A message that somebody has left. */
export interface VoiceMessage {
  id: string;
  /** Id of the mailbox. */
  box: string;
  /** Wall-clock ms at which it was left. */
  at: number;
  /** How long it is, ms. */
  ms: number;
  bytes: number;
  format: RecordingFormat;
  /** Who left it, as the called may see it. */
  number?: string;
  name?: string;
  absence?: 'private' | 'unavailable';
  /** The call's record. */
  callId: string;
  /** Wall-clock ms at which it was first heard to its end; missing: it is new. */
  heardAt?: number;
  /** Age does not delete it. */
  saved?: true;
}

/** Where messages and greetings lie. */
export interface MessageShelf extends Events<{ changed: [box: string] }> {
  /** Oldest first. */
  list(box: string): readonly VoiceMessage[];
  /** Whether another message can be taken. */
  room(box: string): 'free' | 'box-full' | 'disk-full';
  /** Where the sound of something new is to be written, and how. Nobody sees it until it is kept. */
  place(box: string, id: string, format: RecordingFormat): Pick<RecordingOrder, 'file' | 'seal'>;
  /** From now on it is a message. Resolves once that survives a crash; false: it could not be written. */
  keep(message: VoiceMessage): Promise<boolean>;
  /** What was written and not kept is no more. */
  discard(box: string, id: string): void;
  /** The sound of a message, or of what is not yet kept; undefined: it cannot be read. 8 kHz. */
  sound(box: string, id: string): Promise<Int16Array | undefined>;
  /** False: there is no such message. */
  mark(box: string, id: string, as: { heard?: boolean; saved?: boolean }): Promise<boolean>;
  /** False: there is no such message. */
  remove(box: string, id: string): boolean;
  /** The greeting recorded by telephone; undefined: there is none. */
  greeting(box: string): Promise<Int16Array | undefined>;
  /** What was written under this id is the greeting now. */
  keepGreeting(box: string, id: string): boolean;
  removeGreeting(box: string): boolean;
}

/** How many messages of a mailbox have not been heard, and how many have. */
export function countsOf(shelf: Pick<MessageShelf, 'list'>, box: string): { fresh: number; old: number } {
  const messages = shelf.list(box);
  const fresh = messages.filter(({ heardAt }) => heardAt === undefined).length;
  return { fresh, old: messages.length - fresh };
}
