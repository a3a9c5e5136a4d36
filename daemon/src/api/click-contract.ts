import * as z from 'zod';
import type { ClickResult } from '../service/click-to-call.ts';

/** Body of `POST /api/v1/calls`. */
export const clickOrder = z.strictObject({
  from: z
    .string()
    .regex(/^(?:person|port|device):[a-z0-9-]{1,32}$/)
    .describe('Whose telephone is rung: `person:ID`, `port:NUMBER` (a socket), `device:ID`'),
  to: z
    .string()
    .min(1)
    .max(64)
    .describe('Whom to call, in any writing that can be dialed: an extension, 8 812 …, +7 812 …'),
});
export type ClickOrder = z.infer<typeof clickOrder>;

/** Answer of `POST /api/v1/calls`: the telephone rings. How it goes on is told by `GET /api/v1/calls/ID` and by events. */
export interface ClickAnswer {
  id: string;
}

/** Calls begun by a click; from service/click-to-call.ts. */
export interface ClickAccess {
  start(order: ClickOrder): ClickResult;
}
