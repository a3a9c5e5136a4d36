import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';

/** How long a link may wait to be used, ms. */
const LIFETIME_MS = 15 * 60_000;

/** Links that wait at once; the oldest go. */
const MAX_LINKS = 64;

interface Link {
  deviceId: string;
  preset: string;
  expiresAt: number;
}

/** Addresses that give a device's settings, password and all, once and soon. In memory only; nobody can list them. */
export class DeviceLinks {
  readonly #clock: Clock;
  readonly #links = new Map<string, Link>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new link for a device; one made for it before is void. `expiresAt`: wall-clock ms. */
  make(deviceId: string, preset: string): { token: string; expiresAt: number } {
    for (const [token, link] of this.#links) if (link.deviceId === deviceId) this.#links.delete(token);
    const oldest = this.#links.size >= MAX_LINKS ? this.#links.keys().next().value : undefined;
    if (oldest !== undefined) this.#links.delete(oldest);
    const token = randomBytes(32).toString('base64url');
    this.#links.set(token, { deviceId, preset, expiresAt: this.#clock.now() + LIFETIME_MS });
    return { token, expiresAt: this.#clock.wall() + LIFETIME_MS };
  }

  /** What a link is for, while it holds. */
  find(token: string): Omit<Link, 'expiresAt'> | undefined {
    const link = this.#links.get(token);
    if (link && link.expiresAt > this.#clock.now()) return link;
    this.#links.delete(token);
    return undefined;
  }

  /** It has been used. */
  spend(token: string): void {
    this.#links.delete(token);
  }
}
