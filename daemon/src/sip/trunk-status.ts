import type { Said } from '../dialplan/route-plan.ts';
import type { RegistrationState } from './registration.ts';
import type { TargetHealth } from './targets.ts';
import type { Trouble } from './trouble.ts';

/**
 * What the page shows of a trunk. `up`: its server has answered us; `untried`: nothing has been sent to it
 * yet, or nothing has come back, and nothing speaks against it.
 */
export type TrunkState = 'registered' | 'up' | 'untried' | 'down' | 'registering' | 'disabled' | 'refused';

/** States in which calls are sent over a trunk. */
export function takesCalls(state: TrunkState): boolean {
  return state === 'registered' || state === 'up' || state === 'untried';
}

/** The last exchange with the operator's server, as the transaction layer saw it (C05). */
export interface TrunkExchange {
  /** Wall-clock ms. */
  at: number;
  /** REGISTER, OPTIONS or INVITE. */
  request: string;
  /** Final status; 408 if nothing came, 503 if nothing could be sent. */
  status: number;
  /** The server's own words, or ours if it said nothing. */
  text: string;
  said: Said;
}

export interface TrunkStatus {
  trunkId: string;
  state: TrunkState;
  /** Wall-clock ms at which it came into this state. */
  since: number;
  lastExchange?: TrunkExchange;
  /** The last one that went as it should. */
  lastSuccess?: TrunkExchange;
  /** Why it does not work, and what to do; only while it does not. */
  trouble?: Trouble;
  /** Percent of calls that its server has asked not to get now (RFC 7339). */
  overload?: number;
  /** Wall-clock ms at which the registration runs out. */
  expiresAt?: number;
  /** Round trip of the last answered OPTIONS or REGISTER, ms. */
  latencyMs?: number;
  /** Where the operator sees us, if that is not where we are: `host:port`. */
  publicAddress?: string;
  /** Registrations over several ways at once (RFC 5626); missing: there is but one, or none. */
  flows?: readonly { regId: number; address: string; live: boolean }[];
  /** Every address behind the server's name, the preferred first. */
  targets: readonly TargetHealth[];
  /** Calls on it now, both directions. */
  calls: number;
}

/** What decides a trunk's state. */
export interface TrunkFacts {
  enabled: boolean;
  mode: 'register' | 'static';
  registration: RegistrationState['phase'];
  /** By OPTIONS and calls. */
  up: boolean;
  /** Its server has answered something since we came by our present address. */
  seen: boolean;
  /** Our engine is there, and an address to send to. */
  reachable: boolean;
}

/** The state that follows from what was seen, and claims nothing more (C05). */
export function trunkState(facts: TrunkFacts): TrunkState {
  if (!facts.enabled) return 'disabled';
  if (!facts.reachable) return 'down';
  if (facts.mode === 'static') return facts.up ? (facts.seen ? 'up' : 'untried') : 'down';
  switch (facts.registration) {
    case 'registered':
      return facts.up ? 'registered' : 'down';
    case 'idle':
    case 'registering':
      return 'registering';
    case 'refused':
      return 'refused';
    case 'failed':
      return 'down';
    case 'stopping':
      return 'disabled';
  }
}
