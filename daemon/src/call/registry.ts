import { Emitter } from '../base/emitter.ts';
import { orderedId } from '../base/ordered-id.ts';
import { Call, type CallContext } from './call.ts';
import type { Leg } from './leg.ts';
import type { CallSeed } from './record-keeper.ts';

export type CallRegistryEvents = {
  /** A call began, changed or ended (then its state is `ended`). */
  changed: [call: Call];
};

/** All calls in progress. */
export class CallRegistry extends Emitter<CallRegistryEvents> {
  readonly #context: CallContext;
  #calls = new Map<string, Call>();
  /** Calls by the ids of their legs. */
  #byLeg = new Map<string, Call>();

  constructor(context: CallContext) {
    super();
    this.#context = context;
  }

  /** Begins a call for a caller's leg; its record is opened. */
  open(caller: Leg, seed: Omit<CallSeed, 'id'>): Call {
    const call = new Call(caller, { id: orderedId(this.#context.clock.wall()), ...seed }, this.#context);
    this.#calls.set(call.id, call);
    call.on('changed', () => {
      this.#note(call);
      this.emit('changed', call);
    });
    call.on('ended', () => {
      this.#calls.delete(call.id);
      for (const { id } of call.record.legs) if (this.#byLeg.get(id) === call) this.#byLeg.delete(id);
    });
    this.#note(call);
    this.emit('changed', call);
    return call;
  }

  /** A call tells of a change when it has another leg. */
  #note(call: Call): void {
    if (call.state === 'ended') return;
    for (const { id } of call.record.legs) if (!this.#byLeg.has(id)) this.#byLeg.set(id, call);
  }

  get active(): Iterable<Call> {
    return this.#calls.values();
  }

  get size(): number {
    return this.#calls.size;
  }

  get(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  /** The call in progress that a leg belongs to; of several (a consultation) the one it came with. */
  ofLeg(id: string): Call | undefined {
    return this.#byLeg.get(id);
  }

  /** The calls that have a leg at `place` (`port:3`, `trunk:acme`). */
  at(place: string): Call[] {
    return [...this.active].filter((call) =>
      call.record.legs.some((leg) => leg.place === place && leg.endedAt === undefined),
    );
  }
}
