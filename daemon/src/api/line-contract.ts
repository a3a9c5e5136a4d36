/* The part of contract.ts that is about learning lines and judging what they were thought to have said. */
import type { CallRecord } from '../records/call-record.ts';
import type { SettingProposal } from '../service/learning/proposals.ts';

export type { LineFindings, ReleaseFound, ToneFound } from '../service/learning/findings.ts';
export type { LearnStep } from '../service/learning/lessons.ts';
/** POST /api/v1/ports/:number/learn takes a LearnOrder and begins; GET shows the last LearnView, DELETE cancels. */
export type { LearnOrder, LearnView } from '../service/learning/line-learning.ts';
export type { SettingProposal } from '../service/learning/proposals.ts';

/** POST /api/v1/calls/:id/verdict: whether an answer or a release of a line was one. Kept with the record. */
export interface VerdictRequest {
  /** Id of the record's leg. */
  leg: string;
  about: 'answer' | 'release';
  verdict: 'right' | 'wrong';
}

export interface VerdictResult {
  record: CallRecord;
  /** What would have kept the box from it; nothing is changed by saying so. */
  proposals: SettingProposal[];
}
