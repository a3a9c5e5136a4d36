import type { Timer } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { messageOf } from '../../base/error.ts';
import { Machine } from '../../base/machine.ts';
import type { Party } from '../../call/leg.ts';
import type { Config, PersonConfig, QueueConfig } from '../../config/schema.ts';
import { localDay } from '../../dialplan/time-rule.ts';
import type { CallbackOrder, CallbackRefusal, CallbackRequest, Callbacks } from '../callback.ts';
import { isAmong } from '../caller-lists.ts';
import type { ServiceContext } from '../context.ts';
import type { HostedService, Next, Visit } from '../hosted.ts';
import type { Originate } from '../originate.ts';
import type { Reach } from '../reach.ts';
import { busyAmong } from './busy.ts';
import { CallbackBook, usualPriority } from './callback-book.ts';
import { counted, type DayFigures, expectedWait, type Fact, noFigures } from './figures.ts';
import { forgetful, type QueueStore } from './kept.ts';
import { nextAt, step } from './machine.ts';
import { onward, termsOf } from './settings.ts';
import {
  type Agent,
  type AgentMode,
  agentOf,
  emptyState,
  inOrder,
  type LeaveReason,
  type MissKind,
  type QueueEffect,
  type QueueEvent,
  type QueueState,
  refusalOf,
} from './terms.ts';
import { type CallerDesk, WaitingCaller } from './waiting-caller.ts';

/** How often it is looked whether a handset that was in no call has been put down, or another lifted, ms. */
const lookMs = 1000;

/** Figures are written down this long after they have changed, ms: what a crash may lose of them. */
const figuresMs = 2000;

/** The queues with their callers, agents and callbacks (OC2, OC4, OC8, Q01-Q03, A14). */
export class Queues implements HostedService, Callbacks {
  /** Something about a queue, or about an agent, may look different. */
  readonly events = new Emitter<{ changed: [what: 'queue' | 'agent', id: string] }>();
  /** Those who are to be called back. */
  readonly book: CallbackBook;
  readonly #context: ServiceContext;
  readonly #normalise: (number: string) => string;
  readonly #machine: Machine<QueueState, QueueEvent, QueueEffect>;
  readonly #callers = new Map<string, WaitingCaller>();
  /** When whom an agent has was answered, clock ms. */
  readonly #answeredAt = new Map<string, number>();
  /** What is being written down; the last of several, which are written in turn. */
  #written: Promise<void> = Promise.resolve();
  #figures: DayFigures = { day: '', queues: {}, agents: {} };
  #store: QueueStore = forgetful;
  #seen: Config | undefined;
  #people: readonly PersonConfig[] = [];
  /** Who is in another call, as the machine was told last. */
  #busyTold: ReadonlySet<string> = new Set();
  /** Somebody's handset is lifted and in no call: nothing will tell when it is put down. */
  #lifted = false;
  #timer: Timer | undefined;
  #saving: Timer | undefined;
  #looking = false;
  #closed = false;
  readonly #off: () => void;

  constructor(
    context: ServiceContext,
    parts: { reach: Reach; originate: () => Originate; normalise: (number: string) => string },
  ) {
    this.#context = context;
    this.#normalise = parts.normalise;
    this.book = new CallbackBook(context, {
      ...parts,
      desk: {
        config: (queue) => this.config(queue),
        state: () => this.state,
        position: (id) => this.#place(id)?.position,
        send: (event) => this.#send(event),
        count: (fact) => this.#count(fact),
        save: () => this.#save(),
        missed: (...of) => this.#missed(...of),
        offerOver: (id, offer) => this.#offerOver(id, offer),
        talks: (id) => this.#answeredAt.set(id, this.#now),
        talkOver: (id, agent, queue) => this.#talkOver(id, agent, queue),
      },
    });
    this.#machine = new Machine(
      emptyState,
      step,
      (effect) => this.#do(effect),
      () => context.clock.now(),
    );
    this.#off = context.calls.on('changed', () => this.#look());
  }

  /** Goes on from what was kept over a restart, and keeps it from now on. */
  open(store: QueueStore): void {
    this.#store = store;
    const kept = store.read();
    if (!kept) return;
    if (kept.figures) this.#figures = kept.figures;
    const modes = Object.fromEntries(Object.entries(kept.agents).map(([id, { mode }]) => [id, mode]));
    this.#send({ kind: 'restore', modes });
    this.book.restore(kept.callbacks);
  }

  /** Another configuration holds. */
  apply(): void {
    this.#send({ kind: 'tick' });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#off();
    this.#timer?.cancel();
    if (this.#saving) void this.#save();
    await this.#written;
  }

  // ------------------------------------------------------------ callers

  async serve(visit: Visit): Promise<Next> {
    this.#refresh();
    const config = this.config(visit.id);
    if (!config) return onward(undefined, 'closed');
    this.#count({ kind: 'came', queue: config.id });
    const refusal = refusalOf(this.state, config.id);
    if (refusal) return this.#turnAway(visit, config, refusal);
    if (!(await visit.answer())) {
      this.#count({ kind: 'abandoned', queue: config.id });
      return { kind: 'done' };
    }
    const id = this.#context.newId();
    const caller = new WaitingCaller(id, visit, this.#deskOf(id, visit), this.#context);
    this.#callers.set(id, caller);
    const ahead = config.ahead.find((entry) => isAmong(entry, visit.caller, this.#normalise));
    const priority = ahead?.priority ?? usualPriority;
    // The record tells of the queue before it tells of whom the queue rings.
    visit.note('queued', `${config.id} ${inOrder(this.state, config.id).length + 1}`);
    this.#send({ kind: 'join', id, queue: config.id, what: 'call', priority });
    caller.begin();
    return caller.over.finally(() => this.#callers.delete(id));
  }

  #turnAway(visit: Visit, config: QueueConfig, why: LeaveReason): Next {
    visit.note('queue-left', `${config.id} ${why}`);
    this.#count({ kind: 'passedOn', queue: config.id });
    return onward(config, why);
  }

  #deskOf(id: string, visit: Visit): CallerDesk {
    const queue = (): string => this.state.waiting.get(id)?.queue ?? this.#lastQueue.get(id) ?? visit.id;
    return {
      config: () => this.config(queue()),
      place: () => this.#place(id),
      missed: (agent, offer, how) => this.#missed(id, agent, offer, how),
      offerOver: (offer) => this.#offerOver(id, offer),
      answered: (agent) => this.#answered(id, agent, visit),
      talkOver: (agent) => this.#talkOver(id, agent, queue()),
      gone: () => {
        const entry = this.state.waiting.get(id);
        // Whoever will be called back has hung up as told.
        if (entry?.kind !== 'call') return;
        const seconds = Math.round((this.#now - entry.since) / 1000);
        // The record is closed by the hang-up itself; this step of its path is written behind it.
        visit.call.keeper.event('queue-abandoned', `${entry.queue} ${seconds}`);
        this.#count({ kind: 'abandoned', queue: entry.queue });
        this.#send({ kind: 'left', id });
      },
      callable: (number) => this.callable(queue(), number ?? ''),
      callBack: (number) => this.book.convert(id, number, visit),
    };
  }

  /** In which queue those who have been answered were. */
  readonly #lastQueue = new Map<string, string>();

  #answered(id: string, agent: string | undefined, visit: Visit): void {
    const entry = this.state.waiting.get(id);
    if (!entry) return;
    const waitedMs = this.#now - entry.since;
    const { queue } = entry;
    this.#lastQueue.set(id, queue);
    this.#answeredAt.set(id, this.#now);
    visit.note('queue-answered', `${queue} ${Math.round(waitedMs / 1000)} ${agent ?? ''}`.trim());
    const thresholdMs = (this.config(queue)?.serviceLevelSeconds ?? 0) * 1000;
    this.#count({
      ...{ kind: 'answered', queue, waitedMs, thresholdMs },
      ...(agent === undefined ? {} : { agent }),
    });
    this.#send(agent === undefined ? { kind: 'left', id } : { kind: 'answered', id, agent });
    this.book.spokenTo(queue, visit.caller.number);
  }

  #talkOver(id: string, agent: string | undefined, queue: string): void {
    const since = this.#answeredAt.get(id);
    this.#answeredAt.delete(id);
    this.#lastQueue.delete(id);
    if (since !== undefined)
      this.#count({
        ...{ kind: 'talked', queue, ms: this.#now - since },
        ...(agent === undefined ? {} : { agent }),
      });
    if (agent !== undefined) this.#send({ kind: 'talkOver', id, agent });
  }

  #offerOver(id: string, offer: number): void {
    const entry = this.state.waiting.get(id);
    if (entry?.offer?.number === offer)
      for (const agent of entry.offer.agents) this.#count({ kind: 'missed', agent });
    this.#send({ kind: 'offerOver', id, offer });
  }

  #missed(id: string, agent: string, offer: number, how: MissKind): void {
    const rung = this.state.waiting.get(id)?.offer;
    const counts = how === 'no-answer' && rung?.number === offer && rung.agents.includes(agent);
    if (counts) this.#count({ kind: 'missed', agent });
    this.#send({ kind: 'missed', id, agent, offer, how });
  }

  #place(id: string): { position: number; expectedMs?: number } | undefined {
    const entry = this.state.waiting.get(id);
    if (!entry) return undefined;
    const position = inOrder(this.state, entry.queue).findIndex((one) => one.id === id) + 1;
    const expectedMs = this.expected(entry.queue, position);
    return { position, ...(expectedMs === undefined ? {} : { expectedMs }) };
  }

  // ------------------------------------------------------------ callbacks

  callable(queue: string, caller: Party | string): { number: string } | CallbackRefusal {
    return this.book.callable(queue, caller);
  }

  order(request: CallbackRequest): Promise<CallbackOrder | CallbackRefusal> {
    return this.book.order(request);
  }

  cancel(id: string): boolean {
    return this.book.cancel(id);
  }

  // ------------------------------------------------------------ supervisors and agents

  get state(): QueueState {
    return this.#machine.state;
  }

  /** Today's figures. */
  get figures(): DayFigures {
    const day = this.#today();
    return this.#figures.day === day ? this.#figures : { day, queues: {}, agents: {} };
  }

  /** The caller who waits under this id. */
  visitOf(id: string): Visit | undefined {
    return this.#callers.get(id)?.visit;
  }

  /** The queue, if it is on. */
  config(id: string): QueueConfig | undefined {
    return this.#context.config().queues.find((queue) => queue.id === id && queue.enabled);
  }

  /** Those who answer for any queue. */
  get agents(): readonly PersonConfig[] {
    this.#configure();
    return this.#people;
  }

  agent(person: string): Agent {
    return agentOf(this.state, person);
  }

  /** How long whoever is at `position` has to expect to wait, ms. */
  expected(queue: string, position: number): number | undefined {
    const members = this.state.terms.get(queue)?.members ?? [];
    const onLine = members.filter(({ person }) => this.agent(person).mode === 'on').length;
    return expectedWait(this.figures.queues[queue] ?? noFigures(), position, onLine);
  }

  /** An agent comes, goes or rests. @returns false: the person answers for no queue. */
  setMode(person: string, mode: AgentMode, by: string): boolean {
    if (!this.agents.some(({ id }) => id === person)) return false;
    this.#context.log('info', () => `${person} is ${mode} for the queues, by ${by}`);
    this.#send({ kind: 'mode', agent: person, mode });
    return true;
  }

  /**
   * Moves somebody who waits to another queue, or to another place in its own; positions from 1.
   * @returns why not, or undefined.
   */
  move(
    id: string,
    to: { queue?: string; position?: number },
    by: string,
  ): 'not-waiting' | 'no-queue' | undefined {
    this.#refresh();
    if (!this.state.waiting.has(id)) return 'not-waiting';
    if (to.queue !== undefined && !this.config(to.queue)) return 'no-queue';
    this.#context.log('info', () => `${id} is moved in the queues by ${by}`);
    this.#send({ kind: 'move', id, ...to });
    return undefined;
  }

  // ------------------------------------------------------------ the machine

  get #now(): number {
    return this.#context.clock.now();
  }

  #send(event: QueueEvent): void {
    if (this.#closed) return;
    this.#refresh();
    this.#machine.send(event);
    this.book.expire();
    this.#arm();
  }

  /** Calls have changed: somebody may be free, or busy, that was not. Looked at once for all of a turn. */
  #look(): void {
    if (this.#looking || this.#context.config().queues.length === 0) return;
    this.#looking = true;
    queueMicrotask(() => {
      this.#looking = false;
      if (!this.#closed && this.#refresh()) this.#arm();
    });
  }

  /** Tells the machine of the configuration and of who is in other calls. @returns whether anything is new. */
  #refresh(): boolean {
    const fresh = this.#configure();
    if (this.#people.length === 0) return fresh;
    const { busy, lifted } = busyAmong(this.#people, this.#context);
    this.#lifted = lifted;
    const before = this.#busyTold;
    if (busy.size === before.size && [...busy].every((person) => before.has(person))) return fresh;
    this.#busyTold = busy;
    this.#machine.send({ kind: 'busy', people: busy });
    return true;
  }

  /** Another configuration may hold. @returns whether one does. */
  #configure(): boolean {
    const config = this.#context.config();
    if (this.#seen === config) return false;
    this.#seen = config;
    const queues = config.queues.filter(({ enabled }) => enabled);
    const members = new Set(queues.flatMap((queue) => queue.members.map(({ person }) => person)));
    this.#people = config.people.filter(({ id }) => members.has(id));
    this.#machine.send({ kind: 'terms', terms: queues.map((queue) => termsOf(queue, config)) });
    return true;
  }

  #arm(): void {
    this.#timer?.cancel();
    const now = this.#now;
    const wall = this.#context.clock.wall();
    const expiry = this.book.nextExpiry;
    const times = [
      nextAt(this.state, now),
      this.state.waiting.size > 0 || this.#lifted ? now + lookMs : undefined,
      expiry === undefined ? undefined : now + (expiry - wall),
    ].filter((at) => at !== undefined);
    this.#timer =
      times.length === 0
        ? undefined
        : this.#context.clock.after(Math.max(1, Math.min(...times) - now), () =>
            this.#send({ kind: 'tick' }),
          );
  }

  #do(effect: QueueEffect): void {
    switch (effect.kind) {
      case 'offer': {
        const caller = this.#callers.get(effect.id);
        if (caller) caller.ring(effect.agents, effect.offer);
        else this.book.ring(effect.id, effect.agents, effect.offer);
        break;
      }
      case 'withdraw':
        this.#callers.get(effect.id)?.withdraw();
        this.book.withdraw(effect.id);
        break;
      case 'leave':
        this.#leave(effect.id, effect.queue, effect.why);
        break;
      case 'mode':
        this.#context.log('info', () => `${effect.agent} is ${effect.mode} (${effect.why})`);
        void this.#save();
        break;
      case 'wrapped':
        this.#count({ kind: 'wrapped', queue: effect.queue, agent: effect.agent, ms: effect.ms });
        break;
      case 'moved':
        this.visitOf(effect.id)?.note('queue-moved', `${effect.from} ${effect.to} ${effect.position}`);
        this.book.moved(effect.id, effect.to);
        break;
      case 'touched':
        for (const id of effect.queues) this.events.emit('changed', 'queue', id);
        for (const id of effect.agents) this.events.emit('changed', 'agent', id);
    }
  }

  #leave(id: string, queue: string, why: LeaveReason): void {
    this.book.drop(id);
    const caller = this.#callers.get(id);
    if (!caller) return;
    const config = this.#context.config().queues.find((one) => one.id === queue);
    caller.leave(config ? this.#turnAway(caller.visit, config, why) : onward(undefined, why));
  }

  #count(fact: Fact): void {
    this.#figures = counted(this.#figures, fact, this.#today());
    if ('queue' in fact) this.events.emit('changed', 'queue', fact.queue);
    if ('agent' in fact && fact.agent !== undefined) this.events.emit('changed', 'agent', fact.agent);
    if (this.#store !== forgetful)
      this.#saving ??= this.#context.clock.after(figuresMs, () => void this.#save());
  }

  #today(): string {
    return localDay(this.#context.clock.wall(), this.#context.config().site.timeZone);
  }

  /** @throws nothing: what cannot be written is told of, and holds until the next start. */
  async #save(): Promise<void> {
    this.#saving?.cancel();
    this.#saving = undefined;
    const at = this.#context.clock.wall();
    const agents = Object.fromEntries(
      this.#context.config().people.flatMap(({ id }) => {
        const agent = this.state.agents.get(id);
        return agent ? [[id, { mode: agent.mode, at }] as const] : [];
      }),
    );
    const kept = { agents, callbacks: [...this.book.list], figures: this.#figures };
    this.#written = this.#store.write(kept).catch((error: unknown) => {
      this.#context.log('error', () => `the queues are not kept: ${messageOf(error)}`);
    });
    await this.#written;
  }
}
