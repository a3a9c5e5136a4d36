import type { TollClass } from '../config/schema.ts';
import type { CallPrice } from './price.ts';
import type { ClassifiedNumber, NumberClass, RoutePlan, Said } from './route-plan.ts';

const symbols: Record<string, string> = { RUB: '₽', USD: '$', EUR: '€' };

const classNames: Record<NumberClass, Said> = {
  internal: { ru: 'внутренний', en: 'internal' },
  local: { ru: 'городской', en: 'local' },
  zone: { ru: 'внутризоновый', en: 'zone' },
  national: { ru: 'междугородный', en: 'long distance' },
  mobile: { ru: 'мобильный', en: 'mobile' },
  free: { ru: 'бесплатный', en: 'toll-free' },
  special: { ru: 'справочная служба', en: 'special service' },
  cis: { ru: 'ближнее зарубежье', en: 'CIS' },
  international: { ru: 'международный', en: 'international' },
  premium: { ru: 'платные услуги', en: 'premium' },
  emergency: { ru: 'экстренный', en: 'emergency' },
  feature: { ru: 'код услуги', en: 'feature code' },
  extension: { ru: 'внутренний', en: 'internal' },
  access: { ru: 'номер доступа', en: 'access number' },
  blocked: { ru: 'запрещённый', en: 'blocked' },
  invalid: { ru: 'такого номера нет', en: 'no such number' },
};

/** Name of a class of numbers, for people. */
export function className(kind: NumberClass | TollClass): Said {
  return classNames[kind];
}

/** `1,20 ₽/мин` and `1.20 RUB/min`. */
export function priceText(price: CallPrice, currency: string): Said {
  const included = Math.floor((price.includedSeconds ?? 0) / 60);
  if (included > 0)
    return { ru: `в пакете, осталось ${included} мин`, en: `in its package, ${included} min left` };
  const minute = price.perMinute.toFixed(2);
  const fee = price.connection > 0 ? price.connection.toFixed(2) : undefined;
  const symbol = symbols[currency] ?? currency;
  return {
    ru: `${comma(minute)} ${symbol}/мин${fee ? ` и ${comma(fee)} ${symbol} за соединение` : ''}`,
    en: `${minute} ${currency}/min${fee ? ` and ${fee} ${currency} per call` : ''}`,
  };
}

/** An amount of money, for people. */
export function moneyText(amount: number, currency: string): Said {
  const text = amount.toFixed(2).replace(/\.00$/, '');
  return { ru: `${comma(text)} ${symbols[currency] ?? currency}`, en: `${text} ${currency}` };
}

function comma(amount: string): string {
  return amount.replace('.', ',');
}

/** First sentence of every explanation: what was dialed and what it is. */
export function whatItIs(number: ClassifiedNumber, written: string): Said {
  const kind = classNames[number.class];
  // A name that says no more than the class is not said again.
  const name = number.name?.ru.startsWith(kind.ru) ? undefined : number.name;
  if (number.class === 'invalid') {
    return number.completeness === 'partial'
      ? {
          ru: `${number.dialed}: номер набран не до конца.`,
          en: `${number.dialed}: the number is not complete.`,
        }
      : { ru: `${number.dialed}: такого номера нет.`, en: `${number.dialed}: there is no such number.` };
  }
  const carrier = number.carrier;
  return {
    ru: `${written}: ${kind.ru}${name ? ` (${name.ru})` : ''}${carrier ? `, оператор связи выбран набором ${carrier}` : ''}.`,
    en: `${written}: ${kind.en}${name ? ` (${name.en})` : ''}${carrier ? `, carrier ${carrier} chosen by dialing` : ''}.`,
  };
}

/** Calls of a class, behind "such calls:"; those not here go by the name of their class. */
const callsOf: Partial<Record<NumberClass, Said>> = {
  internal: { ru: 'внутренние', en: 'internal' },
  local: { ru: 'городские', en: 'local' },
  zone: { ru: 'внутризоновые', en: 'within the zone' },
  national: { ru: 'междугородные', en: 'long distance' },
  mobile: { ru: 'на мобильные', en: 'to mobiles' },
  free: { ru: 'бесплатные', en: 'toll-free' },
  special: { ru: 'в справочные службы', en: 'to special services' },
  cis: { ru: 'в ближнее зарубежье', en: 'to the CIS' },
  international: { ru: 'международные', en: 'international' },
  premium: { ru: 'на платные номера', en: 'to premium numbers' },
};

/** Refusals that are told of here; those of the fraud guard in guard.ts. */
export type RefusalReason = Exclude<
  NonNullable<RoutePlan['refusal']>['reason'],
  'country' | 'night' | 'locked' | 'pin-numbers'
>;

/** Q.850: 3 no route to destination, 21 call rejected, 28 invalid number format (incomplete). */
const causes: Record<RefusalReason, number> = {
  class: 21,
  schedule: 21,
  blocked: 21,
  'no-route': 3,
  invalid: 28,
  'pin-required': 21,
  incomplete: 28,
};

/** Builds a refusal; `of` names the class of service concerned. */
export function refusal(
  reason: RefusalReason,
  number: ClassifiedNumber,
  of = '',
): NonNullable<RoutePlan['refusal']> {
  return { reason, said: refusalSaid(reason, number, of), q850: causes[reason] };
}

function refusalSaid(reason: RefusalReason, number: ClassifiedNumber, of: string): Said {
  const kind = classNames[number.class];
  const calls = callsOf[number.class] ?? kind;
  switch (reason) {
    case 'class':
      return of
        ? {
            ru: `Класс «${of}» не разрешает такие вызовы: ${calls.ru}.`,
            en: `Class "${of}" does not allow such calls: ${calls.en}.`,
          }
        : {
            ru: `Нет класса, который разрешал бы такие вызовы: ${calls.ru}.`,
            en: `There is no class that would allow such calls: ${calls.en}.`,
          };
    case 'schedule':
      return {
        ru: `Класс «${of}» разрешает такие вызовы, но не в это время.`,
        en: `Class "${of}" allows such calls, but not at this time.`,
      };
    case 'blocked':
      return {
        ru: `Такие номера закрыты: ${number.name?.ru ?? kind.ru}. Открыть их можно только отдельно, классом «платные услуги».`,
        en: `Such numbers are closed: ${number.name?.en ?? kind.en}. They can be opened only by themselves, with the class "premium".`,
      };
    case 'no-route':
      return {
        ru: 'Нет маршрута, по которому можно отправить этот вызов.',
        en: 'There is no route for this call.',
      };
    case 'invalid':
      return {
        ru: 'Такого номера нет, проверьте набор.',
        en: 'There is no such number, check what was dialed.',
      };
    case 'pin-required':
      return { ru: 'Нужен ПИН-код.', en: 'A PIN is required.' };
    case 'incomplete':
      return { ru: 'Номер набран не до конца.', en: 'The number is not complete.' };
  }
}
