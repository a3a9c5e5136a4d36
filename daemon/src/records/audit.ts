/** What somebody did that others have a right to know of. */
export type AuditAct =
  | 'recording-heard'
  | 'recording-downloaded'
  | 'recording-deleted'
  | 'recording-begun'
  | 'recording-paused'
  | 'recording-resumed'
  | 'recording-ended'
  | 'observed-listen'
  | 'observed-whisper'
  | 'observed-barge'
  | 'observed-no-more'
  | 'observing-refused'
  | 'voicemail-heard'
  | 'voicemail-downloaded'
  | 'voicemail-marked'
  | 'voicemail-deleted'
  | 'voicemail-greeting'
  | 'voicemail-refused'
  | 'account-changed'
  | 'account-password'
  | 'account-removed'
  | 'token-made'
  | 'token-revoked'
  | 'session-ended'
  | 'lockout-lifted'
  | 'certificate-changed'
  | 'support-bundle-made'
  | 'support-bundle-taken'
  | 'backup-taken'
  | 'backup-restored'
  | 'update-uploaded'
  | 'update-started'
  | 'access-refused';

/** One line of the audit log. No digit of a PIN is ever in it. */
export interface AuditEntry {
  /** Wall-clock ms since 1970. */
  at: number;
  /** Who: `admin`, `account:vera`, `person:anna`, `pin:chief`, `port:3`. */
  who: string;
  /** Where from: an address of the page's visitor, or a telephone's place. */
  from?: string;
  act: AuditAct;
  /** The call's record. */
  callId?: string;
  /** The file, the extension: what it was done to. */
  detail?: string;
}

/** Takes down what was done. Never throws and never waits: nobody's call depends on it. */
export interface AuditSink {
  note(entry: Omit<AuditEntry, 'at'>): void;
}
