import type { ForwardStepConfig, PersonConfig } from '../config/schema.ts';
import type { ServiceContext } from './context.ts';

/** A person's forwarding with the targets whose schedule is in one of their modes now; a list may be empty then. */
export function forwardingNow(
  { forwarding }: PersonConfig,
  { hours }: Pick<ServiceContext, 'hours'>,
): PersonConfig['forwarding'] {
  const on = (steps: readonly ForwardStepConfig[]): ForwardStepConfig[] =>
    steps.filter(({ during }) => hours.holds(during));
  return {
    ...forwarding,
    always: on(forwarding.always),
    busy: on(forwarding.busy),
    noAnswer: on(forwarding.noAnswer),
    unreachable: on(forwarding.unreachable),
  };
}
