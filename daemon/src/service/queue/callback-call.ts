import { type Attempt, ForkAttempt } from '../../call/attempt.ts';
import { LimitedAttempt } from '../../call/attempt-limits.ts';
import { cause, localCause } from '../../call/cause.ts';
import type { Leg } from '../../call/leg.ts';
import type { QueueConfig } from '../../config/schema.ts';
import type { RoutePlan } from '../../dialplan/route-plan.ts';
import type { Rights, ServiceContext } from '../context.ts';
import { routeAttempt } from '../outgoing.ts';
import type { Reach } from '../reach.ts';
import { payerOf } from '../spend/account.ts';
import type { KeptCallback } from './kept.ts';
import type { MissKind } from './terms.ts';
import { missOf } from './waiting-caller.ts';

/** What a callback needs of the queues. */
export interface CallbackDesk {
  missed(agent: string, offer: number, how: MissKind): void;
  offerOver(offer: number): void;
  /** An agent has lifted, and the client is called now. */
  answered(agent: string): void;
  /** The client talks to the agent. */
  reached(agent: string): void;
  /** It is over, for the agent and for the client; `q850`: why the client was not reached. */
  over(agent: string, q850: number | undefined): void;
}

/** In whose name callbacks of a queue leave the box: a class of their own, and the queue's cost centre (ruling 8). */
export const callbackRights = ({ callback }: QueueConfig): Rights => ({
  classOfService: callback?.classOfService ?? '',
  ...(callback?.costCentre === undefined ? {} : { costCentre: callback.costCentre }),
});

/** The classes of number that are called back (ruling 8): geographic ones of the country, and mobiles. */
const calledBack: ReadonlySet<string> = new Set(['local', 'zone', 'national', 'mobile']);

/** The way to a client, or undefined: the number is not one that may be called back. */
export function planFor(number: string, queue: QueueConfig, context: ServiceContext): RoutePlan | undefined {
  const rights = callbackRights(queue);
  // Ruling 3: nobody has the box call an emergency service.
  const plan = context.dialPlan().plan(number, { kind: 'forward' }, rights);
  const fits = calledBack.has(plan.number.class) && plan.number.e164 !== undefined;
  return fits && !plan.refusal ? plan : undefined;
}

/** One callback: rings agents, then calls the client (A14). */
export class CallbackCall {
  readonly kept: KeptCallback;
  readonly #queue: QueueConfig;
  readonly #desk: CallbackDesk;
  readonly #context: ServiceContext;
  readonly #reach: Reach;
  #ringing: Attempt | undefined;

  constructor(
    kept: KeptCallback,
    queue: QueueConfig,
    parts: { desk: CallbackDesk; context: ServiceContext; reach: Reach },
  ) {
    this.kept = kept;
    this.#queue = queue;
    this.#desk = parts.desk;
    this.#context = parts.context;
    this.#reach = parts.reach;
  }

  ring(agents: readonly string[], offer: number): void {
    const { number, name = this.#queue.name } = this.kept;
    const rights = callbackRights(this.#queue);
    const parts = agents.map((person): Attempt => {
      const part = this.#reach.target(`person:${person}`, {
        ...{ caller: { number, name }, ring: 'external', rights, pressOne: true, asMember: true },
      });
      part.on('failed', (failed) => this.#desk.missed(person, offer, missOf(failed)));
      part.on('answered', (leg) => this.#call(person, leg));
      return part;
    });
    const all = parts.length === 1 ? parts[0]! : new ForkAttempt(parts);
    const ringing = new LimitedAttempt(all, this.#context.clock, this.#queue.ringSeconds * 1000);
    this.#ringing = ringing;
    // As with those who wait on the line: what follows is decided when this ringing is quite over.
    ringing.on('failed', () =>
      queueMicrotask(() => {
        if (this.#ringing !== ringing) return;
        this.#ringing = undefined;
        this.#desk.offerOver(offer);
      }),
    );
    ringing.start();
  }

  withdraw(): void {
    const ringing = this.#ringing;
    this.#ringing = undefined;
    ringing?.cancel(localCause(cause.normal, 'not to be called back now'));
  }

  #call(person: string, leg: Leg): void {
    const context = this.#context;
    this.#ringing = undefined;
    this.#desk.answered(person);
    const plan = planFor(this.kept.number, this.#queue, context);
    const agent = context.config().people.find(({ id }) => id === person);
    const rights = callbackRights(this.#queue);
    const { costCentre } = rights;
    const call = context.calls.open(leg, {
      direction: 'outgoing',
      service: 'callback',
      ...(agent?.extension === undefined ? {} : { callerNumber: agent.extension }),
      ...(agent ? { callerName: agent.name, calledBy: agent.id } : {}),
      dialed: this.kept.number,
      calledNumber: this.kept.number,
      ...(plan ? { tollClass: plan.number.class } : {}),
      ...(costCentre === undefined ? {} : { costCentre }),
    });
    call.keeper.event('queue-callback', this.#queue.id);
    let reached = false;
    call.on('answered', () => {
      reached = true;
      this.#desk.reached(person);
    });
    call.on('ended', ({ q850 }) => this.#desk.over(person, reached ? undefined : q850));
    call.whenDone((released) => leg.release(released));
    if (!plan) {
      call.end(localCause(cause.rejected, 'this number is not called back'));
      return;
    }
    const caller = agent?.extension === undefined ? {} : { number: agent.extension, name: agent.name };
    call.place(routeAttempt(plan, { caller, payer: payerOf(rights) }, context));
  }
}
