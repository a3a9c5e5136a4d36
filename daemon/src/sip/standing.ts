import type { Clock } from '../base/clock.ts';
import { type HealthState, initialHealth, judge, showsLife } from './health.ts';
import type { Trouble } from './trouble.ts';
import type { Exchange } from './trunk-request.ts';
import type { TrunkExchange } from './trunk-status.ts';
import { cureOf, sayExchange } from './trunk-words.ts';

/** What exchanges with an operator's server have shown of it, and nothing that they have not (C05). */
export class Standing {
  readonly #clock: Clock;
  #health: HealthState = initialHealth;
  /** The server has answered OPTIONS before, so silence means something. */
  #answersOptions = false;
  #seen = false;
  #lastExchange: TrunkExchange | undefined;
  #lastSuccess: TrunkExchange | undefined;
  #latencyMs: number | undefined;
  /** What last went wrong, by request: a good answer to one takes nothing back of another. */
  readonly #troubles = new Map<string, Trouble>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Believed up until the contrary is seen, with hysteresis. */
  get up(): boolean {
    return this.#health.up;
  }

  /** The server has answered something since {@link forget}. */
  get seen(): boolean {
    return this.#seen;
  }

  get answersOptions(): boolean {
    return this.#answersOptions;
  }

  /** The parts of a trunk's status that come from here. */
  get facts(): { lastExchange?: TrunkExchange; lastSuccess?: TrunkExchange; latencyMs?: number } {
    return {
      ...(this.#lastExchange ? { lastExchange: this.#lastExchange } : {}),
      ...(this.#lastSuccess ? { lastSuccess: this.#lastSuccess } : {}),
      ...(this.#latencyMs === undefined ? {} : { latencyMs: this.#latencyMs }),
    };
  }

  /** What last went wrong with one of these requests, the first that has something. */
  trouble(...requests: string[]): Trouble | undefined {
    for (const request of requests) {
      const trouble = this.#troubles.get(request);
      if (trouble) return trouble;
    }
    return undefined;
  }

  /** The road is another: what was seen on the old one says nothing of it. */
  forget(): void {
    this.#seen = false;
  }

  /**
   * Takes an exchange in; true if it shows life. `probing`: OPTIONS go out regularly. `unregistered`: nothing
   * but OPTIONS and calls can show anything. `strict`: whoever refuses us is of no use to us, however alive.
   */
  saw(
    request: string,
    exchange: Exchange,
    mode: { probing: boolean; unregistered: boolean; strict?: boolean },
  ): boolean {
    const { status, text, answered, latencyMs } = exchange;
    const spoken = { request, status, text, answered };
    const seen = { at: this.#clock.wall(), request, status, text, said: sayExchange(spoken) };
    this.#lastExchange = seen;
    const alive = answered && showsLife(status) && !(mode.strict && status === 403);
    if (alive && (status < 300 || request === 'OPTIONS')) {
      this.#lastSuccess = seen;
      this.#troubles.delete(request);
    } else this.#troubles.set(request, { said: seen.said, cure: cureOf(spoken) });
    if (latencyMs !== undefined && request !== 'INVITE') this.#latencyMs = latencyMs;
    if (answered && (alive || !mode.strict)) this.#seen = true;
    if (request === 'OPTIONS' && alive) this.#answersOptions = true;
    // Who never answered OPTIONS ignores them, and without them nothing would show that it lives again:
    // then only calls and registrations tell, each for itself.
    const proven = this.#answersOptions && mode.probing;
    const first = request === 'OPTIONS' && mode.unregistered;
    // A server that refuses a call is there; whether the trunk takes calls again is for the next one to find out.
    const there = alive || (answered && request === 'INVITE');
    if (there || proven || first) this.#health = judge(this.#health, there);
    // A lost packet is worth a second look. The wrong certificate is not, nor the right one.
    if (mode.strict && (there || status === 403 || text.startsWith('tls/')))
      this.#health = { up: there, against: 0 };
    return alive;
  }
}
