import { Router } from 'express';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { parsedBody, parsedQuery } from './parsed-body.ts';
import { deliveriesQuery, eventsQuery, replayOrder } from './program-contract.ts';
import { viewerOf } from './viewer.ts';

/** Events for the office's programs, and the programs that are told of them (O11). */
export function programRoutes(deps: Pick<ApiDeps, 'events' | 'webhooks' | 'log'>): Router {
  const router = Router();
  const found = <T>(answer: T | undefined): T => {
    if (answer === undefined) throw new ApiFault('api/not-found');
    return answer;
  };

  router.get('/events', (request, response) => {
    const { since = 0, limit } = parsedQuery(request, eventsQuery);
    response.json(deps.events.page(since, limit));
  });

  router.get('/webhooks', (_request, response) => {
    response.json(deps.webhooks.list());
  });

  router.post('/webhooks/:id/test', async (request, response) => {
    response.json(found(await deps.webhooks.test(request.params.id)));
  });

  router.get('/webhooks/:id/deliveries', (request, response) => {
    response.json(found(deps.webhooks.deliveries(request.params.id, parsedQuery(request, deliveriesQuery))));
  });

  router.post('/webhooks/:id/replay', (request, response) => {
    const order = parsedBody(request, replayOrder);
    const replayed = found(deps.webhooks.replay(request.params.id, order));
    deps.log(
      'info',
      `${replayed} events are told again to ${request.params.id}, by ${viewerOf(request).who}`,
    );
    response.json({ replayed });
  });

  return router;
}
