import type { Trouble } from '../trouble.ts';

/**
 * What the page shows of a device: registered, known by address and there, silent, not registered, a PBX that does
 * not take our password, or switched off.
 */
export type DeviceState = 'registered' | 'ready' | 'unreachable' | 'absent' | 'refused' | 'disabled';

export interface DeviceContact {
  /** `udp/192.168.1.20:5060`. */
  address: string;
  userAgent?: string;
  /** Wall-clock ms at which the registration runs out. */
  expiresAt?: number;
  /** Answers us. */
  alive: boolean;
}

export interface DeviceStatus {
  deviceId: string;
  state: DeviceState;
  /** Wall-clock ms since which it is so. */
  since: number;
  calls: number;
  /** Why it cannot be called although it is there. */
  trouble?: Trouble;
  contacts: DeviceContact[];
}

/** A wrong password, or a user that does not exist: for whoever bans those that guess. */
export interface AuthFailure {
  method: string;
  sourceAddress: string;
  protocol: string;
  /** As claimed; never said to exist or not. */
  user: string;
  /** Failures from that address since the last success there. */
  failures: number;
}

/** A binding as it is kept over a restart; times are wall-clock ms. */
export interface StoredBinding {
  deviceId: string;
  uri: string;
  q: number;
  callId: string;
  sequence: number;
  expiresAt: number;
  path: string[];
  source: { protocol: string; address: string; port: number };
  rport: boolean;
  userAgent?: string;
  instance?: string;
  flow?: { instance: string; regId: number };
}

/** Where bindings are kept over a restart. */
export interface BindingStore {
  load(): readonly StoredBinding[];
  /** All bindings of a device, in place of those kept before. */
  save(deviceId: string, bindings: readonly StoredBinding[]): void;
}
