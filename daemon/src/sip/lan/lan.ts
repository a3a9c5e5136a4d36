import type { Clock } from '../../base/clock.ts';
import type { ReleaseCause } from '../../call/leg.ts';
import type { DeviceConfig } from '../../config/schema.ts';
import type { SrtpSuite } from '../../media/api.ts';
import { plainAddress } from '../address.ts';
import { behindPbx, carriedBy } from '../carried.ts';
import { localCause } from '../cause.ts';
import { callerOf } from '../identity.ts';
import { IncomingSipLeg } from '../incoming-leg.ts';
import type { LegHost } from '../leg-host.ts';
import { mediaAddress } from '../local-address.ts';
import { OutgoingSipLeg } from '../outgoing-leg.ts';
import { type OutgoingCall, proxyOf } from '../peer.ts';
import { readReplaces } from '../refer.ts';
import type { SipLeg } from '../sip-leg.ts';
import type { SrfRequest, SrfResponse } from '../srf-types.ts';
import type { Resolver } from '../targets.ts';
import { Device, type DeviceTimes } from './device.ts';
import { type DeviceCall, dialedNumber, objectionOf } from './device-call.ts';
import { CallPlace, DevicePeer } from './device-peer.ts';
import type { AuthFailure, BindingStore, DeviceStatus, StoredBinding } from './device-status.ts';
import { DigestGate } from './digest-gate.ts';
import { extensionUri, messageSummary, type OfficeState } from './event-packages.ts';
import { referOutside } from './outside-refer.ts';
import { Registrar } from './registrar.ts';
import { EVENTS, Subscriptions } from './subscriptions.ts';

/** Realm of our challenges; a telephone keeps its password by it, so that it must never change. */
export const REALM = 'linegate';

/** A call to a device. */
export interface DeviceCallRequest extends OutgoingCall {
  deviceId: string;
}

export interface LanOptions {
  legHost: LegHost;
  clock: Clock;
  resolver: Resolver;
  times: DeviceTimes;
  /** Whether `address` is of the office network (ruling 18). */
  onLink(address: string): boolean;
  /** Local address from which packets to `remote` leave. */
  routed(remote: string): Promise<string>;
  /** Suites of SRTP that work on this machine, the preferred first. */
  srtpSuites(): readonly SrtpSuite[];
  store?: BindingStore | undefined;
  /** What devices may subscribe to; nothing without it. */
  office?: OfficeState | undefined;
  showsTrying: boolean;
  changed(status: DeviceStatus): void;
  refused(failure: AuthFailure): void;
  arrived(leg: SipLeg, call: DeviceCall): void;
  mediaReady(address: string): void;
  /** Every leg there is. */
  legs(): Iterable<SipLeg>;
}

/** Failures remembered by address, and how many addresses. */
const MAX_SOURCES = 4096;

/** The SIP devices of the office network: who they are, where they are, and calls with them. */
export class Lan {
  readonly registrar: Registrar;
  readonly gate: DigestGate;
  readonly subscriptions: Subscriptions | undefined;
  readonly #options: LanOptions;
  readonly #devices = new Map<string, Device>();
  /** Local address by remote one; undefined while the routing table is asked. */
  readonly #local = new Map<string, string | undefined>();
  readonly #failures = new Map<string, number>();

  constructor(options: LanOptions) {
    this.#options = options;
    const { clock, legHost } = options;
    const { office } = options;
    this.subscriptions = office && new Subscriptions({ facade: legHost.facade, clock, office });
    this.gate = new DigestGate(REALM, () => clock.now());
    this.registrar = new Registrar({
      facade: legHost.facade,
      clock,
      authenticate: (req, res) => this.authenticate(req, res),
      bound: (device) => this.#keep(device),
    });
  }

  /** Takes the devices of a configuration. Bindings of those that stay, stay. */
  apply(configs: readonly DeviceConfig[]): void {
    const own = configs.filter((config) => config.mode !== 'client');
    const wanted = new Map(own.map((config) => [config.id, config]));
    for (const [id, device] of [...this.#devices]) {
      const next = wanted.get(id);
      if (next && sameDevice(device.config, next)) {
        device.config = next;
        wanted.delete(id);
        continue;
      }
      device.close();
      this.#devices.delete(id);
      if (!next) this.#options.store?.save(id, []);
    }
    const kept = wanted.size > 0 ? (this.#options.store?.load() ?? []) : [];
    for (const [id, config] of wanted) {
      const device = new Device(config, {
        facade: this.#options.legHost.facade,
        clock: this.#options.clock,
        resolver: this.#options.resolver,
        times: this.#options.times,
        localAddress: (remote) => this.localAddress(remote),
        srtpSuites: this.#options.srtpSuites,
        changed: (changed) => {
          if (this.#devices.get(id) === changed) this.#options.changed(changed.status);
        },
      });
      this.#devices.set(id, device);
      // What a password or a name stood for is over with it; else the telephone need not notice our restart.
      if (config.mode === 'registers')
        device.bindings = this.#restored(kept.filter((b) => b.deviceId === id));
      this.#options.changed(device.status);
    }
    this.subscriptions?.sweep(new Set(this.#devices.keys()));
  }

  statuses(): DeviceStatus[] {
    return [...this.#devices.values()].map((device) => device.status);
  }

  /** Addresses of this machine are others: each way is looked up anew. */
  addressesChanged(): void {
    const known = [...this.#local.keys()];
    this.#local.clear();
    for (const remote of known) this.localAddress(remote);
  }

  /** The device that a request comes from, by the way it came: a known address, or a registered flow. */
  sender(req: SrfRequest): Device | undefined {
    const source = { protocol: req.protocol, address: req.source_address, port: req.source_port };
    return [...this.#devices.values()].find((device) => device.sent(source));
  }

  /** Whether somebody at the request's source may ask us for anything, be it only with a password. */
  mayKnock(req: SrfRequest): boolean {
    if (this.#devices.size === 0) return false;
    return (
      this.#options.onLink(plainAddress(req.source_address)) ||
      [...this.#devices.values()].some((device) => device.mayComeFrom(req.source_address))
    );
  }

  /**
   * The device whose password a request carries; else challenges or refuses it and returns undefined. Whether
   * a user exists cannot be told from the answer, nor from its time.
   */
  authenticate(req: SrfRequest, res: SrfResponse): Device | undefined {
    const { facade } = this.#options.legHost;
    const { onLink } = this.#options;
    const near = onLink(plainAddress(req.source_address));
    const byUser = (user: string): Device | undefined =>
      [...this.#devices.values()].find(
        ({ config }) =>
          config.enabled && config.mode === 'registers' && (config.authUser || config.user) === user,
      );
    const allowed = (user: string): Device | undefined => {
      const device = byUser(user);
      return device && (near || device.mayComeFrom(req.source_address)) ? device : undefined;
    };
    const verdict = this.gate.check(
      { method: req.method, uri: req.uri, body: req.body, authorization: req.get('Authorization') },
      (user) => allowed(user)?.config.password,
    );
    const source = plainAddress(req.source_address);
    const place = `${req.protocol} ${source}${/udp/i.test(req.protocol) ? ` ${req.source_port}` : ''}`;
    if (verdict.kind !== 'none') this.gate.answered(place);
    switch (verdict.kind) {
      case 'right':
        this.#failures.delete(source);
        return allowed(verdict.user);
      case 'wrong': {
        const failures = (this.#failures.get(source) ?? 0) + 1;
        this.#failures.delete(source);
        this.#failures.set(source, failures);
        if (this.#failures.size > MAX_SOURCES) this.#failures.delete(this.#failures.keys().next().value!);
        this.#options.refused({
          method: req.method,
          sourceAddress: source,
          protocol: req.protocol,
          user: verdict.user.slice(0, 64),
          failures,
        });
        facade.respond(res, 403);
        return undefined;
      }
      default:
        facade.respond(res, 401, {
          headers: { 'WWW-Authenticate': this.gate.challenges(place, verdict.kind === 'stale') },
        });
        return undefined;
    }
  }

  /** An INVITE of a device, or of somebody in the office who claims to be one. */
  async invite(req: SrfRequest, res: SrfResponse): Promise<void> {
    const { legHost, arrived } = this.#options;
    const known = this.sender(req);
    const device = known && known.config.mode === 'static' ? known : this.authenticate(req, res);
    if (!device) return;
    const { objection, unprotected } = objectionOf(device, req);
    if (objection) {
      legHost.facade.respond(res, objection.status, { headers: objection.headers ?? {} });
      return;
    }
    let given = false;
    // The way to a telephone that calls before it has registered is not known yet.
    req.on('cancel', () => {
      given = true;
    });
    const local = this.localAddress(req.source_address) ?? (await this.#locate(req.source_address));
    if (given) return;
    const replaces = readReplaces(req.get('Replaces') ?? '');
    const full = device.calls >= device.config.maxCalls;
    const peer = new DevicePeer(device, local, new CallPlace(device), undefined, unprotected);
    const leg = new IncomingSipLeg(peer, legHost, req, res);
    // A telephone forwards nothing that comes to us; whoever it says has diverted a call is its own affair.
    const carried = device.config.kind === 'pbx' ? carriedBy(req, device.config.numberFormat) : undefined;
    leg.carried = behindPbx(carried);
    arrived(leg, {
      deviceId: device.config.id,
      calledNumber: dialedNumber(req, device.config),
      caller:
        device.config.kind === 'pbx'
          ? callerOf(
              {
                from: req.get('From'),
                assertedIdentity: req.get('P-Asserted-Identity'),
                remoteParty: req.get('Remote-Party-ID'),
                privacy: req.get('Privacy'),
              },
              device.config.numberFormat,
            )
          : {},
      full,
      ...(unprotected ? { unprotected } : {}),
      ...(device.config.mode === 'static' || this.#options.onLink(plainAddress(req.source_address))
        ? {}
        : { away: true }),
      ...(replaces ? { replaces } : {}),
      ...(carried?.diversions.length ? { diversions: carried.diversions } : {}),
    });
  }

  /** A REFER of a device outside of dialogs. */
  refer(req: SrfRequest, res: SrfResponse): void {
    const known = this.sender(req);
    const device = known && known.config.mode === 'static' ? known : this.authenticate(req, res);
    if (!device) return;
    const { legHost, legs } = this.#options;
    const peer = new DevicePeer(device, this.localAddress(req.source_address), new CallPlace(device));
    const { place, contact } = peer;
    referOutside({ req, res, place, contact, legs: legs(), facade: legHost.facade });
  }

  /** A SUBSCRIBE of a device: for messages, or for who is on the telephone. */
  subscribe(req: SrfRequest, res: SrfResponse): void {
    const { facade } = this.#options.legHost;
    const known = this.sender(req);
    const device = known && known.config.mode === 'static' ? known : this.authenticate(req, res);
    if (!device) return;
    if (!this.subscriptions) {
      facade.respond(res, 489, { headers: { 'Allow-Events': EVENTS } });
      return;
    }
    const local = this.localAddress(req.source_address);
    const { contact } = new DevicePeer(device, local, new CallPlace(device));
    this.subscriptions.subscribe(req, res, {
      deviceId: device.config.id,
      contact,
      domain: local ?? 'localhost',
    });
  }

  /**
   * Makers of legs to all contacts of a device: first those it prefers, in groups rung at once; or why there is
   * none.
   */
  call(request: DeviceCallRequest): (() => OutgoingSipLeg)[][] | ReleaseCause {
    const device = this.#devices.get(request.deviceId);
    const name = `device ${request.deviceId}`;
    if (!device?.config.enabled) return localCause(27, `${name} is off`);
    if (device.calls >= device.config.maxCalls) return localCause(17, `${name} is busy`);
    const contacts = device.reachable;
    if (contacts.length === 0)
      return localCause(
        20,
        device.trouble ? `${name}: ${device.trouble.said.en}` : `${name} is ${device.status.state}`,
      );
    const place = new CallPlace(device);
    const groups = new Map<number, (() => OutgoingSipLeg)[]>();
    for (const contact of contacts) {
      const peer = new DevicePeer(device, this.localAddress(contact.way.address), place, contact);
      const make = () => new OutgoingSipLeg(peer, this.#options.legHost, request, this.#options.showsTrying);
      const group = groups.get(contact.q);
      if (group) group.push(make);
      else groups.set(contact.q, [make]);
    }
    return [...groups.values()];
  }

  /** Tells the device of waiting messages: by its subscription, or without one where it is set so (RFC 3842 4.1). */
  messagesChanged(deviceId: string): void {
    this.subscriptions?.messagesChanged(deviceId);
    const device = this.#devices.get(deviceId);
    const waiting = this.#options.office?.messages(deviceId);
    if (device?.config.messageLamp !== 'unsolicited' || !waiting) return;
    const { facade } = this.#options.legHost;
    for (const { uri, way } of device.reachable) {
      const domain = this.localAddress(way.address) ?? 'localhost';
      const account = extensionUri(device.config.user, domain);
      facade
        .request('NOTIFY', {
          uri,
          proxy: proxyOf(way),
          headers: {
            From: `<${account}>`,
            To: `<${uri}>`,
            Contact: `<${account}>`,
            Event: 'message-summary',
            'Subscription-State': 'active',
            'Content-Type': 'application/simple-message-summary',
          },
          body: messageSummary(waiting, account),
        })
        .catch(() => {});
    }
  }

  /** Local address toward `remote`, if the routing table has been asked; else it is asked now. */
  localAddress(remote: string): string | undefined {
    const known = this.#local.get(remote);
    if (known === undefined && !this.#local.has(remote)) void this.#locate(remote).catch(() => {});
    return known;
  }

  close(): void {
    this.subscriptions?.close();
    for (const device of this.#devices.values()) device.close();
  }

  async #locate(remote: string): Promise<string | undefined> {
    this.#local.set(remote, this.#local.get(remote));
    try {
      const { facade } = this.#options.legHost;
      const local = mediaAddress(await this.#options.routed(plainAddress(remote)), facade.listening);
      this.#local.set(remote, local);
      this.#options.mediaReady(local);
      return local;
    } catch {
      // No route yet: asked again when it is needed next.
      this.#local.delete(remote);
      return undefined;
    }
  }

  #keep(device: Device): void {
    const { clock, store } = this.#options;
    const wall = clock.wall() - clock.now();
    store?.save(
      device.config.id,
      device.bindings.map((binding) => ({
        ...binding,
        deviceId: device.config.id,
        expiresAt: Math.round(binding.expiresAt + wall),
      })),
    );
  }

  #restored(kept: readonly StoredBinding[]) {
    const { clock } = this.#options;
    const wall = clock.wall() - clock.now();
    return kept.map(({ deviceId: _, ...binding }) => ({ ...binding, expiresAt: binding.expiresAt - wall }));
  }
}

/** Whether a device is the same subscriber at the same place, so that its bindings hold. */
function sameDevice(a: DeviceConfig, b: DeviceConfig): boolean {
  const connection = ({
    enabled,
    mode,
    user,
    authUser,
    password,
    address,
    transport,
    networks,
  }: DeviceConfig): string =>
    JSON.stringify([enabled, mode, user, authUser, password, address, transport, networks]);
  return connection(a) === connection(b);
}
