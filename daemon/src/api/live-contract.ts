import type { LegQuality } from '../records/leg-quality.ts';

export type { LegQuality, SpeechQuality } from '../records/leg-quality.ts';

/** How a call in progress sounds, by the last ten seconds; looked at every two while a page is open. */
export interface CallQualityLive {
  /** Of the call. */
  id: string;
  /** Those of its legs that go over a network; of the others there is nothing to tell. */
  legs: (LegQuality & { id: string })[];
}

/**
 * GET /api/v1/ports/:number/levels: how loud the socket is, dBm0. It is measured only while somebody asks, so that the
 * first answer is empty; so is that of a socket that nothing goes through.
 */
export interface PortLevelsView {
  /** What comes from the telephone or the line. */
  fromDbm0?: number;
  /** What the box sends there. */
  toDbm0?: number;
}
