import type { Said } from '../dialplan/route-plan.ts';

/** Answer of `PUT /api/v1/imports/...`: 200, or 422 with the bad rows, and then nothing was taken. */
export interface ImportView {
  rows: number;
  added: number;
  changed: number;
  /** `line`: of the file, from 1. */
  bad: { line: number; said: Said }[];
  /** Stored and in force. */
  applied: boolean;
}
