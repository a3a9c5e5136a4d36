import type { Said } from './contract.ts';

/** GET /api/v1/voicemail: a mailbox that is switched on. */
export interface MailboxView {
  /** Id of the person or group. */
  id: string;
  kind: 'person' | 'group';
  name: string;
  extension?: string;
  fresh: number;
  old: number;
  /** What its messages take, and may take. */
  bytes: number;
  maxBytes: number;
  /** A greeting was recorded by telephone. */
  ownGreeting: boolean;
}

/** GET /api/v1/voicemail/BOX: a message, newest first. Its sound is at /api/v1/voicemail/BOX/ID/sound (ranges; `?download`). */
export interface VoiceMessageView {
  id: string;
  /** Wall-clock ms at which it was left. */
  at: number;
  ms: number;
  bytes: number;
  format: 'wav' | 'opus';
  number?: string;
  name?: string;
  absence?: 'private' | 'unavailable';
  /** The call's record. */
  callId: string;
  /** Missing: it is new. */
  heardAt?: number;
  saved?: true;
}

/** PATCH /api/v1/voicemail/BOX/ID. */
export interface VoiceMessageChange {
  heard?: boolean;
  saved?: boolean;
}

/** GET /api/v1/mail: how the outbox stands. */
export interface MailView {
  /** Whether a server is set up. */
  ready: boolean;
  /** Letters that wait. */
  waiting: number;
}

/** Answer of POST /api/v1/mail/test, body `{to, language?}`: whether a letter got through, and if not, why not. */
export type MailTestResult = { ok: true } | { ok: false; said: Said; cure: Said; detail: string };

/** POST /api/v1/people/ID/note: a note of whoever took a call, which is sent by e-mail (S04). */
export interface NoteRequest {
  text: string;
  /** Who took it. */
  from?: string;
  /** The call's record, whose caller is named in the letter. */
  callId?: string;
}
