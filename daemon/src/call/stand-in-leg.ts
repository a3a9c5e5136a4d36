import { Emitter } from '../base/emitter.ts';
import type { Leg, LegEvents, LegState, ReleaseCause } from './leg.ts';

/**
 * Holds the caller's place in a call that the box makes, until whoever is rung first has answered and takes it. Nobody
 * speaks, hears or dials here, and no record shows it.
 */
export class StandInLeg extends Emitter<LegEvents> implements Leg {
  readonly id: string;
  readonly kind = 'sip';
  readonly direction = 'incoming';
  readonly place = 'box';
  readonly endpoint = undefined;
  readonly callId = undefined;
  readonly startedAt = undefined;
  readonly standsIn = true;
  #state: LegState = 'answered';

  constructor(id: string) {
    super();
    this.id = id;
  }

  get state(): LegState {
    return this.#state;
  }

  start(): void {}

  alert(): void {}

  openEarlyMedia(): Promise<void> {
    return Promise.resolve();
  }

  answer(): Promise<void> {
    return Promise.resolve();
  }

  release(released: ReleaseCause): void {
    if (this.#state === 'released') return;
    this.#state = 'released';
    this.emit('released', released);
    this.off();
  }

  sendDigits(): Promise<void> {
    return Promise.resolve();
  }

  hold(): Promise<void> {
    return Promise.resolve();
  }
}
