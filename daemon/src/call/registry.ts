import { randomUUID } from 'node:crypto';
import { Emitter } from '../base/emitter.ts';
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

  constructor(context: CallContext) {
    super();
    this.#context = context;
  }

  /** Begins a call for a caller's leg; its record is opened. */
  open(caller: Leg, seed: Omit<CallSeed, 'id'>): Call {
    const call = new Call(caller, { id: randomUUID(), ...seed }, this.#context);
    this.#calls.set(call.id, call);
    call.on('changed', () => this.emit('changed', call));
    call.on('ended', () => this.#calls.delete(call.id));
    this.emit('changed', call);
    return call;
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

  /** The calls that have a leg at `place` (`port:3`, `trunk:acme`). */
  at(place: string): Call[] {
    return [...this.active].filter((call) =>
      call.record.legs.some((leg) => leg.place === place && leg.endedAt === undefined),
    );
  }
}
