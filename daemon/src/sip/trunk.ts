import { randomBytes, randomInt } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { AddressesChange } from '../base/address-watch.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { Machine } from '../base/machine.ts';
import type { ReleaseCause } from '../call/leg.ts';
import type { TrunkConfig } from '../config/schema.ts';
import { escapeUser, joinHostPort, plainAddress } from './address.ts';
import { localCause } from './cause.ts';
import { Credentials } from './credentials.ts';
import { type HealthState, initialHealth, judge, showsLife } from './health.ts';
import { trunkDomain } from './identity.ts';
import { mediaAddress, routedAddress } from './local-address.ts';
import {
  initialRegistration,
  type RegistrationEffect,
  type RegistrationEvent,
  type RegistrationState,
  type RegistrationTimes,
  registration,
  registrationTimes,
} from './registration.ts';
import { Sight } from './sight.ts';
import type { SrfFacade } from './srf-facade.ts';
import type { SrfResponse } from './srf-types.ts';
import { type Resolver, type Target, Targets } from './targets.ts';
import { askTrunk, registrationFields } from './trunk-request.ts';
import {
  sayExchange,
  type TrunkExchange,
  type TrunkState,
  type TrunkStatus,
  trunkState,
} from './trunk-status.ts';

/** Times of a trunk besides the configured ones, ms; tests shorten them. */
export interface TrunkTimes {
  registration: (expiresSeconds: number) => RegistrationTimes;
  /** How long an answer to OPTIONS may take; a live server answers in a round trip. */
  optionsAnswerMs: number;
  /** How soon a silent server is asked again, if the configured interval is longer. */
  optionsRetryMs: number;
  /** Scales the configured OPTIONS interval. */
  optionsScale: number;
  /** How long a stop waits for the registrar. */
  unregisterMs: number;
}

export const trunkTimes: TrunkTimes = {
  registration: registrationTimes,
  optionsAnswerMs: 5_000,
  optionsRetryMs: 5_000,
  optionsScale: 1,
  unregisterMs: 2_000,
};

/** What a trunk needs from the gateway. */
export interface TrunkHost {
  facade: SrfFacade;
  clock: Clock;
  resolver: Resolver;
  times: TrunkTimes;
  /** 0 to under 1. */
  random(): number;
  /** State, last exchange or number of calls is another. */
  changed(trunk: Trunk): void;
  /** Media toward the trunk will be bound here. */
  mediaReady(address: string): void;
  /** Its server sees us at another address than before. */
  seenElsewhere(trunk: Trunk, seenAt: { host: string; port: number }): void;
}

/** One operator: where it is, whether it works, who we are there and how many calls it carries. */
export class Trunk {
  config: TrunkConfig;
  readonly credentials: Credentials;
  readonly #host: TrunkHost;
  readonly #targets: Targets;
  /** Names and addresses that may send us calls besides the targets. */
  readonly #trusted: Targets[] = [];
  readonly #peers = new BlockList();
  readonly #registration: Machine<RegistrationState, RegistrationEvent, RegistrationEffect>;
  readonly #callId = randomBytes(16).toString('hex');
  readonly #tag = randomBytes(8).toString('hex');
  #sequence = randomInt(1, 10_000);
  #registerTimer: Timer | undefined;
  #optionsTimer: Timer | undefined;
  #health: HealthState = initialHealth;
  /** The server has answered OPTIONS before, so silence means something. */
  #answersOptions = false;
  #localAddress: string | undefined;
  readonly #sight = new Sight();
  #state: TrunkState = 'disabled';
  #since: number;
  #lastExchange: TrunkExchange | undefined;
  /** Shared with the trunk that takes this one's place, so that the channel limit holds across a change. */
  readonly #channels: { taken: number };
  #stopped = true;
  #unregistered: (() => void) | undefined;

  /** `before`: the trunk of the same id whose place this one takes, and whose calls go on. */
  constructor(config: TrunkConfig, host: TrunkHost, before?: Trunk) {
    this.#channels = before ? before.#channels : { taken: 0 };
    this.config = config;
    this.#host = host;
    this.credentials = new Credentials(config);
    const { clock, resolver } = host;
    this.#targets = new Targets(
      config.outboundProxy || config.server,
      config.transport,
      resolver,
      clock,
      () => this.#targetsChanged(),
    );
    if (config.outboundProxy)
      this.#trusted.push(new Targets(config.server, config.transport, resolver, clock, () => {}));
    for (const peer of config.peers) this.#addPeer(peer);
    const times = host.times.registration(config.registerSeconds);
    this.#registration = new Machine(
      initialRegistration(times),
      registration(times, () => host.random()),
      (effect) => this.#carryOut(effect),
      () => clock.now(),
    );
    this.#since = clock.wall();
  }

  get status(): TrunkStatus {
    return {
      trunkId: this.config.id,
      state: this.#state,
      since: this.#since,
      calls: this.#channels.taken,
      ...(this.#lastExchange ? { lastExchange: this.#lastExchange } : {}),
    };
  }

  get calls(): number {
    return this.#channels.taken;
  }

  /** Local address for media toward the operator; undefined until one is known. */
  get localAddress(): string | undefined {
    return this.#localAddress;
  }

  /** Where requests go now. */
  get target(): Target | undefined {
    return this.#targets.current;
  }

  /** Next hop for the engine; undefined while no address is known. */
  proxyOf(target: Target): string {
    return `sip:${joinHostPort(target.address, target.port)};transport=${this.config.transport}`;
  }

  /** Our Contact on this trunk; the engine writes its own address in place of `localhost`. */
  get contact(): string {
    const transport = this.config.transport === 'tcp' ? ';transport=tcp' : '';
    return `<sip:${escapeUser(this.config.user || 'linegate')}@localhost${transport}>`;
  }

  get domain(): string {
    return trunkDomain(this.config);
  }

  /** Whether packets from `address` are the operator's. */
  trusts(address: string): boolean {
    const plain = plainAddress(address);
    return (
      this.#targets.includes(plain) ||
      this.#trusted.some((targets) => targets.includes(plain)) ||
      (isIP(plain) !== 0 && this.#peers.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4'))
    );
  }

  /** Why no call may go out now; undefined if one may. An emergency call is refused only what cannot be tried. */
  refusal(emergency: boolean): ReleaseCause | undefined {
    const name = `trunk ${this.config.id}`;
    if (!this.config.enabled || this.#stopped) return localCause(27, `${name} is off`);
    if (!this.target || !this.#localAddress) return localCause(38, `no address of ${name} is known`);
    if (!this.#host.facade.connected) return localCause(41, 'the SIP engine is not connected');
    if (emergency) return undefined;
    if (this.#channels.taken >= this.config.maxCalls)
      return localCause(34, `all ${this.config.maxCalls} channels of ${name} are taken`);
    if (this.#state === 'up' || this.#state === 'registered') return undefined;
    return localCause(27, `${name} is ${this.#state}`);
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#assess();
    this.#targetsChanged();
  }

  /** Changes that need no new registration. */
  adjust(config: TrunkConfig): void {
    this.config = config;
    this.#host.changed(this);
  }

  /** The engine's connection, or our address, is another: everything must be told anew. */
  transportChanged(): void {
    if (this.#stopped) return;
    this.#targetsChanged();
    this.#registration.send({ type: 'transportChanged' });
  }

  /** Addresses of this machine came or went: the way to the operator may be another now. */
  addressesChanged(change: AddressesChange): void {
    const own = this.#localAddress;
    // One that went and came back has lost every connection and binding on the way.
    if (own !== undefined && (change.came.includes(own) || change.gone.includes(own)))
      this.transportChanged();
    else if (!this.#stopped) this.#targetsChanged();
  }

  /** A connection is dead although nobody was sending. True if it was the one to this trunk's server. */
  flowFailed(protocol: string, host: string): boolean {
    const target = this.target;
    if (this.#stopped || !target || plainAddress(target.address) !== plainAddress(host)) return false;
    if (protocol !== this.config.transport) return false;
    this.transportChanged();
    return true;
  }

  /** Notes where the server saw a request of ours come from; elsewhere than before, the binding it holds is void. */
  sawUsAt(target: Target, request: string, response: SrfResponse): void {
    const seen = this.#sight.note(target, response);
    if (!seen) return;
    this.#host.seenElsewhere(this, seen);
    // A REGISTER that went out by the new way has said so already.
    if (request !== 'REGISTER' && this.config.mode === 'register')
      this.#registration.send({ type: 'transportChanged' });
  }

  /** Stops watching; with `unregister`, resolves when the operator has answered or has had its time. Calls go on. */
  async stop(unregister: boolean): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#optionsTimer?.cancel();
    if (unregister && this.config.mode === 'register' && this.#host.facade.connected) {
      const bound = this.#registration.state.validUntil !== undefined;
      let late: Timer | undefined;
      const done = new Promise<void>((resolve) => {
        this.#unregistered = resolve;
        if (bound) late = this.#host.clock.after(this.#host.times.unregisterMs, resolve);
        else resolve();
      });
      this.#registration.send({ type: 'stop' });
      await done;
      late?.cancel();
    }
    this.#registerTimer?.cancel();
    this.#targets.close();
    for (const targets of this.#trusted) targets.close();
    this.#assess();
  }

  callBegan(): void {
    this.#channels.taken++;
    this.#host.changed(this);
  }

  callEnded(): void {
    this.#channels.taken--;
    this.#host.changed(this);
  }

  /**
   * Tells the trunk how a request to its server ended; `answered`: by the server and not by silence.
   * 503 from the server counts as failure: RFC 3263 4.3 has the client go elsewhere.
   */
  saw(target: Target, request: string, status: number, text: string, answered: boolean): void {
    const wall = this.#host.clock.wall();
    this.#lastExchange = {
      at: wall,
      request,
      status,
      text,
      said: sayExchange(request, status, text, answered),
    };
    const alive = answered && showsLife(status);
    if (alive) this.#targets.worked(target);
    else this.#targets.failed(target);
    if (request === 'OPTIONS' && alive) this.#answersOptions = true;
    // Who never answered OPTIONS ignores them, and without them nothing would show that it lives again:
    // then only calls and registrations tell, each for itself.
    const proven = this.#answersOptions && this.config.optionsSeconds > 0;
    const first = request === 'OPTIONS' && this.config.mode === 'static';
    // A server that refuses a call is there; whether the trunk takes calls again is for the next one to find out.
    const there = alive || (answered && request === 'INVITE');
    if (there || proven || first) this.#health = judge(this.#health, there);
    this.#assess();
    this.#host.changed(this);
  }

  #assess(): void {
    const state = trunkState({
      enabled: this.config.enabled && !this.#stopped,
      mode: this.config.mode,
      registration: this.#registration.state.phase,
      up: this.#health.up,
    });
    if (state === this.#state) return;
    this.#state = state;
    this.#since = this.#host.clock.wall();
    this.#host.changed(this);
  }

  #addPeer(peer: string): void {
    const [address = '', bits] = peer.trim().split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const prefix = Number(bits);
    if (!isIP(address))
      this.#trusted.push(
        new Targets(peer, this.config.transport, this.#host.resolver, this.#host.clock, () => {}),
      );
    else if (bits === undefined) this.#peers.addAddress(address, family);
    else if (prefix > 0 && prefix <= (family === 'ipv6' ? 128 : 32))
      this.#peers.addSubnet(address, prefix, family);
  }

  #targetsChanged(): void {
    const target = this.target;
    if (!target || this.#stopped || !this.#host.facade.connected) return;
    routedAddress(target.address).then(
      (routed) => this.#located(mediaAddress(routed, this.#host.facade.listening)),
      // No route yet (the network is coming up): asked again with the next exchange.
      () =>
        (this.#optionsTimer = this.#host.clock.after(this.#host.times.optionsRetryMs, () =>
          this.#targetsChanged(),
        )),
    );
  }

  #located(address: string): void {
    if (this.#stopped) return;
    const moved = this.#localAddress !== undefined && this.#localAddress !== address;
    this.#localAddress = address;
    this.#host.mediaReady(address);
    if (this.config.mode === 'register')
      this.#registration.send({ type: moved ? 'transportChanged' : 'start' });
    this.#assess();
    this.#host.changed(this);
    if (this.config.optionsSeconds > 0) this.#probe();
  }

  #carryOut(effect: RegistrationEffect): void {
    switch (effect.type) {
      case 'cancelTimer':
        this.#registerTimer?.cancel();
        return;
      case 'timer':
        this.#registerTimer?.cancel();
        this.#registerTimer = this.#host.clock.after(effect.ms, () =>
          this.#registration.send({ type: 'timer' }),
        );
        return;
      case 'send':
        void this.#register(effect.expires);
    }
  }

  async #register(expires: number): Promise<void> {
    const target = this.target;
    const headers = {
      From: `<${this.#account}>;tag=${this.#tag}`,
      To: `<${this.#account}>`,
      Contact: this.contact,
      Expires: String(expires),
    };
    let response: SrfResponse | undefined;
    if (target) {
      const request = {
        method: 'REGISTER' as const,
        headers,
        callId: this.#callId,
        sequence: this.#sequence,
      };
      const answer = await askTrunk(this, this.#host.facade, target, request);
      this.#sequence = answer.sequence + 1;
      response = answer.response;
    }
    if (expires === 0) this.#unregistered?.();
    if (response === undefined) this.#registration.send({ type: 'lost' });
    else
      this.#registration.send({ type: 'answered', status: response.status, ...registrationFields(response) });
    this.#assess();
  }

  get #account(): string {
    return `sip:${escapeUser(this.config.user)}@${this.domain}`;
  }

  #probe(): void {
    this.#optionsTimer?.cancel();
    const target = this.target;
    if (this.#stopped || !target) return;
    const self = this.config.user ? this.#account : `sip:${this.domain}`;
    let over = false;
    const again = (alive: boolean): void => {
      if (over) return;
      over = true;
      deadline.cancel();
      const { optionsRetryMs, optionsScale } = this.#host.times;
      const period = this.config.optionsSeconds * 1000 * optionsScale;
      // A tenth of jitter, so that many trunks do not ask in step.
      const ms = (alive ? period : Math.min(period, optionsRetryMs)) * (0.95 + 0.1 * this.#host.random());
      if (!this.#stopped) this.#optionsTimer = this.#host.clock.after(ms, () => this.#probe());
    };
    const deadline = this.#host.clock.after(this.#host.times.optionsAnswerMs, () => {
      if (over || this.#stopped) return;
      this.saw(target, 'OPTIONS', 408, 'no answer', false);
      again(false);
    });
    const headers = {
      From: `<${self}>;tag=${randomBytes(8).toString('hex')}`,
      To: `<sip:${this.domain}>`,
      Contact: this.contact,
      Accept: 'application/sdp',
    };
    const request = {
      method: 'OPTIONS' as const,
      headers,
      callId: randomBytes(16).toString('hex'),
      sequence: 1,
    };
    void askTrunk(this, this.#host.facade, target, request, () => !over).then(({ response }) =>
      again(response !== undefined && showsLife(response.status)),
    );
  }
}
