/* The part of contract.ts that is about SIP: trunks, and devices of the office network. */
import type { Config } from '../config/schema.ts';
import type { Said } from './contract.ts';

/** `ready`: a static peer that has answered; `untried`: one that was asked nothing yet; `refused`: the operator does not take us. */
export type TrunkState =
  | 'disabled'
  | 'connecting'
  | 'registered'
  | 'ready'
  | 'untried'
  | 'unreachable'
  | 'refused';

/** One address behind an operator's name. */
export interface TrunkTargetLive {
  address: string;
  /** By the last exchange with this very address. */
  state: 'unknown' | 'answers' | 'silent';
  at?: number;
  /** Whether our registration over it holds, where there is one over each (RFC 5626). */
  registered?: boolean;
}

/** GET /api/v1/device-presets: models of telephones and adapters that the box knows. */
export interface DevicePreset {
  id: string;
  name: Said;
  kind: 'telephone' | 'adapter';
  /** Telephone sockets of an adapter. */
  ports?: number;
  /** What to do at the device. */
  steps: { ru: string[]; en: string[] };
  /** GET /api/v1/devices/:id/file?preset=... gives its settings as a file; the file holds the device's password. */
  hasFile: boolean;
  /** Not all names in the file are known for certain. */
  verify: boolean;
}

/** GET /api/v1/devices/:id/setup?preset=...: what is entered at one device of one model. The password is not among it. */
export interface DeviceSetupView {
  /** In the order of a telephone's own page. */
  settings: { name: Said; value: Said }[];
  /** The same by the vendor's own names, as they stand in the file; no value: the password. */
  vendor: { name: string; value?: string }[];
  /** SRTP is wanted, and the model's file cannot set it: by hand. */
  encryptByHand: boolean;
}

/** POST /api/v1/devices/:id/link: an address that gives the file once, to whoever asks, and is told nowhere again. */
export interface DeviceLink {
  url: string;
  /** The same without the file's name: telephones put their own behind it. */
  folder: string;
  expiresAt: number;
}

/** GET /api/v1/trunk-templates: what is known of operators' trunks before any contract is at hand. */
export interface TrunkTemplate {
  id: string;
  name: Said;
  /** Where the operator shows what the form asks for. */
  note?: Said;
  /** Not checked against a public page of the operator's own. */
  verify: boolean;
  /** Keys of the fields that only the contract can tell. */
  asks: string[];
  /** Fields that are the same for every customer. */
  trunk: Partial<Config['trunks'][number]>;
}

export interface TrunkLive {
  id: string;
  name: string;
  state: TrunkState;
  since: number;
  /** State in words, with the cause. */
  said: Said;
  cure?: Said;
  calls: number;
  maxCalls: number;
  /** When the registration runs out. */
  expiresAt?: number;
  /** Round trip of the last OPTIONS or REGISTER, ms. */
  latencyMs?: number;
  /** The last exchange, for technical details: `REGISTER -> 403 Forbidden`. */
  lastExchange?: { at: number; text: string };
  /** The last one that went as it should. */
  lastSuccess?: { at: number; text: string };
  /** Where the operator sees us, if a router stands between: `host:port`. */
  publicAddress?: string;
  /** Addresses behind the operator's name, if there are several. */
  targets?: TrunkTargetLive[];
}

/** Registered, known by address and there, silent, not registered, a PBX that does not take our password, or switched off. */
export type DeviceLiveState = 'registered' | 'ready' | 'unreachable' | 'absent' | 'refused' | 'disabled';

/** A SIP device of the office network. */
export interface DeviceLive {
  id: string;
  name: string;
  kind: 'telephone' | 'adapter' | 'softphone' | 'pbx';
  state: DeviceLiveState;
  since: number;
  /** State in words. */
  said: Said;
  cure?: Said;
  extension?: string;
  person?: { id: string; name: string };
  calls: number;
  maxCalls: number;
  /** Where it is: `udp/192.168.1.20:5060`. */
  contacts: { address: string; userAgent?: string; expiresAt?: number; alive: boolean }[];
}
