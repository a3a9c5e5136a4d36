import * as z from 'zod';
import { field, type Words } from '../field.ts';

const hint: Words = [
  'текст в одну строку до 500 знаков или prompt:код — загруженная запись',
  'a text on one line, up to 500 characters, or prompt:id for an uploaded recording',
];

/**
 * What callers hear: a text that the box speaks itself, or `prompt:ID`, a recording of the list `prompts`. Empty:
 * nothing. A prompt that is named anywhere by such a field can be neither missing nor taken away.
 * @param words title and help, Russian first
 */
export const announcement = (...words: [ru: string, en: string, ruHelp: string, enHelp: string]) =>
  z
    .string()
    .max(500)
    .regex(/^(?:prompt:[a-z0-9][a-z0-9-]{0,31}|(?!prompt:)[^\p{Cc}\p{Bidi_Control}\u2028\u2029]*)$/u)
    .meta({ ...field(...words, { hint, scope: 'next-call' }), announcement: true });
