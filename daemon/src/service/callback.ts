import type { Party } from '../call/leg.ts';

/*
 * Callback instead of waiting (A14): somebody leaves a number and hangs up, keeps the place in the queue, and is called
 * when an agent is free. The agent is rung first, then the client.
 */

/** Who is to be called back, and for what. */
export interface CallbackRequest {
  /** The queue whose agents call back, by id. */
  queue: string;
  /** As the network told it or as the caller keyed it; it need not be one that may be called. */
  number: string;
  /** How the agent sees the client; the number is shown beside. */
  name?: string;
  /** The record of the call in which it was asked for. */
  callId?: string;
}

/** Why nobody is called back. */
export type CallbackRefusal =
  /** There is no such queue, or it calls nobody back. */
  | 'no-callback'
  /** Ruling 8: only national geographic and mobile numbers, and what the class of callbacks allows. */
  | 'not-this-number'
  /** As many callbacks wait as may. */
  | 'too-many';

/** A callback that is waited for. */
export interface CallbackOrder {
  readonly id: string;
  /** The number that will be called, E.164 with +. */
  readonly number: string;
  /** Its place among all who wait for the queue, from 1. */
  readonly position: number;
}

/** Orders callbacks; the queues are what does it. */
export interface Callbacks {
  /**
   * The number as it would be called, E.164 with +, or why it would not be: to be asked before anything is promised.
   * Whoever withheld his number is not called by it (`absence` is `private`): he has to key one.
   */
  callable(queue: string, caller: Party | string): { number: string } | CallbackRefusal;
  /**
   * Takes a callback on; it is on the disk when this resolves. A number that waits in the queue already keeps its place,
   * and is not called twice.
   */
  order(request: CallbackRequest): Promise<CallbackOrder | CallbackRefusal>;
  /** Takes one back, before its client is called; false: there is none such. */
  cancel(id: string): boolean;
}
