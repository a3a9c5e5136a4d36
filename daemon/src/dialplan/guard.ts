import type { Config, TimeRuleConfig, TollClass } from '../config/schema.ts';
import { destinationOf } from './destinations.ts';
import type { PlanState } from './plan-state.ts';
import type { ClassifiedNumber, RoutePlan, Said } from './route-plan.ts';
import { clockWithin, isWithinAny, localMinute } from './time-rule.ts';

type Refusal = NonNullable<RoutePlan['refusal']>;

const abroad: ReadonlySet<TollClass> = new Set(['cis', 'international']);

/** Q.850 21: call rejected. */
const refuse = (reason: Refusal['reason'], said: Said): Refusal => ({ reason, said, q850: 21 });

/**
 * What stands over every class of service (C06): countries are opened one by one, nights are closed, and so is everything
 * abroad and premium while the guard has locked it; a PIN may be for some numbers alone. Emergency calls never come here.
 */
export function guardRefusal(
  config: Config,
  timeRules: ReadonlyMap<string, TimeRuleConfig>,
  number: ClassifiedNumber,
  toll: TollClass,
  at: { now: number; pinId?: string | undefined; state?: PlanState | undefined },
): Refusal | undefined {
  const pin = at.pinId === undefined ? undefined : config.pins.find(({ id }) => id === at.pinId);
  const digits = number.e164?.slice(1) ?? '';
  if (toll !== 'internal' && pin && pin.numbers.length > 0 && !pin.numbers.some((n) => digits.startsWith(n)))
    return refuse('pin-numbers', {
      ru: `ПИН-код «${pin.name}» — для других номеров.`,
      en: `PIN "${pin.name}" is for other numbers.`,
    });
  if (toll !== 'premium' && !abroad.has(toll)) return undefined;
  if (at.state?.locked)
    return refuse('locked', {
      ru: `Вызовы за границу и на платные номера сейчас закрыты: ${lower(at.state.locked.ru)} Замок снимается на странице.`,
      en: `Calls abroad and to premium numbers are closed now: ${lower(at.state.locked.en)} The lock is lifted on the page.`,
    });
  if (!abroad.has(toll)) return undefined;
  const { openCountries, nightLock, nightFrom, nightTo, closedWhen } = config.fraudGuard;
  const country = destinationOf(digits);
  if (!country || !openCountries.includes(country.code))
    return refuse('country', {
      ru: `Страна не открыта: ${country?.ru ?? number.name?.ru ?? `+${digits.slice(0, 3)}`}. Открывают страны в разделе «Защита от чужих разговоров».`,
      en: `The country is not open: ${country?.en ?? number.name?.en ?? `+${digits.slice(0, 3)}`}. Countries are opened under "Fraud guard".`,
    });
  const { timeZone } = config.site;
  if (nightLock && clockWithin(localMinute(at.now, timeZone).minute, nightFrom, nightTo))
    return refuse('night', {
      ru: `С ${nightFrom} до ${nightTo} за границу не звонят: ночной замок.`,
      en: `From ${nightFrom} to ${nightTo} there are no calls abroad: the night lock.`,
    });
  if (closedWhen.length > 0 && isWithinAny(closedWhen, timeRules, at.now, timeZone))
    return refuse('night', {
      ru: 'В это время за границу не звонят.',
      en: 'There are no calls abroad at this time.',
    });
  return undefined;
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
