import type { Clock } from '../base/clock.ts';
import { joinHostPort, parseNameAddress, parseUri } from './address.ts';
import { type Resolver, Targets, type Transport } from './targets.ts';

/** The addresses behind the first entry of a Service-Route: where calls go (RFC 3608 6.1). */
export class ServiceRoute {
  readonly #transport: Transport;
  readonly #resolver: Resolver;
  readonly #clock: Clock;
  #where = '';
  #targets: Targets | undefined;

  constructor(transport: Transport, resolver: Resolver, clock: Clock) {
    this.#transport = transport;
    this.#resolver = resolver;
    this.#clock = clock;
  }

  /** Undefined while there is no route, or its entry is no URI. */
  get targets(): Targets | undefined {
    return this.#targets;
  }

  /** Takes the first entry of the route that holds now; undefined: there is none. */
  follow(first: string | undefined): void {
    const uri = first === undefined ? undefined : parseUri(parseNameAddress(first)?.uri ?? '');
    const where = uri ? joinHostPort(uri.host, uri.port) : '';
    if (where === this.#where) return;
    this.#where = where;
    this.#targets?.close();
    this.#targets =
      where === '' ? undefined : new Targets(where, this.#transport, this.#resolver, this.#clock, () => {});
  }
}
