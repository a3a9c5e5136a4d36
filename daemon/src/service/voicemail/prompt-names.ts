/** What voicemail says; each has a recording in Russian and in English. */
export type VoicemailPrompt =
  /** "Nobody can answer now. Leave a message after the tone, and press hash when done." */
  | 'voicemail-greeting'
  /** "The mailbox takes no messages now." */
  | 'voicemail-full'
  /** "The message was too short." */
  | 'voicemail-short'
  /** "To listen, press 1; to record again, 2; to keep it, 3." */
  | 'voicemail-review'
  /** "Your message is kept. Goodbye." */
  | 'voicemail-kept'
  /** "Your message could not be kept." */
  | 'voicemail-lost'
  /** "Enter the extension of the mailbox, then hash." */
  | 'voicemail-box'
  /** "There are no messages." */
  | 'voicemail-none'
  /** "There are no more messages." */
  | 'voicemail-end'
  /** "New message." */
  | 'voicemail-new'
  /** "Message." */
  | 'voicemail-old'
  /** "1 again, 2 save, 3 delete, 4 previous, 6 next, 7 who and when, 8 call back, 0 greeting." */
  | 'voicemail-menu'
  | 'voicemail-saved'
  | 'voicemail-deleted'
  /** "That number cannot be called." */
  | 'voicemail-no-number'
  /** "1 to record your greeting, 2 to hear it, 3 for the standard one, hash to go back." */
  | 'voicemail-options'
  /** "Speak after the tone, and press hash when done." */
  | 'voicemail-speak'
  | 'voicemail-greeting-kept'
  | 'voicemail-greeting-standard'
  | 'voicemail-bye';
