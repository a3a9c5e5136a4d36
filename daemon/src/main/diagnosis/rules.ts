import type { Finding } from '../../api/contract.ts';
import { audioRules } from './audio-rules.ts';
import { boxRules } from './box-rules.ts';
import { networkRules } from './network-rules.ts';
import type { Observations } from './observations.ts';
import { sipRules } from './sip-rules.ts';

const gravity = { critical: 0, warning: 1, info: 2 } as const;

/** What is wrong, why, and what to do: by what has been seen, the gravest first. Pure. */
export function diagnose(seen: Observations): Finding[] {
  const found = [audioRules, sipRules, networkRules, boxRules].flatMap((rules) => rules(seen));
  return found.sort((a, b) => gravity[a.severity] - gravity[b.severity]);
}
