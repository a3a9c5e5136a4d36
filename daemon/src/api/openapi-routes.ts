import { Router } from 'express';
import type { ApiDeps } from './deps.ts';

/** The description of the API. It is large and seldom asked for: it is made then, and not kept. */
export function openapiRoutes(deps: Pick<ApiDeps, 'box'>): Router {
  const router = Router();

  router.get('/openapi.json', async (_request, response) => {
    const { openapiDocument } = await import('./openapi/document.ts');
    response.json(openapiDocument(deps.box.version));
  });

  // The page draws it: nothing of it is loaded from elsewhere.
  router.get('/docs', (_request, response) => {
    response.redirect(302, '/api-docs');
  });

  return router;
}
