import { language } from '../i18n/index.ts';

/** 1,6 or 1.6. */
export function tenths(value: number): string {
  return value.toLocaleString(language.value === 'ru' ? 'ru-RU' : 'en-GB', {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
}

/** 0,35 or 0.35. */
export function hundredths(value: number): string {
  return value.toLocaleString(language.value === 'ru' ? 'ru-RU' : 'en-GB', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
}
