import type { Timer } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { messageOf } from '../../base/error.ts';
import { Machine } from '../../base/machine.ts';
import { cause, localCause } from '../../call/cause.ts';
import type { Party } from '../../call/leg.ts';
import type { Config, PersonConfig, QueueConfig } from '../../config/schema.ts';
import { localDay } from '../../dialplan/time-rule.ts';
import type { CallbackOrder, CallbackRefusal, CallbackRequest, Callbacks } from '../callback.ts';
import { isAmong } from '../caller-lists.ts';
import type { ServiceContext } from '../context.ts';
import type { HostedService, Next, Visit } from '../hosted.ts';
import { placesOf } from '../in-use.ts';
import type { Reach } from '../reach.ts';
import { CallbackCall, planFor } from './callback-call.ts';
import { counted, type DayFigures, expectedWait, type Fact, noFigures } from './figures.ts';
import { forgetful, type KeptCallback, type QueueStore } from './kept.ts';
import { nextAt, step } from './machine.ts';
import {
  type Agent,
  type AgentMode,
  agentOf,
  emptyState,
  inOrder,
  type LeaveReason,
  type QueueEffect,
  type QueueEvent,
  type QueueState,
  type QueueTerms,
  refusalOf,
} from './terms.ts';
import { type CallerDesk, WaitingCaller } from './waiting-caller.ts';

/** The priority of a caller of whom nothing is known. */
const usualPriority = 5;

/** While somebody waits it is looked this often who has hung up a handset that was in no call, ms. */
const lookMs = 1000;

/** Who asked to be called back has this long to hang up, ms. */
const hangUpMs = 15_000;

/** Figures are written down this long after they have changed, ms: what a crash may lose of them. */
const figuresMs = 2000;

/** Causes of a call that will not go better the next time (Q.850): no such number. */
const hopeless: ReadonlySet<number> = new Set([cause.unallocated, cause.invalidNumber]);

/** The queues with their callers, agents and callbacks (OC2, OC4, OC8, Q01-Q03, A14). */
export class Queues implements HostedService, Callbacks {
  /** Something about a queue, or about an agent, may look different. */
  readonly events = new Emitter<{ changed: [what: 'queue' | 'agent', id: string] }>();
  readonly #context: ServiceContext;
  readonly #reach: Reach;
  readonly #normalise: (number: string) => string;
  readonly #machine: Machine<QueueState, QueueEvent, QueueEffect>;
  readonly #callers = new Map<string, WaitingCaller>();
  readonly #callbacks = new Map<string, KeptCallback>();
  readonly #calling = new Map<string, CallbackCall>();
  /** When whom an agent has was answered, clock ms. */
  readonly #answeredAt = new Map<string, number>();
  #figures: DayFigures = { day: '', queues: {}, agents: {} };
  #store: QueueStore = forgetful;
  #seen: Config | undefined;
  #people: readonly PersonConfig[] = [];
  #timer: Timer | undefined;
  #saving: Timer | undefined;
  #looking = false;
  #closed = false;
  readonly #off: () => void;

  constructor(context: ServiceContext, reach: Reach, normalise: (number: string) => string) {
    this.#context = context;
    this.#reach = reach;
    this.#normalise = normalise;
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
    for (const callback of kept.callbacks) {
      this.#callbacks.set(callback.id, callback);
      this.#join(callback);
    }
  }

  /** Another configuration holds. */
  apply(): void {
    this.#send({ kind: 'tick' });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#off();
    this.#timer?.cancel();
    if (this.#saving) await this.#save().catch(() => {});
    this.#saving?.cancel();
  }

  // ------------------------------------------------------------ callers

  async serve(visit: Visit): Promise<Next> {
    this.#refresh();
    const config = this.config(visit.id);
    if (!config) return onward('', 'closed');
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
    return onward(onwardTarget(config, why), why);
  }

  #deskOf(id: string, visit: Visit): CallerDesk {
    const queue = (): string => this.state.waiting.get(id)?.queue ?? this.#lastQueue.get(id) ?? visit.id;
    return {
      config: () => this.config(queue()),
      place: () => this.#place(id),
      missed: (agent, offer, how) => {
        if (how === 'no-answer' && this.#isRung(id, agent, offer)) this.#count({ kind: 'missed', agent });
        this.#send({ kind: 'missed', id, agent, offer, how });
      },
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
      callBack: (number) => this.#convert(id, number, visit),
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
    // Whoever is spoken to already need not be called back.
    const { number } = visit.caller;
    const e164 = number === undefined ? undefined : this.#normalise(number);
    for (const callback of [...this.#callbacks.values()])
      if (callback.queue === queue && callback.number === e164) this.cancel(callback.id);
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

  #isRung(id: string, agent: string, offer: number): boolean {
    const rung = this.state.waiting.get(id)?.offer;
    return rung?.number === offer && rung.agents.includes(agent);
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
    const config = this.config(queue);
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
    const callback: KeptCallback = {
      ...{ id: this.#context.newId(), queue: request.queue, number: found.number },
      ...(request.name === undefined ? {} : { name: request.name }),
      ...(request.callId === undefined ? {} : { callId: request.callId }),
      ...{ since: this.#context.clock.wall(), priority: usualPriority, attempts: 0 },
      notBefore: this.#context.clock.wall() + hangUpMs,
    };
    this.#callbacks.set(callback.id, callback);
    this.#count({ kind: 'callback', queue: request.queue });
    this.#join(callback);
    await this.#save();
    return this.#orderOf(callback);
  }

  cancel(id: string): boolean {
    if (!this.#callbacks.delete(id)) return false;
    this.#send({ kind: 'left', id });
    void this.#save();
    return true;
  }

  /** Whether a callback can be taken on; one for the same number that waits already is the answer. */
  #orderable(queue: string, number: string): { number: string } | CallbackOrder | CallbackRefusal {
    const found = this.callable(queue, number);
    if (typeof found === 'string') return found;
    const here = [...this.#callbacks.values()].filter((one) => one.queue === queue);
    const same = here.find((one) => one.number === found.number);
    if (same) return this.#orderOf(same);
    return here.length >= (this.config(queue)?.callback?.most ?? 0) ? 'too-many' : found;
  }

  #orderOf({ id, number }: KeptCallback): CallbackOrder {
    return { id, number, position: this.#place(id)?.position ?? 1 };
  }

  /** Whoever waits on the line keeps the place without it. */
  async #convert(id: string, number: string, visit: Visit): Promise<CallbackOrder | CallbackRefusal> {
    const entry = this.state.waiting.get(id);
    if (!entry) return 'no-callback';
    const found = this.#orderable(entry.queue, number);
    if (typeof found === 'string') return found;
    visit.note('queue-callback', `${entry.queue} ${found.number}`);
    this.#count({ kind: 'callback', queue: entry.queue });
    // Somebody who waits for a callback already does not get a second one.
    if ('id' in found) {
      this.#send({ kind: 'left', id });
      return found;
    }
    const wall = this.#context.clock.wall();
    const callback: KeptCallback = {
      ...{ id, queue: entry.queue, number: found.number, callId: visit.call.id },
      ...(visit.caller.name === undefined ? {} : { name: visit.caller.name }),
      ...{ since: wall - (this.#now - entry.since), priority: entry.priority, attempts: 0 },
      notBefore: wall + hangUpMs,
    };
    this.#callbacks.set(id, callback);
    this.#send({ kind: 'convert', id, notBefore: this.#now + hangUpMs });
    await this.#save();
    return this.#orderOf(callback);
  }

  #join({ id, queue, priority, since, notBefore }: KeptCallback): void {
    const wall = this.#context.clock.wall();
    this.#send({
      ...{ kind: 'join', id, queue, what: 'callback', priority, since: this.#now - (wall - since) },
      ...(notBefore === undefined ? {} : { notBefore: this.#now + (notBefore - wall) }),
    });
  }

  #ringForCallback(id: string, agents: readonly string[], offer: number): void {
    const kept = this.#callbacks.get(id);
    const config = kept && this.config(kept.queue);
    if (!kept || !config) {
      this.#send({ kind: 'left', id });
      return;
    }
    const call = new CallbackCall(kept, config, {
      ...{ context: this.#context, reach: this.#reach },
      desk: {
        missed: (agent, number, how) => {
          if (how === 'no-answer' && this.#isRung(id, agent, number)) this.#count({ kind: 'missed', agent });
          this.#send({ kind: 'missed', id, agent, offer: number, how });
        },
        offerOver: (number) => this.#offerOver(id, number),
        answered: (agent) => this.#send({ kind: 'answered', id, agent }),
        reached: (agent) => {
          this.#answeredAt.set(id, this.#now);
          this.#callbacks.delete(id);
          this.#count({ kind: 'calledBack', queue: config.id, agent });
          void this.#save();
        },
        over: (agent, q850) => {
          this.#calling.delete(id);
          this.#talkOver(id, agent, config.id);
          if (q850 !== undefined) this.#notReached(kept, config, q850);
        },
      },
    });
    this.#calling.set(id, call);
    call.ring(agents, offer);
  }

  #notReached(kept: KeptCallback, { callback, name }: QueueConfig, q850: number): void {
    const attempts = kept.attempts + 1;
    if (!this.#callbacks.has(kept.id)) return;
    if (!callback || attempts >= callback.attempts || hopeless.has(q850)) {
      this.#context.log('info', () => `${name}: a client was not reached, and is called back no more`);
      this.cancel(kept.id);
      return;
    }
    const notBefore = this.#context.clock.wall() + callback.retryMinutes * 60_000;
    const again = { ...kept, attempts, notBefore };
    this.#callbacks.set(kept.id, again);
    this.#join(again);
    void this.#save();
  }

  /** Callbacks that it is too late for. */
  #expire(): void {
    const wall = this.#context.clock.wall();
    for (const kept of [...this.#callbacks.values()]) {
      if (wall < this.#expiresAt(kept) || this.#calling.has(kept.id)) continue;
      this.#context.log('info', () => `queue ${kept.queue}: a callback has expired`);
      this.cancel(kept.id);
    }
  }

  #expiresAt({ queue, since }: KeptCallback): number {
    return since + (this.config(queue)?.callback?.hours ?? 12) * 3_600_000;
  }

  #isOurs(e164: string): boolean {
    return this.#context.config().incomingNumbers.some(({ number }) => this.#normalise(number) === e164);
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

  get callbacks(): readonly KeptCallback[] {
    return [...this.#callbacks.values()];
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
    this.#refresh();
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
    this.#expire();
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
    const config = this.#context.config();
    const fresh = this.#seen !== config;
    if (fresh) {
      this.#seen = config;
      const queues = config.queues.filter(({ enabled }) => enabled);
      const members = new Set(queues.flatMap((queue) => queue.members.map(({ person }) => person)));
      this.#people = config.people.filter(({ id }) => members.has(id));
      this.#machine.send({ kind: 'terms', terms: queues.map((queue) => termsOf(queue, config)) });
    }
    if (this.#people.length === 0) return fresh;
    const busy = this.#busy();
    const before = this.state.busy;
    if (busy.size === before.size && [...busy].every((person) => before.has(person))) return fresh;
    this.#machine.send({ kind: 'busy', people: busy });
    for (const person of new Set([...busy, ...before]))
      if (busy.has(person) !== before.has(person)) this.events.emit('changed', 'agent', person);
    return true;
  }

  #busy(): Set<string> {
    const { calls, ports } = this.#context;
    const taken = new Set<string>();
    for (const { record } of calls.active)
      for (const { place, number, endedAt } of record.legs) {
        if (endedAt !== undefined) continue;
        taken.add(place);
        if (number !== undefined) taken.add(number);
      }
    const lifted = (place: string): boolean =>
      place.startsWith('port:') && ports.fxs(Number(place.slice(5)))?.offHook === true;
    const isBusy = (person: PersonConfig): boolean =>
      placesOf({ kind: 'person', person }).some((place) => taken.has(place) || lifted(place));
    return new Set(this.#people.filter(isBusy).map(({ id }) => id));
  }

  #arm(): void {
    this.#timer?.cancel();
    const now = this.#now;
    const wall = this.#context.clock.wall();
    const times = [
      nextAt(this.state, now),
      this.state.waiting.size > 0 ? now + lookMs : undefined,
      ...[...this.#callbacks.values()].map((kept) => now + (this.#expiresAt(kept) - wall)),
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
        else this.#ringForCallback(effect.id, effect.agents, effect.offer);
        break;
      }
      case 'withdraw':
        this.#callers.get(effect.id)?.withdraw();
        this.#calling.get(effect.id)?.withdraw();
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
        this.#movedCallback(effect.id, effect.to);
        break;
      case 'touched':
        for (const id of effect.queues) this.events.emit('changed', 'queue', id);
        for (const id of effect.agents) this.events.emit('changed', 'agent', id);
    }
  }

  #movedCallback(id: string, queue: string): void {
    const kept = this.#callbacks.get(id);
    if (!kept || kept.queue === queue) return;
    this.#callbacks.set(id, { ...kept, queue });
    void this.#save();
  }

  #leave(id: string, queue: string, why: LeaveReason): void {
    this.#callbacks.delete(id);
    const caller = this.#callers.get(id);
    if (!caller) return;
    const config = this.#context.config().queues.find((one) => one.id === queue);
    caller.leave(config ? this.#turnAway(caller.visit, config, why) : onward('', why));
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
      [...this.state.agents].map(([person, { mode }]) => [person, { mode, at }]),
    );
    const kept = { agents, callbacks: [...this.#callbacks.values()], figures: this.#figures };
    await this.#store.write(kept).catch((error: unknown) => {
      this.#context.log('error', () => `the queues are not kept: ${messageOf(error)}`);
    });
  }
}

function termsOf(queue: QueueConfig, { people }: Config): QueueTerms {
  const known = new Set(people.map(({ id }) => id));
  return {
    id: queue.id,
    members: queue.members.filter(({ person }) => known.has(person)),
    strategy: queue.strategy,
    tierMs: queue.tierSeconds * 1000,
    wrapUpMs: queue.wrapUpSeconds * 1000,
    maxWaitMs: queue.maxWaitSeconds * 1000,
    maxLength: queue.maxLength,
    leavesWhenNobody: queue.whenNobody === 'leave',
    missesToPause: queue.missesToPause,
  };
}

function onwardTarget(config: QueueConfig, why: LeaveReason): string {
  if (why === 'full') return config.whenFull;
  if (why === 'nobody') return config.nobodyTo;
  return why === 'waited' ? config.afterWait : '';
}

const onward = (target: string, why: LeaveReason): Next =>
  target === ''
    ? { kind: 'next-step', cause: localCause(cause.noAnswer, `nobody of the queue answers: ${why}`) }
    : { kind: 'to', target };
