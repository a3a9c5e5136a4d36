import { cause } from '../../call/cause.ts';
import type { Party } from '../../call/leg.ts';
import type { QueueConfig } from '../../config/schema.ts';
import type { CallbackOrder, CallbackRefusal, CallbackRequest, Callbacks } from '../callback.ts';
import type { ServiceContext } from '../context.ts';
import type { Visit } from '../hosted.ts';
import type { Originate } from '../originate.ts';
import type { Reach } from '../reach.ts';
import { CallbackCall, planFor } from './callback-call.ts';
import type { Fact } from './figures.ts';
import type { KeptCallback } from './kept.ts';
import type { MissKind, QueueEvent, QueueState } from './terms.ts';

/** Who asked to be called back has this long to hang up, ms. */
const hangUpMs = 15_000;

/** Whoever has hung up is not called the same instant, ms: the network takes a moment to know that the line is free. */
const freeMs = 2000;

/** The priority of somebody of whom nothing is known. */
export const usualPriority = 5;

/** Causes of a call that will not go better the next time (Q.850): no such number. */
const hopeless: ReadonlySet<number> = new Set([cause.unallocated, cause.invalidNumber]);

/** What the callbacks need of the queues. */
export interface BookDesk {
  config(queue: string): QueueConfig | undefined;
  state(): QueueState;
  /** Position of somebody who waits, from 1. */
  position(id: string): number | undefined;
  send(event: QueueEvent): void;
  count(fact: Fact): void;
  /** Puts everything that is kept on the disk. */
  save(): Promise<void>;
  missed(id: string, agent: string, offer: number, how: MissKind): void;
  offerOver(id: string, offer: number): void;
  /** A conversation has begun, and is over. */
  talks(id: string): void;
  talkOver(id: string, agent: string, queue: string): void;
}

/** Those who are to be called back (A14): taken down, kept, called, tried again, and given up in the end. */
export class CallbackBook implements Callbacks {
  readonly #context: ServiceContext;
  readonly #reach: Reach;
  readonly #originate: () => Originate;
  readonly #normalise: (number: string) => string;
  readonly #desk: BookDesk;
  readonly #kept = new Map<string, KeptCallback>();
  readonly #calling = new Map<string, CallbackCall>();

  constructor(
    context: ServiceContext,
    parts: {
      reach: Reach;
      originate: () => Originate;
      normalise: (number: string) => string;
      desk: BookDesk;
    },
  ) {
    this.#context = context;
    this.#reach = parts.reach;
    this.#originate = parts.originate;
    this.#normalise = parts.normalise;
    this.#desk = parts.desk;
  }

  /** Everybody who waits for a callback, or is being called back. */
  get list(): readonly KeptCallback[] {
    return [...this.#kept.values()];
  }

  /** Goes on with what was kept over a restart. */
  restore(kept: readonly KeptCallback[]): void {
    for (const callback of kept) {
      this.#kept.set(callback.id, callback);
      this.#join(callback);
    }
  }

  callable(queue: string, caller: Party | string): { number: string } | CallbackRefusal {
    const config = this.#desk.config(queue);
    if (!config?.callback) return 'no-callback';
    const number =
      typeof caller === 'string' ? caller : caller.absence === 'private' ? undefined : caller.number;
    const plan = number ? planFor(number, config, this.#context) : undefined;
    const e164 = plan?.number.e164;
    if (e164 === undefined || this.#isOurs(e164)) return 'not-this-number';
    return { number: e164 };
  }

  async order(request: CallbackRequest): Promise<CallbackOrder | CallbackRefusal> {
    const found = this.#orderable(request.queue, request.number);
    if (typeof found === 'string' || 'id' in found) return found;
    const wall = this.#context.clock.wall();
    const callback: KeptCallback = {
      ...{ id: this.#context.newId(), queue: request.queue, number: found.number },
      ...(request.name === undefined ? {} : { name: request.name }),
      ...(request.callId === undefined ? {} : { callId: request.callId }),
      ...{ since: wall, priority: usualPriority, attempts: 0, notBefore: wall + hangUpMs },
    };
    this.#kept.set(callback.id, callback);
    this.#desk.count({ kind: 'callback', queue: request.queue });
    this.#join(callback);
    this.#untilGone(callback);
    await this.#desk.save();
    return this.#orderOf(callback);
  }

  /** Whoever waits on the line keeps the place without it. */
  async convert(id: string, number: string, visit: Visit): Promise<CallbackOrder | CallbackRefusal> {
    const entry = this.#desk.state().waiting.get(id);
    if (!entry) return 'no-callback';
    const found = this.#orderable(entry.queue, number);
    if (typeof found === 'string') return found;
    visit.note('queue-callback', `${entry.queue} ${found.number}`);
    this.#desk.count({ kind: 'callback', queue: entry.queue });
    // Somebody who waits for a callback already does not get a second one.
    if ('id' in found) {
      this.#desk.send({ kind: 'left', id });
      return found;
    }
    const wall = this.#context.clock.wall();
    const now = this.#context.clock.now();
    const callback: KeptCallback = {
      ...{ id, queue: entry.queue, number: found.number, callId: visit.call.id },
      ...(visit.caller.name === undefined ? {} : { name: visit.caller.name }),
      ...{ since: wall - (now - entry.since), priority: entry.priority, attempts: 0 },
      notBefore: wall + hangUpMs,
    };
    this.#kept.set(id, callback);
    this.#desk.send({ kind: 'convert', id, notBefore: now + hangUpMs });
    this.#untilGone(callback);
    await this.#desk.save();
    return this.#orderOf(callback);
  }

  cancel(id: string): boolean {
    if (!this.#kept.delete(id)) return false;
    this.#desk.send({ kind: 'left', id });
    void this.#desk.save();
    return true;
  }

  /** Whoever is spoken to need not be called back by the same queue. */
  spokenTo(queue: string, number: string | undefined): void {
    const e164 = number === undefined ? undefined : this.#normalise(number);
    for (const kept of this.list) if (kept.queue === queue && kept.number === e164) this.cancel(kept.id);
  }

  /** A supervisor has moved it. */
  moved(id: string, queue: string): void {
    const kept = this.#kept.get(id);
    if (!kept || kept.queue === queue) return;
    this.#kept.set(id, { ...kept, queue });
    void this.#desk.save();
  }

  /** The queue is no more. */
  drop(id: string): void {
    if (this.#kept.delete(id)) void this.#desk.save();
  }

  ring(id: string, agents: readonly string[], offer: number): void {
    const kept = this.#kept.get(id);
    const config = kept && this.#desk.config(kept.queue);
    const desk = this.#desk;
    if (!kept || !config) {
      desk.send({ kind: 'left', id });
      return;
    }
    const call = new CallbackCall(kept, config, {
      ...{ context: this.#context, reach: this.#reach, originate: this.#originate() },
      desk: {
        missed: (agent, number, how) => desk.missed(id, agent, number, how),
        offerOver: (number) => {
          this.#calling.delete(id);
          desk.offerOver(id, number);
        },
        answered: (agent) => desk.send({ kind: 'answered', id, agent }),
        reached: (agent) => {
          desk.talks(id);
          this.#kept.delete(id);
          desk.count({ kind: 'calledBack', queue: config.id, agent });
          void desk.save();
        },
        refused: (q850) => {
          this.#calling.delete(id);
          desk.send({ kind: 'left', id });
          this.#notReached(kept, config, q850);
        },
        over: (agent, q850) => {
          this.#calling.delete(id);
          desk.talkOver(id, agent, config.id);
          if (q850 !== undefined) this.#notReached(kept, config, q850);
        },
      },
    });
    this.#calling.set(id, call);
    call.ring(agents, offer);
  }

  withdraw(id: string): void {
    this.#calling.get(id)?.withdraw();
    this.#calling.delete(id);
  }

  /** Gives up those for whom it is too late. */
  expire(): void {
    const wall = this.#context.clock.wall();
    for (const kept of this.list) {
      if (wall < this.#expiresAt(kept) || this.#calling.has(kept.id)) continue;
      this.#context.log('info', () => `queue ${kept.queue}: a callback has expired`);
      this.cancel(kept.id);
    }
  }

  /** Wall-clock ms at which the first of them expires. */
  get nextExpiry(): number | undefined {
    const times = this.list.map((kept) => this.#expiresAt(kept));
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** As soon as the client has hung up there is nothing to wait for. */
  #untilGone({ id, callId }: KeptCallback): void {
    const call = callId === undefined ? undefined : this.#context.calls.get(callId);
    call?.on('ended', () => {
      const kept = this.#kept.get(id);
      if (!kept || kept.attempts > 0) return;
      const { notBefore: _, ...rest } = kept;
      this.#kept.set(id, rest);
      this.#desk.send({ kind: 'convert', id, notBefore: this.#context.clock.now() + freeMs });
    });
  }

  #notReached(kept: KeptCallback, { callback, name }: QueueConfig, q850: number): void {
    const attempts = kept.attempts + 1;
    if (!this.#kept.has(kept.id)) return;
    if (!callback || attempts >= callback.attempts || hopeless.has(q850)) {
      this.#context.log('info', () => `${name}: a client was not reached, and is called back no more`);
      this.cancel(kept.id);
      return;
    }
    const notBefore = this.#context.clock.wall() + callback.retryMinutes * 60_000;
    const again = { ...kept, attempts, notBefore };
    this.#kept.set(kept.id, again);
    this.#join(again);
    void this.#desk.save();
  }

  #join({ id, queue, priority, since, notBefore }: KeptCallback): void {
    const wall = this.#context.clock.wall();
    const now = this.#context.clock.now();
    this.#desk.send({
      ...{ kind: 'join', id, queue, what: 'callback', priority, since: now - (wall - since) },
      ...(notBefore === undefined ? {} : { notBefore: now + (notBefore - wall) }),
    });
  }

  /** Whether a callback can be taken on; one for the same number that waits already is the answer. */
  #orderable(queue: string, number: string): { number: string } | CallbackOrder | CallbackRefusal {
    const found = this.callable(queue, number);
    if (typeof found === 'string') return found;
    const here = this.list.filter((one) => one.queue === queue);
    const same = here.find((one) => one.number === found.number);
    if (same) return this.#orderOf(same);
    return here.length >= (this.#desk.config(queue)?.callback?.most ?? 0) ? 'too-many' : found;
  }

  #orderOf({ id, number }: KeptCallback): CallbackOrder {
    return { id, number, position: this.#desk.position(id) ?? 1 };
  }

  #expiresAt({ queue, since }: KeptCallback): number {
    return since + (this.#desk.config(queue)?.callback?.hours ?? 12) * 3_600_000;
  }

  #isOurs(e164: string): boolean {
    return this.#context.config().incomingNumbers.some(({ number }) => this.#normalise(number) === e164);
  }
}
