import type { Clock } from '../base/clock.ts';
import type { TrunkConfig } from '../config/schema.ts';
import { plainAddress } from './address.ts';
import { proxyOf, type Way } from './peer.ts';
import { ServiceRoute } from './service-route.ts';
import { type Resolver, type Target, Targets } from './targets.ts';
import { Trusted } from './trusted.ts';

/** How a trunk's requests travel once that is decided. */
export type RoadTransport = 'udp' | 'tcp' | 'tls';

/** The ways to one operator: the addresses behind its names, those of a Service-Route, and who else is the operator's. */
export class Road {
  readonly targets: Targets;
  readonly #config: TrunkConfig;
  /** Who may send us calls besides the targets. */
  readonly #trusted: Trusted;
  readonly #serviceRoute: ServiceRoute;

  /** `changed`: the addresses behind the server's name are others, or cannot be found. */
  constructor(config: TrunkConfig, parts: { resolver: Resolver; clock: Clock }, changed: () => void) {
    const { resolver, clock } = parts;
    const { transport } = config;
    this.#config = config;
    this.targets = new Targets(config.outboundProxy || config.server, transport, resolver, clock, changed);
    this.#trusted = new Trusted(config, resolver, clock);
    this.#serviceRoute = new ServiceRoute(transport, resolver, clock);
  }

  /** Where requests go now. */
  get target(): Target | undefined {
    return this.targets.current;
  }

  /** Every place that calls may go to, in the order to be tried; `routed`: a Service-Route says where. */
  callTargets(routed: boolean): Target[] {
    const places = routed ? this.#serviceRoute.targets?.ordered : undefined;
    return places?.length ? places : this.targets.ordered;
  }

  /** Every address and subnet that is the operator's, as far as it is known. */
  get addresses(): string[] {
    return [...this.targets.health.map((target) => target.address), ...this.#trusted.all];
  }

  /** Whether packets from `address` are the operator's. */
  trusts(address: string): boolean {
    const plain = plainAddress(address);
    return (
      this.targets.includes(plain) ||
      this.#trusted.includes(plain) ||
      (this.#serviceRoute.targets?.includes(plain) ?? false)
    );
  }

  transportOf(target: Target | undefined): RoadTransport {
    const { transport } = this.#config;
    return target?.transport ?? (transport === 'auto' ? 'udp' : transport);
  }

  /** How to reach a target. */
  wayTo(target: Target): Way {
    const transport = this.transportOf(target);
    const { address, port } = target;
    return {
      address,
      port,
      transport,
      ...(transport === 'udp' && this.#config.transport === 'auto' ? { free: true } : {}),
      ...(transport === 'tls' ? { profile: this.#config.id } : {}),
    };
  }

  /** Next hop for the engine. */
  proxyOf(target: Target): string {
    return proxyOf(this.wayTo(target));
  }

  /** The target among `known` that a way leads to. */
  targetOf(way: Way, known: readonly Target[]): Target {
    const found = known.find(
      (t) => t.address === way.address && t.port === way.port && this.transportOf(t) === way.transport,
    );
    return found ?? { address: way.address, port: way.port };
  }

  /** A request sent there showed life, or did not. */
  note(target: Target, alive: boolean): void {
    const list = this.targets.includes(target.address) ? this.targets : this.#serviceRoute.targets;
    if (alive) list?.worked(target);
    else list?.failed(target);
  }

  /** Takes the first entry of the Service-Route that holds now; undefined: there is none. */
  follow(first: string | undefined): void {
    this.#serviceRoute.follow(first);
  }

  close(): void {
    this.targets.close();
    this.#trusted.close();
    this.#serviceRoute.follow(undefined);
  }
}
