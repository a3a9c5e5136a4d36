/** A file that goes with a letter. It is not kept with the letter: what it is made of is read when it is sent. */
export interface Attachment {
  /** As the reader sees it. */
  name: string;
  /** MIME type. */
  type: string;
  /** Where it comes from, in words of whoever posts the letter: `voicemail:anna/ID`. */
  from: string;
}

/** A letter as it is posted. Whoever posts it has written it in the reader's language. */
export interface Letter {
  /** What kind it is, for alarms and logs: `voicemail`, `missed-call`, `note`. */
  kind: string;
  to: string;
  subject: string;
  /** Plain text. */
  text: string;
  attachments?: readonly Attachment[];
  /** Added to the text where an attachment is gone by the time the letter goes out. */
  without?: string;
  /** What it is about; told again with its end. */
  about?: string;
}

/** A letter that waits. */
export interface PostedLetter extends Letter {
  id: string;
  /** Wall-clock ms at which it was posted. */
  at: number;
  /** How often it was refused for the time being. */
  tries: number;
  /** Wall-clock ms before which it is not tried again. */
  nextAt: number;
}

/** A file as it is sent. */
export interface Enclosure {
  name: string;
  type: string;
  data: Buffer;
}

/** A letter on its way. */
export interface Envelope {
  from: string;
  to: string;
  subject: string;
  text: string;
  /** The same at each try, so that a letter that was sent twice is shown once (RFC 5322 3.6.4). */
  messageId: string;
  /** Wall-clock ms. */
  at: number;
  enclosures: readonly Enclosure[];
}
