import * as z from 'zod';
import type { ChangeScope, ConfigEdit, ConfigIssue, ConfigOutcome, Said } from './contract.ts';

const present = z.unknown().refine((value) => value !== undefined);

/** POST /api/v1/config/draft/edits: puts edits beside those that wait; nothing is applied. -> DraftView */
export const draftOrder = z.strictObject({
  edits: z
    .array(
      z.union([
        z.strictObject({ op: z.literal('put'), path: z.string().max(256), value: present }),
        z.strictObject({ op: z.literal('remove'), path: z.string().max(256) }),
      ]),
    )
    .min(1)
    .max(100),
});

/** One edit that waits. */
export interface DraftEdit {
  id: string;
  edit: ConfigEdit;
  /** When it was last made, ms since 1970. */
  at: number;
  /** The revision it was made on. */
  revision: number;
  /** What stood at its place then; missing: nothing. */
  was?: unknown;
}

/** GET /api/v1/config/draft: the pending changes of whoever asks. They outlast the tab and a restart of the box. */
export interface DraftView {
  /** The present revision. */
  revision: number;
  edits: DraftEditView[];
  /** Why all of them together cannot be applied as they are; empty: they can. */
  issues: ConfigIssue[];
  /** Places that could cut the page off: applied on trial. */
  cuts: string[];
  /** Pending changes of others, by who made them. */
  others: { who: string; edits: number; at: number }[];
}

export interface DraftEditView {
  id: string;
  path: string;
  op: ConfigEdit['op'];
  who: string;
  at: number;
  /** What it comes to, place by place. */
  changes: DraftChange[];
  /** Somebody has changed the same place since. Keep it, and it is applied over that; or drop it. */
  conflict?: DraftConflict;
}

export interface DraftChange {
  path: string;
  scope: ChangeScope;
  /** Which place. */
  said: Said;
  /** The value in force and the one that waits; missing: there is none. */
  before?: Said;
  after?: Said;
}

export interface DraftConflict {
  /** Who changed it and when, as far as the history tells. */
  by?: string;
  at?: number;
  said: Said;
}

/** POST /api/v1/config/draft/apply: all of it as one revision, that can be taken back as one. */
export const draftApply = z.strictObject({
  /** The revision on which the list was looked at. */
  revision: z.number().int(),
});

/** What applying did; `trial`: it is taken back by itself unless it is confirmed. */
export interface AppliedOutcome extends ConfigOutcome {
  trial?: TrialStarted;
}

/** GET /api/v1/trial: the change that is on trial, if there is one. */
export interface TrialNow {
  trial?: TrialView;
}

/** A change that could cut the page off, in force for a while. */
export interface TrialView {
  /** Left before it is taken back, ms. */
  leftMs: number;
  /** Who made it. */
  by: string;
  /** The fixed address under which the box is to be reached now. */
  address?: string;
  /** It has to be reached over HTTPS now: at this port. */
  securePort?: number;
}

export interface TrialStarted extends TrialView {
  /** Proves at the new address, where nobody is signed in yet, that it is the same admin who confirms. */
  key: string;
}

/** POST /api/v1/trial/confirm: the change on trial stays. Has to come by the new way. */
export const confirmOrder = z.strictObject({ key: z.string().regex(/^[0-9a-f]{32}$/) });
