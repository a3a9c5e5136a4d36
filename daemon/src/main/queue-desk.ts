import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { QueueAccess } from '../api/deps.ts';
import type {
  AgentLive,
  AgentModeView,
  AgentStateView,
  QueueLive,
  QueuesView,
} from '../api/queue-contract.ts';
import type { Clock } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import type { Config, PersonConfig, QueueConfig } from '../config/schema.ts';
import {
  averageHandling,
  averageWait,
  noAgentFigures,
  noFigures,
  serviceLevel,
} from '../service/queue/figures.ts';
import type { KeptQueues, QueueStore } from '../service/queue/kept.ts';
import type { Queues } from '../service/queue/queues.ts';
import { type Agent, inOrder, type Waiting } from '../service/queue/terms.ts';

const count = z.number().int().min(0);
const span = z.number().min(0);

const file = z.object({
  agents: z.record(z.string(), z.object({ mode: z.enum(['on', 'pause', 'off']), at: z.number() })),
  callbacks: z.array(
    z.object({
      id: z.string(),
      queue: z.string(),
      number: z.string(),
      name: z.string().optional(),
      callId: z.string().optional(),
      since: z.number(),
      priority: z.number(),
      attempts: count,
      notBefore: z.number().optional(),
    }),
  ),
  figures: z
    .object({
      day: z.string(),
      queues: z.record(
        z.string(),
        z.object({
          ...{ came: count, answered: count, inTime: count, abandoned: count, passedOn: count },
          ...{ callbacks: count, calledBack: count, waitMs: span, longestMs: span, talkMs: span },
          ...{ wrapUpMs: span, talks: count },
        }),
      ),
      agents: z.record(
        z.string(),
        z.object({ answered: count, missed: count, talkMs: span, wrapUpMs: span, talks: count }),
      ),
    })
    .optional(),
});

/** Keeps agents' modes, callbacks and the day's figures over a restart, in a file of the data folder. */
export function queueFile(folder: string, warn: (message: string) => void): QueueStore {
  const path = join(folder, 'queues.json');
  let writing: Promise<void> = Promise.resolve();
  return {
    read() {
      try {
        // Fields that are not there are left out by zod, which its types do not tell.
        return file.parse(JSON.parse(readFileSync(path, 'utf8'))) as KeptQueues;
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') warn(`${path}: ${messageOf(error)}`);
        return undefined;
      }
    },
    write(kept) {
      const text = `${JSON.stringify(kept, undefined, 2)}\n`;
      // One after the other, whether or not the one before was safe.
      writing = writing.catch(() => {}).then(() => writeAtomic(path, text));
      return writing;
    },
  };
}

/** The queues for the page: their picture, live and on request, and what a supervisor may do. */
export class QueueDesk implements QueueAccess {
  readonly #queues: Queues;
  readonly #clock: Clock;
  readonly #list: () => readonly QueueConfig[];

  /** Lets the queues go on from what was kept in the data folder. */
  constructor(
    queues: Queues,
    from: { data: string; clock: Clock; config: () => Config; warn: (message: string) => void },
  ) {
    this.#queues = queues;
    this.#clock = from.clock;
    this.#list = () => from.config().queues;
    queues.open(queueFile(from.data, from.warn));
  }

  view(): QueuesView {
    return {
      queues: this.#list().flatMap(({ id }) => this.queue(id) ?? []),
      agents: this.#queues.agents.map((person) => this.#agent(person)),
    };
  }

  setMode(person: string, mode: AgentModeView, by: string): AgentLive | undefined {
    return this.#queues.setMode(person, mode, by) ? this.agent(person) : undefined;
  }

  move(id: string, to: { queue?: string; position?: number }, by: string): ReturnType<Queues['move']> {
    return this.#queues.move(id, to, by);
  }

  cancel(id: string): boolean {
    return this.#queues.cancel(id);
  }

  /** A queue as it stands; undefined: there is none, or it is off. */
  queue(id: string): QueueLive | undefined {
    const config = this.#queues.config(id);
    if (!config) return undefined;
    const { state } = this.#queues;
    const figures = this.#queues.figures.queues[id] ?? noFigures();
    const level = serviceLevel(figures);
    const wait = averageWait(figures);
    const handling = averageHandling(figures);
    const { came, answered, inTime, abandoned, passedOn, callbacks, calledBack } = figures;
    return {
      id,
      name: config.name,
      waiting: inOrder(state, id).map((entry, index) => this.#waiting(entry, index + 1)),
      onLine: config.members.filter(({ person }) => this.#queues.agent(person).mode === 'on').length,
      today: {
        ...{ came, answered, inTime, abandoned, passedOn, callbacks, calledBack },
        thresholdSeconds: config.serviceLevelSeconds,
        longestWaitMs: figures.longestMs,
        ...(level === undefined ? {} : { serviceLevel: level }),
        ...(wait === undefined ? {} : { averageWaitMs: wait }),
        ...(handling === undefined ? {} : { averageHandlingMs: handling }),
      },
    };
  }

  /** An agent as he is; undefined: the person answers for no queue. */
  agent(id: string): AgentLive | undefined {
    const person = this.#queues.agents.find((one) => one.id === id);
    return person && this.#agent(person);
  }

  #waiting(entry: Waiting, position: number): QueueLive['waiting'][number] {
    const kept = this.#queues.book.list.find(({ id }) => id === entry.id);
    const visit = this.#queues.visitOf(entry.id);
    // Whoever withholds his number withholds it from the page, too.
    const hidden = visit?.caller.absence === 'private';
    const number = kept?.number ?? (hidden ? undefined : visit?.caller.number);
    const name = kept?.name ?? (hidden ? undefined : visit?.caller.name);
    const callId = kept?.callId ?? visit?.call.id;
    return {
      ...{ id: entry.id, kind: entry.kind, position, priority: entry.priority },
      since: this.#wall(entry.since),
      rung: [...(entry.offer?.agents ?? [])],
      ...(number === undefined ? {} : { number }),
      ...(name === undefined ? {} : { name }),
      ...(callId === undefined ? {} : { callId }),
      ...(kept ? { attempts: kept.attempts } : {}),
      ...(kept?.notBefore === undefined ? {} : { notBefore: kept.notBefore }),
    };
  }

  #agent({ id, name }: PersonConfig): AgentLive {
    const agent = this.#queues.agent(id);
    const { answered, missed, talkMs, ...rest } = this.#queues.figures.agents[id] ?? noAgentFigures();
    const handling = averageHandling({ talkMs, ...rest });
    const queue = agent.at?.queue ?? agent.wrapUp?.queue;
    return {
      ...{ id, name, mode: agent.mode },
      state: this.#stateOf(id, agent),
      since: this.#wall(agent.since),
      ...(queue === undefined ? {} : { queue }),
      queues: this.#list()
        .filter((one) => one.enabled && one.members.some(({ person }) => person === id))
        .map((one) => one.id),
      today: {
        ...{ answered, missed, talkMs },
        ...(handling === undefined ? {} : { averageHandlingMs: handling }),
      },
    };
  }

  #stateOf(id: string, { at, mode, wrapUp }: Agent): AgentStateView {
    if (at) return at.what;
    if (mode !== 'on') return mode;
    if (wrapUp) return 'wrap-up';
    return this.#queues.state.busy.has(id) ? 'busy' : 'free';
  }

  /** Wall-clock ms of a moment of the clock. */
  #wall(at: number): number {
    return Math.round(this.#clock.wall() - (this.#clock.now() - at));
  }
}
