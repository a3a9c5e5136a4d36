import type { Clock, Timer } from '../base/clock.ts';
import type { TrunkConfig } from '../config/schema.ts';
import { mediaAddress, routedAddress } from './local-address.ts';
import { Outside, type Place } from './outside.ts';
import { bulkContactOf, contactOf } from './own-contact.ts';
import type { RoadTransport } from './road.ts';
import type { SrfFacade } from './srf-facade.ts';
import type { SrfResponse } from './srf-types.ts';
import { defaultPort, type Target } from './targets.ts';

/** What a trunk's place in the network is found with. */
export interface WhereaboutsHost {
  facade: SrfFacade;
  clock: Clock;
  /** Local address from which packets to `remote` leave; the system's routing table by default. */
  routed?: (remote: string) => Promise<string>;
  times: { optionsRetryMs: number; keepOpenMs: number };
}

/** Where we are toward one operator: our own address, what a router makes of it, and the Contact that follows. */
export class Whereabouts {
  readonly #config: () => TrunkConfig;
  readonly #host: WhereaboutsHost;
  readonly #outside: Outside;
  #address: string | undefined;
  #lost = false;
  #timer: Timer | undefined;
  #stopped = true;

  constructor(config: () => TrunkConfig, host: WhereaboutsHost) {
    this.#config = config;
    this.#host = host;
    this.#outside = new Outside(() => host.clock.now(), host.times.keepOpenMs / 4);
  }

  /** Our address toward the operator; undefined until it is known. */
  get address(): string | undefined {
    return this.#address;
  }

  /** No packet of ours finds a way there. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Where a router shows us; undefined if none stands between. */
  get outside(): Place | undefined {
    return this.#outside.place;
  }

  /** Address that the operator is to send media to; undefined: where it is bound. */
  get announced(): string | undefined {
    const { sdpAddress, publicAddress } = this.#config();
    return sdpAddress === 'local' ? undefined : publicAddress || this.#outside.place?.host;
  }

  /** Our Contact; `outbound`: of a call that is to stay on its flow (RFC 5626 4.3). */
  contact(transport: RoadTransport, outbound: boolean): string {
    return contactOf({ user: this.#config().user, transport, place: this.#public(transport), outbound });
  }

  /** Contact of a REGISTER; undefined while no address of ours is known that it needs. */
  registered(transport: RoadTransport): string | undefined {
    if (!this.#config().bulkNumbers) return this.contact(transport, false);
    const host = this.#address;
    const own = host === undefined ? undefined : { host, port: this.#port(transport) };
    const place = this.#public(transport) ?? own;
    return place && bulkContactOf({ user: '', transport, place });
  }

  /** Takes in where a server saw us: as {@link Outside.note}. */
  note(target: Target, response: SrfResponse): { moved: Place | undefined; place: boolean } {
    return this.#outside.note(target, response);
  }

  /** The road is another: what was seen is of the past. */
  forget(): void {
    this.#outside.forget();
  }

  /**
   * Looks up our address toward `target`, again and again while there is no way. `located`: it is known now;
   * `moved`: it was another before, or there was none. `lost`: there is no way.
   */
  find(target: Target, found: { located(address: string, moved: boolean): void; lost(): void }): void {
    this.#stopped = false;
    this.#timer?.cancel();
    const { facade, clock, routed = routedAddress, times } = this.#host;
    routed(target.address).then(
      (address) => {
        if (!this.#stopped) this.#located(mediaAddress(address, facade.listening), found.located);
      },
      () => {
        if (this.#stopped) return;
        this.#lost = true;
        found.lost();
        // The network is coming up, perhaps.
        this.#timer = clock.after(times.optionsRetryMs, () => this.find(target, found));
      },
    );
  }

  /** Looks no further. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #located(address: string, told: (address: string, moved: boolean) => void): void {
    const moved = this.#address !== undefined && (this.#lost || this.#address !== address);
    this.#lost = false;
    this.#address = address;
    if (moved) this.#outside.forget();
    told(address, moved);
  }

  #public(transport: RoadTransport): Place | undefined {
    const { publicAddress } = this.#config();
    if (publicAddress === '') return this.#outside.place;
    return { host: publicAddress, port: this.#port(transport) };
  }

  #port(transport: RoadTransport): number {
    const own = this.#host.facade.listening.find((entry) => entry.protocol === transport);
    return own?.port ?? defaultPort(transport);
  }
}
