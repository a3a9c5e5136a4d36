import type { Timer } from '../../base/clock.ts';
import type { Call } from '../../call/call.ts';
import { cause, localCause } from '../../call/cause.ts';
import type { Leg, ReleaseCause } from '../../call/leg.ts';
import { costOf, moneyParts, toParts } from '../../dialplan/price.ts';
import type { NumberClass, Said } from '../../dialplan/route-plan.ts';
import { localDay } from '../../dialplan/time-rule.ts';
import type { CallRecord } from '../../records/call-record.ts';
import type { ServiceContext } from '../context.ts';
import { type Account, accountName, type Charge, limitedAccounts, limitsOf, office } from './account.ts';
import { type Limit, lastsMs, limitList, measured, spentAt } from './budget.ts';
import { budgetAlarm, budgetAlarmId } from './budget-alarm.ts';
import type { FraudGuard } from './fraud-guard.ts';
import { Ledger, monthOf, type Period, type Spent } from './ledger.ts';
import { Packages } from './packages.ts';
import { warningBeep } from './warning-beep.ts';

/** A leg that costs, from its first request to its end. */
interface Meter {
  readonly leg: Leg;
  readonly charge: Charge;
  readonly accounts: readonly Account[];
  /** Clock ms of the answer. */
  since?: number;
  /** The day of the office on which it was answered. */
  day?: Period;
  /** The record that it is charged on, wherever a transfer takes the leg. */
  keeper?: Call['keeper'];
  /** Until when (clock ms) the budget was to last when the caller was last warned. */
  warnedOf?: number;
  /** Its end was ordered. */
  cut?: true;
}

/** How one limit stands, for the page. */
export interface BudgetView {
  account: Account;
  name: Said;
  kind: Limit['kind'];
  period: Limit['period'];
  /** Currency units, or minutes. */
  spent: number;
  limit: number;
}

/** What costs nothing counts against no budget. */
const uncounted: ReadonlySet<NumberClass> = new Set(['internal', 'free', 'special', 'emergency']);

/** Unpriced calls of these classes are taken for free; unpriced ones of others for dear. */
const cheap: ReadonlySet<NumberClass> = new Set(['local']);

/** How often the record of a call in progress is told what it has cost: what a `kill -9` may lose of it, ms. */
const noteMs = 15_000;

/** A call is cut so long before its budget ends, ms: neither our timer nor the operator's clock may begin another step. */
const marginMs = 1000;

/** The parts of the box that budgets are kept with. */
export type SpendingContext = Pick<ServiceContext, 'clock' | 'config' | 'calls' | 'media' | 'alarms' | 'log'>;

/**
 * Budgets (L07): counts what calls cost, by office, cost centre, person and PIN; refuses calls for which nothing is
 * left; warns the caller and cuts off at the limit. Calls at once share what is left. Emergency calls never come here.
 */
export class Spending {
  readonly #context: SpendingContext;
  readonly #guard: FraudGuard;
  readonly #ledger = new Ledger();
  readonly #packages: Packages;
  readonly #meters = new Set<Meter>();
  /** Alarms that stand, and whether they tell that all is spent. */
  readonly #standing = new Map<string, boolean>();
  #timer: Timer | undefined;
  #noting: Timer | undefined;

  constructor(context: SpendingContext, guard: FraudGuard, history: Iterable<CallRecord> = []) {
    this.#context = context;
    this.#guard = guard;
    this.#packages = new Packages(() => context.config());
    for (const record of history) this.#recall(record);
    this.#look();
  }

  /** Why no call with this charge may begin now; undefined: it may. */
  refusal(charge: Charge): ReleaseCause | undefined {
    const guarded = this.#guard.refusal(charge);
    if (guarded) return localCause(cause.rejected, guarded);
    if (!charge.diverted) {
      const full = this.#pinInUse(charge);
      if (full !== undefined) return { ...localCause(cause.busy, full), final: true };
    }
    for (const account of uncounted.has(charge.tollClass) ? [] : [office, ...charge.accounts]) {
      for (const limit of limitList(limitsOf(this.#context.config(), account))) {
        if (!this.#nothingLeft(account, limit, charge)) continue;
        this.#look();
        const text = `the budget of ${account} for the ${limit.period} is used up`;
        this.#context.log('info', () => `a call was refused: ${text}`);
        return localCause(cause.rejected, text);
      }
    }
    return undefined;
  }

  /** Charges a leg from its answer to its end. */
  follow(leg: Leg, charge: Charge): void {
    const meter: Meter = { leg, charge, accounts: [office, ...charge.accounts] };
    this.#meters.add(meter);
    this.#guard.began(charge);
    leg.once('answered', () => this.#answered(meter));
    leg.once('released', () => this.#released(meter));
  }

  /** The configuration has changed. */
  apply(): void {
    this.#look();
  }

  /** Billed seconds that are left of the packages of routes, for the choice of the next call's route. */
  packages(): ReadonlyMap<string, number> {
    const now = this.#context.clock.now();
    const going = [...this.#meters].map(({ charge, since }) => ({ charge, ms: now - (since ?? now) }));
    return this.#packages.left(this.#today(), going);
  }

  /** How every limit stands. */
  view(): BudgetView[] {
    const config = this.#context.config();
    return limitedAccounts(config).flatMap((account) =>
      limitList(limitsOf(config, account)).map((limit) => {
        const { spent } = this.#standOf(account, limit);
        const unit = limit.kind === 'money' ? moneyParts : 60_000;
        return {
          account,
          name: accountName(config, account),
          kind: limit.kind,
          period: limit.period,
          spent: Math.round((spent / unit) * 100) / 100,
          limit: limit.most / unit,
        };
      }),
    );
  }

  close(): void {
    this.#timer?.cancel();
    this.#noting?.cancel();
  }

  #pinInUse({ accounts }: Charge): string | undefined {
    const pin = accounts.find((account) => account.startsWith('pin:'));
    const config = pin && this.#context.config().pins.find(({ id }) => `pin:${id}` === pin);
    if (!config) return undefined;
    const going = [...this.#meters].filter((m) => !m.charge.diverted && m.accounts.includes(pin)).length;
    return going < config.calls ? undefined : 'the PIN is in use';
  }

  #nothingLeft(account: Account, limit: Limit, { price, tollClass }: Charge): boolean {
    const { spent } = this.#standOf(account, limit);
    if (limit.kind === 'minutes') return spent >= limit.most;
    if (price && costOf(price, 3_600_000) === 0) return false;
    if (!price && cheap.has(tollClass)) return false;
    // What the first moment costs must be there.
    return spent >= limit.most || spent + (price ? costOf(price, 1) : 0) > limit.most;
  }

  /** What was spent by now on what a limit measures, today or this month. */
  #standOf(account: Account, limit: Limit): { spent: number; settled: Spent; running: Meter[] } {
    const day = this.#today();
    const period = limit.period === 'day' ? day : monthOf(day);
    const settled = this.#ledger.spent(account, period);
    const running = this.#running(account, limit, day);
    return {
      settled,
      running,
      spent: measured(limit, spentAt(settled, running.map(runningOf), this.#context.clock.now())),
    };
  }

  /** The conversations that a limit of `day`, or of its month, is about. */
  #running(account: Account, limit: Limit, day: Period): Meter[] {
    return [...this.#meters].filter(
      (meter) =>
        meter.day !== undefined &&
        meter.accounts.includes(account) &&
        !uncounted.has(meter.charge.tollClass) &&
        (limit.period === 'day' ? meter.day === day : monthOf(meter.day) === monthOf(day)),
    );
  }

  #today(): Period {
    return localDay(this.#context.clock.wall(), this.#context.config().site.timeZone);
  }

  #answered(meter: Meter): void {
    if (!this.#meters.has(meter) || meter.since !== undefined) return;
    meter.since = this.#context.clock.now();
    meter.day = this.#today();
    const call = this.#context.calls.ofLeg(meter.leg.id);
    if (call) meter.keeper = call.keeper;
    call?.keeper.set({ accounts: [...meter.charge.accounts] });
    this.#guard.answered(meter.charge);
    this.#look();
    this.#noting ??= this.#context.clock.every(noteMs, () => this.#note());
  }

  #released(meter: Meter): void {
    if (!this.#meters.delete(meter)) return;
    // The call closes its record in this turn, and what stands there is what a restart will count.
    queueMicrotask(() => this.#settle(meter, this.#context.clock.now()));
  }

  #settle({ charge, since, day, keeper, accounts }: Meter, endedAt: number): void {
    const record = keeper?.record;
    const closed = record?.state === 'ended' && record.routeId === charge.routeId ? record : undefined;
    const ms = since === undefined ? 0 : (closed?.talkMs ?? endedAt - since);
    this.#guard.ended(charge, ms);
    if (day !== undefined) this.#packages.add(charge, day, ms);
    if (day !== undefined && !uncounted.has(charge.tollClass)) {
      const own = charge.price ? costOf(charge.price, ms) : 0;
      const parts = closed ? toParts(closed.price ?? 0) : own;
      this.#ledger.add(accounts, day, { parts, ms });
      this.#guard.spent(this.#ledger.spent(office, this.#today()).parts);
    }
    if (![...this.#meters].some((m) => m.since !== undefined)) {
      this.#noting?.cancel();
      this.#noting = undefined;
    }
    if (day !== undefined) this.#look();
  }

  /** What calls in progress have cost goes into their records, so that a crash does not give it back. */
  #note(): void {
    for (const { keeper, since, charge } of this.#meters) {
      if (!keeper || since === undefined) continue;
      const ms = Math.round(this.#context.clock.now() - since);
      const parts = charge.price ? costOf(charge.price, ms) : 0;
      keeper.set({ charged: { ms, price: parts / moneyParts } });
    }
    this.#guard.tick();
  }

  /** A call of the past, from its record; one that a crash cut off counts as far as its record knows. */
  #recall(record: CallRecord): void {
    const { answeredAt, state, tollClass, routeId, service } = record;
    if (answeredAt === undefined || routeId === undefined || service === 'emergency') return;
    if (state === 'active' || uncounted.has(tollClass as NumberClass)) return;
    const cut = state === 'interrupted' ? record.charged : undefined;
    const ms = cut?.ms ?? record.talkMs ?? 0;
    const price = cut?.price ?? record.price ?? 0;
    const day = localDay(answeredAt, this.#context.config().site.timeZone);
    const number = record.calledNumber ?? '';
    this.#packages.add({ routeId, number }, day, ms);
    const accounts = record.accounts ?? accountsOfOld(record);
    this.#ledger.add([office, ...accounts], day, { parts: toParts(price), ms });
  }

  /** Looks at every budget that has a limit: cuts, warns, raises alarms, and sets the timer for the next of these. */
  #look(): void {
    const { clock, config } = this.#context;
    this.#timer?.cancel();
    this.#timer = undefined;
    const { beepSeconds, warnPercent } = config().spending;
    const now = clock.now();
    const standing = new Set<string>();
    let next = Number.POSITIVE_INFINITY;
    for (const account of limitedAccounts(config())) {
      for (const limit of limitList(limitsOf(config(), account))) {
        const { settled, running, spent } = this.#standOf(account, limit);
        const share = Math.ceil((limit.most * warnPercent) / 100);
        if (spent >= share) {
          this.#warn(account, limit, spent >= limit.most);
          standing.add(budgetAlarmId(account, limit));
        }
        const going = running.filter(({ cut }) => !cut);
        if (going.length === 0) continue;
        const sums = running.map(runningOf);
        const warnIn = lastsMs(limit, settled, sums, now, share - 1);
        if (spent < share && warnIn !== undefined) next = Math.min(next, warnIn + 1);
        const left = lastsMs(limit, settled, sums, now);
        if (left === undefined) continue;
        if (left <= marginMs) {
          // What this does to the sums is looked at anew.
          this.#cut(going, account, limit);
          return;
        }
        next = Math.min(next, left - marginMs);
        if (beepSeconds === 0) continue;
        const beepIn = left - beepSeconds * 1000;
        if (beepIn > 0) next = Math.min(next, beepIn);
        else for (const meter of going) this.#beep(meter, now + left);
      }
    }
    this.#takeBack(standing);
    if (next < Number.POSITIVE_INFINITY) this.#timer = clock.after(next, () => this.#look());
    else if (standing.size > 0) this.#timer = clock.after(this.#toMidnight(), () => this.#look());
  }

  /** Until a new day begins, or rather until it is worth looking whether one has. */
  #toMidnight(): number {
    const { clock, config } = this.#context;
    const zone = config().site.timeZone;
    const wall = clock.wall();
    const today = localDay(wall, zone);
    const hour = 3_600_000;
    for (let ahead = hour; ahead <= 25 * hour; ahead += hour)
      if (localDay(wall + ahead, zone) !== today) return ahead;
    return hour;
  }

  #cut(running: readonly Meter[], account: Account, limit: Limit): void {
    const text = `the budget of ${account} for the ${limit.period} is used up`;
    this.#context.log('info', () => `${running.length} call(s) cut: ${text}`);
    for (const meter of running) meter.cut = true;
    for (const { leg, keeper } of running) {
      const call = this.#context.calls.ofLeg(leg.id);
      keeper?.event('budget-cut', account);
      call?.end(localCause(cause.normal, text));
      leg.release(localCause(cause.normal, text));
    }
  }

  /** Whoever talks to the leg that costs hears that it will end; anew only if it had seemed to go on meanwhile. */
  #beep(meter: Meter, until: number): void {
    const { beepSeconds } = this.#context.config().spending;
    if (meter.warnedOf !== undefined && until - meter.warnedOf < beepSeconds * 1000) return;
    meter.warnedOf = until;
    const call = this.#context.calls.ofLeg(meter.leg.id);
    const ear = call?.other(meter.leg)?.endpoint ?? call?.caller.endpoint;
    meter.keeper?.event('budget-warning', meter.leg.place);
    if (ear) void this.#context.media.play(ear, warningBeep()).catch(() => {});
  }

  #warn(account: Account, limit: Limit, usedUp: boolean): void {
    const { alarms, config } = this.#context;
    const id = budgetAlarmId(account, limit);
    if (this.#standing.get(id) === usedUp) return;
    this.#standing.set(id, usedUp);
    alarms.raise(budgetAlarm(account, accountName(config(), account), limit, usedUp, config()));
  }

  /** Takes back the alarms of budgets that have room again: a new day, or a higher limit. */
  #takeBack(standing: ReadonlySet<string>): void {
    for (const id of this.#standing.keys()) {
      if (standing.has(id)) continue;
      this.#standing.delete(id);
      this.#context.alarms.clear(id);
    }
  }
}

const runningOf = ({ since, charge }: Meter): { since: number; price: Charge['price'] } => ({
  since: since ?? 0,
  price: charge.price,
});

/** Records of before budgets were kept name who paid in fields of their own. */
const accountsOfOld = ({ costCentre, pinId }: CallRecord): Account[] => [
  ...(costCentre === undefined ? [] : [`cost-centre:${costCentre}`]),
  ...(pinId === undefined ? [] : [`pin:${pinId}`]),
];
