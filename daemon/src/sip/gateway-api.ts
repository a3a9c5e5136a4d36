import type { Clock } from '../base/clock.ts';
import type { Events } from '../base/emitter.ts';
import type { DiversionReason, Leg, Party, ReleaseCause } from '../call/leg.ts';
import type { DeviceConfig, TrunkConfig } from '../config/schema.ts';
import type { Media, SrtpSuite } from '../media/api.ts';
import type { DialogJournal } from '../records/call-record.ts';
import type { InboundCounters, IncomingCall } from './inbound.ts';
import type { DeviceTimes } from './lan/device.ts';
import type { DeviceCall } from './lan/device-call.ts';
import type { AuthFailure, BindingStore, DeviceStatus } from './lan/device-status.ts';
import type { OfficeState } from './lan/event-packages.ts';
import type { DeviceCallRequest } from './lan/lan.ts';
import type { PbxAccount } from './lan/pbx-account.ts';
import type { OpenDialog } from './leg-host.ts';
import type { AddressChange, NetworkNews } from './network.ts';
import type { OfficeLink, OfficeRefusal } from './office.ts';
import type { HostPort } from './srf-facade.ts';
import type { Resolver } from './targets.ts';
import type { TlsProfile } from './tls.ts';
import type { TrunkTimes } from './trunk-host.ts';
import type { TrunkStatus } from './trunk-status.ts';

/** The part of the configuration that concerns SIP. */
export interface SipSettings {
  trunks: readonly TrunkConfig[];
  /** Devices of the office network. */
  devices?: readonly DeviceConfig[];
  /** PBXs at which we register; they are among the devices too. */
  accounts?: readonly PbxAccount[];
  /** Boxes of our other offices. */
  offices?: readonly OfficeLink[];
  /** The site's geographic number for emergency calls, E.164 (ruling 6). */
  emergencyCaller?: string | undefined;
  /** Numbers that lead to us, in any writing, and on which trunk, if only on one. */
  numbers?: readonly { number: string; trunk?: string | undefined }[];
  /** SIP calls at once, all trunks together; emergency calls come on top. */
  channels?: number;
}

export interface SipOptions extends SipSettings {
  clock: Clock;
  media: Media;
  /** Control address of the engine: the embedded one's, or a drachtio-server's. */
  engine: { host: string; port: number; secret: string };
  /** The engine passes 100 Trying on: ours does, a drachtio-server does not. */
  engineShowsTrying?: boolean;
  resolver?: Resolver;
  /** News of addresses and connections, from whoever holds the sockets; without it we look ourselves. */
  network?: NetworkNews;
  /** Hears how connections to each trunk are to be secured, at the start and whenever that changes. */
  secure?: (profiles: Record<string, TlsProfile>) => void;
  times?: TrunkTimes;
  deviceTimes?: DeviceTimes;
  /** Whether an address is of the office network (ruling 18); nobody is where it is not told. */
  onLink?: (address: string) => boolean;
  /** Where registrations are kept over a restart. */
  bindings?: BindingStore;
  /** Local address from which packets to `remote` leave; the system's routing table by default. */
  routed?: (remote: string) => Promise<string>;
  /** URN of this box (RFC 5626 4.1), the same over restarts; one for this run by default. */
  instance?: string;
  /** 0 to under 1; for jitter. */
  random?: () => number;
  /** How long the engine may take to answer at the start, ms; 10 s by default. */
  connectMs?: number;
  /** What the devices' lamps show. */
  office?: OfficeState;
  /** Suites of SRTP that work here, the preferred first; asked only where a trunk wants SRTP. None if not told. */
  srtpSuites?: () => readonly SrtpSuite[];
  /** Whether faxes can go by T.38 here; asked when the first fax comes. They cannot if not told. */
  fax?: () => boolean;
  /** RTP sessions kept bound in advance for each local address. */
  spareRtp?: number;
}

/** A call to be made on a trunk. */
export interface TrunkCallRequest {
  trunkId: string;
  /** E.164 with +, a short code, or digits of an operator's service. */
  number: string;
  /** Who calls, as known; the trunk's identity policy decides what is shown. */
  caller: Party;
  /** Set on forwarded calls: the number that was originally called. */
  divertedFrom?: string;
  diversionReason?: DiversionReason;
  /** What a transferor wants told to the called (RFC 7433 4.1). */
  userToUser?: string;
  emergency?: boolean;
}

/** A call from another office. */
export type OfficeCall = IncomingCall & { officeId: string };

export type SipEvents = {
  /** A call from a trunk. Listeners must be added to the leg before the listener returns. */
  incoming: [leg: Leg, call: IncomingCall];
  trunkChanged: [status: TrunkStatus];
  /** A call from another office of ours; as `incoming`. */
  officeCalls: [leg: Leg, call: OfficeCall];
  /** The link to an office; `trunkId` is that of {@link officeTrunkId}. */
  officeChanged: [officeId: string, status: TrunkStatus];
  /** Somebody at an office's address has not shown the office's certificate. */
  officeRefused: [refusal: OfficeRefusal];
  /** A call that a device of the office makes; as `incoming`. */
  deviceCalls: [leg: Leg, call: DeviceCall];
  deviceChanged: [status: DeviceStatus];
  /** Somebody gave a wrong password, or a name that nobody has. */
  authFailed: [failure: AuthFailure];
  /** A dialog stands: journal it before anything else, so that a crash cannot leave it running (ruling 7). */
  dialogOpened: [leg: Leg, dialog: OpenDialog];
  /** It has ended at both ends. */
  dialogClosed: [callId: string];
  /** The control connection to the engine came or went. */
  engine: [connected: boolean];
  /** Our own address, as such or as an operator sees it, is another. The trunks concerned register anew by themselves. */
  addressChanged: [change: AddressChange];
};

export interface SipCounters extends InboundCounters {
  outgoing: number;
  /** Dialogs that outlived the engine and got their BYE, or did not. */
  orphansEnded: number;
  orphansLeft: number;
}

/** The gateway's SIP side as the rest of the daemon sees it. */
export interface SipGateway extends Events<SipEvents> {
  readonly connected: boolean;
  /** What the engine listens on, toward the network. */
  readonly listening: readonly HostPort[];
  readonly counters: SipCounters;
  trunks(): TrunkStatus[];
  /** The links to our other offices, by their ids. */
  offices(): Map<string, TrunkStatus>;
  /** Addresses and subnets of the operators of the trunks in use. */
  trunkAddresses(): string[];
  /** Id of the trunk whose operator has that address; the first if several have. */
  trunkOf(address: string): string | undefined;
  /** Makes a leg, not yet started; or says at once why there is none (unknown, off, down, full). */
  call(request: TrunkCallRequest): Leg | ReleaseCause;
  devices(): DeviceStatus[];
  /** The same for a device: makers of legs to all its contacts, in groups rung at once, the preferred group first. */
  callDevice(request: DeviceCallRequest): (() => Leg)[][] | ReleaseCause;
  /** Messages were left for whoever has a device, or heard. */
  messagesChanged(deviceId: string): void;
  /** An extension's calls have changed. */
  extensionChanged(extension: string): void;
  /** Takes a new configuration. Calls in progress go on; trunks whose connection is the same stay registered. */
  apply(settings: SipSettings): void;
  /** Ends a dialog that a crash left behind; true when the peer has confirmed it. */
  endOrphan(dialog: DialogJournal): Promise<boolean>;
  /** Ends all calls, unregisters and lets the engine go; within about 3 s. */
  close(): Promise<void>;
}
