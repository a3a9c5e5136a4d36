import { randomUUID } from 'node:crypto';
import type { Timer } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Leg, ReleaseCause } from '../call/leg.ts';
import type { DialogJournal } from '../records/call-record.ts';
import { localCause } from './cause.ts';
import { DirectMedia } from './direct-media.ts';
import type {
  SipCounters,
  SipEvents,
  SipGateway,
  SipOptions,
  SipSettings,
  TrunkCallRequest,
} from './gateway-api.ts';
import { Inbound, nobodyHere } from './inbound.ts';
import { deviceTimes } from './lan/device.ts';
import type { DeviceStatus } from './lan/device-status.ts';
import { type DeviceCallRequest, Lan } from './lan/lan.ts';
import { accountId, accountStatus, deviceOfAccount } from './lan/pbx-account.ts';
import type { LegHost, OpenDialog } from './leg-host.ts';
import { routedAddress } from './local-address.ts';
import { type NetworkEvent, watchedNetwork } from './network.ts';
import { fromOperator } from './number-format.ts';
import { OfficeDoor, officeOfTrunk } from './office.ts';
import { endOrphan } from './orphan.ts';
import { OutgoingSipLeg } from './outgoing-leg.ts';
import { RtpPool } from './rtp-pool.ts';
import type { SipLeg } from './sip-leg.ts';
import { type HostPort, SrfFacade } from './srf-facade.ts';
import { systemResolver } from './targets.ts';
import { tlsProfiles } from './tls.ts';
import { Trunk } from './trunk.ts';
import { onlyAdjusts, sameBinding } from './trunk-change.ts';
import { type TrunkHost, trunkTimes } from './trunk-host.ts';
import { TrunkPeer } from './trunk-peer.ts';
import type { TrunkStatus } from './trunk-status.ts';

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
  readonly #door = new OfficeDoor();
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
      instance: options.instance ?? `urn:uuid:${randomUUID()}`,
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
    const direct = new DirectMedia(media, clock, this.#legs);
    this.#legHost = {
      facade: this.#facade,
      media,
      pool: this.#pool,
      clock,
      fax: options.fax ?? (() => false),
      dialogOpened: (leg, dialog) => {
        this.#dialogs.add(dialog.callId);
        this.emit('dialogOpened', leg, dialog);
      },
      dialogClosed: (callId) => this.#dialogClosed(callId),
      dialogOrphaned: (dialog) => void this.#orphans.push(dialog),
      ended: (leg) => void this.#legs.delete(leg),
      returned: (leg) => direct.returned(leg),
    };
    this.#lan = new Lan({
      legHost: this.#legHost,
      clock,
      resolver: options.resolver ?? systemResolver,
      times: options.deviceTimes ?? deviceTimes,
      srtpSuites: this.#trunkHost.srtpSuites,
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
      legs: () => this.#legs,
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
        const officeId = officeOfTrunk(call.trunkId);
        const event =
          officeId !== undefined ? 'officeCalls' : deviceId !== undefined ? 'deviceCalls' : 'incoming';
        if (this.#closing || this.count(event) === 0) leg.release(nobodyHere);
        else if (officeId !== undefined) this.emit('officeCalls', leg, { ...call, officeId });
        else if (deviceId === undefined) this.emit('incoming', leg, call);
        else this.emit('deviceCalls', leg, { ...call, deviceId, full: false });
      },
      () => this.#full,
      { door: this.#door, refused: (refusal) => this.emit('officeRefused', refusal) },
    );
    this.#facade.on('invite', (req, res) => this.#inbound.invite(req, res));
    this.#facade.on('request', (req, res) => this.#inbound.request(req, res));
    this.#facade.on('connected', () => this.#connected());
    this.#facade.on('lost', () => {
      for (const trunk of this.#trunks.values()) trunk.engineLost();
      this.emit('engine', false);
    });
    media.on('digit', (endpoint, digit, durationMs, source) => {
      for (const leg of this.#legs) if (leg.endpoint === endpoint) leg.heardDigit(digit, source, durationMs);
    });
    media.on('digitOut', (endpoint, digit) => {
      for (const leg of this.#legs) if (leg.endpoint === endpoint) leg.digitOut(digit);
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
      if (isOperator(trunk) && trunk.config.enabled && trunk.trusts(address)) return trunk.config.id;
    return undefined;
  }

  trunkAddresses(): string[] {
    return [...this.#trunks.values()].flatMap((trunk) => (trunk.config.enabled ? trunk.addresses : []));
  }

  trunks(): TrunkStatus[] {
    return [...this.#trunks.values()].flatMap((trunk) => (isOperator(trunk) ? trunk.status : []));
  }

  offices(): Map<string, TrunkStatus> {
    const statuses = [...this.#trunks.values()].flatMap((trunk): [string, TrunkStatus][] => {
      const id = officeOfTrunk(trunk.config.id);
      return id === undefined ? [] : [[id, trunk.status]];
    });
    return new Map(statuses);
  }

  call(request: TrunkCallRequest): Leg | ReleaseCause {
    const trunk = this.#trunks.get(request.trunkId);
    if (!trunk) return localCause(38, `no trunk ${request.trunkId}`);
    const emergency = request.emergency ?? false;
    const refusal = this.#closing ? localCause(41, 'the box is stopping') : trunk.refusal(emergency);
    if (refusal) return refusal;
    if (!emergency && this.#full)
      return localCause(42, `all ${this.#channels} SIP channels of the box are taken`);
    const spared = emergency ? undefined : trunk.spared();
    if (spared) return spared;
    const { divertedFrom, diversionReason, userToUser } = request;
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
        ...(userToUser === undefined ? {} : { userToUser }),
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
    this.#options.secure?.(tlsProfiles(settings.trunks, settings.devices, settings.offices));
    const repinned = this.#door.apply(settings.offices ?? []);
    this.#emergencyCaller = settings.emergencyCaller;
    this.#numbers = (settings.numbers ?? []).map((entry) => ({
      ...entry,
      number: fromOperator(entry.number, 'national-8') ?? entry.number,
    }));
    this.#channels = settings.channels ?? Number.POSITIVE_INFINITY;
    this.#lan.apply(settings.devices ?? []);
    const accounts = settings.accounts?.map(({ trunk }) => trunk) ?? [];
    const offices = settings.offices?.map(({ trunk }) => trunk) ?? [];
    const wanted = new Map(
      [...settings.trunks, ...accounts, ...offices].map((config) => [config.id, config]),
    );
    for (const [id, trunk] of [...this.#trunks]) {
      if (wanted.has(id)) continue;
      this.#trunks.delete(id);
      void trunk.stop(true);
    }
    for (const [id, config] of wanted) {
      const old = this.#trunks.get(id);
      if (old && !repinned.has(id) && onlyAdjusts(old.config, config)) {
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
    const office = officeOfTrunk(trunk.config.id);
    if (office !== undefined) this.emit('officeChanged', office, trunk.status);
    else if (device === undefined) this.emit('trunkChanged', trunk.status);
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
      if (!trunk.flowFailed(event.protocol, event.host, event.port)) continue;
      this.emit('addressChanged', { cause: 'flow', came: [], gone: [], trunkId: trunk.config.id });
    }
  }

  #dialogClosed(callId: string): void {
    if (!this.#dialogs.delete(callId)) return;
    this.emit('dialogClosed', callId);
    this.#dialogEnded?.();
  }
}

/** Neither a PBX that we register at nor another office of ours. */
const isOperator = ({ config }: Trunk): boolean =>
  deviceOfAccount(config.id) === undefined && officeOfTrunk(config.id) === undefined;
