import { networkInterfaces } from 'node:os';
import type { Clock, Timer } from './clock.ts';

/** An address of this machine with the length of its network prefix. */
export interface LocalAddress {
  host: string;
  prefix: number;
}

/** Addresses that this machine has got and lost. */
export interface AddressesChange {
  came: readonly string[];
  gone: readonly string[];
}

/** How soon a change is noticed, ms: a trunk has to be registered anew within 30 s of it (V05). */
const LOOK_MS = 2_000;

/** The addresses of this machine, loopback included; IPv6 link-local ones without their zone. */
export function localAddresses(): LocalAddress[] {
  const out: LocalAddress[] = [];
  for (const list of Object.values(networkInterfaces()))
    for (const a of list ?? []) out.push({ host: a.address, prefix: Number(a.cidr?.split('/')[1] ?? 32) });
  return out;
}

/** What came and what went between two looks. */
export function addressesChange(
  before: readonly LocalAddress[],
  after: readonly LocalAddress[],
): AddressesChange {
  const had = new Set(before.map((a) => a.host));
  const has = new Set(after.map((a) => a.host));
  return { came: [...has].filter((host) => !had.has(host)), gone: [...had].filter((host) => !has.has(host)) };
}

/**
 * Looks at the machine's addresses every 2 s and tells when they have become others: Node passes no such
 * news on from the system.
 */
export class AddressWatch {
  readonly #read: () => LocalAddress[];
  readonly #changed: (change: AddressesChange) => void;
  readonly #timer: Timer;
  #current: LocalAddress[];

  constructor(clock: Clock, changed: (change: AddressesChange) => void, read = localAddresses) {
    this.#read = read;
    this.#changed = changed;
    this.#current = read();
    this.#timer = clock.every(LOOK_MS, () => this.#look());
  }

  /** The addresses as of the last look. */
  get current(): readonly LocalAddress[] {
    return this.#current;
  }

  close(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const next = this.#read();
    const change = addressesChange(this.#current, next);
    this.#current = next;
    if (change.came.length > 0 || change.gone.length > 0) this.#changed(change);
  }
}
