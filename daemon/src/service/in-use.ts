import type { ServiceContext } from './context.ts';
import type { Target } from './directory.ts';

/** Whether somebody is in a call at a place (`port:1`, `device:desk`, a number outside), or has lifted the handset there. */
export function inUse(place: string, { calls, ports }: Pick<ServiceContext, 'calls' | 'ports'>): boolean {
  if (place.startsWith('+'))
    return [...calls.active].some(({ record }) =>
      record.legs.some(({ number, endedAt }) => number === place && endedAt === undefined),
    );
  // A handset that is lifted and has not dialed yet is in no call.
  const lifted = place.startsWith('port:') && ports.fxs(Number(place.slice(5)))?.offHook === true;
  return lifted || calls.at(place).length > 0;
}

/** Where a target's conversations are seen: sockets and devices by place, what is outside by number. */
export function placesOf(target: Target | undefined): string[] {
  switch (target?.kind) {
    case 'port':
      return [`port:${target.port}`];
    case 'device':
      return [`device:${target.device}`];
    case 'number':
      return [target.number];
    case 'person': {
      const { ports, devices, mobile } = target.person;
      return [
        ...ports.map((port) => `port:${port}`),
        ...devices.map((id) => `device:${id}`),
        ...(mobile === undefined ? [] : [mobile]),
      ];
    }
    default:
      return [];
  }
}
