import type { Timer } from '../base/clock.ts';
import { type Attempt, AttemptBase, LegAttempt, SequenceAttempt } from '../call/attempt.ts';
import { LimitedAttempt } from '../call/attempt-limits.ts';
import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import { seizeLine } from '../call/fxo-leg.ts';
import type { ReleaseCause } from '../call/leg.ts';
import type { RoutePlan } from '../dialplan/route-plan.ts';
import type { ServiceContext } from './context.ts';
import { stepAttempts } from './outgoing.ts';

/** No progress for this long: the next way (ruling 5), ms. */
const progressMs = 5000;
/** A moment more than the guard time, so that the port is idle for certain, ms. */
const settleMs = 100;
/** How long the originating port is rung first by incoming calls afterwards (ruling 6), ms. */
const callBackMs = 60 * 60_000;

/** Emergency calls from people on site: they go out whatever else holds (rulings 3 to 6). */
export class Emergency {
  readonly #context: ServiceContext;
  #last: { port: number; at: number } | undefined;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** The port that made the last emergency call, while it is to be rung first; else undefined. */
  callBackPort(): number | undefined {
    if (!this.#last || this.#context.clock.now() - this.#last.at > callBackMs) return undefined;
    return this.#last.port;
  }

  /**
   * The attempt for an emergency number: every way of the plan in turn, 486 and 603 included, each
   * given 5 s to show progress; city lines in use for other calls are taken over when nothing is free.
   */
  attempt(plan: RoutePlan, port: number): Attempt {
    const context = this.#context;
    this.#last = { port, at: context.clock.now() };
    const shown = { caller: {}, emergency: true };
    const ways: Attempt[] = [];
    let preempted = false;
    for (const step of plan.steps) {
      const isLine = step.via.kind === 'line';
      const proven = step.via.kind === 'line' && step.via.ports.some((n) => this.#proven(n));
      // Order of ruling 5: free city line, trunk, then a city line taken over, and a wire-B line last.
      if (isLine && !proven && !preempted) {
        ways.push(this.#takeOver(plan));
        preempted = true;
      }
      for (const way of stepAttempts(step, plan, shown, context)) ways.push(this.#limited(way));
    }
    if (!preempted) ways.push(this.#takeOver(plan));
    return new SequenceAttempt(ways, 'everyone', () => false);
  }

  #proven(port: number): boolean {
    return this.#context.config().ports.some((p) => p.kind === 'fxo' && p.number === port && p.proven);
  }

  #limited(attempt: Attempt): Attempt {
    return new LimitedAttempt(attempt, this.#context.clock, progressMs, 'progress');
  }

  #takeOver(plan: RoutePlan): Attempt {
    const digits = plan.number.shortCode ?? plan.number.dialed;
    return new TakeOverAttempt(this.#context, digits, (port) => this.#proven(port));
  }
}

/**
 * Ends an outgoing call that is no emergency on a proven city line, lets the exchange notice, and
 * calls on that line, with its real dial tone awaited. A line that only rests after a call is waited for.
 */
class TakeOverAttempt extends AttemptBase {
  readonly #context: ServiceContext;
  readonly #digits: string;
  readonly #proven: (port: number) => boolean;
  #timer: Timer | undefined;
  #part: Attempt | undefined;

  constructor(context: ServiceContext, digits: string, proven: (port: number) => boolean) {
    super();
    this.#context = context;
    this.#digits = digits;
    this.#proven = proven;
  }

  start(): void {
    const resting = this.#resting();
    const victim = resting === undefined ? this.#victim() : undefined;
    const line = resting ?? victim?.line;
    if (line === undefined) {
      this.fail(localCause(cause.noChannel, 'no city line to take over'));
      return;
    }
    const { clock, config } = this.#context;
    victim?.call.end(localCause(cause.normal, 'line taken over for an emergency call'));
    const port = config().ports.find((p) => p.kind === 'fxo' && p.number === line);
    const guardMs = port?.kind === 'fxo' ? port.idleGuardMs : 0;
    this.#timer = clock.after(guardMs + settleMs, () => this.#call(line));
  }

  /** A proven line that nobody holds and that is not free yet: its guard time runs. */
  #resting(): number | undefined {
    const { config, ports, calls } = this.#context;
    return config().ports.find(({ number }) => {
      const port = this.#proven(number) ? ports.fxo(number) : undefined;
      return port?.available && !port.idle && calls.at(`line:${number}`).length === 0;
    })?.number;
  }

  #call(line: number): void {
    const context = this.#context;
    const dialing = { digits: this.#digits, emergency: true };
    const leg = new LegAttempt(() => seizeLine(context.newId(), context.ports.fxo(line), context, dialing), {
      number: this.#digits,
    });
    const part = new LimitedAttempt(leg, context.clock, 2 * progressMs, 'progress');
    this.#part = part;
    this.relay(part);
    part.on('answered', (answered) => this.answer(answered));
    part.on('failed', (failed) => this.fail(failed));
    part.start();
  }

  #victim(): { call: Call; line: number } | undefined {
    for (const call of this.#context.calls.active) {
      if (call.record.service === 'emergency') continue;
      for (const leg of call.record.legs) {
        const line = Number(/^line:(\d+)$/.exec(leg.place)?.[1]);
        if (leg.direction === 'outgoing' && leg.endedAt === undefined && this.#proven(line))
          return { call, line };
      }
    }
    return undefined;
  }

  protected stop(released: ReleaseCause): void {
    this.#timer?.cancel();
    this.#part?.cancel(released);
  }
}
