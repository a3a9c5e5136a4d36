import i18next from 'i18next';
import type { Language, Said } from '../../../daemon/src/api/contract.ts';
import { Store } from '../store.ts';
import { en } from './en.ts';
import { type Key, ru } from './ru.ts';

const stored = localStorage.getItem('linegate-language');

/** The language of this browser's page; the box's own until somebody here has chosen. */
export const language = new Store<Language>(stored === 'ru' || stored === 'en' ? stored : 'ru');

/** The words with the forms of counted ones each under a key of its own, as i18next wants them. */
function resource(table: Record<string, string>, categories: readonly string[]): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [key, words] of Object.entries(table)) {
    const forms = words.split('|');
    if (forms.length === 1) all[key] = words;
    else for (const [i, category] of categories.entries()) all[`${key}_${category}`] = forms[i] ?? words;
  }
  return all;
}

void i18next.init({
  lng: language.value,
  fallbackLng: false,
  resources: {
    ru: { translation: { ...resource(ru, ['one', 'few', 'many']) } },
    en: { translation: { ...resource(en, ['one', 'other']) } },
  },
  initAsync: false,
  keySeparator: false,
  nsSeparator: false,
  contextSeparator: '\u0000',
  // React escapes; a word that is not given is left as it is, and seen by the tests.
  interpolation: { prefix: '{', suffix: '}', escapeValue: false, skipOnVariables: true },
});

function speak(chosen: Language): void {
  void i18next.changeLanguage(chosen);
  language.value = chosen;
}

/** Takes the box's language, unless this browser has one of its own. */
export function followBox(boxLanguage: Language): void {
  if (localStorage.getItem('linegate-language') === null) speak(boxLanguage);
}

export function chooseLanguage(chosen: Language): void {
  localStorage.setItem('linegate-language', chosen);
  speak(chosen);
}

/** The words for `key`, with `{name}` replaced by the parameter of that name. */
export function t(key: Key, params: Record<string, string | number> = {}): string {
  return i18next.t(key, params);
}

/** Words that depend on a count: `one|few|many` in Russian, `one|other` in English; `{n}` is the count. */
export function tn(key: Key, count: number): string {
  return i18next.t(key, { count, n: count });
}

/** Words for a code that comes from the box; an unknown code is shown as it is. */
export function word(prefix: string, code: string): string {
  const key = `${prefix}.${code}`;
  return key in ru ? t(key as Key) : code;
}

/** Whether there are words for a code. */
export function hasWord(prefix: string, code: string): boolean {
  return `${prefix}.${code}` in ru;
}

/** A sentence of the box in the language of the page. */
export function say(said: Said): string {
  return said[language.value];
}
