import type { Timer } from '../../base/clock.ts';
import { moneyParts } from '../../dialplan/price.ts';
import type { NumberClass, Said } from '../../dialplan/route-plan.ts';
import { moneyText } from '../../dialplan/sentence.ts';
import { clockWithin, localMinute } from '../../dialplan/time-rule.ts';
import type { CallRecord } from '../../records/call-record.ts';
import type { ServiceContext } from '../context.ts';
import type { Charge } from './account.ts';

/** What the guard watches for. */
type Watched = 'calls' | 'minutes' | 'at-once' | 'night' | 'money';

/** What stolen calls go to. */
const guarded: ReadonlySet<NumberClass> = new Set(['cis', 'international', 'premium']);

/** What is dear enough to be counted at night. */
const dear: ReadonlySet<NumberClass> = new Set([...guarded, 'national', 'mobile']);

/** Whether calls of the class are closed by a lock of the guard. */
export const isGuarded = (kind: NumberClass): boolean => guarded.has(kind);

const hourMs = 3_600_000;
const nightMs = 12 * hourMs;

/** A lock, for the page. */
export interface GuardView {
  /** Wall-clock ms until which calls abroad and premium ones are closed; absent: they are not. */
  lockedUntil?: number;
  /** Why, or what the last alarm was. */
  said?: Said;
}

/**
 * Watches how fast calls abroad come (C06): so many an hour, so many minutes, at once, at night, so much money a day.
 * More than is usual raises an alarm and closes calls abroad and premium ones for a while. Pure counting: who may call
 * abroad at all is the dial plan's affair.
 */
export class FraudGuard {
  readonly #context: Pick<ServiceContext, 'clock' | 'config' | 'alarms' | 'log'>;
  /** Wall-clock ms at which guarded calls began, of the last hour. */
  #began: number[] = [];
  /** The same of dear calls at night. */
  #night: number[] = [];
  /** Guarded conversations that ended in the last hour. */
  #talked: { at: number; ms: number }[] = [];
  /** Guarded calls in progress, with the wall-clock ms of their answer. */
  readonly #going = new Map<Charge, number | undefined>();
  #locked: { until: number; said: Said; timer: Timer } | undefined;
  readonly #alarms = new Set<Watched>();
  /** The day on which the alarm about money was raised or lifted last: one a day. */
  #moneyDay: number | undefined;

  constructor(context: Pick<ServiceContext, 'clock' | 'config' | 'alarms' | 'log'>) {
    this.#context = context;
  }

  /** Takes a call of the last hour into account, as its record tells it. */
  recall({ startedAt, endedAt, talkMs, tollClass, legs }: CallRecord): void {
    const kind = tollClass as NumberClass;
    if (!legs.some(({ direction }) => direction === 'outgoing')) return;
    if (dear.has(kind) && this.#isNight(startedAt)) this.#night.push(startedAt);
    if (!guarded.has(kind)) return;
    this.#began.push(startedAt);
    if (talkMs !== undefined && endedAt !== undefined) this.#talked.push({ at: endedAt, ms: talkMs });
  }

  /** Why a call may not begin; undefined: it may. */
  refusal({ tollClass }: Charge): string | undefined {
    return this.lock !== undefined && guarded.has(tollClass)
      ? 'calls abroad are locked by the fraud guard'
      : undefined;
  }

  /** Why calls abroad and premium ones are closed now. */
  get lock(): Said | undefined {
    const lock = this.#locked;
    return lock && lock.until > this.#context.clock.wall() ? lock.said : undefined;
  }

  view(): GuardView {
    const lock = this.#locked;
    return lock ? { lockedUntil: lock.until, said: lock.said } : {};
  }

  /** Lifts a lock and its alarms: somebody has looked. What was counted so far counts no more. False: there was none. */
  lift(): boolean {
    if (!this.#locked && this.#alarms.size === 0) return false;
    this.#began = [];
    this.#night = [];
    this.#talked = [];
    this.#unlock();
    return true;
  }

  /** A call is about to go out. */
  began(charge: Charge): void {
    const { callsPerHour, atOnce, nightCalls } = this.#context.config().fraudGuard;
    const wall = this.#context.clock.wall();
    if (dear.has(charge.tollClass) && this.#isNight(wall)) {
      this.#night = [...this.#night.filter((at) => at > wall - nightMs), wall];
      this.#check('night', this.#night.length, nightCalls);
    }
    if (!guarded.has(charge.tollClass)) return;
    this.#began = [...this.#began.filter((at) => at > wall - hourMs), wall];
    this.#going.set(charge, undefined);
    this.#check('calls', this.#began.length, callsPerHour);
    this.#check('at-once', this.#going.size, atOnce);
  }

  answered(charge: Charge): void {
    if (this.#going.has(charge)) this.#going.set(charge, this.#context.clock.wall());
  }

  ended(charge: Charge, ms: number): void {
    if (!this.#going.delete(charge) || ms === 0) return;
    this.#talked.push({ at: this.#context.clock.wall(), ms });
    this.tick();
  }

  /** Time has passed in conversations. */
  tick(): void {
    const wall = this.#context.clock.wall();
    this.#talked = this.#talked.filter(({ at }) => at > wall - hourMs);
    let ms = this.#talked.reduce((sum, talk) => sum + Math.min(talk.ms, hourMs), 0);
    for (const since of this.#going.values()) if (since !== undefined) ms += Math.min(hourMs, wall - since);
    this.#check('minutes', Math.floor(ms / 60_000), this.#context.config().fraudGuard.minutesPerHour);
  }

  /** What all calls of today have cost, in parts of the currency unit. */
  spent(parts: number): void {
    const { moneyPerDay } = this.#context.config().fraudGuard;
    const today = Math.floor(this.#context.clock.wall() / 86_400_000);
    if (this.#moneyDay === today) return;
    if (this.#check('money', parts / moneyParts, moneyPerDay)) this.#moneyDay = today;
  }

  close(): void {
    this.#locked?.timer.cancel();
  }

  #isNight(wall: number): boolean {
    const { fraudGuard, site } = this.#context.config();
    return clockWithin(localMinute(wall, site.timeZone).minute, fraudGuard.nightFrom, fraudGuard.nightTo);
  }

  #check(what: Watched, count: number, most: number): boolean {
    if (most === 0 || count <= most || this.#alarms.has(what)) return false;
    this.#trip(what, most);
    return true;
  }

  #trip(what: Watched, most: number): void {
    const { clock, config, alarms, log } = this.#context;
    const { lock, lockMinutes } = config().fraudGuard;
    this.#alarms.add(what);
    const said = tripped(what, most, config().site.currency);
    const closed: Said = lock
      ? {
          ru: ` Вызовы за границу и на платные номера закрыты на ${lockMinutes} мин.`,
          en: ` Calls abroad and to premium numbers are closed for ${lockMinutes} min.`,
        }
      : { ru: '', en: '' };
    log('warn', () => `fraud guard: ${said.en}${closed.en}`);
    alarms.raise({
      id: alarmId(what),
      severity: 'critical',
      said: { ru: `${said.ru}${closed.ru}`, en: `${said.en}${closed.en}` },
      cure: {
        ru: 'Посмотрите в списке звонков, кто и куда звонил. Если это свои, снимите замок на странице расходов и поднимите порог; если чужие, смените ПИН-коды и пароли телефонов, с которых звонили.',
        en: 'See in the list of calls who called where. If it was your own staff, lift the lock on the page of spending and raise the threshold; if not, change the PINs and the passwords of the telephones they came from.',
      },
    });
    const ms = lockMinutes * 60_000;
    this.#locked?.timer.cancel();
    this.#locked = lock
      ? { until: clock.wall() + ms, said, timer: clock.after(ms, () => this.#unlock()) }
      : undefined;
  }

  #unlock(): void {
    this.#locked?.timer.cancel();
    this.#locked = undefined;
    for (const what of this.#alarms) this.#context.alarms.clear(alarmId(what));
    this.#alarms.clear();
  }
}

const alarmId = (what: Watched): string => `fraud-${what}`;

function tripped(what: Watched, most: number, currency: string): Said {
  switch (what) {
    case 'calls':
      return {
        ru: `За час больше ${most} вызовов за границу или на платные номера.`,
        en: `More than ${most} calls abroad or to premium numbers within an hour.`,
      };
    case 'minutes':
      return {
        ru: `За час больше ${most} минут разговоров с заграницей или платными номерами.`,
        en: `More than ${most} minutes abroad or to premium numbers within an hour.`,
      };
    case 'at-once':
      return {
        ru: `Больше ${most} вызовов за границу или на платные номера одновременно.`,
        en: `More than ${most} calls abroad or to premium numbers at once.`,
      };
    case 'night':
      return {
        ru: `За ночь больше ${most} междугородных, мобильных или заграничных вызовов.`,
        en: `More than ${most} calls long distance, to mobiles or abroad in one night.`,
      };
    case 'money': {
      const sum = moneyText(most, currency);
      return { ru: `За сегодня израсходовано больше ${sum.ru}.`, en: `More than ${sum.en} was spent today.` };
    }
  }
}
