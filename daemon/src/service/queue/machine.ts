import type { Step } from '../../base/machine.ts';
import { match, tierOpensAt } from './matching.ts';
import {
  type Agent,
  type AgentMode,
  agentOf,
  inOrder,
  type LeaveReason,
  type MissKind,
  type QueueEffect,
  type QueueEvent,
  type QueueState,
  refusalOf,
  somebodyOn,
  type Waiting,
} from './terms.ts';

/** An agent who did not answer is left alone for a moment, ms. */
const restMs = 3000;

/** One whose telephone cannot be rung (not registered, does not want to be disturbed) is tried again after this, ms. */
const unreachableMs = 10_000;

/**
 * All queues and their agents: who waits in which order, who is rung for whom. Pure: whatever comes, the state that
 * follows and what is to be done about it are decided here; ringing, sound and time are others'.
 */
export function step(state: QueueState, event: QueueEvent, now: number): Step<QueueState, QueueEffect> {
  const draft = new Draft(state, now);
  draft.take(event);
  draft.settle();
  return { state: draft.state, effects: draft.done() };
}

/** The next clock time at which something happens by itself; undefined: never. */
export function nextAt(state: QueueState, now: number): number | undefined {
  const times: number[] = [];
  for (const { wrapUp, restUntil } of state.agents.values()) times.push(wrapUp?.until ?? 0, restUntil ?? 0);
  for (const entry of state.waiting.values()) {
    const terms = state.terms.get(entry.queue);
    if (!terms || entry.offer) continue;
    times.push(entry.notBefore ?? 0);
    if (terms.maxWaitMs > 0 && entry.kind === 'call') times.push(entry.at + terms.maxWaitMs);
    for (const { tier } of terms.members) times.push(tierOpensAt(state, entry, tier));
  }
  const coming = times.filter((time) => time > now);
  return coming.length > 0 ? Math.min(...coming) : undefined;
}

/** A state in the making. */
class Draft {
  #state: QueueState;
  readonly #now: number;
  readonly #waiting: Map<string, Waiting>;
  readonly #agents: Map<string, Agent>;
  readonly #turns: Map<string, number>;
  readonly #effects: QueueEffect[] = [];
  readonly #queuesTouched = new Set<string>();
  readonly #agentsTouched = new Set<string>();

  constructor(state: QueueState, now: number) {
    this.#now = now;
    this.#waiting = new Map(state.waiting);
    this.#agents = new Map(state.agents);
    this.#turns = new Map(state.turns);
    this.#state = { ...state, waiting: this.#waiting, agents: this.#agents, turns: this.#turns };
  }

  get state(): QueueState {
    return this.#state;
  }

  done(): QueueEffect[] {
    if (this.#queuesTouched.size + this.#agentsTouched.size > 0)
      this.#effects.push({
        kind: 'touched',
        queues: [...this.#queuesTouched],
        agents: [...this.#agentsTouched],
      });
    return this.#effects;
  }

  take(event: QueueEvent): void {
    switch (event.kind) {
      case 'terms':
        this.#touchAll();
        this.#state = { ...this.#state, terms: new Map(event.terms.map((terms) => [terms.id, terms])) };
        this.#touchAll();
        break;
      case 'join':
        this.#join(event);
        break;
      case 'left':
        this.#remove(event.id);
        break;
      case 'missed':
        this.#missed(event.id, event.agent, event.offer, event.how);
        break;
      case 'offerOver':
        this.#offerOver(event.id, event.offer);
        break;
      case 'answered':
        this.#answered(event.id, event.agent);
        break;
      case 'talkOver':
        this.#talkOver(event.id, event.agent);
        break;
      case 'convert':
        this.#withdraw(event.id);
        this.#entry(event.id, { kind: 'callback', notBefore: event.notBefore });
        break;
      case 'mode':
        this.#mode(event.agent, event.mode, 'order');
        break;
      case 'restore':
        for (const [person, mode] of Object.entries(event.modes))
          this.#agent(person, { mode, since: this.#now });
        break;
      case 'move':
        this.#move(event.id, event.queue, event.position);
        break;
      case 'busy':
        for (const person of new Set([...this.#state.busy, ...event.people]))
          if (this.#state.busy.has(person) !== event.people.has(person)) this.#agentsTouched.add(person);
        this.#state = { ...this.#state, busy: event.people };
        break;
      case 'tick':
    }
  }

  /** What follows by itself: who must go, whose wrap-up is over, who is rung for whom. */
  settle(): void {
    const now = this.#now;
    for (const [person, agent] of this.#agents)
      if (agent.wrapUp && agent.wrapUp.until <= now) this.#endWrapUp(person, agent.wrapUp.until);
    for (const entry of [...this.#waiting.values()]) {
      if (entry.offer) continue;
      const why = this.#mustGo(entry);
      if (!why) continue;
      this.#remove(entry.id);
      this.#effects.push({ kind: 'leave', id: entry.id, queue: entry.queue, why });
    }
    for (const { entry, agents } of match(this.#state, now)) this.#offer(entry, agents);
  }

  /** Queues and agents as they are known now may look different, or be no more. */
  #touchAll(): void {
    for (const { id, members } of this.#state.terms.values()) {
      this.#queuesTouched.add(id);
      for (const { person } of members) this.#agentsTouched.add(person);
    }
  }

  #mustGo(entry: Waiting): LeaveReason | undefined {
    const terms = this.#state.terms.get(entry.queue);
    if (!terms) return 'closed';
    // Whoever is to be called back hears nothing of all that.
    if (entry.kind === 'callback') return undefined;
    if (terms.maxWaitMs > 0 && this.#now >= entry.at + terms.maxWaitMs) return 'waited';
    return terms.leavesWhenNobody && !somebodyOn(this.#state, terms) ? 'nobody' : undefined;
  }

  #offer(entry: Waiting, agents: readonly string[]): void {
    const number = this.#number();
    this.#entry(entry.id, { offer: { number, agents } });
    const terms = this.#state.terms.get(entry.queue)!;
    for (const person of agents) {
      this.#agent(person, { at: { id: entry.id, queue: entry.queue, what: 'rung' } });
      const index = terms.members.findIndex((member) => member.person === person);
      this.#turns.set(`${terms.id} ${terms.members[index]!.tier}`, index + 1);
    }
    this.#effects.push({ kind: 'offer', id: entry.id, offer: number, agents });
  }

  #join(event: Extract<QueueEvent, { kind: 'join' }>): void {
    const { id, queue, what, priority, since = this.#now, notBefore } = event;
    if (this.#waiting.has(id)) return;
    const why = what === 'call' ? refusalOf(this.#state, queue) : undefined;
    if (why) {
      this.#effects.push({ kind: 'leave', id, queue, why });
      return;
    }
    this.#waiting.set(id, {
      ...{ id, queue, kind: what, priority, since, at: this.#now, misses: {} },
      // Two that come in the same instant are told apart by who came first.
      rank: since + (this.#number() % 1000) / 1000,
      ...(notBefore === undefined ? {} : { notBefore }),
    });
    this.#queuesTouched.add(queue);
  }

  #remove(id: string): void {
    const entry = this.#waiting.get(id);
    if (!entry) return;
    this.#withdraw(id);
    this.#waiting.delete(id);
    this.#queuesTouched.add(entry.queue);
  }

  /** Nobody is rung for it any more, and nobody has missed it by that. */
  #withdraw(id: string): void {
    const entry = this.#waiting.get(id);
    if (!entry?.offer) return;
    for (const person of entry.offer.agents) this.#leaveAlone(person, {});
    this.#endOffer(entry);
    this.#effects.push({ kind: 'withdraw', id });
  }

  #endOffer(entry: Waiting): void {
    const { offer: _, ...rest } = entry;
    this.#waiting.set(entry.id, rest);
    this.#queuesTouched.add(entry.queue);
  }

  #missed(id: string, person: string, number: number, how: MissKind): void {
    const entry = this.#waiting.get(id);
    if (entry?.offer?.number !== number || !entry.offer.agents.includes(person)) return;
    this.#entry(id, {
      offer: { number, agents: entry.offer.agents.filter((one) => one !== person) },
      misses: { ...entry.misses, [person]: (entry.misses[person] ?? 0) + 1 },
    });
    const misses = agentOf(this.#state, person).misses + (how === 'no-answer' ? 1 : 0);
    this.#leaveAlone(person, {
      misses,
      restUntil: this.#now + (how === 'no-answer' ? restMs : unreachableMs),
    });
    const most = this.#state.terms.get(entry.queue)?.missesToPause ?? 0;
    if (most > 0 && how === 'no-answer' && misses >= most) this.#mode(person, 'pause', 'misses');
  }

  #offerOver(id: string, number: number): void {
    const entry = this.#waiting.get(id);
    if (entry?.offer?.number !== number) return;
    for (const person of entry.offer.agents) this.#missed(id, person, number, 'no-answer');
    const left = this.#waiting.get(id);
    if (left?.offer) this.#endOffer(left);
  }

  #answered(id: string, person: string): void {
    const entry = this.#waiting.get(id);
    if (!entry) return;
    for (const other of entry.offer?.agents ?? []) if (other !== person) this.#leaveAlone(other, {});
    this.#waiting.delete(id);
    this.#queuesTouched.add(entry.queue);
    this.#agent(person, {
      at: { id, queue: entry.queue, what: 'talking' },
      since: this.#now,
      misses: 0,
    });
  }

  #talkOver(id: string, person: string): void {
    const agent = agentOf(this.#state, person);
    if (agent.at?.id !== id || agent.at.what !== 'talking') return;
    const { queue } = agent.at;
    const wrapUpMs = this.#state.terms.get(queue)?.wrapUpMs ?? 0;
    const wrapUp = agent.mode === 'on' && wrapUpMs > 0;
    this.#leaveAlone(person, {
      talkedAt: this.#now,
      since: this.#now,
      ...(wrapUp ? { wrapUp: { queue, from: this.#now, until: this.#now + wrapUpMs } } : {}),
    });
  }

  #endWrapUp(person: string, at: number): void {
    const agent = this.#agents.get(person);
    if (!agent?.wrapUp) return;
    const { wrapUp, ...rest } = agent;
    this.#agents.set(person, { ...rest, since: at });
    this.#agentsTouched.add(person);
    this.#effects.push({ kind: 'wrapped', agent: person, queue: wrapUp.queue, ms: at - wrapUp.from });
  }

  #mode(person: string, mode: AgentMode, why: 'order' | 'misses'): void {
    // Whoever says where he is has done with the last call.
    this.#endWrapUp(person, this.#now);
    const agent = agentOf(this.#state, person);
    const { restUntil: _, ...rest } = agent;
    const changed = agent.mode !== mode;
    this.#agents.set(person, {
      ...rest,
      mode,
      misses: 0,
      ...(changed && !agent.at ? { since: this.#now } : {}),
    });
    this.#agentsTouched.add(person);
    if (changed) this.#effects.push({ kind: 'mode', agent: person, mode, why });
    if (mode !== 'on' && agent.at?.what === 'rung') this.#withdraw(agent.at.id);
  }

  #move(id: string, queue: string | undefined, position: number | undefined): void {
    const entry = this.#waiting.get(id);
    const to = queue ?? entry?.queue;
    if (!entry || to === undefined || !this.#state.terms.has(to)) return;
    this.#withdraw(id);
    const others = inOrder(this.#state, to).filter((one) => one.id !== id);
    const index = Math.min(Math.max(1, position ?? others.length + 1) - 1, others.length);
    const elsewhere = to !== entry.queue;
    const { offer: _, ...rest } = this.#waiting.get(id)!;
    this.#waiting.set(id, {
      ...rest,
      queue: to,
      ...placeBetween(rest, others[index - 1], others[index]),
      ...(elsewhere ? { at: this.#now, misses: {} } : {}),
    });
    this.#queuesTouched.add(entry.queue).add(to);
    this.#effects.push({ kind: 'moved', id, from: entry.queue, to, position: index + 1 });
  }

  /** The agent is in no call of a queue any more. */
  #leaveAlone(person: string, change: Partial<Agent>): void {
    const { at: _, ...rest } = agentOf(this.#state, person);
    this.#agents.set(person, { ...rest, ...change });
    this.#agentsTouched.add(person);
  }

  #agent(person: string, change: Partial<Agent>): void {
    this.#agents.set(person, { ...agentOf(this.#state, person), ...change });
    this.#agentsTouched.add(person);
  }

  #entry(id: string, change: Partial<Waiting>): void {
    const entry = this.#waiting.get(id);
    if (!entry) return;
    this.#waiting.set(id, { ...entry, ...change });
    this.#queuesTouched.add(entry.queue);
  }

  #number(): number {
    this.#state = { ...this.#state, count: this.#state.count + 1 };
    return this.#state.count;
  }
}

/** Priority and rank that put an entry between two others. */
function placeBetween(
  own: Waiting,
  prev: Waiting | undefined,
  next: Waiting | undefined,
): Pick<Waiting, 'priority' | 'rank'> {
  if (!next)
    return prev
      ? { priority: prev.priority, rank: prev.rank + 1 }
      : { priority: own.priority, rank: own.rank };
  const { priority } = next;
  return prev?.priority === priority
    ? { priority, rank: (prev.rank + next.rank) / 2 }
    : { priority, rank: next.rank - 1 };
}
