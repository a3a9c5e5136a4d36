import type { DayFigures } from './figures.ts';
import type { AgentMode } from './terms.ts';

/** A callback that is waited for, as it is kept over a restart. Times are wall-clock ms. */
export interface KeptCallback {
  id: string;
  queue: string;
  /** E.164 with +. */
  number: string;
  name?: string;
  /** The record of the call in which it was asked for. */
  callId?: string;
  /** When it was asked for, or when its caller began to wait. */
  since: number;
  priority: number;
  /** How often the client has been called. */
  attempts: number;
  notBefore?: number;
}

/** What a restart must not lose. */
export interface KeptQueues {
  agents: Record<string, { mode: AgentMode; at: number }>;
  callbacks: KeptCallback[];
  figures?: DayFigures;
}

/** Keeps it. */
export interface QueueStore {
  /** Undefined: nothing was kept yet. */
  read(): KeptQueues | undefined;
  /** Resolves when it is on the disk. */
  write(kept: KeptQueues): Promise<void>;
}

/** Keeps nothing over a restart: for a box that has no folder, as in tests. */
export const forgetful: QueueStore = { read: () => undefined, write: () => Promise.resolve() };
