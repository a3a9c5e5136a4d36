/*
 * Queues and their agents, live and on request. Times of day are wall-clock ms since 1970; what ends in `Ms` is a
 * duration.
 */

/** What an agent says of himself. */
export type AgentModeView = 'on' | 'pause' | 'off';

/** Somebody who waits. */
export interface WaitingLive {
  id: string;
  /** On the line, or for a call of ours. */
  kind: 'call' | 'callback';
  /** From 1. */
  position: number;
  /** 1 to 9, 1 is served first. */
  priority: number;
  /** Since when it waits, in whatever queue. */
  since: number;
  number?: string;
  name?: string;
  /** The caller's call. */
  callId?: string;
  /** Ids of the people who are rung for it now. */
  rung: string[];
  /** Of a callback: not before. */
  notBefore?: number;
  /** Of a callback: how often the client has been called. */
  attempts?: number;
}

/** What a queue has done today. */
export interface QueueToday {
  /** Calls that came, whatever became of them. */
  came: number;
  answered: number;
  /** Of those, within `thresholdSeconds`. */
  inTime: number;
  /** Hung up while they waited. */
  abandoned: number;
  /** Went on elsewhere: full, nobody there, waited too long. */
  passedOn: number;
  callbacks: number;
  calledBack: number;
  thresholdSeconds: number;
  /** Answered in time, of all that were answered, abandoned or passed on; 0 to 1. Absent while there are none. */
  serviceLevel?: number;
  /** Average speed of answer. */
  averageWaitMs?: number;
  longestWaitMs: number;
  /** Average handling time: conversation and wrap-up. */
  averageHandlingMs?: number;
}

export interface QueueLive {
  id: string;
  name: string;
  /** In the order of service. */
  waiting: WaitingLive[];
  /** How many of its agents are on line. */
  onLine: number;
  today: QueueToday;
}

/** `busy`: in a call that is of no queue. */
export type AgentStateView = 'free' | 'rung' | 'talking' | 'wrap-up' | 'busy' | 'pause' | 'off';

export interface AgentLive {
  /** The person's id. */
  id: string;
  name: string;
  mode: AgentModeView;
  state: AgentStateView;
  /** Since when the mode or the last conversation holds. */
  since: number;
  /** The queue of the call that the agent is rung for, talks in or writes up. */
  queue?: string;
  /** Ids of the queues that the agent answers for. */
  queues: string[];
  today: { answered: number; missed: number; talkMs: number; averageHandlingMs?: number };
}

/** GET /api/v1/queues */
export interface QueuesView {
  queues: QueueLive[];
  agents: AgentLive[];
}

/** PUT /api/v1/agents/:person */
export interface AgentModeRequest {
  mode: AgentModeView;
}

/** POST /api/v1/queues/waiting/:id/move: to the end of another queue, or to a place in it or in its own; from 1. */
export interface MoveWaitingRequest {
  queue?: string;
  position?: number;
}
