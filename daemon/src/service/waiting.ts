import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import { FxsLeg, type Recall } from '../call/fxs-leg.ts';
import type { Leg } from '../call/leg.ts';
import type { ServiceContext } from './context.ts';
import { partyOf } from './transferor.ts';

/** How long a telephone rings for the party that it has left on hold, ms. */
const recallMs = 30_000;

/**
 * Call waiting at an analog telephone, by the hook: a flash puts the party it talks to on hold and takes the call that
 * waits; each further one changes over. When one of the two ends, the other party is there again; whoever puts the
 * handset down while one is held is rung for it.
 */
export class WaitingCalls {
  readonly #context: ServiceContext;
  /** The other leg of a telephone that has two calls. */
  readonly #others = new Map<Leg, FxsLeg>();
  /** Legs whose call has ended while their telephone goes on in its other call. */
  readonly #lingering = new Map<Leg, Promise<void>>();

  constructor(context: ServiceContext) {
    this.#context = context;
    context.calls.on('changed', (call) => {
      if (call.state === 'ended') this.#look();
    });
  }

  /** A flash of a party that talks. True: it was meant for a call that waits, or is held behind one. */
  flash(leg: Leg): boolean {
    if (!(leg instanceof FxsLeg)) return false;
    const other = this.#others.get(leg);
    if (other) {
      // Behind this flash, which the other leg must not take for its own.
      queueMicrotask(() => this.#changeOver(leg, other));
      return true;
    }
    const call = this.#callOf(leg);
    const waiting = call && call.record.service !== 'emergency' && this.#waitingAt(leg.place);
    if (!call || !waiting) return false;
    this.#leave(call, leg);
    if (!waiting.take()) {
      leg.comeBack();
      void call.hold(false, leg);
      return true;
    }
    for (const one of [leg, waiting]) one.shared = true;
    this.#others.set(leg, waiting).set(waiting, leg);
    this.#context.log('debug', () => `${leg.place} takes the call that waits`);
    return true;
  }

  /** Resolves when the telephone of a leg is in no other call; its owner goes on with it only then. */
  async idle(leg: Leg): Promise<void> {
    await this.#lingering.get(leg);
  }

  #changeOver(from: FxsLeg, to: FxsLeg): void {
    const [left, taken] = [this.#callOf(from), this.#callOf(to)];
    if (!left || !taken || from.away) return;
    this.#leave(left, from);
    to.comeBack();
    void taken.hold(false, to);
  }

  #leave(call: Call, leg: FxsLeg): void {
    void call.hold(true, leg);
    leg.leave(this.#recall(leg));
  }

  #recall(leg: FxsLeg): Recall {
    const { clock } = this.#context;
    return {
      party: () => {
        const call = this.#callOf(leg);
        const party = call?.other(leg);
        return call && party ? partyOf(call, party) : {};
      },
      rings: () => {
        const timer = clock.after(recallMs, () => {
          if (leg.away) this.#callOf(leg)?.end(localCause(cause.noAnswer, 'held, and not taken back'));
        });
        leg.on('released', () => timer.cancel());
      },
      lifted: () => void this.#callOf(leg)?.hold(false, leg),
    };
  }

  /** A call has ended: telephones that had it beside another one have that one alone. */
  #look(): void {
    for (const [leg, other] of [...this.#others]) {
      if (!this.#others.has(leg) || this.#callOf(leg)) continue;
      this.#others.delete(leg);
      this.#others.delete(other);
      other.shared = false;
      if (leg.state !== 'released') this.#linger(leg as FxsLeg, other);
      const call = this.#callOf(other);
      // With the handset down it rings for the held party by itself.
      if (!call || !other.away || !other.lifted) continue;
      other.comeBack();
      void call.hold(false, other);
    }
  }

  /** The leg's owner waits until the telephone is done with its other call. */
  #linger(leg: FxsLeg, other: FxsLeg): void {
    leg.leave();
    const over = new Promise<void>((resolve) => {
      leg.on('released', () => resolve());
      other.on('released', () => resolve());
      if (other.state === 'released') resolve();
    });
    const done = over.then(() => {
      this.#lingering.delete(leg);
      leg.comeBack();
    });
    this.#lingering.set(leg, done);
  }

  /** The call in which `leg` sits now; it may have been moved since it came. */
  #callOf(leg: Leg): Call | undefined {
    return [...this.#context.calls.active].find((call) => call.caller === leg || call.called === leg);
  }

  #waitingAt(place: string): FxsLeg | undefined {
    for (const call of this.#context.calls.active) {
      for (const leg of call.rung) if (leg instanceof FxsLeg && leg.place === place && leg.waits) return leg;
    }
    return undefined;
  }
}
