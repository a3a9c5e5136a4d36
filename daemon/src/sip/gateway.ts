import type { Clock, Timer } from '../base/clock.ts';
import { Emitter, type Events } from '../base/emitter.ts';
import type { Leg, Party, ReleaseCause } from '../call/leg.ts';
import type { DeviceConfig, TrunkConfig } from '../config/schema.ts';
import type { Media, SrtpSuite } from '../media/api.ts';
import type { DialogJournal } from '../records/call-record.ts';
import { localCause } from './cause.ts';
import type { DiversionReason } from './identity.ts';
import { Inbound, type InboundCounters, type IncomingCall, nobodyHere } from './inbound.ts';
import { type DeviceTimes, deviceTimes } from './lan/device.ts';
import type { AuthFailure, BindingStore, DeviceStatus } from './lan/device-status.ts';
import type { OfficeState } from './lan/event-packages.ts';
import { type DeviceCall, type DeviceCallRequest, Lan } from './lan/lan.ts';
import { accountId, accountStatus, deviceOfAccount, type PbxAccount } from './lan/pbx-account.ts';
import { routedAddress } from './local-address.ts';
import { type AddressChange, type NetworkEvent, type NetworkNews, watchedNetwork } from './network.ts';
import { fromOperator } from './number-format.ts';
import { endOrphan } from './orphan.ts';
import { OutgoingSipLeg } from './outgoing-leg.ts';
import { RtpPool } from './rtp-pool.ts';
import type { LegHost, OpenDialog, SipLeg } from './sip-leg.ts';
import { type HostPort, SrfFacade } from './srf-facade.ts';
import { type Resolver, systemResolver } from './targets.ts';
import { type TlsProfile, tlsProfiles } from './tls.ts';
import { Trunk } from './trunk.ts';
import { onlyAdjusts, sameBinding } from './trunk-change.ts';
import { type TrunkHost, type TrunkTimes, trunkTimes } from './trunk-host.ts';
import { TrunkPeer } from './trunk-peer.ts';
import type { TrunkStatus } from './trunk-status.ts';

/** The part of the configuration that concerns SIP. */
export interface SipSettings {
  trunks: readonly TrunkConfig[];
  /** Devices of the office network. */
  devices?: readonly DeviceConfig[];
  /** PBXs at which we register; they are among the devices too. */
  accounts?: readonly PbxAccount[];
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
  /** 0 to under 1; for jitter. */
  random?: () => number;
  /** How long the engine may take to answer at the start, ms; 10 s by default. */
  connectMs?: number;
  /** What the devices' lamps show. */
  office?: OfficeState;
  /** Suites of SRTP that work here, the preferred first; asked only where a trunk wants SRTP. None if not told. */
  srtpSuites?: () => readonly SrtpSuite[];
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
  emergency?: boolean;
}

export type SipEvents = {
  /** A call from a trunk. Listeners must be added to the leg before the listener returns. */
  incoming: [leg: Leg, call: IncomingCall];
  trunkChanged: [status: TrunkStatus];
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

/** How long a stop waits for the operators to confirm our BYEs, ms. */
const CLOSE_MS = 2_000;

/**
 * Connects to the engine and starts the trunks. Resolves as soon as the engine is connected; trunks
 * register by themselves.
 * @throws CodedError `sip/engine-unreachable`, `sip/engine-refused`
 */
export async function startSip(options: SipOptions): Promise<SipGateway> {
  const gateway = new Gateway(options);
  await gateway.connect();
  return gateway;
}

class Gateway extends Emitter<SipEvents> implements SipGateway {
  readonly #options: SipOptions;
  readonly #facade: SrfFacade;
  readonly #pool: RtpPool;
  readonly #inbound: Inbound;
  readonly #lan: Lan;
  readonly #trunkHost: TrunkHost;
  readonly #legHost: LegHost;
  readonly #trunks = new Map<string, Trunk>();
  readonly #legs = new Set<SipLeg>();
  /** Call-IDs of dialogs that stand or whose BYE is on its way. */
  readonly #dialogs = new Set<string>();
  /** Dialogs lost with the engine, to be ended when it is back. */
  #orphans: OpenDialog[] = [];
  #emergencyCaller: string | undefined;
  #numbers: NonNullable<SipSettings['numbers']> = [];
  #channels = Number.POSITIVE_INFINITY;
  #outgoing = 0;
  #orphansEnded = 0;
  #orphansLeft = 0;
  #closing: Promise<void> | undefined;
  #dialogEnded: (() => void) | undefined;
  #endWatch: () => void = () => {};

  constructor(options: SipOptions) {
    super();
    this.#options = options;
    const { clock, media } = options;
    this.#facade = new SrfFacade(clock);
    this.#pool = new RtpPool(media, options.spareRtp);
    this.#trunkHost = {
      facade: this.#facade,
      clock,
      resolver: options.resolver ?? systemResolver,
      times: options.times ?? trunkTimes,
      ...(options.routed ? { routed: options.routed } : {}),
      random: options.random ?? Math.random,
      numbers: (trunkId) =>
        // A number of no trunk in particular is that of the only one; with several it may be another operator's.
        this.#numbers.flatMap(({ number, trunk }) =>
          trunk === trunkId || (trunk === undefined && this.#trunks.size < 2) ? number : [],
        ),
      srtpSuites: options.srtpSuites ?? (() => []),
      changed: (trunk) => {
        if (this.#trunks.get(trunk.config.id) === trunk) this.#told(trunk);
      },
      mediaReady: (address) => this.#pool.warm(address),
      seenElsewhere: (trunk, seenAt) =>
        this.emit('addressChanged', { cause: 'nat', came: [], gone: [], trunkId: trunk.config.id, seenAt }),
    };
    this.#legHost = {
      facade: this.#facade,
      media,
      pool: this.#pool,
      clock,
      dialogOpened: (leg, dialog) => {
        this.#dialogs.add(dialog.callId);
        this.emit('dialogOpened', leg, dialog);
      },
      dialogClosed: (callId) => this.#dialogClosed(callId),
      dialogOrphaned: (dialog) => void this.#orphans.push(dialog),
      ended: (leg) => void this.#legs.delete(leg),
    };
    this.#lan = new Lan({
      legHost: this.#legHost,
      clock,
      resolver: options.resolver ?? systemResolver,
      times: options.deviceTimes ?? deviceTimes,
      onLink: options.onLink ?? (() => false),
      routed: options.routed ?? routedAddress,
      store: options.bindings,
      office: options.office,
      showsTrying: options.engineShowsTrying ?? true,
      changed: (status) => this.emit('deviceChanged', status),
      refused: (failure) => this.emit('authFailed', failure),
      arrived: (leg, call) => {
        this.#legs.add(leg);
        if (this.#closing || this.count('deviceCalls') === 0) leg.release(nobodyHere);
        else this.emit('deviceCalls', leg, call);
      },
      mediaReady: (address) => this.#pool.warm(address),
    });
    this.#inbound = new Inbound(
      this.#facade,
      this.#lan,
      () => this.#trunks.values(),
      this.#legHost,
      (leg, call) => {
        this.#legs.add(leg);
        const deviceId = deviceOfAccount(call.trunkId);
        const listeners = this.count(deviceId === undefined ? 'incoming' : 'deviceCalls');
        if (this.#closing || listeners === 0) leg.release(nobodyHere);
        else if (deviceId === undefined) this.emit('incoming', leg, call);
        else this.emit('deviceCalls', leg, { ...call, deviceId, full: false });
      },
      () => this.#full,
    );
    this.#facade.on('invite', (req, res) => this.#inbound.invite(req, res));
    this.#facade.on('request', (req, res) => this.#inbound.request(req, res));
    this.#facade.on('connected', () => this.#connected());
    this.#facade.on('lost', () => {
      for (const trunk of this.#trunks.values()) trunk.engineLost();
      this.emit('engine', false);
    });
    media.on('digit', (endpoint, digit, _durationMs, source) => {
      for (const leg of this.#legs) if (leg.endpoint === endpoint) leg.heardDigit(digit, source);
    });
    this.#configure(options);
  }

  async connect(): Promise<void> {
    const { engine, connectMs } = this.#options;
    await this.#facade.connect({ ...engine, ...(connectMs === undefined ? {} : { connectMs }) });
    let { network } = this.#options;
    if (!network) {
      const watched = watchedNetwork(this.#options.clock, () => this.#facade.listening);
      this.#endWatch = watched.close;
      network = watched;
    }
    network.on('network', (event) => this.#networkChanged(event));
  }

  get connected(): boolean {
    return this.#facade.connected;
  }

  get listening(): readonly HostPort[] {
    return this.#facade.listening;
  }

  get counters(): SipCounters {
    return {
      ...this.#inbound.counters,
      outgoing: this.#outgoing,
      orphansEnded: this.#orphansEnded,
      orphansLeft: this.#orphansLeft,
    };
  }

  /** As many calls as the box is set to carry, or more. */
  get #full(): boolean {
    if (this.#legs.size < this.#channels) return false;
    let taken = 0;
    for (const leg of this.#legs) if (!leg.peer.inside) taken++;
    return taken >= this.#channels;
  }

  trunkOf(address: string): string | undefined {
    for (const trunk of this.#trunks.values())
      if (trunk.config.enabled && trunk.trusts(address)) return trunk.config.id;
    return undefined;
  }

  trunkAddresses(): string[] {
    return [...this.#trunks.values()].flatMap((trunk) => (trunk.config.enabled ? trunk.addresses : []));
  }

  trunks(): TrunkStatus[] {
    return [...this.#trunks.values()].flatMap((trunk) =>
      deviceOfAccount(trunk.config.id) === undefined ? trunk.status : [],
    );
  }

  call(request: TrunkCallRequest): Leg | ReleaseCause {
    const trunk = this.#trunks.get(request.trunkId);
    if (!trunk) return localCause(38, `no trunk ${request.trunkId}`);
    const emergency = request.emergency ?? false;
    const refusal = this.#closing ? localCause(41, 'the box is stopping') : trunk.refusal(emergency);
    if (refusal) return refusal;
    if (!emergency && this.#full)
      return localCause(42, `all ${this.#channels} SIP channels of the box are taken`);
    const { divertedFrom, diversionReason } = request;
    const leg = new OutgoingSipLeg(
      new TrunkPeer(trunk),
      this.#legHost,
      {
        number: request.number,
        caller: request.caller,
        ...(emergency ? { emergency: { callerNumber: this.#emergencyCaller } } : {}),
        ...(divertedFrom === undefined
          ? {}
          : { diversion: { reason: diversionReason ?? 'unknown', number: divertedFrom } }),
      },
      this.#options.engineShowsTrying ?? true,
    );
    this.#legs.add(leg);
    this.#outgoing++;
    return leg;
  }

  devices(): DeviceStatus[] {
    const accounts = [...this.#trunks.values()].flatMap((trunk) => {
      const device = deviceOfAccount(trunk.config.id);
      return device === undefined ? [] : accountStatus(device, trunk.status);
    });
    return [...this.#lan.statuses(), ...accounts];
  }

  callDevice(request: DeviceCallRequest): (() => Leg)[][] | ReleaseCause {
    if (this.#closing) return localCause(41, 'the box is stopping');
    if (!this.#facade.connected) return localCause(41, 'the SIP engine is not connected');
    const account = this.#trunks.get(accountId(request.deviceId));
    if (account) {
      const { number, caller } = request;
      const made = this.call({ trunkId: account.config.id, number, caller });
      return 'start' in made ? [[() => made]] : made;
    }
    const groups = this.#lan.call(request);
    if (!Array.isArray(groups)) return groups;
    const kept = (make: () => SipLeg) => () => {
      const leg = make();
      this.#legs.add(leg);
      return leg;
    };
    return groups.map((group) => group.map(kept));
  }

  messagesChanged(deviceId: string): void {
    this.#lan.messagesChanged(deviceId);
  }

  extensionChanged(extension: string): void {
    this.#lan.subscriptions?.extensionChanged(extension);
  }

  apply(settings: SipSettings): void {
    this.#configure(settings);
  }

  async endOrphan(dialog: DialogJournal | OpenDialog): Promise<boolean> {
    const parts = { facade: this.#facade, clock: this.#options.clock, trunks: this.#trunks.values() };
    const ended = await endOrphan(dialog, parts);
    this.#dialogs.delete(dialog.callId);
    if (ended) {
      this.#orphansEnded++;
      this.emit('dialogClosed', dialog.callId);
    } else this.#orphansLeft++;
    this.#dialogEnded?.();
    return ended;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const leg of [...this.#legs]) leg.release(localCause(41, 'the box is stopping'));
    let late: Timer | undefined;
    const drained = new Promise<void>((resolve) => {
      this.#dialogEnded = () => void (this.#dialogs.size === 0 && resolve());
      this.#dialogEnded();
      if (this.#dialogs.size) late = this.#options.clock.after(CLOSE_MS, resolve);
    });
    await Promise.all([drained, ...[...this.#trunks.values()].map((trunk) => trunk.stop(true))]);
    late?.cancel();
    this.#endWatch();
    this.#lan.close();
    this.#pool.close();
    this.#facade.close();
  }

  #configure(settings: SipSettings): void {
    this.#options.secure?.(tlsProfiles(settings.trunks));
    this.#emergencyCaller = settings.emergencyCaller;
    this.#numbers = (settings.numbers ?? []).map((entry) => ({
      ...entry,
      number: fromOperator(entry.number, 'national-8') ?? entry.number,
    }));
    this.#channels = settings.channels ?? Number.POSITIVE_INFINITY;
    this.#lan.apply(settings.devices ?? []);
    const accounts = settings.accounts?.map(({ trunk }) => trunk) ?? [];
    const wanted = new Map([...settings.trunks, ...accounts].map((config) => [config.id, config]));
    for (const [id, trunk] of [...this.#trunks]) {
      if (wanted.has(id)) continue;
      this.#trunks.delete(id);
      void trunk.stop(true);
    }
    for (const [id, config] of wanted) {
      const old = this.#trunks.get(id);
      if (old && onlyAdjusts(old.config, config)) {
        old.adjust(config);
        continue;
      }
      const trunk = new Trunk(config, this.#trunkHost, old);
      this.#trunks.set(id, trunk);
      // A new registration of the same binding takes the old one's place; taking that back would end both.
      if (old) void old.stop(!sameBinding(old.config, config));
      if (config.enabled) trunk.start();
      this.#told(trunk);
    }
  }

  #told(trunk: Trunk): void {
    const device = deviceOfAccount(trunk.config.id);
    if (device === undefined) this.emit('trunkChanged', trunk.status);
    else this.emit('deviceChanged', accountStatus(device, trunk.status));
  }

  #connected(): void {
    this.emit('engine', true);
    for (const trunk of this.#trunks.values()) trunk.transportChanged();
    // One that cannot be ended now stays in the journal for the next start.
    for (const dialog of this.#orphans.splice(0)) void this.endOrphan(dialog);
  }

  #networkChanged(event: NetworkEvent): void {
    if (this.#closing) return;
    const { kind } = event;
    if (kind === 'addresses') {
      const { came, gone } = event;
      this.#facade.listening = event.bound;
      for (const trunk of this.#trunks.values()) trunk.addressesChanged(event);
      this.#lan.addressesChanged();
      this.emit('addressChanged', { cause: 'interfaces', came, gone });
      return;
    }
    for (const trunk of this.#trunks.values()) {
      if (!trunk.flowFailed(event.protocol, event.host)) continue;
      this.emit('addressChanged', { cause: 'flow', came: [], gone: [], trunkId: trunk.config.id });
    }
  }

  #dialogClosed(callId: string): void {
    if (!this.#dialogs.delete(callId)) return;
    this.emit('dialogClosed', callId);
    this.#dialogEnded?.();
  }
}
