import type { ClassOfServiceConfig, TimeRuleConfig, TollClass } from '../config/schema.ts';
import { isWithinAny } from './time-rule.ts';

/** What a class of service says to a toll class at a moment. */
export type Permission = 'allow' | 'pin' | 'class' | 'schedule';

/** What goes at any hour if the class allows it at all. */
const atAnyHour: ReadonlySet<TollClass> = new Set(['internal', 'free', 'special']);

/**
 * Checks a toll class against a class of service. `pin`: it needs a PIN, whose own class then decides;
 * `schedule`: allowed, but not at this hour. Without a class of service only internal calls go.
 * @param pinGiven the class is that of an accepted PIN, so `pinFor` asks for nothing more.
 * @param inHours whether the condition of the class on a schedule holds
 */
export function permission(
  cos: ClassOfServiceConfig | undefined,
  toll: TollClass,
  rules: ReadonlyMap<string, TimeRuleConfig>,
  wallMs: number,
  timeZone: string,
  pinGiven: boolean,
  inHours = true,
): Permission {
  if (!cos) return toll === 'internal' ? 'allow' : 'class';
  if (!pinGiven && cos.pinFor.includes(toll)) return 'pin';
  if (!cos.allow.includes(toll)) return 'class';
  if (atAnyHour.has(toll) || (inHours && isWithinAny(cos.when, rules, wallMs, timeZone))) return 'allow';
  return 'schedule';
}
