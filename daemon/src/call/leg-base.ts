import { Emitter } from '../base/emitter.ts';
import type { EndpointId } from '../media/api.ts';
import type { Leg, LegAnswerSource, LegEvents, LegState, ReleaseCause } from './leg.ts';

/** State and events that every analog leg has: `released` comes once and is the last. */
export abstract class LegBase extends Emitter<LegEvents> implements Leg {
  abstract readonly kind: Leg['kind'];
  readonly id: string;
  readonly direction: Leg['direction'];
  readonly place: string;
  readonly endpoint: EndpointId;
  readonly callId = undefined;
  startedAt: number | undefined;
  #state: LegState = 'idle';
  #cleanup: (() => void)[] = [];

  constructor(id: string, direction: Leg['direction'], place: string, endpoint: EndpointId) {
    super();
    this.id = id;
    this.direction = direction;
    this.place = place;
    this.endpoint = endpoint;
  }

  get state(): LegState {
    return this.#state;
  }

  protected set state(state: LegState) {
    this.#state = state;
  }

  abstract start(): void;
  abstract alert(): void;
  abstract openEarlyMedia(): Promise<void>;
  abstract answer(): Promise<void>;
  abstract release(cause: ReleaseCause): void;
  abstract sendDigits(digits: string): Promise<void>;

  /** An analog party cannot be told of a hold; what it hears is the call's business. */
  hold(): Promise<void> {
    return Promise.resolve();
  }

  /** Undone when the leg is released: listeners on the port. */
  protected whileAlive(off: () => void): void {
    this.#cleanup.push(off);
  }

  protected becomeAlerting(earlyMedia: boolean): void {
    if (this.#state !== 'trying') return;
    this.#state = 'alerting';
    this.emit('alerting', earlyMedia);
  }

  protected becomeAnswered(source: LegAnswerSource): void {
    if (this.#state === 'answered' || this.#state === 'released') return;
    this.#state = 'answered';
    this.emit('answered', source);
  }

  /** Ends the leg's life; false if it had ended before. */
  protected becomeReleased(cause: ReleaseCause): boolean {
    if (this.#state === 'released') return false;
    this.#state = 'released';
    for (const off of this.#cleanup) off();
    this.#cleanup = [];
    this.emit('released', cause);
    this.off();
    return true;
  }
}
