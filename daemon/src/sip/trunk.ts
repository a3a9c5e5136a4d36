import type { AddressesChange } from '../base/address-watch.ts';
import type { ReleaseCause } from '../call/leg.ts';
import type { TrunkConfig } from '../config/schema.ts';
import { joinHostPort, plainAddress } from './address.ts';
import { localCause } from './cause.ts';
import { Credentials } from './credentials.ts';
import type { Flows } from './flows.ts';
import { trunkDomain } from './identity.ts';
import { fromOperator, sameNumber } from './number-format.ts';
import { officeOfTrunk } from './office.ts';
import { Overload } from './overload.ts';
import type { Way } from './peer.ts';
import type { Prober } from './prober.ts';
import { Road, type RoadTransport } from './road.ts';
import type { SrfResponse } from './srf-types.ts';
import type { SrtpWishes } from './srtp-terms.ts';
import { Standing } from './standing.ts';
import type { Target } from './targets.ts';
import type { Trouble } from './trouble.ts';
import { flowsOf, proberOf } from './trunk-exchanges.ts';
import type { TrunkHost } from './trunk-host.ts';
import type { Exchange } from './trunk-request.ts';
import { type TrunkState, type TrunkStatus, takesCalls, trunkState } from './trunk-status.ts';
import { noAddress, noEngine, noRoute, noSrtp } from './trunk-words.ts';
import { Whereabouts } from './whereabouts.ts';

/** Least time between two checks because a server was heard of, ms. */
const STIRRED_MS = 1000;

/** One operator: where it is, whether it works, who we are there and how many calls it carries. */
export class Trunk {
  config: TrunkConfig;
  readonly credentials: Credentials;
  readonly #host: TrunkHost;
  readonly #road: Road;
  readonly #flows: Flows;
  readonly #prober: Prober;
  readonly #here: Whereabouts;
  readonly #standing: Standing;
  readonly #overload: Overload;
  #state: TrunkState = 'disabled';
  #since: number;
  /** Shared with the trunk that takes this one's place, so that the channel limit holds across a change. */
  readonly #channels: { taken: number };
  #stopped = true;
  #stirredAt = Number.NEGATIVE_INFINITY;

  /** `before`: the trunk of the same id whose place this one takes, and whose calls go on. */
  constructor(config: TrunkConfig, host: TrunkHost, before?: Trunk) {
    this.#channels = before ? before.#channels : { taken: 0 };
    this.config = config;
    this.#host = host;
    this.credentials = new Credentials(config);
    const { clock } = host;
    this.#standing = new Standing(clock);
    this.#overload = new Overload(
      clock,
      () => host.random(),
      () => host.changed(this),
    );
    this.#here = new Whereabouts(() => this.config, host);
    this.#road = new Road(config, host, () => this.#targetsChanged());
    const parts = {
      trunk: this,
      host,
      road: this.#road,
      here: this.#here,
      standing: this.#standing,
      stopped: () => this.#stopped,
      registrationChanged: () => this.#registrationChanged(),
    };
    this.#flows = flowsOf(parts);
    this.#prober = proberOf(parts);
    this.#since = clock.wall();
  }

  get status(): TrunkStatus {
    const { expiresAt } = this.#flows;
    const { outside } = this.#here;
    const flows = this.#flows.list;
    const overload = this.#overloadAt(this.target);
    const trouble = takesCalls(this.#state) || this.#state === 'disabled' ? undefined : this.#trouble();
    return {
      trunkId: this.config.id,
      state: this.#state,
      since: this.#since,
      calls: this.#channels.taken,
      targets: this.#road.targets.health,
      ...this.#standing.facts,
      ...(trouble ? { trouble } : {}),
      ...(overload > 0 ? { overload } : {}),
      ...(this.#state === 'registered' && expiresAt !== undefined ? { expiresAt } : {}),
      ...(flows.length ? { flows } : {}),
      ...(outside ? { publicAddress: joinHostPort(outside.host, outside.port) } : {}),
    };
  }

  #overloadAt(target: Target | undefined): number {
    return target ? this.#overload.share(joinHostPort(target.address, target.port)) : 0;
  }

  /** A response of a server's: it may say how much that can take (RFC 7339). */
  heard(response: SrfResponse): void {
    const { source_address: address, source_port: port } = response;
    if (address !== '' && this.trusts(address))
      this.#overload.heard(joinHostPort(plainAddress(address), port), response.get('Via'));
  }

  /**
   * Why one more call is left out, because the operator's server has asked for fewer; asked once a call, since it is
   * drawn by lot. An emergency call is never.
   */
  spared(): ReleaseCause | undefined {
    const [target] = this.callTargets;
    if (!target || !this.#overload.sheds(joinHostPort(plainAddress(target.address), target.port)))
      return undefined;
    return localCause(42, `trunk ${this.config.id} is overloaded and asks for fewer calls`);
  }

  get calls(): number {
    return this.#channels.taken;
  }

  /** Local address for media toward the operator; undefined until one is known. */
  get localAddress(): string | undefined {
    return this.#here.address;
  }

  /** Address that the operator is to send media to; undefined: where it is bound. */
  get announcedAddress(): string | undefined {
    return this.#here.announced;
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
    return this.#road.target;
  }

  /** Every place that calls may go to, in the order to be tried; those of a Service-Route if there is one. */
  get callTargets(): Target[] {
    return this.#flows.ordered(this.#road.callTargets(this.serviceRoute.length > 0));
  }

  /** Next hop for the engine. */
  proxyOf(target: Target): string {
    return this.#road.proxyOf(target);
  }

  /** How to reach a target. */
  wayTo(target: Target): Way {
    return this.#road.wayTo(target);
  }

  /** The target that a way leads to. */
  targetOf(way: Way): Target {
    return this.#road.targetOf(way, this.callTargets);
  }

  /** Route entries for calls, as the registrar gave them (RFC 3608); the first may stand for the next hop itself. */
  get serviceRoute(): readonly string[] {
    return this.#flows.serviceRoute;
  }

  /** Our Contact in calls of this trunk; the engine writes its own address in place of `localhost`. */
  get contact(): string {
    return this.#here.contact(this.#transport, this.outbound);
  }

  /** Registered by flows, on which calls are to stay (RFC 5626 4.3). */
  get outbound(): boolean {
    return this.#flows.inForce;
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
    if (user === config.user || this.#flows.associated.includes(user)) return true;
    const numbers = [config.callerNumber, ...this.#host.numbers(config.id)];
    return numbers.some((number) => number !== undefined && sameNumber(user, number, config.numberFormat));
  }

  /** Every address and subnet that is the operator's, as far as it is known. */
  get addresses(): string[] {
    return this.#road.addresses;
  }

  /** Its server has sent us something: if it was not known to work, it is asked now, and not when its turn comes. */
  stirred(): void {
    const now = this.#host.clock.now();
    if (this.#stopped || this.#state === 'up' || now < this.#stirredAt + STIRRED_MS) return;
    this.#stirredAt = now;
    this.#prober.probe();
  }

  /** Whether packets from `address` are the operator's. */
  trusts(address: string): boolean {
    return this.#road.trusts(address);
  }

  /** Why no call may go out now; undefined if one may. An emergency call is refused only what cannot be tried. */
  refusal(emergency: boolean): ReleaseCause | undefined {
    const name = `trunk ${this.config.id}`;
    if (!this.config.enabled || this.#stopped) return localCause(27, `${name} is off`);
    if (this.#lacksSrtp) return localCause(27, `${name} requires SRTP, and libsrtp2 is missing`);
    if (!this.target || this.localAddress === undefined)
      return localCause(38, `no address of ${name} is known`);
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
    this.#here.forget();
    this.#assess();
    this.#targetsChanged();
    if (this.config.mode === 'register') this.#flows.renew();
  }

  /** The engine is gone: whatever was known of the road is not seen any more. */
  engineLost(): void {
    this.#assess();
  }

  /** Addresses of this machine came or went: the way to the operator may be another now. */
  addressesChanged(change: AddressesChange): void {
    const own = this.localAddress;
    // One that went and came back has lost every connection and binding on the way.
    if (own !== undefined && (change.came.includes(own) || change.gone.includes(own)))
      this.transportChanged();
    else if (!this.#stopped) this.#targetsChanged();
  }

  /** A connection is dead although nobody was sending. True if it was the one to this trunk's server. */
  flowFailed(protocol: string, host: string, port = 0): boolean {
    const there = (edge: Target): boolean =>
      plainAddress(edge.address) === plainAddress(host) &&
      (port === 0 || edge.port === port) &&
      protocol === this.#road.transportOf(edge);
    if (this.#stopped) return false;
    if (this.#flows.inForce) return this.#flows.failed(there);
    const target = this.target;
    // An engine that is not ours may not know the port of a connection that it has lost.
    if (!target || !there(port === 0 ? target : { ...target, port })) return false;
    this.transportChanged();
    return true;
  }

  /** Notes where the server saw a request of ours come from; elsewhere than before, the binding it holds is void. */
  sawUsAt(target: Target, request: string, response: SrfResponse): void {
    if (this.#stopped || !this.trusts(response.source_address)) return;
    const { moved, place } = this.#here.note(target, response);
    if (moved) this.#host.seenElsewhere(this, moved);
    if (this.config.mode !== 'register') return;
    // A REGISTER that went out by the new way has said so already, unless its Contact is another now.
    const unsaid = moved !== undefined && request !== 'REGISTER';
    // Who has flows is found by them, whatever Contact says, and a router may show us to each server by another port.
    if (this.#flows.inForce) {
      if (unsaid) this.#roadFailed(target);
    } else if (unsaid || (place && this.config.publicAddress === '')) this.#flows.renew();
  }

  /** Stops watching; with `unregister`, resolves when the operator has answered or has had its time. Calls go on. */
  async stop(unregister: boolean): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#overload.close();
    this.#prober.stop();
    this.#here.stop();
    if (unregister && this.config.mode === 'register' && this.#host.facade.connected)
      await this.#flows.stop(this.#host.times.unregisterMs);
    this.#flows.halt();
    this.#road.close();
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
      strict: officeOfTrunk(this.config.id) !== undefined,
    });
    const used = this.target;
    this.#road.note(target, alive);
    // The server that we are registered at is gone: calls to us have to find the one that ours go to now.
    if (mode === 'register' && request !== 'REGISTER' && this.target !== used) this.#roadFailed(target);
    this.#assess();
    this.#host.changed(this);
  }

  /** Whoever has flows tries that one alone anew; the others hold. */
  #roadFailed(target: Target): void {
    const there = (edge: Target): boolean => edge.address === target.address && edge.port === target.port;
    if (this.#flows.inForce) this.#flows.failed(there);
    else this.#flows.renew();
  }

  get #associatedNumbers(): string[] {
    return this.#flows.associated.flatMap((user) => fromOperator(user, this.config.numberFormat) ?? []);
  }

  #assess(): void {
    const state = trunkState({
      enabled: this.config.enabled && !this.#stopped,
      mode: this.config.mode,
      registration: this.#flows.phase,
      up: this.#standing.up,
      seen: this.#standing.seen,
      reachable:
        this.#host.facade.connected && !this.#road.targets.lost && !this.#here.lost && !this.#lacksSrtp,
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
    if (this.#road.targets.lost) return noAddress(this.config.outboundProxy || this.config.server);
    if (this.#here.lost) return noRoute;
    return this.config.mode === 'register' && this.#flows.phase !== 'registered'
      ? this.#standing.trouble('REGISTER')
      : this.#standing.trouble('OPTIONS', 'REGISTER', 'INVITE');
  }

  #targetsChanged(): void {
    this.#here.stop();
    this.#assess();
    const target = this.target;
    if (!target || this.#stopped || !this.#host.facade.connected) return;
    this.#flows.edgesChanged();
    this.#here.find(target, {
      located: (address, moved) => this.#located(address, moved),
      lost: () => this.#assess(),
    });
  }

  #located(address: string, moved: boolean): void {
    this.#host.mediaReady(address);
    if (this.config.mode === 'register') {
      if (moved) this.#flows.renew();
      else this.#flows.start();
    }
    this.#assess();
    this.#host.changed(this);
    this.#prober.probe();
  }

  get #transport(): RoadTransport {
    return this.#road.transportOf(this.target);
  }

  #registrationChanged(): void {
    const [first] = this.config.outboundProxy || this.#stopped ? [] : this.#flows.serviceRoute;
    this.#road.follow(first);
    this.#assess();
    this.#host.changed(this);
  }
}
