import type { ConfigIssue } from './contract.ts';
import type { DraftEdit, TrialStarted, TrialView } from './draft-contract.ts';
import type { NetworkView } from './network-contract.ts';

/** Pending changes, kept for each account. */
export interface DraftAccess {
  of(who: string): readonly DraftEdit[];
  all(): { who: string; edits: readonly DraftEdit[] }[];
  /** Resolves when it is kept. */
  keep(who: string, edits: readonly DraftEdit[]): Promise<void>;
  /** The document with digits of PINs in it replaced by their fingerprints, before any of it is kept. */
  sealed(document: unknown): { document: unknown; issues: ConfigIssue[] };
}

/** How a request came in. */
export interface Way {
  /** Our address that it came to. */
  local: string;
  secure: boolean;
}

/** Changes that could cut the page off. */
export interface TrialAccess {
  view(): TrialView | undefined;
  /** The trial that somebody has just begun, with its key. */
  started(by: string): TrialStarted | undefined;
  /** Places of a document that would put it on trial. */
  cuts(document: unknown): string[];
  /** `elsewhere`: it came by the old way, which proves nothing. */
  confirm(key: string, way: Way): Promise<'confirmed' | 'wrong' | 'elsewhere'>;
  /** Takes it back now; false: there is none. */
  revert(): Promise<boolean>;
}

/** The box in the network. */
export interface NetworkAccess {
  view(): NetworkView;
}
