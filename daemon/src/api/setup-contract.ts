import * as z from 'zod';
import type { ClickResult } from '../service/click-to-call.ts';

/** The first-run wizard's steps, in order (V04). */
export const setupSteps = [
  'place',
  'password',
  'sockets',
  'lines',
  'operator',
  'people',
  'test',
  'backup',
] as const;
export type SetupStep = (typeof setupSteps)[number];

const step = z.enum(setupSteps);

/** Body of `PUT /api/v1/setup`: what is given takes the place of what was, step by step; the rest stays. */
export const setupChange = z.strictObject({
  state: z
    .enum(['open', 'put-off', 'finished'])
    .optional()
    .describe('`open`: the page begins with the wizard; `put-off`: it waits under Box'),
  at: step.optional().describe('The step that is shown'),
  steps: z
    .partialRecord(step, z.enum(['left', 'done', 'skipped']))
    .optional()
    .describe('How steps stand'),
  drafts: z
    .partialRecord(step, z.record(z.string().max(64), z.unknown()).nullable())
    .optional()
    .describe('What was typed in a step that is not done; null forgets it. Secrets are left out of it'),
});
export type SetupChange = z.infer<typeof setupChange>;

export type SetupStepState = 'left' | 'done' | 'skipped';

/** Answer of `GET` and `PUT /api/v1/setup`. */
export interface SetupView {
  state: 'open' | 'put-off' | 'finished';
  at: SetupStep;
  steps: Record<SetupStep, SetupStepState>;
  drafts: Partial<Record<SetupStep, Record<string, unknown>>>;
}

/** Body of `POST /api/v1/setup/test-call`. */
export const testCallOrder = z.strictObject({
  from: z
    .string()
    .regex(/^(?:person|port|device):[a-z0-9-]{1,32}$/)
    .describe('The telephone that rings first: `port:NUMBER`, `person:ID`, `device:ID`'),
  to: z.string().min(1).max(64).describe('Whom to call then: a number outside, in any writing'),
  via: z
    .string()
    .regex(/^(?:line:\d{1,2}|trunk:[a-z0-9-]{1,32})$/)
    .describe('The one way that is tested: `line:5`, `trunk:acme`'),
});
export type TestCallOrder = z.infer<typeof testCallOrder>;

/** Answer of `POST /api/v1/setup/test-call`: the telephone rings. */
export interface TestCallAnswer {
  id: string;
}

/** Body of `POST /api/v1/setup/lines/N/proof`. */
export const lineProofOrder = z.strictObject({
  callId: z.string().min(1).max(64).describe('The call over that line, in either direction'),
  heard: z.literal(true).describe('Somebody was heard at the other end, on the public network'),
});

export type LineProof = 'proven' | 'no-line' | 'not-city' | 'no-call' | 'not-over-it' | 'nobody';

/** The wizard's memory, and what it has done to lines. */
export interface SetupAccess {
  view(): SetupView;
  /** Resolves once it is kept. */
  change(change: SetupChange): Promise<SetupView>;
  testCall(order: TestCallOrder): ClickResult | { refusal: 'no-way' };
  /** Ruling 4: a call proves a line to be a city line, never its voltage. */
  prove(port: number, callId: string, by: string): Promise<LineProof>;
}
