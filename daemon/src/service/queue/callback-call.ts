import { type Attempt, ForkAttempt } from '../../call/attempt.ts';
import { cause } from '../../call/cause.ts';
import type { QueueConfig } from '../../config/schema.ts';
import type { RoutePlan } from '../../dialplan/route-plan.ts';
import type { Rights, ServiceContext } from '../context.ts';
import type { Originate, Originated } from '../originate.ts';
import type { Reach } from '../reach.ts';
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
  /** The client may not be called now, and nobody was rung. */
  refused(q850: number): void;
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
  readonly #kept: KeptCallback;
  readonly #queue: QueueConfig;
  readonly #desk: CallbackDesk;
  readonly #context: ServiceContext;
  readonly #reach: Reach;
  readonly #originate: Originate;
  #under: Originated | undefined;

  constructor(
    kept: KeptCallback,
    queue: QueueConfig,
    parts: { desk: CallbackDesk; context: ServiceContext; reach: Reach; originate: Originate },
  ) {
    this.#kept = kept;
    this.#queue = queue;
    this.#desk = parts.desk;
    this.#context = parts.context;
    this.#reach = parts.reach;
    this.#originate = parts.originate;
  }

  ring(agents: readonly string[], offer: number): void {
    const { number, name = this.#queue.name } = this.#kept;
    const rights = callbackRights(this.#queue);
    const shown = { number, name };
    let agent: string | undefined;
    let reached = false;
    const parts = agents.map((person): Attempt => {
      const part = this.#reach.target(`person:${person}`, {
        ...{ caller: shown, ring: 'external', rights, asMember: true },
        pressOne: this.#queue.pressOne,
      });
      part.on('failed', (failed) => this.#desk.missed(person, offer, missOf(failed)));
      part.on('answered', () => {
        if (agent !== undefined) return;
        agent = person;
        this.#under?.call.keeper.set({ ...this.#seen(person), calledBy: person });
        this.#desk.answered(person);
      });
      return part;
    });
    const under = this.#originate.start({
      ...{ first: parts.length === 1 ? parts[0]! : new ForkAttempt(parts), dialed: number, rights, shown },
      ...{ caller: {}, seconds: this.#queue.ringSeconds, service: 'callback' },
    });
    this.#under = under;
    const { call } = under;
    const over = (q850: number): void => {
      if (agent !== undefined) this.#desk.over(agent, reached ? undefined : q850);
      // As with those who wait on the line: what follows is decided when this ringing is quite over.
      else queueMicrotask(() => this.#desk.offerOver(offer));
    };
    if (call.state === 'ended') {
      queueMicrotask(() => this.#desk.refused(call.record.q850 ?? cause.rejected));
      return;
    }
    call.keeper.set({ direction: 'outgoing' });
    call.keeper.event('queue-callback', `${this.#queue.id} ${agents.join(' ')}`);
    call.on('answered', () => {
      if (agent === undefined) return;
      reached = true;
      this.#desk.reached(agent);
    });
    call.on('ended', ({ q850 }) => over(q850));
  }

  withdraw(): void {
    this.#under?.cancel();
  }

  #seen(person: string): { callerNumber?: string; callerName?: string } {
    const agent = this.#context.config().people.find(({ id }) => id === person);
    return {
      ...(agent?.extension === undefined ? {} : { callerNumber: agent.extension }),
      ...(agent ? { callerName: agent.name } : {}),
    };
  }
}
