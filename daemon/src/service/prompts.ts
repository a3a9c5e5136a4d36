import type { PlaySource } from '../media/api.ts';
import type { VoicemailPrompt } from './voicemail/prompt-names.ts';

/** What the box says to callers; each has a recording in Russian and in English. */
export type PromptName =
  /** "Enter your PIN, then the number sign." */
  | 'enter-pin'
  /** "Wrong PIN." */
  | 'wrong-pin'
  /** "Enter your user number, then the number sign." */
  | 'enter-user'
  /** "You have a call. To accept it, press one." */
  | 'press-one'
  /** "To go on, press any key." */
  | 'still-there'
  /** "This call is recorded." */
  | 'recorded'
  /** "This call is no longer recorded." */
  | 'not-recorded'
  /** "You are the first in the conference. Please wait for the others." */
  | 'room-first'
  /** "The conference is full." */
  | 'room-full'
  | VoicemailPrompt;

/** The recordings of the box. */
export interface Prompts {
  /** The recording as something to play; in the language of the box unless said. */
  source(name: PromptName, language?: 'ru' | 'en'): PlaySource;
}
