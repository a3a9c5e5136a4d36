import { computed, signal } from '@preact/signals';
import type { Language, Said } from '../../../daemon/src/api/contract.ts';
import { en } from './en.ts';
import { type Key, ru } from './ru.ts';

const stored = localStorage.getItem('linegate-language');

/** The language of this browser's page; the box's own until somebody here has chosen. */
export const language = signal<Language>(stored === 'ru' || stored === 'en' ? stored : 'ru');

const words = computed(() => (language.value === 'ru' ? ru : en));
const rules = { ru: new Intl.PluralRules('ru'), en: new Intl.PluralRules('en') };

/** Takes the box's language, unless this browser has one of its own. */
export function followBox(boxLanguage: Language): void {
  if (localStorage.getItem('linegate-language') === null) language.value = boxLanguage;
}

export function chooseLanguage(chosen: Language): void {
  localStorage.setItem('linegate-language', chosen);
  language.value = chosen;
}

/** The words for `key`, with `{name}` replaced by the parameter of that name. */
export function t(key: Key, params: Record<string, string | number> = {}): string {
  return words.value[key].replace(/\{(\w+)\}/g, (all, name: string) => String(params[name] ?? all));
}

/** Words that depend on a count: `one|few|many` in Russian, `one|other` in English. */
export function tn(key: Key, count: number): string {
  const forms = words.value[key].split('|');
  const rule = rules[language.value].select(count);
  const index = language.value === 'ru' ? ({ one: 0, few: 1 }[rule as string] ?? 2) : rule === 'one' ? 0 : 1;
  return (forms[index] ?? forms.at(-1) ?? '').replace('{n}', String(count));
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
