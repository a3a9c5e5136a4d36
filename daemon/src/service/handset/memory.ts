import type { Call } from '../../call/call.ts';
import { cause } from '../../call/cause.ts';
import type { CallRecord } from '../../records/call-record.ts';
import type { ServiceContext } from '../context.ts';

/** A call from a telephone to somebody of the office that reached nobody. */
export interface Unreached {
  /** The extension, as dialed. */
  dialed: string;
  /** It was busy; else nobody answered. */
  busy: boolean;
}

/** Causes after which calling back makes sense: busy, nobody answered, not there, or the caller gave up. */
const unreachedCauses: ReadonlySet<number> = new Set([
  cause.normal,
  cause.busy,
  cause.noAnswer,
  cause.absent,
  18,
]);

const isTelephone = (place: string | undefined): place is string =>
  place !== undefined && /^(?:port|device):/.test(place);

/**
 * What each telephone of the office dialed last, and who called it last: of the present, and of the records of before a
 * restart. Emergency calls are not among it: none is made by a slip of the finger.
 */
export class HandsetMemory {
  readonly #context: Pick<ServiceContext, 'calls' | 'recentCalls'>;
  readonly #dialed = new Map<string, string>();
  readonly #callers = new Map<string, string>();
  readonly #unreached = new Map<string, Unreached>();
  #past = false;

  constructor(context: Pick<ServiceContext, 'calls' | 'recentCalls'>) {
    this.#context = context;
    context.calls.on('changed', (call) => this.#follow(call));
  }

  dialedFrom(place: string): string | undefined {
    this.#readPast();
    return this.#dialed.get(place);
  }

  lastCallerAt(place: string): string | undefined {
    this.#readPast();
    return this.#callers.get(place);
  }

  /** The last call from here, if it was one inside that reached nobody. */
  unreachedFrom(place: string): Unreached | undefined {
    return this.#unreached.get(place);
  }

  #follow({ record, state }: Call): void {
    // Of what is going on the newest counts: the past is older.
    this.#note(record, (map, key, value) => map.set(key, value));
    const from = callerPlace(record);
    if (from === undefined || record.dialed === undefined) return;
    const talked = record.answeredAt !== undefined || record.servedAt !== undefined;
    if (state !== 'ended') this.#unreached.delete(from);
    else if (record.tollClass === 'extension' && !talked && unreachedCauses.has(record.q850 ?? 0))
      this.#unreached.set(from, { dialed: record.dialed, busy: record.q850 === cause.busy });
  }

  #readPast(): void {
    if (this.#past) return;
    this.#past = true;
    for (const record of this.#context.recentCalls?.() ?? [])
      this.#note(record, (map, key, value) => {
        if (!map.has(key)) map.set(key, value);
      });
  }

  #note(record: CallRecord, put: (map: Map<string, string>, key: string, value: string) => void): void {
    if (record.service === 'emergency') return;
    const from = callerPlace(record);
    if (from !== undefined && record.dialed !== undefined) put(this.#dialed, from, record.dialed);
    const { callerNumber, callerAbsence } = record;
    if (callerNumber === undefined || callerAbsence !== undefined) return;
    record.legs.forEach(({ place, direction }, i) => {
      // The first leg is the caller's, even where the box has rung it.
      if (i > 0 && direction === 'outgoing' && isTelephone(place)) put(this.#callers, place, callerNumber);
    });
  }
}

/** The telephone that a call was dialed at. */
function callerPlace({ legs }: CallRecord): string | undefined {
  const [first] = legs;
  return first?.direction === 'incoming' && isTelephone(first.place) ? first.place : undefined;
}
