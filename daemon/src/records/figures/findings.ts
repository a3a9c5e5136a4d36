import type { Said } from '../../dialplan/route-plan.ts';
import type { Figures, HourCell } from './figures.ts';

const weekdays = {
  ru: [
    'по понедельникам',
    'по вторникам',
    'по средам',
    'по четвергам',
    'по пятницам',
    'по субботам',
    'по воскресеньям',
  ],
  en: [
    'on Mondays',
    'on Tuesdays',
    'on Wednesdays',
    'on Thursdays',
    'on Fridays',
    'on Saturdays',
    'on Sundays',
  ],
} as const;

/** What stands above each chart: the one thing that it shows, in words. */
export function findingsOf(figures: Omit<Figures, 'findings'>): Figures['findings'] {
  return { hours: hours(figures), lost: lost(figures), load: load(figures), cost: cost(figures) };
}

function hours({ hours: cells, total }: Omit<Figures, 'findings'>): Said {
  const top = highest(cells, ({ calls }) => calls);
  if (!top) return { ru: 'За это время звонков не было.', en: 'There were no calls in this time.' };
  const at = top.weekday - 1;
  return {
    ru: `Больше всего звонят ${weekdays.ru[at]} в ${top.hour}–${top.hour + 1} ч: ${calls(top.calls)} из ${total.calls}.`,
    en: `Most calls come ${weekdays.en[at]} from ${clock(top.hour)} to ${clock(top.hour + 1)}: ${top.calls} of ${total.calls}.`,
  };
}

function lost({ hours: cells, total }: Omit<Figures, 'findings'>): Said {
  if (total.incoming === 0) return { ru: 'Снаружи никто не звонил.', en: 'Nobody called from outside.' };
  if (total.lost === 0)
    return {
      ru: 'Ни один звонок снаружи не пропал: на все ответили или звонивший сразу положил трубку.',
      en: 'No call from outside was lost: all were answered, or the caller hung up at once.',
    };
  const byHour = new Map<number, number>();
  for (const { hour, lost } of cells) byHour.set(hour, (byHour.get(hour) ?? 0) + lost);
  const [hour, n] = [...byHour].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]!;
  const percent = Math.round((100 * total.lost) / total.incoming);
  return {
    ru: `Больше всего пропущено в ${hour}–${hour + 1} ч: ${calls(n)}. Всего пропущено ${total.lost} из ${total.incoming} (${percent} %).`,
    en: `Most were lost from ${clock(hour)} to ${clock(hour + 1)}: ${n}. In all ${total.lost} of ${total.incoming} were lost (${percent}%).`,
  };
}

function load({ load }: Omit<Figures, 'findings'>): Said {
  const top = highest(load, ({ busiestErlang }) => busiestErlang);
  if (!top) return { ru: 'Линии не были заняты.', en: 'No line was in use.' };
  const [kind = '', name = ''] = top.place.split(':');
  const ru = kind === 'port' ? `порт ${name}` : `линия «${name}»`;
  const en = kind === 'port' ? `port ${name}` : `line “${name}”`;
  const share = top.busiestErlang.toFixed(2);
  return {
    ru: `Больше всего занимали: ${ru}. В самый занятый час нагрузка ${share.replace('.', ',')} Эрл, одновременно не больше ${top.most}.`,
    en: `The busiest is ${en}: ${share} Erlang in its busiest hour, and at most ${top.most} at a time.`,
  };
}

function cost({ cost, total }: Omit<Figures, 'findings'>): Said {
  const top = highest(
    cost.filter(({ kind }) => kind === 'trunk'),
    ({ price }) => price,
  );
  if (!top || total.price <= 0) return { ru: 'Платных звонков не было.', en: 'No call cost anything.' };
  const percent = Math.round((100 * top.price) / total.price);
  return {
    ru: `Больше всего стоили звонки через «${top.who}»: ${percent} % всех расходов.`,
    en: `Most was spent on calls by “${top.who}”: ${percent}% of all costs.`,
  };
}

function highest<T extends HourCell | Figures['load'][number] | Figures['cost'][number]>(
  rows: readonly T[],
  by: (row: T) => number,
): T | undefined {
  return rows.reduce<T | undefined>((top, row) => (by(row) > (top ? by(top) : 0) ? row : top), undefined);
}

const clock = (hour: number): string => `${hour}:00`;

function calls(n: number): string {
  const [ones, tens] = [n % 10, n % 100];
  if (ones === 1 && tens !== 11) return `${n} звонок`;
  return ones >= 2 && ones <= 4 && (tens < 12 || tens > 14) ? `${n} звонка` : `${n} звонков`;
}
