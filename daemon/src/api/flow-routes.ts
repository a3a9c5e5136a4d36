import { Router } from 'express';
import * as z from 'zod';
import { fields } from './auth-routes.ts';
import type { ApiDeps } from './deps.ts';
import { draftConfig } from './draft-config.ts';
import { ApiFault } from './errors.ts';
import type { FlowSimulateRequest } from './flow-contract.ts';

const value = z.string().max(64);

const asked = z.strictObject({
  flow: z.union([z.string().max(64), z.record(z.string(), z.unknown())]),
  draft: z.boolean().optional(),
  caller: z.string().max(40).optional(),
  called: z.string().max(40).optional(),
  at: z
    .number()
    .int()
    .min(0)
    .max(Date.UTC(2200, 0, 1))
    .optional(),
  keys: z
    .array(z.string().regex(/^[0-9*#]{0,32}$/))
    .max(200)
    .optional(),
  rings: z
    .array(z.enum(['answered', 'busy', 'no-answer']))
    .max(200)
    .optional(),
  hooks: z
    .array(z.strictObject({ answer: value.optional(), set: z.record(value, value).optional() }).nullable())
    .max(200)
    .optional(),
});

/** Trying voice menus out without a call. */
export function flowRoutes(deps: Pick<ApiDeps, 'flows' | 'config' | 'drafts'>): Router {
  const router = Router();

  router.post('/flows/simulate', (request, response) => {
    const parsed = asked.safeParse(fields(request));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new ApiFault('api/bad-request', { path: `/${(issue?.path ?? []).join('/')}` });
    }
    const result = deps.flows.simulate(parsed.data as FlowSimulateRequest, draftConfig(deps, request));
    if (!result) throw new ApiFault('api/not-found');
    if ('issues' in result) throw new ApiFault('config/invalid', { issues: result.issues });
    response.json(result);
  });

  return router;
}
