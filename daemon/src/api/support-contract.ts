import * as z from 'zod';
import type { Said } from './contract.ts';
import type { WorkStep } from './diagnosis-contract.ts';

/** POST /api/v1/support-bundle. */
export const supportOrder = z.strictObject({
  numbers: z
    .boolean()
    .default(false)
    .describe('Whole telephone numbers; else of each its last two digits only'),
});
export type SupportOrder = z.infer<typeof supportOrder>;

/** GET /api/v1/support-bundle. */
export interface SupportView {
  /** What a bundle holds, told before one is made. */
  contents: { name: string; said: Said }[];
  state: 'none' | 'making' | 'ready' | 'failed';
  steps: WorkStep[];
  /** Ready: it stays for an hour. */
  file?: { name: string; bytes: number; madeAt: number; by: string; numbers: boolean };
  /** Failed: why, and what to do. */
  said?: Said;
}
