import type { PriceView } from '../../../daemon/src/api/contract.ts';
import { language, t } from '../i18n/index.ts';

let currency = 'RUB';

export function setCurrency(code: string): void {
  currency = code;
}

/** 12,40 ₽. */
export function money(amount: number): string {
  const locale = language.value === 'ru' ? 'ru-RU' : 'en-GB';
  try {
    const options = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const;
    return new Intl.NumberFormat(locale, options).format(amount);
  } catch {
    return `${amount.toFixed(2)} ${currency}`;
  }
}

/** 1,20 ₽ a minute, with what else it costs. */
export function priceWords(price: PriceView | undefined): string {
  if (!price) return t('price.unknown');
  if (price.perMinute === 0 && price.connection === 0) return t('price.free');
  const parts = [t('price.perMinute', { price: money(price.perMinute) })];
  if (price.connection > 0) parts.push(t('price.connection', { price: money(price.connection) }));
  if (price.stepSeconds < 60) parts.push(t('price.step', { n: price.stepSeconds }));
  return parts.join(', ');
}
