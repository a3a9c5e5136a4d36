import type { DeviceConfig, TrunkConfig } from '../../config/schema.ts';
import { joinHostPort } from '../address.ts';
import type { TrunkState, TrunkStatus } from '../trunk-status.ts';
import type { DeviceState, DeviceStatus } from './device-status.ts';

/**
 * A PBX at which we register as one of its extensions (wire E the other way round): kept as a trunk, which does
 * the registering, under the place of its device, whose rights it has.
 */
export interface PbxAccount {
  device: DeviceConfig;
  /** As the trunk it is kept as, under {@link accountId}. */
  trunk: TrunkConfig;
}

/** Id of the trunk that keeps the account of a device; no configured trunk can have it. */
export const accountId = (deviceId: string): string => `device:${deviceId}`;

/** The device that a trunk is kept for; undefined: it is a trunk. */
export function deviceOfAccount(trunkId: string): string | undefined {
  return trunkId.startsWith('device:') ? trunkId.slice('device:'.length) : undefined;
}

const states: Record<TrunkState, DeviceState> = {
  registered: 'registered',
  up: 'ready',
  untried: 'ready',
  down: 'unreachable',
  refused: 'refused',
  registering: 'absent',
  disabled: 'disabled',
};

/** The state of such a trunk as that of its device. */
export function accountStatus(deviceId: string, status: TrunkStatus): DeviceStatus {
  const { expiresAt } = status;
  return {
    deviceId,
    state: states[status.state],
    since: status.since,
    calls: status.calls,
    contacts: status.targets.map((target) => ({
      address: joinHostPort(target.address, target.port),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      alive: status.state !== 'down',
    })),
  };
}
