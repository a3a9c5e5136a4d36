import type { Config } from '../../config/schema.ts';
import { moneyParts } from '../../dialplan/price.ts';
import type { Said } from '../../dialplan/route-plan.ts';
import { moneyText } from '../../dialplan/sentence.ts';
import type { AlarmSink } from '../context.ts';
import type { Account } from './account.ts';
import type { Limit } from './budget.ts';

type Alarm = Parameters<AlarmSink['raise']>[0];

/** Id of the alarm about a limit. */
export const budgetAlarmId = (account: Account, limit: Limit): string =>
  `budget-${account.replace(':', '-')}-${limit.kind}-${limit.period}`;

export const periodWords: Record<Limit['period'], Said> = {
  day: { ru: 'на сегодня', en: 'for today' },
  month: { ru: 'на этот месяц', en: 'for this month' },
};

/** The alarm that a budget is nearly, or quite, used up. */
export function budgetAlarm(
  account: Account,
  name: Said,
  limit: Limit,
  usedUp: boolean,
  config: Config,
): Alarm {
  const when = periodWords[limit.period];
  const most: Said =
    limit.kind === 'money'
      ? moneyText(limit.most / moneyParts, config.site.currency)
      : { ru: `${limit.most / 60_000} мин`, en: `${limit.most / 60_000} min` };
  const { warnPercent } = config.spending;
  return {
    id: budgetAlarmId(account, limit),
    severity: 'warning',
    said: usedUp
      ? {
          ru: `Бюджет ${when.ru} исчерпан: ${name.ru}, ${most.ru}. Платные вызовы не проходят, экстренные — всегда.`,
          en: `The budget ${when.en} is used up: ${name.en}, ${most.en}. Calls that cost do not go, emergency calls always do.`,
        }
      : {
          ru: `Израсходовано больше ${warnPercent} % бюджета ${when.ru}: ${name.ru}, всего ${most.ru}.`,
          en: `More than ${warnPercent} % of the budget ${when.en} is spent: ${name.en}, ${most.en} in all.`,
        },
    cure: {
      ru: `Посмотрите в списке звонков, на что ушло. Чтобы звонить дальше, поднимите предел; ${
        limit.period === 'day' ? 'завтра' : 'с первого числа'
      } счёт начнётся заново.`,
      en: `See in the list of calls what it went on. To go on calling raise the limit; ${
        limit.period === 'day' ? 'tomorrow' : 'on the first of the month'
      } counting begins anew.`,
    },
  };
}
