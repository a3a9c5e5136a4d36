import { randomBytes } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { Clock, Timer } from '../../base/clock.ts';
import { codeOf } from '../../base/error.ts';
import type { DeviceConfig } from '../../config/schema.ts';
import type { SrtpSuite } from '../../media/api.ts';
import { escapeUser, joinHostPort, plainAddress } from '../address.ts';
import { type HealthState, initialHealth, judge } from '../health.ts';
import { nextHopOf, proxyOf, type Way } from '../peer.ts';
import type { SrfFacade } from '../srf-facade.ts';
import type { SrtpWishes } from '../srtp-terms.ts';
import { type Resolver, Targets } from '../targets.ts';
import { tlsProfileId } from '../tls.ts';
import type { Trouble } from '../trouble.ts';
import { type Binding, wayTo } from './bindings.ts';
import type { DeviceContact, DeviceState, DeviceStatus } from './device-status.ts';
import { deviceTrouble } from './device-trouble.ts';

/** Times of devices, ms; tests shorten them. */
export interface DeviceTimes {
  /** How often a contact is asked whether it is there; also keeps the way through a NAT open (RFC 3261 11). */
  qualifyMs: number;
  /** How long it may take to answer. */
  answerMs: number;
  /** How soon a silent one is asked again. */
  retryMs: number;
}

export const deviceTimes: DeviceTimes = { qualifyMs: 30_000, answerMs: 4_000, retryMs: 5_000 };

/** What a device needs from the gateway. */
export interface DeviceHost {
  facade: SrfFacade;
  clock: Clock;
  resolver: Resolver;
  times: DeviceTimes;
  /** Local address toward `remote`; undefined until the routing table was asked. */
  localAddress(remote: string): string | undefined;
  /** Suites of SRTP that work on this machine, the preferred first. */
  srtpSuites(): readonly SrtpSuite[];
  changed(device: Device): void;
}

/** One way to reach a device. */
export interface Contact {
  /** Request-URI. */
  uri: string;
  way: Way;
  /** Route headers' values (RFC 3327 5.1). */
  path: readonly string[];
  q: number;
  /** By what it is told from the others: the URI, or where that is that of several flows, the flow. */
  key: string;
  /** The instance that has several flows, of which one is to be taken (RFC 5626 6). */
  instance?: string;
  /** Its other flows, the newest first. */
  further?: readonly Contact[];
}

interface Watched {
  health: HealthState;
  /** It has answered OPTIONS before, so silence means something. */
  answers: boolean;
  timer: Timer | undefined;
}

/** One SIP device of the office: where it is, whether it answers, how many calls it has. */
export class Device {
  config: DeviceConfig;
  calls = 0;
  readonly #host: DeviceHost;
  #bindings: readonly Binding[] = [];
  readonly #targets: Targets | undefined;
  readonly #networks = new BlockList();
  /** By {@link Contact.key}. */
  readonly #watched = new Map<string, Watched>();
  #expiry: Timer | undefined;
  #state: DeviceState = 'disabled';
  #since: number;
  #closed = false;

  constructor(config: DeviceConfig, host: DeviceHost) {
    this.config = config;
    this.#host = host;
    this.#since = host.clock.wall();
    const { clock, resolver } = host;
    if (config.mode === 'static' && config.address !== undefined)
      this.#targets = new Targets(config.address, config.transport, resolver, clock, () => this.#refresh());
    for (const network of config.networks) addNetwork(this.#networks, network);
    this.#refresh();
  }

  get status(): DeviceStatus {
    const { clock } = this.#host;
    const expiry = new Map(this.#bindings.map((binding) => [keyOf(binding), binding]));
    const { trouble } = this;
    return {
      deviceId: this.config.id,
      state: this.#state,
      since: this.#since,
      calls: this.calls,
      ...(trouble ? { trouble } : {}),
      contacts: this.#contacts().map((contact): DeviceContact => {
        const binding = expiry.get(contact.key);
        return {
          address: nextHopOf(contact.way),
          ...(binding?.userAgent === undefined ? {} : { userAgent: binding.userAgent }),
          ...(binding ? { expiresAt: Math.round(clock.wall() + binding.expiresAt - clock.now()) } : {}),
          alive: this.#watched.get(contact.key)?.health.up ?? true,
        };
      }),
    };
  }

  get bindings(): readonly Binding[] {
    return this.#bindings;
  }

  set bindings(bindings: readonly Binding[]) {
    this.#bindings = bindings;
    this.#refresh();
  }

  /** Ways to it that answer, the preferred first; of the flows of one instance the newest, with the others behind it. */
  get reachable(): Contact[] {
    const contacts = this.#contacts().filter(
      ({ key, way }) => this.protects(way.transport) && (this.#watched.get(key)?.health.up ?? true),
    );
    return byInstance(contacts).sort((a, b) => b.q - a.q);
  }

  /** How speech with it is to be protected; undefined: not at all. */
  get srtp(): SrtpWishes | undefined {
    const { srtp } = this.config;
    return srtp === 'off' ? undefined : { required: srtp === 'required', suites: this.#host.srtpSuites() };
  }

  /** Whether calls over `transport` have the protection that is required, if any is (ruling 25). */
  protects(transport: string): boolean {
    const { srtp } = this;
    return !srtp?.required || (transport === 'tls' && srtp.suites.length > 0);
  }

  /** Why it cannot be called although it is there. */
  get trouble(): Trouble | undefined {
    const ways = this.#contacts().map(({ way }) => way.transport);
    if (ways.length === 0 || ways.some((transport) => this.protects(transport))) return undefined;
    return deviceTrouble(this.#host.srtpSuites().length > 0 ? 'no-tls' : 'no-srtp');
  }

  /** Whether a request comes by a way that is known to be this device's. */
  sent(source: { protocol: string; address: string; port: number }): boolean {
    if (!this.config.enabled) return false;
    if (this.#targets) return this.#targets.includes(source.address);
    const address = plainAddress(source.address);
    return this.#live().some(
      ({ source: known }) =>
        plainAddress(known.address) === address &&
        known.port === source.port &&
        known.protocol.toLowerCase() === source.protocol.toLowerCase(),
    );
  }

  /** Whether it may come from `address` although that is not of the office network. */
  mayComeFrom(address: string): boolean {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && this.#networks.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
  }

  /** An exchange with a contact (by its key) has ended; `alive`: it answered, whatever it said. */
  saw(key: string, alive: boolean): void {
    const watched = this.#watched.get(key);
    if (!watched) return;
    watched.health = judge(watched.health, alive);
    this.#assess();
  }

  callBegan(): void {
    this.calls++;
    this.#host.changed(this);
  }

  callEnded(): void {
    this.calls--;
    this.#host.changed(this);
  }

  close(): void {
    this.#closed = true;
    this.#expiry?.cancel();
    this.#targets?.close();
    for (const { timer } of this.#watched.values()) timer?.cancel();
    this.#watched.clear();
  }

  #live(): Binding[] {
    const now = this.#host.clock.now();
    return this.#bindings.filter((binding) => binding.expiresAt > now);
  }

  #contacts(): Contact[] {
    if (!this.config.enabled) return [];
    const { user, transport } = this.config;
    const target = this.#targets?.current;
    if (target) {
      const place = joinHostPort(target.address, target.port);
      const way = {
        ...target,
        transport,
        ...(transport === 'tls' ? { profile: tlsProfileId(this.config.id) } : {}),
      };
      const uri = `sip:${escapeUser(user)}@${place}`;
      return [{ uri, way, path: [], q: 1, key: uri }];
    }
    return this.#live().map((binding) => ({
      uri: binding.uri,
      way: wayTo(binding),
      path: binding.path,
      q: binding.q,
      key: keyOf(binding),
      ...(binding.flow ? { instance: binding.flow.instance } : {}),
    }));
  }

  /** The ways to it are others: those that are new are watched, those that are gone no longer. */
  #refresh(): void {
    if (this.#closed) return;
    const contacts = this.#contacts();
    const keys = new Set(contacts.map(({ key }) => key));
    for (const [key, { timer }] of [...this.#watched]) {
      if (keys.has(key)) continue;
      timer?.cancel();
      this.#watched.delete(key);
    }
    for (const contact of contacts) {
      this.#host.localAddress(contact.way.address);
      const before = this.#watched.get(contact.key);
      if (before) {
        // It has just spoken to us.
        if (!this.#targets) before.health = initialHealth;
        continue;
      }
      this.#watched.set(contact.key, { health: initialHealth, answers: false, timer: undefined });
      this.#qualifyIn(contact.key, this.#targets ? 0 : this.#host.times.qualifyMs);
    }
    this.#expiry?.cancel();
    const next = Math.min(...this.#live().map((binding) => binding.expiresAt));
    if (Number.isFinite(next)) {
      const ms = Math.max(1, next - this.#host.clock.now());
      this.#expiry = this.#host.clock.after(ms, () => this.#refresh());
    }
    this.#assess();
  }

  #assess(): void {
    const contacts = this.#contacts();
    const state: DeviceState = !this.config.enabled
      ? 'disabled'
      : contacts.length === 0
        ? 'absent'
        : this.reachable.length === 0
          ? 'unreachable'
          : this.config.mode === 'registers'
            ? 'registered'
            : 'ready';
    if (state !== this.#state) this.#since = this.#host.clock.wall();
    this.#state = state;
    this.#host.changed(this);
  }

  #qualifyIn(key: string, ms: number): void {
    const watched = this.#watched.get(key);
    if (!watched || this.#closed) return;
    watched.timer?.cancel();
    watched.timer = this.#host.clock.after(ms, () => void this.#qualify(key));
  }

  /** OPTIONS: whether it is there at all. Some answer nothing to it ever, and say nothing by that. */
  async #qualify(key: string): Promise<void> {
    const { facade, times, clock } = this.#host;
    const contact = this.#contacts().find((known) => known.key === key);
    const local = contact && this.#host.localAddress(contact.way.address);
    if (!contact || local === undefined || !facade.connected) {
      this.#qualifyIn(key, times.retryMs);
      return;
    }
    const us = `<sip:linegate@${joinHostPort(local, undefined)}>`;
    const asked = facade
      .request('OPTIONS', {
        uri: contact.uri,
        proxy: proxyOf(contact.way),
        headers: {
          From: `${us};tag=${randomBytes(8).toString('hex')}`,
          To: `<${contact.uri}>`,
          Contact: '<sip:linegate@localhost>',
          Accept: 'application/sdp',
          ...(contact.path.length ? { Route: contact.path.join(', ') } : {}),
        },
      })
      .then((response) => response.source_address !== '')
      .catch((error: unknown) => (codeOf(error) === 'sip/engine-lost' ? undefined : false));
    const late = new Promise<false>((resolve) => void clock.after(times.answerMs, () => resolve(false)));
    const alive = await Promise.race([asked, late]);
    const watched = this.#watched.get(key);
    if (!watched) return;
    if (alive) watched.answers = true;
    if (alive || (alive === false && (watched.answers || this.#targets))) this.saw(key, alive);
    this.#qualifyIn(key, alive ? times.qualifyMs : Math.min(times.qualifyMs, times.retryMs));
  }
}

/** By what a binding is told from the others of its device. */
const keyOf = ({ uri, flow }: Binding): string => (flow ? `${flow.regId} ${flow.instance}` : uri);

/** One contact for each instance: a call goes to one of its flows, and to the next if that is broken (RFC 5626 6). */
function byInstance(contacts: readonly Contact[]): Contact[] {
  const flows = new Map<string, Contact[]>();
  // Registered last stands last.
  for (const contact of [...contacts].reverse())
    if (contact.instance !== undefined)
      flows.set(contact.instance, [...(flows.get(contact.instance) ?? []), contact]);
  return contacts.flatMap((contact) => {
    if (contact.instance === undefined) return contact;
    const [newest, ...further] = flows.get(contact.instance) ?? [];
    return newest === contact ? { ...contact, further } : [];
  });
}

function addNetwork(list: BlockList, network: string): void {
  const [address = '', bits] = network.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const prefix = Number(bits);
  if (!isIP(address)) return;
  if (bits === undefined) list.addAddress(address, family);
  else if (prefix > 0 && prefix <= (family === 'ipv6' ? 128 : 32)) list.addSubnet(address, prefix, family);
}
