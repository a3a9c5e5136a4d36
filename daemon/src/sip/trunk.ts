import type { AddressesChange } from '../base/address-watch.ts';
import type { Timer } from '../base/clock.ts';
import type { ReleaseCause } from '../call/leg.ts';
import type { TrunkConfig } from '../config/schema.ts';
import { escapeUser, joinHostPort, plainAddress } from './address.ts';
import { localCause } from './cause.ts';
import { Credentials } from './credentials.ts';
import { showsLife } from './health.ts';
import { trunkDomain } from './identity.ts';
import { mediaAddress, routedAddress } from './local-address.ts';
import { fromOperator, sameNumber } from './number-format.ts';
import { Outside, type Place } from './outside.ts';
import { bulkContactOf, contactOf } from './own-contact.ts';
import { proxyOf, type Way } from './peer.ts';
import { Prober } from './prober.ts';
import { Registrar } from './registrar.ts';
import { ServiceRoute } from './service-route.ts';
import type { SrfResponse } from './srf-types.ts';
import type { SrtpWishes } from './srtp-terms.ts';
import { Standing } from './standing.ts';
import { defaultPort, type Target, Targets } from './targets.ts';
import type { Trouble } from './trouble.ts';
import type { TrunkHost } from './trunk-host.ts';
import { askTrunk, type Exchange } from './trunk-request.ts';
import { type TrunkState, type TrunkStatus, takesCalls, trunkState } from './trunk-status.ts';
import { noAddress, noEngine, noRoute, noSrtp } from './trunk-words.ts';
import { Trusted } from './trusted.ts';

/** One operator: where it is, whether it works, who we are there and how many calls it carries. */
export class Trunk {
  config: TrunkConfig;
  readonly credentials: Credentials;
  readonly #host: TrunkHost;
  readonly #targets: Targets;
  /** Who may send us calls besides the targets. */
  readonly #trusted: Trusted;
  readonly #registrar: Registrar;
  readonly #prober: Prober;
  readonly #outside: Outside;
  readonly #standing: Standing;
  #routeTimer: Timer | undefined;
  readonly #serviceRoute: ServiceRoute;
  #noRoute = false;
  #localAddress: string | undefined;
  #state: TrunkState = 'disabled';
  #since: number;
  /** Shared with the trunk that takes this one's place, so that the channel limit holds across a change. */
  readonly #channels: { taken: number };
  #stopped = true;

  /** `before`: the trunk of the same id whose place this one takes, and whose calls go on. */
  constructor(config: TrunkConfig, host: TrunkHost, before?: Trunk) {
    this.#channels = before ? before.#channels : { taken: 0 };
    this.config = config;
    this.#host = host;
    this.credentials = new Credentials(config);
    const { clock, resolver } = host;
    this.#standing = new Standing(clock);
    this.#outside = new Outside(() => clock.now(), host.times.keepOpenMs / 4);
    this.#targets = new Targets(
      config.outboundProxy || config.server,
      config.transport,
      resolver,
      clock,
      () => this.#targetsChanged(),
    );
    this.#trusted = new Trusted(config, resolver, clock);
    this.#serviceRoute = new ServiceRoute(config.transport, resolver, clock);
    this.#registrar = this.#makeRegistrar();
    this.#prober = this.#makeProber();
    this.#since = clock.wall();
  }

  get status(): TrunkStatus {
    const { expiresAt } = this.#registrar;
    const outside = this.#outside.place;
    const trouble = takesCalls(this.#state) || this.#state === 'disabled' ? undefined : this.#trouble();
    return {
      trunkId: this.config.id,
      state: this.#state,
      since: this.#since,
      calls: this.#channels.taken,
      targets: this.#targets.health,
      ...this.#standing.facts,
      ...(trouble ? { trouble } : {}),
      ...(this.#state === 'registered' && expiresAt !== undefined ? { expiresAt } : {}),
      ...(outside ? { publicAddress: joinHostPort(outside.host, outside.port) } : {}),
    };
  }

  get calls(): number {
    return this.#channels.taken;
  }

  /** Local address for media toward the operator; undefined until one is known. */
  get localAddress(): string | undefined {
    return this.#localAddress;
  }

  /** Address that the operator is to send media to; undefined: where it is bound. */
  get announcedAddress(): string | undefined {
    if (this.config.sdpAddress === 'local') return undefined;
    return this.config.publicAddress || this.#outside.place?.host;
  }

  /** How its calls are protected; undefined: not at all. */
  get srtp(): SrtpWishes | undefined {
    const { srtp } = this.config;
    if (srtp === 'off') return undefined;
    return { required: srtp === 'required', suites: this.#host.srtpSuites() };
  }

  /** Its calls must be protected, and cannot be. */
  get #lacksSrtp(): boolean {
    return this.config.srtp === 'required' && this.#host.srtpSuites().length === 0;
  }

  /** Where requests go now. */
  get target(): Target | undefined {
    return this.#targets.current;
  }

  /** Every place that calls may go to, in the order to be tried; those of a Service-Route if there is one. */
  get callTargets(): Target[] {
    const routed = this.serviceRoute.length > 0 ? this.#serviceRoute.targets?.ordered : undefined;
    return routed?.length ? routed : this.#targets.ordered;
  }

  /** Next hop for the engine. */
  proxyOf(target: Target): string {
    return proxyOf(this.wayTo(target));
  }

  /** How to reach a target. */
  wayTo(target: Target): Way {
    const transport = this.#transportOf(target);
    const { address, port } = target;
    return {
      address,
      port,
      transport,
      ...(transport === 'udp' && this.config.transport === 'auto' ? { free: true } : {}),
      ...(transport === 'tls' ? { profile: this.config.id } : {}),
    };
  }

  /** The target that a way leads to. */
  targetOf(way: Way): Target {
    const known = this.callTargets.find(
      (t) => t.address === way.address && t.port === way.port && this.#transportOf(t) === way.transport,
    );
    return known ?? { address: way.address, port: way.port };
  }

  #transportOf(target: Target | undefined): 'udp' | 'tcp' | 'tls' {
    const { transport } = this.config;
    return target?.transport ?? (transport === 'auto' ? 'udp' : transport);
  }

  /** Route entries for calls, as the registrar gave them (RFC 3608); the first may stand for the next hop itself. */
  get serviceRoute(): readonly string[] {
    return this.#registrar.serviceRoute;
  }

  /** Our Contact on this trunk; the engine writes its own address in place of `localhost`. */
  get contact(): string {
    return contactOf({
      user: this.config.user,
      transport: this.#transportOf(this.target),
      place: this.#publicPlace(),
    });
  }

  get domain(): string {
    return trunkDomain(this.config);
  }

  /** Numbers that the operator gave us on this trunk besides the configured one, E.164. */
  get ownNumbers(): readonly string[] {
    return [...this.#associatedNumbers, ...this.#host.numbers(this.config.id)];
  }

  /** The number that the operator takes us for by itself (RFC 7315 4.1), E.164. */
  get defaultNumber(): string | undefined {
    return this.#associatedNumbers[0];
  }

  /** Whether `user`, of a Request-URI or To, is ours here: the account, or one of its numbers. */
  owns(user: string): boolean {
    if (user === '') return false;
    const { config } = this;
    if (user === config.user || this.#registrar.associated.includes(user)) return true;
    const numbers = [config.callerNumber, ...this.#host.numbers(config.id)];
    return numbers.some((number) => number !== undefined && sameNumber(user, number, config.numberFormat));
  }

  /** Every address and subnet that is the operator's, as far as it is known. */
  get addresses(): string[] {
    return [...this.#targets.health.map((target) => target.address), ...this.#trusted.all];
  }

  /** Whether packets from `address` are the operator's. */
  trusts(address: string): boolean {
    const plain = plainAddress(address);
    return (
      this.#targets.includes(plain) ||
      this.#trusted.includes(plain) ||
      (this.#serviceRoute.targets?.includes(plain) ?? false)
    );
  }

  /** Why no call may go out now; undefined if one may. An emergency call is refused only what cannot be tried. */
  refusal(emergency: boolean): ReleaseCause | undefined {
    const name = `trunk ${this.config.id}`;
    if (!this.config.enabled || this.#stopped) return localCause(27, `${name} is off`);
    if (this.#lacksSrtp) return localCause(27, `${name} requires SRTP, and libsrtp2 is missing`);
    if (!this.target || !this.#localAddress) return localCause(38, `no address of ${name} is known`);
    if (!this.#host.facade.connected) return localCause(41, 'the SIP engine is not connected');
    if (emergency) return undefined;
    if (this.#channels.taken >= this.config.maxCalls)
      return localCause(34, `all ${this.config.maxCalls} channels of ${name} are taken`);
    return takesCalls(this.#state) ? undefined : localCause(27, `${name} is ${this.#state}`);
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
    this.#assess();
    this.#host.changed(this);
  }

  /** The engine's connection, or our address, is another: everything must be told anew. */
  transportChanged(): void {
    if (this.#stopped) return;
    this.#standing.forget();
    this.#outside.forget();
    this.#assess();
    this.#targetsChanged();
    if (this.config.mode === 'register') this.#registrar.renew();
  }

  /** The engine is gone: whatever was known of the road is not seen any more. */
  engineLost(): void {
    this.#assess();
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
    if (protocol !== this.#transportOf(target)) return false;
    this.transportChanged();
    return true;
  }

  /** Notes where the server saw a request of ours come from; elsewhere than before, the binding it holds is void. */
  sawUsAt(target: Target, request: string, response: SrfResponse): void {
    if (this.#stopped || !this.trusts(response.source_address)) return;
    const { moved, place } = this.#outside.note(target, response);
    if (moved) this.#host.seenElsewhere(this, moved);
    const contactMoved = place && this.config.publicAddress === '';
    // A REGISTER that went out by the new way has said so already, unless its Contact is another now.
    if (this.config.mode === 'register' && (contactMoved || (moved && request !== 'REGISTER')))
      this.#registrar.renew();
  }

  /** Stops watching; with `unregister`, resolves when the operator has answered or has had its time. Calls go on. */
  async stop(unregister: boolean): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#prober.stop();
    this.#routeTimer?.cancel();
    if (unregister && this.config.mode === 'register' && this.#host.facade.connected)
      await this.#registrar.stop(this.#host.times.unregisterMs);
    this.#registrar.halt();
    this.#targets.close();
    this.#trusted.close();
    this.#serviceRoute.follow(undefined);
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
   * Tells the trunk how a request to its server ended. 503 from the server counts as failure: RFC 3263 4.3
   * has the client go elsewhere.
   */
  saw(target: Target, request: string, exchange: Exchange): void {
    const { mode, optionsSeconds } = this.config;
    const alive = this.#standing.saw(request, exchange, {
      probing: optionsSeconds > 0,
      unregistered: mode === 'static',
    });
    const list = this.#targets.includes(target.address) ? this.#targets : this.#serviceRoute.targets;
    const used = this.target;
    if (alive) list?.worked(target);
    else list?.failed(target);
    // The server that we are registered at is gone: calls to us have to find the one that ours go to now.
    if (mode === 'register' && request !== 'REGISTER' && this.target !== used) this.#registrar.renew();
    this.#assess();
    this.#host.changed(this);
  }

  get #associatedNumbers(): string[] {
    return this.#registrar.associated.flatMap((user) => fromOperator(user, this.config.numberFormat) ?? []);
  }

  #assess(): void {
    const state = trunkState({
      enabled: this.config.enabled && !this.#stopped,
      mode: this.config.mode,
      registration: this.#registrar.phase,
      up: this.#standing.up,
      seen: this.#standing.seen,
      reachable: this.#host.facade.connected && !this.#targets.lost && !this.#noRoute && !this.#lacksSrtp,
    });
    if (state === this.#state) return;
    this.#state = state;
    this.#since = this.#host.clock.wall();
    this.#host.changed(this);
  }

  /** Why it does not work: what stands before any exchange first, then the registration, then the rest. */
  #trouble(): Trouble | undefined {
    if (this.#lacksSrtp) return noSrtp;
    if (!this.#host.facade.connected) return noEngine;
    if (this.#targets.lost) return noAddress(this.config.outboundProxy || this.config.server);
    if (this.#noRoute) return noRoute;
    return this.config.mode === 'register' && this.#registrar.phase !== 'registered'
      ? this.#standing.trouble('REGISTER')
      : this.#standing.trouble('OPTIONS', 'REGISTER', 'INVITE');
  }

  #targetsChanged(): void {
    this.#routeTimer?.cancel();
    this.#assess();
    const target = this.target;
    if (!target || this.#stopped || !this.#host.facade.connected) return;
    (this.#host.routed ?? routedAddress)(target.address).then(
      (routed) => this.#located(mediaAddress(routed, this.#host.facade.listening)),
      () => {
        if (this.#stopped) return;
        this.#noRoute = true;
        this.#assess();
        // The network is coming up, perhaps.
        this.#routeTimer = this.#host.clock.after(this.#host.times.optionsRetryMs, () =>
          this.#targetsChanged(),
        );
      },
    );
  }

  #located(address: string): void {
    if (this.#stopped) return;
    const moved = this.#localAddress !== undefined && (this.#noRoute || this.#localAddress !== address);
    this.#noRoute = false;
    this.#localAddress = address;
    if (moved) this.#outside.forget();
    this.#host.mediaReady(address);
    if (this.config.mode === 'register') {
      if (moved) this.#registrar.renew();
      else this.#registrar.start();
    }
    this.#assess();
    this.#host.changed(this);
    this.#prober.probe();
  }

  #publicPlace(): Place | undefined {
    const { publicAddress } = this.config;
    return publicAddress === '' ? this.#outside.place : { host: publicAddress, port: this.#ownPort() };
  }

  #ownPort(): number {
    const used = this.#transportOf(this.target);
    return this.#host.facade.listening.find((entry) => entry.protocol === used)?.port ?? defaultPort(used);
  }

  get #account(): string {
    return `sip:${escapeUser(this.config.user)}@${this.domain}`;
  }

  /** Contact of a REGISTER; undefined while no address of ours is known that it needs. */
  #registeredContact(): string | undefined {
    if (!this.config.bulkNumbers) return this.contact;
    const host = this.#localAddress;
    const place = this.#publicPlace() ?? (host === undefined ? undefined : { host, port: this.#ownPort() });
    return place && bulkContactOf({ user: '', transport: this.#transportOf(this.target), place });
  }

  #makeRegistrar(): Registrar {
    const { clock, times } = this.#host;
    const trunk = this;
    return new Registrar({
      clock,
      times: times.registration(this.config.registerSeconds),
      random: () => this.#host.random(),
      get account() {
        return trunk.#account;
      },
      get bulk() {
        return trunk.config.bulkNumbers;
      },
      contact: () => this.#registeredContact(),
      target: () => this.target,
      get answerMs() {
        return trunk.#targets.health.length > 1 ? times.nextRegistrarMs : undefined;
      },
      get refreshMs() {
        const asked = trunk.#standing.answersOptions && trunk.config.optionsSeconds > 0;
        return trunk.#outside.place && !asked ? times.keepOpenMs : Number.POSITIVE_INFINITY;
      },
      ask: (target, request, waitMs) =>
        askTrunk(this, this.#host, target, request, (seen) => this.saw(target, request.method, seen), waitMs),
      changed: () => {
        const [first] = this.config.outboundProxy || this.#stopped ? [] : this.#registrar.serviceRoute;
        this.#serviceRoute.follow(first);
        this.#assess();
        this.#host.changed(this);
      },
    });
  }

  #makeProber(): Prober {
    const { clock, times } = this.#host;
    return new Prober({
      clock,
      random: () => this.#host.random(),
      periods: () => {
        const wanted = this.config.optionsSeconds * 1000 * times.optionsScale;
        const alive = this.#outside.place ? Math.min(wanted, times.keepOpenMs) : wanted;
        return { alive, silent: Math.min(alive, times.optionsRetryMs) };
      },
      answerMs: times.optionsAnswerMs,
      target: () => this.target,
      resting: () => this.#targets.resting,
      identity: () => ({
        from: this.config.user ? this.#account : `sip:${this.domain}`,
        to: `sip:${this.domain}`,
      }),
      contact: () => this.contact,
      ask: (target, request, waitMs, aside) =>
        askTrunk(
          this,
          this.#host,
          target,
          request,
          (seen) => {
            if (this.#stopped) return;
            if (aside) this.#targets.probed(target, seen.answered && showsLife(seen.status));
            else this.saw(target, request.method, seen);
          },
          waitMs,
        ),
    });
  }
}
