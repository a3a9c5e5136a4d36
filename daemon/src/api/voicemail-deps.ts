import type { RecordingFile } from './deps.ts';
import type {
  MailboxView,
  MailTestResult,
  MailView,
  NoteRequest,
  VoiceMessageChange,
  VoiceMessageView,
} from './voicemail-contract.ts';

/** Messages that callers have left. */
export interface VoicemailAccess {
  boxes(): MailboxView[];
  /** Newest first; undefined: there is no such mailbox. */
  list(box: string): VoiceMessageView[] | undefined;
  /** Undefined: there is no such message. */
  find(box: string, id: string): { there: RecordingFile; message: VoiceMessageView } | undefined;
  /** The greeting recorded by telephone. */
  greeting(box: string): { there: RecordingFile; format: 'wav' | 'opus' } | undefined;
  /** Resolves with the message as it is then; undefined: there is none. */
  mark(box: string, id: string, change: VoiceMessageChange): Promise<VoiceMessageView | undefined>;
  remove(box: string, id: string): boolean;
  removeGreeting(box: string): boolean;
}

/** Letters that leave the box. */
export interface MailAccess {
  view(): MailView;
  /** Undefined: no server is set up. */
  test(to: string, language: 'ru' | 'en'): Promise<MailTestResult | undefined>;
  /** Whether the note was posted; `no-address`: the person has no e-mail; undefined: there is no such person or call. */
  note(person: string, note: NoteRequest): Promise<'posted' | 'no-address' | 'not-posted' | undefined>;
}
