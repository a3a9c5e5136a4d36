import { Router } from 'express';
import { fields } from './auth-routes.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { viewerOf } from './viewer.ts';

const modes = ['listen', 'whisper', 'barge'] as const;
const sides = ['caller', 'called'] as const;

/** Listening to a call, whispering to one of its parties, talking to both: a telephone is rung for it. */
export function observationRoutes(deps: Pick<ApiDeps, 'observations' | 'log'>): Router {
  const router = Router();

  router.post('/calls/:id/observe', (request, response) => {
    const { mode, extension, toward } = fields(request);
    const known = modes.find((one) => one === mode);
    const side = sides.find((one) => one === toward);
    if (!known) throw new ApiFault('api/bad-request', { path: '/mode' });
    if (typeof extension !== 'string' || !/^\d{1,8}$/.test(extension))
      throw new ApiFault('api/bad-request', { path: '/extension' });
    if (toward !== undefined && !side) throw new ApiFault('api/bad-request', { path: '/toward' });
    const refusal = deps.observations.begin(request.params.id, {
      mode: known,
      extension,
      by: viewerOf(request).who,
      ...(side ? { toward: side } : {}),
    });
    if (refusal === 'no-call') throw new ApiFault('api/not-found');
    if (refusal) throw new ApiFault(refusal === 'busy' ? 'api/call-observed' : 'api/call-not-observed');
    response.json({ ok: true });
  });

  router.delete('/calls/:id/observe', (request, response) => {
    if (!deps.observations.end(request.params.id)) throw new ApiFault('api/not-found');
    response.json({ ok: true });
  });

  return router;
}
