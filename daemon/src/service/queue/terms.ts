/** What an agent does for the queues: takes calls, rests for a while, or is not there. */
export type AgentMode = 'on' | 'pause' | 'off';

/** How a waiting call chooses among those who are free. */
export type QueueStrategy = 'all' | 'in-turn' | 'round-robin' | 'longest-idle';

/** Somebody who answers for a queue. */
export interface QueueMember {
  /** Id of the person. */
  person: string;
  /** Qualification: 1 is asked first. */
  tier: number;
  /** How much the queue matters to this person among his others: calls of 1 come first. */
  priority: number;
}

/** What the machine must know of a queue. Times in ms. */
export interface QueueTerms {
  id: string;
  members: readonly QueueMember[];
  strategy: QueueStrategy;
  /** How long a call waits for one tier before the next is asked while somebody of the first might come free. */
  tierMs: number;
  /** How long an agent is left alone after a call. */
  wrapUpMs: number;
  /** The longest wait of a call; 0: without end. */
  maxWaitMs: number;
  /** How many calls may wait. */
  maxLength: number;
  /** Callers leave a queue in which nobody is on line. */
  leavesWhenNobody: boolean;
  /** After so many misses in a row an agent is on pause; 0: never. */
  missesToPause: number;
}

/** Somebody who waits: on the line, or for a call of ours. */
export interface Waiting {
  readonly id: string;
  readonly queue: string;
  readonly kind: 'call' | 'callback';
  /** 1 to 9, 1 is served first. */
  readonly priority: number;
  /** Among equals the least is served first; clock ms of the coming, unless a supervisor has moved it. */
  readonly rank: number;
  /** Clock ms at which it began to wait, in whatever queue. */
  readonly since: number;
  /** Clock ms at which it came into this queue. */
  readonly at: number;
  /** Nobody is rung for it before; of a callback that came to nothing. */
  readonly notBefore?: number;
  /** How often each agent has let it ring. */
  readonly misses: Readonly<Record<string, number>>;
  /** Who is rung for it now. */
  readonly offer?: Offer;
}

/** A ringing in progress; `agents` may be empty while the last of it fades. */
export interface Offer {
  readonly number: number;
  readonly agents: readonly string[];
}

/** One agent, in whatever queues. */
export interface Agent {
  readonly mode: AgentMode;
  /** Clock ms since which the agent is as it is. */
  readonly since: number;
  /** Calls in a row that were not answered. */
  readonly misses: number;
  /** Rung for somebody, or talks to somebody, of a queue. */
  readonly at?: { readonly id: string; readonly queue: string; readonly what: 'rung' | 'talking' };
  readonly wrapUp?: { readonly queue: string; readonly from: number; readonly until: number };
  /** Not rung before: was not reached just now. */
  readonly restUntil?: number;
  /** Clock ms at which the last conversation for a queue ended. */
  readonly talkedAt?: number;
}

/** All queues and agents. Never changed in place. */
export interface QueueState {
  readonly terms: ReadonlyMap<string, QueueTerms>;
  readonly waiting: ReadonlyMap<string, Waiting>;
  readonly agents: ReadonlyMap<string, Agent>;
  /** Who is in another call, or has lifted. */
  readonly busy: ReadonlySet<string>;
  /** Whose turn is next, by queue and tier: an index into the members. */
  readonly turns: ReadonlyMap<string, number>;
  /** Counts offers and comings. */
  readonly count: number;
}

/** Why a caller has to go somewhere else. */
export type LeaveReason = 'full' | 'nobody' | 'waited' | 'closed';

export type QueueEvent =
  | { kind: 'terms'; terms: readonly QueueTerms[] }
  | {
      kind: 'join';
      id: string;
      queue: string;
      what: Waiting['kind'];
      priority: number;
      /** Of one who has waited before. */
      since?: number;
      notBefore?: number;
    }
  /** The caller is gone, or nobody has to be called back any more. */
  | { kind: 'left'; id: string }
  /** One of those who are rung is rung no more. */
  | { kind: 'missed'; id: string; agent: string; offer: number; how: MissKind }
  /** Nobody is rung any more; whoever still was has missed it. */
  | { kind: 'offerOver'; id: string; offer: number }
  | { kind: 'answered'; id: string; agent: string }
  | { kind: 'talkOver'; id: string; agent: string }
  /** Whoever waits on the line will be called back, and keeps the place. */
  | { kind: 'convert'; id: string; notBefore: number }
  | { kind: 'mode'; agent: string; mode: AgentMode }
  /** The modes that were kept over a restart. */
  | { kind: 'restore'; modes: Readonly<Record<string, AgentMode>> }
  /** To another queue, its end unless a position is given; or to another place in its own. Positions from 1. */
  | { kind: 'move'; id: string; queue?: string; position?: number }
  | { kind: 'busy'; people: ReadonlySet<string> }
  | { kind: 'tick' };

/** `no-answer`: the telephone rang, and nobody lifted; `unreachable`: it did not ring. */
export type MissKind = 'no-answer' | 'unreachable';

export type QueueEffect =
  /** These agents are to be rung for this one. */
  | { kind: 'offer'; id: string; offer: number; agents: readonly string[] }
  /** Nobody is to be rung for it any more. */
  | { kind: 'withdraw'; id: string }
  | { kind: 'leave'; id: string; queue: string; why: LeaveReason }
  /** An agent's mode has changed; `misses`: because calls were not answered. */
  | { kind: 'mode'; agent: string; mode: AgentMode; why: 'order' | 'misses' }
  /** A wrap-up is over. */
  | { kind: 'wrapped'; agent: string; queue: string; ms: number }
  | { kind: 'moved'; id: string; from: string; to: string; position: number }
  /** What may look different now. */
  | { kind: 'touched'; queues: readonly string[]; agents: readonly string[] };

export const emptyState: QueueState = {
  terms: new Map(),
  waiting: new Map(),
  agents: new Map(),
  busy: new Set(),
  turns: new Map(),
  count: 0,
};

/** One who has never said otherwise is on line: an office that makes a queue need not sign anybody in. */
export const freshAgent: Agent = { mode: 'on', since: 0, misses: 0 };

export const agentOf = (state: QueueState, person: string): Agent => state.agents.get(person) ?? freshAgent;

/** All who wait in a queue, in the order in which they are to be served. */
export function inOrder(state: QueueState, queue: string): Waiting[] {
  return [...state.waiting.values()].filter((one) => one.queue === queue).sort(before);
}

/** The order of service. */
export const before = (a: Waiting, b: Waiting): number => a.priority - b.priority || a.rank - b.rank;

/** Why nobody more may come now. */
export function refusalOf(state: QueueState, queue: string): LeaveReason | undefined {
  const terms = state.terms.get(queue);
  if (!terms) return 'closed';
  if (terms.leavesWhenNobody && !somebodyOn(state, terms)) return 'nobody';
  const calls = [...state.waiting.values()].filter((one) => one.queue === queue && one.kind === 'call');
  return calls.length >= terms.maxLength ? 'full' : undefined;
}

/** Whether anybody of the queue is on line, busy or not. */
export const somebodyOn = (state: QueueState, { members }: QueueTerms): boolean =>
  members.some(({ person }) => agentOf(state, person).mode === 'on');
