/** Gender of the noun that a number stands before. */
export type Gender = 'masculine' | 'feminine' | 'neuter';

/** Words after 1, after 2 to 4, and after all others: минута, минуты, минут. */
export type CountedForms = readonly [one: string, few: string, many: string];

// biome-ignore format: a list
const units = ['ноль', 'один', 'два', 'три', 'четыре', 'пять', 'шесть', 'семь', 'восемь', 'девять', 'десять', 'одиннадцать',
  'двенадцать', 'тринадцать', 'четырнадцать', 'пятнадцать', 'шестнадцать', 'семнадцать', 'восемнадцать', 'девятнадцать'];
// biome-ignore format: a list
const tens = ['', '', 'двадцать', 'тридцать', 'сорок', 'пятьдесят', 'шестьдесят', 'семьдесят', 'восемьдесят', 'девяносто'];
// biome-ignore format: a list
const hundreds = ['', 'сто', 'двести', 'триста', 'четыреста', 'пятьсот', 'шестьсот', 'семьсот', 'восемьсот', 'девятьсот'];
// biome-ignore format: a list
const ordinalUnits = ['', 'первый', 'второй', 'третий', 'четвёртый', 'пятый', 'шестой', 'седьмой', 'восьмой', 'девятый', 'десятый',
  'одиннадцатый', 'двенадцатый', 'тринадцатый', 'четырнадцатый', 'пятнадцатый', 'шестнадцатый', 'семнадцатый', 'восемнадцатый',
  'девятнадцатый'];
// biome-ignore format: a list
const ordinalTens = ['', '', 'двадцатый', 'тридцатый', 'сороковой', 'пятидесятый', 'шестидесятый', 'семидесятый', 'восьмидесятый',
  'девяностый'];
// biome-ignore format: a list
export const months = ['января', 'февраля', 'марта', 'апреля', 'мая', 'июня', 'июля', 'августа', 'сентября', 'октября', 'ноября',
  'декабря'] as const;

/** The form of a noun that stands after `n`. */
export function formAfter(n: number, [one, few, many]: CountedForms): string {
  const last = n % 10;
  const teens = n % 100 > 10 && n % 100 < 20;
  if (teens || last === 0 || last > 4) return many;
  return last === 1 ? one : few;
}

/**
 * A number in words, 0 to 999 999; beyond, its digits.
 * @param accusative of a feminine noun: одну минуту
 */
export function cardinal(n: number, gender: Gender = 'masculine', accusative = false): string {
  if (!Number.isInteger(n) || n < 0 || n > 999_999) return String(n);
  const thousands = Math.floor(n / 1000);
  if (thousands > 0) {
    const head = `${below1000(thousands, 'feminine', false)} ${formAfter(thousands, ['тысяча', 'тысячи', 'тысяч'])}`;
    return n % 1000 === 0 ? head : `${head} ${below1000(n % 1000, gender, accusative)}`;
  }
  return below1000(n, gender, accusative);
}

function below1000(n: number, gender: Gender, accusative: boolean): string {
  const words: string[] = [];
  const rest = n % 100;
  if (n >= 100) words.push(hundreds[Math.floor(n / 100)]!);
  if (rest >= 20) words.push(tens[Math.floor(rest / 10)]!);
  const unit = rest < 20 ? rest : rest % 10;
  if (unit > 0 || n === 0) words.push(unitWord(unit, gender, accusative));
  return words.join(' ');
}

function unitWord(n: number, gender: Gender, accusative: boolean): string {
  if (n === 1 && gender === 'feminine') return accusative ? 'одну' : 'одна';
  if (n === 1 && gender === 'neuter') return 'одно';
  if (n === 2 && gender === 'feminine') return 'две';
  return units[n]!;
}

/** Which in a row, masculine: третий, двадцать первый; 1 to 99, beyond undefined. */
export function ordinal(n: number): string | undefined {
  if (!Number.isInteger(n) || n < 1 || n > 99) return undefined;
  if (n < 20) return ordinalUnits[n];
  const unit = n % 10;
  return unit === 0 ? ordinalTens[n / 10] : `${tens[Math.floor(n / 10)]} ${ordinalUnits[unit]}`;
}

/** Which day of a month, as dates have it: третьего, двадцать первого. */
export function dayOfMonth(n: number): string {
  return (ordinal(n) ?? String(n)).replace(/(?:ий)$/, 'ьего').replace(/(?:ый|ой)$/, 'ого');
}
