import type { FxoPortConfig, RouteConfig, TollClass } from '../config/schema.ts';
import type { RoutePlan, RouteStep, Said } from './route-plan.ts';
import { className, priceText } from './sentence.ts';

/** A route that can be used at all, prepared for questions. */
export interface CompiledRoute {
  route: RouteConfig;
  order: number;
  classes: ReadonlySet<TollClass>;
  ports: readonly FxoPortConfig[];
  viaName: string;
}

/** A route that may take one call, with what decides about its place. */
export interface Candidate {
  compiled: CompiledRoute;
  price: RouteStep['price'];
  cost: number;
  /** Free calls (8-800, special services) take a city line before any trunk (analog-lines 5.2). */
  lineFirst: number;
  /** How badly its trunk does, if it does: then it comes last. */
  poor: Said | undefined;
}

/** Order in which routes are tried: what does badly last, free calls by line, priority, price, then as the admin wrote them. */
export function byRank(a: Candidate, b: Candidate): number {
  return (
    Number(a.poor !== undefined) - Number(b.poor !== undefined) ||
    a.lineFirst - b.lineFirst ||
    a.compiled.route.priority - b.compiled.route.priority ||
    compareCost(a.cost, b.cost) ||
    a.compiled.order - b.compiled.order
  );
}

/** Infinity minus Infinity is no number. */
function compareCost(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** Empty lists say nothing: a route without classes takes all but premium, one without prefixes any number. */
export function takes(entry: CompiledRoute, toll: TollClass, digits: string): boolean {
  const { prefixes } = entry.route;
  const byPrefix = prefixes.length > 0;
  if (entry.classes.size > 0 ? !entry.classes.has(toll) : toll === 'premium' && !byPrefix) return false;
  return !byPrefix || prefixes.some((prefix) => digits.startsWith(prefix));
}

/** Why a route stands where it stands, made of what the sorting looked at. */
export function whyHere(candidates: readonly Candidate[], index: number, currency: string): Said {
  const candidate = candidates[index]!;
  const { route } = candidate.compiled;
  const next = candidates[index + 1];
  const price = candidate.price
    ? priceText(candidate.price, currency)
    : { ru: 'цена не задана', en: 'no price given' };
  const reason = candidate.poor ?? (next ? reasonBefore(candidate, next) : undefined);
  const name = route.name;
  return {
    ru: `«${name}»: ${price.ru}${reason ? `, ${reason.ru}` : ''}`,
    en: `"${name}": ${price.en}${reason ? `, ${reason.en}` : ''}`,
  };
}

function reasonBefore(candidate: Candidate, next: Candidate): Said {
  if (next.poor) return { ru: 'следующий работает хуже', en: 'the next does worse' };
  if (candidate.lineFirst !== next.lineFirst) {
    return { ru: 'бесплатные номера сначала по городской линии', en: 'free numbers take a city line first' };
  }
  if (candidate.compiled.route.priority !== next.compiled.route.priority) {
    return { ru: 'раньше по приоритету', en: 'earlier by priority' };
  }
  if (candidate.price?.includedSeconds && candidate.cost < next.cost)
    return { ru: 'пока не вышел пакет минут', en: 'while its package of minutes lasts' };
  if (candidate.cost !== next.cost) return { ru: 'дешевле следующего', en: 'cheaper than the next' };
  return { ru: 'раньше по порядку', en: 'earlier in the list' };
}

/** The steps of a plan as sentences, in order. */
export function told(steps: readonly RouteStep[]): Said[] {
  return steps.map((step, index) => {
    const line = step.via.kind === 'line' ? lineNames(step.via.ports) : undefined;
    return {
      ru: `${index === 0 ? 'Сначала' : 'Затем'} ${step.why.ru}${line ? ` (${line.ru}, набор ${step.number})` : ''}.`,
      en: `${index === 0 ? 'First' : 'Then'} ${step.why.en}${line ? ` (${line.en}, dialing ${step.number})` : ''}.`,
    };
  });
}

function lineNames(ports: readonly number[]): Said {
  const list = ports.join(', ');
  return ports.length === 1
    ? { ru: `гнездо ${list}`, en: `socket ${list}` }
    : { ru: `гнёзда ${list}`, en: `sockets ${list}` };
}

/** One sentence for a page's list: what happens to such a number. Same code that routes. */
export function summary(plan: RoutePlan): Said {
  if (plan.refusal) return plan.refusal.said;
  if (plan.steps.length === 0) return className(plan.number.class);
  return {
    ru: plan.steps.map((step) => step.why.ru).join('; затем '),
    en: plan.steps.map((step) => step.why.en).join('; then '),
  };
}
