import type { Said } from '../../api/contract.ts';
import type { Alarm } from '../../health/alarm-board.ts';

/** What diagnosis is made from: what has been seen, and nothing that has been thought about it. Times are wall-clock ms. */
export interface Observations {
  at: number;
  trunks: readonly TrunkSeen[];
  /** Calls of late, the newest first. */
  calls: readonly CallSeen[];
  alarms: readonly Alarm[];
  /** Names looked up by an active check; empty before the first. */
  names: readonly NameSeen[];
  /** Servers asked by an active check. */
  probes: readonly ProbeSeen[];
  clock: ClockSeen;
  disk?: { freeBytes: number; totalBytes: number };
  /** Places where PIN entry is locked. */
  pinLocks: number;
}

export interface TrunkSeen {
  id: string;
  name: string;
  enabled: boolean;
  /** As configured: host, or host:port. */
  server: string;
  transport: 'auto' | 'udp' | 'tcp' | 'tls';
  state: 'registered' | 'up' | 'untried' | 'down' | 'registering' | 'disabled' | 'refused';
  trouble?: { said: Said; cure: Said };
  last?: { at: number; request: string; status: number; text: string };
  /** Where the operator sees us, if that is not where we are: `host:port`. */
  publicAddress?: string;
  /** What is announced for speech. */
  sdpAddress: 'local' | 'public';
  /** The last exchanges outside of calls, in the order of time. */
  messages: readonly MessageSeen[];
}

/** A message as it passed our socket, secrets masked. */
export interface MessageSeen {
  at: number;
  direction: 'in' | 'out';
  transport: string;
  /** `host:port`: ours, and the other side's. */
  local: string;
  remote: string;
  text: string;
}

/** One answered SIP leg. */
export interface CallSeen {
  callId: string;
  at: number;
  /** `trunk:acme`, `device:desk`. */
  place: string;
  seconds: number;
  /** RTP packets. */
  sent: number;
  received: number;
  /** Addresses in the session descriptions, ours and theirs, and where their signalling comes from. */
  ourMedia?: string;
  theirMedia?: string;
  peer?: string;
}

export interface NameSeen {
  name: string;
  /** Whose server it is. */
  trunk: string;
  ms: number;
  addresses: readonly string[];
  /** Code of the failure: `ENOTFOUND`, `ETIMEOUT`… */
  error?: string;
}

/** An OPTIONS of an active check. */
export interface ProbeSeen {
  trunk: string;
  transport: 'udp' | 'tcp';
  /** `host:port`. */
  target: string;
  sent: MessageSeen;
  answer?: MessageSeen;
  ms?: number;
  error?: string;
}

export interface ClockSeen {
  /** What it says. */
  wall: number;
  /** How far others are ahead of it, ms. */
  others: readonly { who: string; aheadMs: number }[];
}
