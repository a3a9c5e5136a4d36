/** What a queue has done in a day. Times in ms. */
export interface QueueFigures {
  /** Calls that came, whatever became of them; who was turned away at once is among them. */
  came: number;
  answered: number;
  /** Of those, within the queue's threshold. */
  inTime: number;
  /** Hung up while they waited. */
  abandoned: number;
  /** Went on to somebody else: the queue was full, nobody was there, it took too long. */
  passedOn: number;
  /** Will be called back, or have been. */
  callbacks: number;
  /** Of those, reached. */
  calledBack: number;
  /** How long the answered had waited, all together, and the longest of them. */
  waitMs: number;
  longestMs: number;
  /** Conversations, and what was written up after them, all together. */
  talkMs: number;
  wrapUpMs: number;
  /** How many conversations have ended. */
  talks: number;
}

/** What an agent has done in a day. Times in ms. */
export interface AgentFigures {
  answered: number;
  missed: number;
  talkMs: number;
  wrapUpMs: number;
  talks: number;
}

/** The figures of one day of the office. */
export interface DayFigures {
  /** `2026-01-15`. */
  day: string;
  queues: Record<string, QueueFigures>;
  agents: Record<string, AgentFigures>;
}

/** Something that counts. */
export type Fact =
  | { kind: 'came'; queue: string }
  | { kind: 'answered'; queue: string; agent?: string; waitedMs: number; thresholdMs: number }
  | { kind: 'abandoned' | 'passedOn' | 'callback'; queue: string }
  | { kind: 'calledBack'; queue: string; agent?: string }
  | { kind: 'talked'; queue: string; agent?: string; ms: number }
  | { kind: 'wrapped'; queue: string; agent: string; ms: number }
  | { kind: 'missed'; agent: string };

export const noFigures = (): QueueFigures => ({
  ...{ came: 0, answered: 0, inTime: 0, abandoned: 0, passedOn: 0, callbacks: 0, calledBack: 0 },
  ...{ waitMs: 0, longestMs: 0, talkMs: 0, wrapUpMs: 0, talks: 0 },
});

export const noAgentFigures = (): AgentFigures => ({
  ...{ answered: 0, missed: 0, talkMs: 0, wrapUpMs: 0, talks: 0 },
});

/** Counts a fact of `day`; figures of another day are begun anew. */
export function counted(figures: DayFigures, fact: Fact, day: string): DayFigures {
  const base = figures.day === day ? figures : { day, queues: {}, agents: {} };
  const agent = 'agent' in fact ? fact.agent : undefined;
  const queues =
    'queue' in fact
      ? { ...base.queues, [fact.queue]: ofQueue(base.queues[fact.queue] ?? noFigures(), fact) }
      : base.queues;
  const agents =
    agent === undefined
      ? base.agents
      : { ...base.agents, [agent]: ofAgent(base.agents[agent] ?? noAgentFigures(), fact) };
  return { day, queues, agents };
}

function ofQueue(of: QueueFigures, fact: Fact): QueueFigures {
  switch (fact.kind) {
    case 'came':
      return { ...of, came: of.came + 1 };
    case 'answered':
      return {
        ...of,
        answered: of.answered + 1,
        inTime: of.inTime + (fact.waitedMs <= fact.thresholdMs ? 1 : 0),
        waitMs: of.waitMs + fact.waitedMs,
        longestMs: Math.max(of.longestMs, fact.waitedMs),
      };
    case 'abandoned':
      return { ...of, abandoned: of.abandoned + 1 };
    case 'passedOn':
      return { ...of, passedOn: of.passedOn + 1 };
    case 'callback':
      return { ...of, callbacks: of.callbacks + 1 };
    case 'calledBack':
      return { ...of, calledBack: of.calledBack + 1 };
    case 'talked':
      return { ...of, talks: of.talks + 1, talkMs: of.talkMs + fact.ms };
    case 'wrapped':
      return { ...of, wrapUpMs: of.wrapUpMs + fact.ms };
    case 'missed':
      return of;
  }
}

function ofAgent(of: AgentFigures, fact: Fact): AgentFigures {
  switch (fact.kind) {
    case 'answered':
    case 'calledBack':
      return { ...of, answered: of.answered + 1 };
    case 'missed':
      return { ...of, missed: of.missed + 1 };
    case 'talked':
      return { ...of, talks: of.talks + 1, talkMs: of.talkMs + fact.ms };
    case 'wrapped':
      return { ...of, wrapUpMs: of.wrapUpMs + fact.ms };
    default:
      return of;
  }
}

/** Share of the calls that were answered in time, of all that waited for an answer and whose fate is known; 0 to 1. */
export function serviceLevel({ answered, inTime, abandoned, passedOn }: QueueFigures): number | undefined {
  const all = answered + abandoned + passedOn;
  return all === 0 ? undefined : inTime / all;
}

/** Average speed of answer, ms: how long the answered had waited. */
export const averageWait = ({ answered, waitMs }: QueueFigures): number | undefined =>
  answered === 0 ? undefined : waitMs / answered;

/** Average handling time, ms: conversation, and what was written up after it. */
export const averageHandling = ({
  talks,
  talkMs,
  wrapUpMs,
}: Pick<QueueFigures, 'talks' | 'talkMs' | 'wrapUpMs'>): number | undefined =>
  talks === 0 ? undefined : (talkMs + wrapUpMs) / talks;

/**
 * How long a caller at `position` (from 1) has to expect to wait, ms: so many handlings, shared by those who are on
 * line. Undefined: nobody is, or no conversation is known yet.
 */
export function expectedWait(figures: QueueFigures, position: number, onLine: number): number | undefined {
  const handling = averageHandling(figures);
  return handling === undefined || onLine === 0 ? undefined : (position * handling) / onLine;
}
