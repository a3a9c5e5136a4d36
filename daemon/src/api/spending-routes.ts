import { Router } from 'express';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';

/** What was spent of the budgets, and the lock of the fraud guard. */
export function spendingRoutes({ spending, log }: Pick<ApiDeps, 'spending' | 'log'>): Router {
  const router = Router();

  router.get('/spending', (_request, response) => {
    response.json(spending.view());
  });

  router.post('/spending/unlock', (_request, response) => {
    if (!spending.lift()) throw new ApiFault('api/not-found');
    log('info', 'the lock of the fraud guard was lifted from the page');
    response.json({ ok: true });
  });

  return router;
}
