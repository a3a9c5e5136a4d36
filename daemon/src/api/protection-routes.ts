import { Router } from 'express';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';

/** Who is banned and why, which peers need forgiveness, and how pressed the SIP engine is. */
export function protectionRoutes({ protection, log }: Pick<ApiDeps, 'protection' | 'log'>): Router {
  const router = Router();

  router.get('/protection', async (_request, response) => {
    response.json(await protection.view());
  });

  router.post('/protection/lift', async (request, response) => {
    const { source } = (request.body ?? {}) as { source?: unknown };
    if (typeof source !== 'string' || source.length > 64)
      throw new ApiFault('api/bad-request', { path: '/source' });
    if (!(await protection.lift(source))) throw new ApiFault('api/not-found');
    log('info', `the ban of ${source} was lifted from the page`);
    response.json({ ok: true });
  });

  return router;
}
