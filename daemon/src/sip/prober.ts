import { randomBytes } from 'node:crypto';
import type { Clock, Timer } from '../base/clock.ts';
import { showsLife } from './health.ts';
import type { Target } from './targets.ts';
import type { TrunkAnswer, TrunkRequest } from './trunk-request.ts';

/** What the health check needs from its trunk. */
export interface ProberHost {
  readonly clock: Clock;
  /** 0 to under 1. */
  random(): number;
  /** Pause between two checks of a server that answers, and of one that does not, ms; 0: none. */
  periods(): { alive: number; silent: number };
  /** How long an answer may take, ms. */
  readonly answerMs: number;
  target(): Target | undefined;
  /** Targets that are passed over, to be asked whether they are back. */
  resting(): readonly Target[];
  /** URIs of From and To. */
  identity(): { from: string; to: string };
  contact(): string;
  /** Sends and notes how it ended: for the trunk, or (`aside`) for that target alone. */
  ask(target: Target, request: TrunkRequest, waitMs: number, aside: boolean): Promise<TrunkAnswer>;
}

/** Asks an operator's server by OPTIONS whether it lives; and those that failed, whether they are back. */
export class Prober {
  readonly #host: ProberHost;
  #timer: Timer | undefined;
  #round = 0;
  #stopped = false;

  constructor(host: ProberHost) {
    this.#host = host;
  }

  /** Asks now; the next time follows by itself. */
  probe(): void {
    this.#timer?.cancel();
    if (this.#stopped || this.#host.periods().alive === 0) return;
    const target = this.#host.target();
    if (!target) return;
    const round = ++this.#round;
    for (const resting of this.#host.resting()) void this.#ask(resting, true);
    void this.#ask(target, false).then((alive) => {
      if (this.#stopped || round !== this.#round) return;
      const periods = this.#host.periods();
      // A tenth of jitter, so that many trunks do not ask in step.
      const ms = (alive ? periods.alive : periods.silent) * (0.95 + 0.1 * this.#host.random());
      this.#timer = this.#host.clock.after(ms, () => this.probe());
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #ask(target: Target, aside: boolean): Promise<boolean> {
    const { from, to } = this.#host.identity();
    const headers = {
      From: `<${from}>;tag=${randomBytes(8).toString('hex')}`,
      To: `<${to}>`,
      Contact: this.#host.contact(),
      Accept: 'application/sdp',
    };
    const callId = randomBytes(16).toString('hex');
    const request = { method: 'OPTIONS' as const, headers, callId, sequence: 1 };
    const { response } = await this.#host.ask(target, request, this.#host.answerMs, aside);
    return response !== undefined && showsLife(response.status);
  }
}
