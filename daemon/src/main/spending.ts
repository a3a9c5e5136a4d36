import type { SpendingAccess } from '../api/deps.ts';
import type { PlanState } from '../dialplan/plan-state.ts';
import { localDay } from '../dialplan/time-rule.ts';
import type { CallRecord, CallRecorder } from '../records/call-record.ts';
import type { Records } from '../records/records.ts';
import type { ServiceContext } from '../service/context.ts';
import { FraudGuard } from '../service/spend/fraud-guard.ts';
import { Spending } from '../service/spend/spending.ts';
import { TrunkQuality } from '../service/spend/trunk-quality.ts';

const hourMs = 3_600_000;
/** A month, and the day by which time zones and a call over midnight may shift it. */
const monthMs = 32 * 24 * hourMs;

/** Budgets and the fraud guard, as the records of this month left them. */
export class SpendingDesk implements SpendingAccess {
  readonly guard: FraudGuard;
  readonly #spending: Spending;
  readonly #context: ServiceContext;

  readonly #quality: TrunkQuality;

  /** From here on everything that goes out by `context` is charged. */
  constructor(context: ServiceContext, records: Pick<Records, 'all'>) {
    this.#context = context;
    const wall = context.clock.wall();
    this.guard = new FraudGuard(context);
    this.#quality = new TrunkQuality(context.config, () => context.clock.wall());
    for (const record of records.all({ from: wall - hourMs })) {
      this.guard.recall(record);
      this.#quality.note(record);
    }
    this.#spending = new Spending(context, this.guard, this.#thisMonth(records, wall));
    context.tolls = this.#spending;
  }

  *#thisMonth(records: Pick<Records, 'all'>, wall: number): Generator<CallRecord> {
    const { timeZone } = this.#context.config().site;
    const month = localDay(wall, timeZone).slice(0, 7);
    for (const record of records.all({ from: wall - monthMs, outcome: 'answered' }))
      if (record.answeredAt !== undefined && localDay(record.answeredAt, timeZone).startsWith(month))
        yield record;
  }

  /** What the choice of a route goes by beside the configuration. */
  state(): PlanState {
    return {
      locked: this.guard.lock,
      poorTrunks: this.#quality.poor(),
      packages: this.#spending.packages(),
    };
  }

  /** A record has been written: how the call went on its trunk. */
  note(record: CallRecord): void {
    if (record.state !== 'active') this.#quality.note(record);
  }

  /** The configuration has changed. */
  apply(): void {
    this.#spending.apply();
  }

  view(): ReturnType<SpendingAccess['view']> {
    return {
      currency: this.#context.config().site.currency,
      budgets: this.#spending.view(),
      guard: this.guard.view(),
    };
  }

  lift(): boolean {
    return this.guard.lift();
  }

  close(): void {
    this.#spending.close();
    this.guard.close();
  }
}

/** A recorder that tells of every record that was written again. */
export function noting(inner: CallRecorder, note: (record: CallRecord) => void): CallRecorder {
  return {
    begin: (record) => inner.begin(record),
    update: (record) => {
      inner.update(record);
      note(record);
    },
    end: (record) => {
      inner.end(record);
      note(record);
    },
    saveDialog: (dialog) => inner.saveDialog(dialog),
    forgetDialog: (callId) => inner.forgetDialog(callId),
  };
}
