import type { Limits } from '../../config/schema.ts';
import { type CallPrice, costOf, toParts } from '../../dialplan/price.ts';
import type { Spent } from './ledger.ts';

/** A conversation in progress that is charged. */
export interface Running {
  /** Clock ms of the answer. */
  since: number;
  price?: CallPrice | undefined;
}

/** One limit of a budget. */
export interface Limit {
  kind: 'money' | 'minutes';
  period: 'day' | 'month';
  /** Parts of a currency unit, or ms. */
  most: number;
}

const minuteMs = 60_000;

/** The limits that are set, in the units in which money and time are counted. */
export function limitList(limits: Limits | undefined): Limit[] {
  if (!limits) return [];
  const list: Limit[] = [];
  const put = (kind: Limit['kind'], period: Limit['period'], amount: number | undefined): void => {
    if (amount === undefined) return;
    list.push({ kind, period, most: kind === 'money' ? toParts(amount) : amount * minuteMs });
  };
  put('money', 'day', limits.moneyPerDay);
  put('money', 'month', limits.moneyPerMonth);
  put('minutes', 'day', limits.minutesPerDay);
  put('minutes', 'month', limits.minutesPerMonth);
  return list;
}

/** What has been spent at clock time `at`, conversations in progress included. */
export function spentAt(settled: Spent, running: readonly Running[], at: number): Spent {
  let { parts, ms } = settled;
  for (const { since, price } of running) {
    const talkMs = Math.max(0, at - since);
    if (price) parts += costOf(price, talkMs);
    ms += talkMs;
  }
  return { parts, ms };
}

/** The part of what was spent that a limit is about. */
export const measured = (limit: Limit, spent: Spent): number =>
  limit.kind === 'money' ? spent.parts : spent.ms;

/** Longer than any call. */
const horizonMs = 2 ** 32;

/**
 * How many ms from `now` on the conversations in progress may last together without spending more than `most`; 0 if
 * they have already. Undefined: longer than any call lasts. What is spent never falls, so the moment is found by
 * halving, whatever the steps of the prices are.
 */
export function lastsMs(
  limit: Limit,
  settled: Spent,
  running: readonly Running[],
  now: number,
  most: number = limit.most,
): number | undefined {
  const over = (ms: number): boolean => measured(limit, spentAt(settled, running, now + ms)) > most;
  if (over(0)) return 0;
  if (!over(horizonMs)) return undefined;
  let within = 0;
  let beyond = horizonMs;
  while (beyond - within > 1) {
    const middle = Math.floor((within + beyond) / 2);
    if (over(middle)) beyond = middle;
    else within = middle;
  }
  return within;
}
