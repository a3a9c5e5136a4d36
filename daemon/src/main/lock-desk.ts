import type { LockoutView, Said } from '../api/contract.ts';
import type { LockoutAccess } from '../api/help-deps.ts';
import type { Clock } from '../base/clock.ts';
import type { Config } from '../config/schema.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { Lockouts } from '../service/lockout.ts';
import { lockAlarm } from '../service/pin-lock.ts';
import type { Protection } from './protection.ts';

export interface LockDeskParts {
  clock: Clock;
  config(): Config;
  lockouts: Lockouts;
  protection: Pick<Protection, 'view' | 'lift'>;
  alarms: Pick<AlarmBoard, 'clear'>;
}

/** Locks looked through; of a scanner's thousands the newest are enough. */
const most = 200;

/** Who is locked out by wrong PINs or banned by the SIP engine, and the one button that takes it back (C18). */
export class LockDesk implements LockoutAccess {
  readonly #parts: LockDeskParts;

  constructor(parts: LockDeskParts) {
    this.#parts = parts;
  }

  async list(): Promise<LockoutView[]> {
    const { clock, lockouts, protection } = this.#parts;
    const now = clock.wall();
    const pins = lockouts
      .kept(now - clock.now(), most)
      .filter(({ lockedUntil }) => lockedUntil > now)
      .map(({ key, lockedUntil }): LockoutView => {
        const place = /^(?:port|trunk|device):[^@]+$/.exec(key)?.[0];
        return {
          ...{ id: `pin:${key}`, kind: 'pin', said: this.#pinWords(key), until: Math.round(lockedUntil) },
          ...(place === undefined ? {} : { place }),
        };
      });
    const { bans } = await protection.view();
    const sip = bans.map(
      ({ source, said, until }): LockoutView => ({
        ...{ id: `sip:${source}`, kind: 'sip', until },
        said: { ru: `Адрес ${source}: ${said.ru}`, en: `The address ${source} ${said.en}` },
      }),
    );
    return [...pins.reverse(), ...sip];
  }

  async lift(id: string): Promise<boolean> {
    const { lockouts, protection, alarms } = this.#parts;
    const [, kind, key = ''] = /^(pin|sip):(.+)$/.exec(id) ?? [];
    if (kind === 'sip') return await protection.lift(key);
    if (kind !== 'pin' || !lockouts.unlock(key)) return false;
    alarms.clear(lockAlarm(key));
    return true;
  }

  #pinWords(key: string): Said {
    const { ports, trunks, devices } = this.#parts.config();
    const [kind = '', id = ''] = key.split('@')[0]?.split(':') ?? [];
    const words = (ru: string, en: string): Said => ({
      ru: `Неверный ПИН-код: ${ru}`,
      en: `Wrong PIN: ${en}`,
    });
    switch (kind) {
      case 'port': {
        const name = ports.find((port) => String(port.number) === id)?.name;
        return words(`гнездо ${id}${name ? ` (${name})` : ''}`, `socket ${id}${name ? ` (${name})` : ''}`);
      }
      case 'trunk': {
        const name = trunks.find((trunk) => trunk.id === id)?.name ?? id;
        return words(`звонившие по линии «${name}»`, `callers over trunk "${name}"`);
      }
      case 'device': {
        const name = devices.find((device) => device.id === id)?.name ?? id;
        return words(`телефон «${name}»`, `telephone "${name}"`);
      }
      case 'user':
        return words(`номер пользователя ${id}`, `user number ${id}`);
      default:
        return words(key, key);
    }
  }
}
