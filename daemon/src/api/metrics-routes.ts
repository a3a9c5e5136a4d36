import { Router } from 'express';
import type { LiveState } from './contract.ts';
import type { ApiDeps } from './deps.ts';

/** Figures in the text format of Prometheus. */
export interface MetricsAccess {
  text(state: LiveState): Promise<string>;
}

/** Figures for whoever watches the box from elsewhere. */
export function metricsRoutes(deps: Pick<ApiDeps, 'metrics' | 'live'>): Router {
  const router = Router();

  router.get('/metrics', async (_request, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(await deps.metrics.text(deps.live.snapshot()));
  });

  return router;
}
