import type { Clock } from '../base/clock.ts';
import { joinHostPort, plainAddress } from './address.ts';
import {
  announces,
  type FlowName,
  flowPause,
  flowTimes,
  inForce,
  LACKS_OUTBOUND,
  MAX_FLOWS,
  STUMBLES,
} from './outbound.ts';
import { Registrar, type RegistrarHost } from './registrar.ts';
import type { RegistrationState } from './registration.ts';
import type { SrfResponse } from './srf-types.ts';
import type { Target } from './targets.ts';

/** What the registrations of a trunk need from it. */
export interface FlowsHost extends Omit<RegistrarHost, 'flow' | 'flowPause' | 'turned' | 'ask'> {
  readonly clock: Clock;
  /** `auto`: where the operator says by itself that it has outbound. */
  readonly outbound: 'auto' | 'on' | 'off';
  /** URN of this box. */
  readonly instance: string;
  /** Every server of the operator, the preferred first. */
  edges(): readonly Target[];
  /** As of a registrar; `aside`: another flow works, so that this one says nothing of the trunk. */
  ask(aside: boolean, ...what: Parameters<RegistrarHost['ask']>): ReturnType<RegistrarHost['ask']>;
}

interface Flow {
  readonly registrar: Registrar;
  readonly regId: number;
  /** Where it goes; undefined for the first as long as outbound is not in force. */
  edge: Target | undefined;
}

const same = (a: Target, b: Target): boolean =>
  a.port === b.port && a.transport === b.transport && plainAddress(a.address) === plainAddress(b.address);

/**
 * The registrations of one trunk: a single one, or, where the operator has outbound (RFC 5626), one over each of
 * its servers. The first finds out whether it has; the others follow when a 2xx has said so.
 */
export class Flows {
  readonly #host: FlowsHost;
  readonly #main: Flow;
  #others: Flow[] = [];
  /** `reg-id` is sent. */
  #asks: boolean;
  /** The operator does not take it after all; until everything is told anew. */
  #refused = false;
  #inForce = false;
  #stopped = false;

  constructor(host: FlowsHost) {
    this.#host = host;
    this.#asks = host.outbound === 'on';
    this.#main = this.#make(1, undefined);
  }

  /** The operator has outbound, and we are registered by it. */
  get inForce(): boolean {
    return this.#inForce;
  }

  /** Registered by any of them; else as the first stands. */
  get phase(): RegistrationState['phase'] {
    return this.#all.some(({ registrar }) => registrar.phase === 'registered')
      ? 'registered'
      : this.#main.registrar.phase;
  }

  /** Wall-clock ms at which the last binding runs out; undefined without one. */
  get expiresAt(): number | undefined {
    const times = this.#all.flatMap(({ registrar }) => registrar.expiresAt ?? []);
    return times.length ? Math.max(...times) : undefined;
  }

  /** Route entries that requests of ours take (RFC 3608), while registered: those of the preferred flow that lives. */
  get serviceRoute(): readonly string[] {
    return this.#best.registrar.serviceRoute;
  }

  /** Users of the identities that the operator associates with the account (RFC 7315 4.1), the default one first. */
  get associated(): readonly string[] {
    return this.#best.registrar.associated;
  }

  /** Every flow with its number, for the page; empty while there is but a plain registration. */
  get list(): { regId: number; address: string; live: boolean }[] {
    return this.#inForce
      ? this.#all.flatMap(({ regId, edge, registrar }) =>
          edge ? { regId, address: joinHostPort(edge.address, edge.port), live: registrar.live } : [],
        )
      : [];
  }

  /** The same targets, those with a flow that lives first (RFC 5626 4.3). */
  ordered(targets: readonly Target[]): Target[] {
    if (!this.#inForce) return [...targets];
    const live = (target: Target): boolean =>
      this.#all.some(({ edge, registrar }) => edge !== undefined && same(edge, target) && registrar.live);
    return [...targets.filter(live), ...targets.filter((target) => !live(target))];
  }

  start(): void {
    this.#main.registrar.start();
  }

  /** Our address or connection is another: the operator must hear of it now, and may be asked anew. */
  renew(): void {
    if (this.#refused) {
      this.#refused = false;
      this.#asks = this.#host.outbound === 'on';
    }
    for (const { registrar } of this.#all) registrar.renew();
  }

  /** The way to one server is dead, or seems so: that flow is tried anew. False if no flow goes there. */
  failed(at: (edge: Target) => boolean): boolean {
    const flows = this.#inForce ? this.#all.filter(({ edge }) => edge && at(edge)) : [];
    for (const { registrar } of flows) registrar.renew();
    return flows.length > 0;
  }

  /** The operator's servers are others: each flow goes to one of them. */
  edgesChanged(): void {
    if (!this.#inForce || this.#stopped) return;
    const edges = this.#host.edges().slice(0, MAX_FLOWS);
    if (edges.length === 0) return;
    const free = edges.filter((edge) => !this.#all.some((flow) => flow.edge && same(flow.edge, edge)));
    for (const flow of this.#all) {
      if (edges.some((edge) => flow.edge && same(flow.edge, edge))) continue;
      const edge = free.shift();
      if (edge) {
        // The same number over another way takes the place of the old binding.
        flow.edge = edge;
        flow.registrar.renew();
      } else if (flow !== this.#main) {
        this.#others = this.#others.filter((other) => other !== flow);
        void flow.registrar.stop(0);
      }
    }
    for (const edge of free) {
      const taken = new Set(this.#all.map(({ regId }) => regId));
      let regId = 2;
      while (taken.has(regId)) regId++;
      const flow = this.#make(regId, edge);
      this.#others.push(flow);
      flow.registrar.start();
    }
  }

  /** Takes every binding back; resolves when the operator has answered, or after `ms`. */
  async stop(ms: number): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#all.map(({ registrar }) => registrar.stop(ms)));
  }

  /** No further REGISTER by itself; the bindings stay. */
  halt(): void {
    this.#stopped = true;
    for (const { registrar } of this.#all) registrar.halt();
  }

  get #all(): Flow[] {
    return [this.#main, ...this.#others];
  }

  get #best(): Flow {
    if (!this.#inForce) return this.#main;
    const live = this.#all.filter(({ registrar }) => registrar.live);
    for (const edge of this.#host.edges()) {
      const flow = live.find((one) => one.edge && same(one.edge, edge));
      if (flow) return flow;
    }
    return this.#main;
  }

  #make(regId: number, edge: Target | undefined): Flow {
    const host = this.#host;
    const othersUp = (): boolean => this.#all.some((other) => other !== flow && other.registrar.live);
    const name = (): FlowName | undefined =>
      this.#asks
        ? { instance: host.instance, regId, ...(flow.edge === undefined ? {} : { edge: flow.edge }) }
        : undefined;
    // With the host's own getters, which a copy would freeze.
    const own: RegistrarHost = Object.create(host, {
      ask: { value: (...what: Parameters<RegistrarHost['ask']>) => host.ask(othersUp(), ...what) },
      flow: { value: name },
      flowPause: {
        value: (failures: number) =>
          this.#inForce
            ? flowPause(failures, othersUp(), host.times.flow ?? flowTimes, host.random())
            : undefined,
      },
      turned: { value: (response: SrfResponse, target: Target) => this.#turned(flow, response, target) },
    });
    const flow: Flow = { registrar: new Registrar(own), regId, edge };
    return flow;
  }

  /** What an answer to a REGISTER says of outbound; true if it has to be asked again, in the other manner. */
  #turned(flow: Flow, response: SrfResponse, target: Target): boolean {
    const { outbound } = this.#host;
    if (this.#stopped || outbound === 'off') return false;
    if (!this.#asks) {
      this.#asks = !this.#refused && announces(response);
      return this.#asks;
    }
    if (response.status < 300) {
      if (inForce(response)) this.#began(flow, target);
      // It has never heard of it (RFC 5626 4.2.1): the binding is a plain one, and there can be but one.
      else if (flow === this.#main) this.#ended();
      return false;
    }
    const lacks =
      response.status === LACKS_OUTBOUND || (outbound === 'auto' && STUMBLES.has(response.status));
    // One server of several that does not take it any more is a flow that fails, and no more.
    if (!lacks || this.#all.some((other) => other !== flow && other.registrar.live)) return false;
    this.#asks = false;
    this.#refused = true;
    this.#ended();
    if (flow === this.#main) return true;
    // The first is the one that goes on without outbound; its own server may be the one that is dead.
    this.#main.registrar.renew();
    return false;
  }

  #began(flow: Flow, target: Target): void {
    if (flow !== this.#main || this.#inForce) return;
    this.#inForce = true;
    flow.edge = target;
    // Not before this answer has been dealt with.
    queueMicrotask(() => this.edgesChanged());
  }

  #ended(): void {
    this.#inForce = false;
    this.#main.edge = undefined;
    for (const { registrar } of this.#others.splice(0)) registrar.halt();
  }
}
