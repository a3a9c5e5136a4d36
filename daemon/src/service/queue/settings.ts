import { cause, localCause } from '../../call/cause.ts';
import type { Config, QueueConfig } from '../../config/schema.ts';
import type { Next } from '../hosted.ts';
import type { LeaveReason, QueueTerms } from './terms.ts';

/** A queue of the configuration as the machine knows it. */
export function termsOf(queue: QueueConfig, { people }: Config): QueueTerms {
  const known = new Set(people.map(({ id }) => id));
  return {
    id: queue.id,
    members: queue.members.filter(({ person }) => known.has(person)),
    strategy: queue.strategy,
    tierMs: queue.tierSeconds * 1000,
    wrapUpMs: queue.wrapUpSeconds * 1000,
    maxWaitMs: queue.maxWaitSeconds * 1000,
    maxLength: queue.maxLength,
    leavesWhenNobody: queue.whenNobody === 'leave',
    missesToPause: queue.missesToPause,
  };
}

/** Where the settings send whoever has to leave; empty: nowhere in particular. */
function onwardTarget(config: QueueConfig, why: LeaveReason): string {
  if (why === 'full') return config.whenFull;
  if (why === 'nobody') return config.nobodyTo;
  return why === 'waited' ? config.afterWait : '';
}

/** Where a caller goes who is not served here. */
export function onward(config: QueueConfig | undefined, why: LeaveReason): Next {
  const target = config ? onwardTarget(config, why) : '';
  return target === ''
    ? { kind: 'next-step', cause: localCause(cause.noAnswer, `nobody of the queue answers: ${why}`) }
    : { kind: 'to', target };
}
