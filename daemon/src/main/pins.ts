import { randomBytes } from 'node:crypto';
import type { ConfigIssue, PinRequest, PinTerms, PinView } from '../api/contract.ts';
import type { PinAccess, PinResult } from '../api/deps.ts';
import type { Clock } from '../base/clock.ts';
import { type DeviceKey, findPin, hashPin } from '../config/device-key.ts';
import { shortestPin, weakPin } from '../config/pin-policy.ts';
import { opensRoom } from '../config/room-pin.ts';
import type { Config, PinConfig } from '../config/schema.ts';
import type { ConfigStore } from '../config/store.ts';
import { isWithinAny, localDay } from '../dialplan/time-rule.ts';
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

  match(
    digits: string,
    options: { outside: boolean; userNumber?: string; caller?: string },
  ): PinConfig | undefined {
    const { pins, site, timeRules } = this.#store.config;
    const wall = this.#clock.wall();
    const today = localDay(wall, site.timeZone);
    const rules = new Map(timeRules.map((rule) => [rule.id, rule]));
    const within = (ids: readonly string[]): boolean => isWithinAny(ids, rules, wall, site.timeZone);
    return findPin(pins, digits, this.#key, { ...options, today, within });
  }

  opens(digits: string, pin: string): boolean {
    return opensRoom(digits, pin, this.#key);
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
      ...unlimited,
      ...kept(existing),
      ...termsOf(request.terms),
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
      terms: {
        when: pin.when,
        numbers: pin.numbers,
        callers: pin.callers,
        calls: pin.calls,
        ...(pin.owner === undefined ? {} : { owner: pin.owner }),
        ...(pin.validFrom === undefined ? {} : { validFrom: pin.validFrom }),
        ...(pin.limits === undefined ? {} : { limits: pin.limits }),
      },
      ...(until === undefined ? {} : { lockedUntil: this.#clock.wall() + until - now }),
    };
  }
}

const pinTermKeys = [
  'owner',
  'limits',
  'validFrom',
  'when',
  'numbers',
  'callers',
  'calls',
] as const satisfies readonly (keyof PinTerms)[];

/** A PIN may say nothing of these. */
const unlimited = { when: [], numbers: [], callers: [], calls: 1 };

/** What a request that says nothing of the terms leaves as it was. */
function kept(existing: PinConfig | undefined): Partial<PinConfig> {
  if (!existing) return {};
  const { costCentre: _c, userNumber: _u, expires: _e, ...rest } = existing;
  return rest;
}

/** The terms of a request; what is empty is taken away. Whether they are right is the schema's to say. */
function termsOf(terms: PinTerms | undefined): Partial<PinConfig> {
  if (!terms) return {};
  const known = pinTermKeys.filter((key) => Object.hasOwn(terms, key));
  return Object.fromEntries(known.map((key) => [key, emptied(terms[key])])) as Partial<PinConfig>;
}

const emptied = (value: unknown): unknown => (value === '' || value === null ? undefined : value);

/** Numbers that everybody in the office knows. */
function wellKnown(config: Config): string[] {
  const numbers = [
    ...config.ports.map((port) => (port.kind === 'fxs' ? port.extension : undefined)),
    ...config.people.map((person) => person.extension),
    ...config.accessNumbers.map((access) => access.code),
  ];
  return numbers.filter((number) => number !== undefined && number.length < shortestPin) as string[];
}
