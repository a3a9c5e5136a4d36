import type { Load } from './governor.ts';

/** What this thread feels: the share of time it was at work since it was last asked, and how late it is. */
export function systemLoad(): () => Pick<Load, 'utilization' | 'lagMs'> {
  let before = performance.eventLoopUtilization();
  let askedAt = performance.now();
  let usual = Number.POSITIVE_INFINITY;
  return () => {
    const now = performance.now();
    const since = now - askedAt;
    askedAt = now;
    const used = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(used, before);
    before = used;
    // It is asked on a timer: what is over the shortest gap seen is the timer's delay.
    usual = Math.min(usual, Math.max(since, 1));
    return { utilization, lagMs: Math.max(0, since - usual) };
  };
}
