import type { ServiceContext } from './context.ts';
import type { Lockouts } from './lockout.ts';

/** Id of the alarm that tells of the lock of `key`; it stands until a right PIN comes there again. */
export const lockAlarm = (key: string): string => `pin-lock-${key.replaceAll(':', '-')}`;

/** Counts a wrong PIN at `key`, and tells the admin once that locks it. `place`: where it was keyed. */
export function countWrongPin(
  { clock, alarms, log }: Pick<ServiceContext, 'clock' | 'alarms' | 'log'>,
  lockouts: Lockouts,
  key: string,
  place: string,
  rule: { attempts: number; lockoutMs: number },
): void {
  const lockMs = lockouts.failed(key, clock.now(), rule);
  if (lockMs === 0) return;
  const seconds = Math.round(lockMs / 1000);
  log('warn', () => `PIN entry locked at ${key} for ${seconds} s`);
  alarms.raise({
    id: lockAlarm(key),
    severity: 'warning',
    place,
    said: {
      ru: `Несколько раз подряд набран неверный ПИН-код (${place}). Ввод ПИН-кода закрыт на ${seconds} с.`,
      en: `A wrong PIN was entered several times in a row (${place}). PIN entry is closed for ${seconds} s.`,
    },
    cure: {
      ru: 'Посмотрите в списке звонков, кто это был. Если свой, напомните ему ПИН-код: блокировка закончится сама.',
      en: 'See in the list of calls who it was. If it was one of your staff, remind them of the PIN: the lock ends by itself.',
    },
  });
}

/** A right PIN came at `key`, and the past is forgotten. */
export function rightPin({ alarms }: Pick<ServiceContext, 'alarms'>, lockouts: Lockouts, key: string): void {
  lockouts.succeeded(key);
  alarms.clear(lockAlarm(key));
}
