import { randomBytes } from 'node:crypto';
import type { ConfigIssue, PinRequest, PinView } from '../api/contract.ts';
import type { PinAccess, PinResult } from '../api/deps.ts';
import type { Clock } from '../base/clock.ts';
import { type DeviceKey, findPin, hashPin } from '../config/device-key.ts';
import { shortestPin, weakPin } from '../config/pin-policy.ts';
import type { Config, PinConfig } from '../config/schema.ts';
import type { ConfigStore } from '../config/store.ts';
import type { PinCheck } from '../service/context.ts';
import type { Lockouts } from '../service/lockout.ts';

/** PINs between the page, the store and the dialogs: digits are hashed here and kept nowhere. */
export class Pins implements PinAccess, PinCheck {
  readonly #store: ConfigStore;
  readonly #key: DeviceKey;
  readonly #clock: Clock;
  readonly #lockouts: () => Lockouts;

  constructor(store: ConfigStore, key: DeviceKey, clock: Clock, lockouts: () => Lockouts) {
    this.#store = store;
    this.#key = key;
    this.#clock = clock;
    this.#lockouts = lockouts;
  }

  match(digits: string, options: { outside: boolean; userNumber?: string }): PinConfig | undefined {
    const { pins, site } = this.#store.config;
    const today = new Intl.DateTimeFormat('sv-SE', { timeZone: site.timeZone }).format(this.#clock.wall());
    return findPin(pins, digits, this.#key, { ...options, today });
  }

  list(): PinView[] {
    return this.#store.config.pins.map((pin) => this.#view(pin));
  }

  create(request: PinRequest, by: string): Promise<PinResult> {
    const id = request.id ?? `pin-${randomBytes(4).toString('hex')}`;
    if (request.pin === undefined) {
      return Promise.resolve({
        ok: false,
        reason: 'invalid',
        issues: [{ path: '/pin', said: { ru: 'Наберите ПИН-код.', en: 'Enter the PIN.' } }],
      });
    }
    return this.#save(id, request, by, undefined);
  }

  async replace(id: string, request: PinRequest, by: string): Promise<PinResult> {
    const existing = this.#store.config.pins.find((pin) => pin.id === id);
    if (!existing) return { ok: false, reason: 'not-found' };
    return await this.#save(id, request, by, existing);
  }

  async remove(id: string, by: string): Promise<boolean> {
    if (!this.#store.config.pins.some((pin) => pin.id === id)) return false;
    await this.#store.change((draft) => {
      draft.pins = draft.pins.filter((pin) => pin.id !== id);
    }, by);
    return true;
  }

  unlock(id: string): boolean {
    const pin = this.#store.config.pins.find((p) => p.id === id);
    return pin?.userNumber === undefined ? false : this.#lockouts().unlock(`user:${pin.userNumber}`);
  }

  async #save(
    id: string,
    request: PinRequest,
    by: string,
    existing: PinConfig | undefined,
  ): Promise<PinResult> {
    const issues = this.#issues(id, request);
    if (issues.length > 0) return { ok: false, reason: 'invalid', issues };
    const pin: PinConfig = {
      id,
      name: request.name,
      hmac: request.pin === undefined ? existing!.hmac : hashPin(request.pin, this.#key),
      length: request.pin?.length ?? existing!.length,
      classOfService: request.classOfService,
      enabled: request.enabled,
      outside: request.outside,
      followOn: request.followOn,
      transfer: request.transfer,
      ...(request.costCentre ? { costCentre: request.costCentre } : {}),
      ...(request.userNumber ? { userNumber: request.userNumber } : {}),
      ...(request.expires ? { expires: request.expires } : {}),
    };
    const { revision, config } = this.#store.current();
    const pins = existing ? config.pins.map((p) => (p.id === id ? pin : p)) : [...config.pins, pin];
    const result = await this.#store.apply({ ...config, pins }, { expected: revision, by });
    if (result.ok) return { ok: true, pin: this.#view(pin) };
    return { ok: false, reason: 'invalid', issues: 'issues' in result ? result.issues : [] };
  }

  #issues(id: string, request: PinRequest): ConfigIssue[] {
    const { config } = this.#store;
    const issues: ConfigIssue[] = [];
    if (request.pin !== undefined) {
      const weak = weakPin(request.pin, wellKnown(config));
      if (weak) issues.push({ path: '/pin', said: weak });
      const hmac = hashPin(request.pin, this.#key);
      if (!weak && config.pins.some((pin) => pin.id !== id && pin.hmac === hmac)) {
        // No word on whose it is, nor that it exists: that would be a way to find PINs out.
        issues.push({ path: '/pin', said: { ru: 'Выберите другой ПИН-код.', en: 'Choose another PIN.' } });
      }
    }
    return issues;
  }

  #view(pin: PinConfig): PinView {
    const now = this.#clock.now();
    const until = pin.userNumber ? this.#lockouts().lockedUntil(`user:${pin.userNumber}`, now) : undefined;
    return {
      id: pin.id,
      name: pin.name,
      length: pin.length,
      enabled: pin.enabled,
      classOfService: pin.classOfService,
      outside: pin.outside,
      followOn: pin.followOn,
      transfer: pin.transfer,
      ...(pin.costCentre === undefined ? {} : { costCentre: pin.costCentre }),
      ...(pin.userNumber === undefined ? {} : { userNumber: pin.userNumber }),
      ...(pin.expires === undefined ? {} : { expires: pin.expires }),
      ...(until === undefined ? {} : { lockedUntil: this.#clock.wall() + until - now }),
    };
  }
}

/** Numbers that everybody in the office knows. */
function wellKnown(config: Config): string[] {
  const numbers = [
    ...config.ports.map((port) => (port.kind === 'fxs' ? port.extension : undefined)),
    ...config.people.map((person) => person.extension),
    ...config.accessNumbers.map((access) => access.code),
  ];
  return numbers.filter((number) => number !== undefined && number.length < shortestPin) as string[];
}
