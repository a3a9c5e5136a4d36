import type { CallRegistry } from '../call/registry.ts';
import type { CallRecord } from '../records/call-record.ts';

/** Most callers that are remembered; who was heard of longest ago goes first. */
const most = 20_000;
const dayMs = 86_400_000;

/** Who of the office spoke with whom last (A05): by the caller's number, from the records and from then on. */
export class LastTalks {
  readonly #recent: () => Iterable<CallRecord>;
  #known: Map<string, { person: string; at: number }> | undefined;

  /** @param recent calls of the past, newest first; read when first asked for */
  constructor(calls: CallRegistry, recent: () => Iterable<CallRecord> = () => []) {
    this.#recent = recent;
    calls.on('changed', ({ state, record }) => {
      if (state === 'ended' && this.#known) this.#note(this.#known, record);
    });
  }

  /** The person, by id, who spoke with `number` last, if that was within `days` before `now` (wall-clock ms). */
  with(number: string, days: number, now: number): string | undefined {
    if (!this.#known) {
      this.#known = new Map();
      for (const record of [...this.#recent()].reverse()) this.#note(this.#known, record);
    }
    const last = this.#known.get(number);
    return last && now - last.at <= days * dayMs ? last.person : undefined;
  }

  #note(known: Map<string, { person: string; at: number }>, record: CallRecord): void {
    const { answeredAt, direction, callerNumber, calledNumber } = record;
    if (answeredAt === undefined) return;
    const [number, person] =
      direction === 'outgoing' ? [calledNumber, record.calledBy] : [callerNumber, record.answeredBy];
    if (number === undefined || person === undefined || record.callerAbsence === 'private') return;
    known.delete(number);
    known.set(number, { person, at: record.endedAt ?? answeredAt });
    if (known.size > most) known.delete(known.keys().next().value!);
  }
}
