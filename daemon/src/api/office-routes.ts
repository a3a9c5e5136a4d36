import { Router } from 'express';
import type { ApiDeps } from './deps.ts';

/** How the links to our other offices are, and what this box has to be entered as over there. */
export function officeRoutes({ offices }: Pick<ApiDeps, 'offices'>): Router {
  const router = Router();
  router.get('/offices', (_request, response) => {
    response.json(offices.view());
  });
  return router;
}
