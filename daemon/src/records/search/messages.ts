import type { Figures, FiguresQuery } from '../figures/figures.ts';
import type { RecordFilter } from '../query.ts';
import type { FoundCount } from './find.ts';

/** A question to the index. */
export type SearchQuestion =
  | {
      ask: 'page';
      filter: RecordFilter;
      limit: number;
      before?: { startedAt: number; id: string };
      count?: boolean;
    }
  | { ask: 'figures'; query: FiguresQuery };

/** Records as JSON, newest first. `reading`: how many changed ones the index has yet to take in. */
export type SearchAnswer =
  | { docs: string[]; count?: FoundCount; reading: number }
  | { figures: Figures; reading: number };

export interface SearchMessage {
  n: number;
  question: SearchQuestion;
}

export type SearchReply = { n: number; answer: SearchAnswer } | { n: number; failed: string };
