/** The gateway's SIP side: trunks, and the legs of calls on them. */
export { causeToStatus, failureCause, statusToCause } from './cause.ts';
export { startSip } from './gateway.ts';
export type {
  OfficeCall,
  SipCounters,
  SipEvents,
  SipGateway,
  SipOptions,
  SipSettings,
  TrunkCallRequest,
} from './gateway-api.ts';
export type { IncomingCall } from './inbound.ts';
export { type DeviceTimes, deviceTimes } from './lan/device.ts';
export type { DeviceCall } from './lan/device-call.ts';
export type {
  AuthFailure,
  BindingStore,
  DeviceContact,
  DeviceState,
  DeviceStatus,
  StoredBinding,
} from './lan/device-status.ts';
export type { ExtensionCall, OfficeState, WaitingMessages } from './lan/event-packages.ts';
export type { DeviceCallRequest } from './lan/lan.ts';
export { accountId, type PbxAccount } from './lan/pbx-account.ts';
export type { OpenDialog } from './leg-host.ts';
export type { AddressChange, NetworkEvent, NetworkNews } from './network.ts';
export { fromOperator, sameNumber, toOperator } from './number-format.ts';
export { type OfficeLink, type OfficeRefusal, officeOfTrunk, officeTrunkId } from './office.ts';
export type { HostPort } from './srf-facade.ts';
export { type Resolver, systemResolver, type Target, type Transport } from './targets.ts';
export { type TlsProfile, tlsProfiles } from './tls.ts';
export { type TrunkTimes, trunkTimes } from './trunk-host.ts';
export { type TrunkExchange, type TrunkState, type TrunkStatus, takesCalls } from './trunk-status.ts';
