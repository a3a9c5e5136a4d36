import { Router } from 'express';
import { fields } from './auth-routes.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import type { QueuesView } from './queue-contract.ts';

const modes = ['on', 'pause', 'off'] as const;

/** Queues as they stand, and what a supervisor does with those who wait and those who answer (OC8, Q01, Q06). */
export function queueRoutes({ queues }: Pick<ApiDeps, 'queues'>): Router {
  const router = Router();

  router.get('/queues', (_request, response) => {
    const shown: QueuesView = queues.view();
    response.json(shown);
  });

  router.put('/agents/:person', (request, response) => {
    const { mode } = fields(request);
    const known = modes.find((one) => one === mode);
    if (!known) throw new ApiFault('api/bad-request', { path: '/mode' });
    const agent = queues.setMode(request.params.person, known, 'admin');
    if (!agent) throw new ApiFault('api/not-found');
    response.json(agent);
  });

  router.post('/queues/waiting/:id/move', (request, response) => {
    const { queue, position } = fields(request);
    if (queue !== undefined && typeof queue !== 'string')
      throw new ApiFault('api/bad-request', { path: '/queue' });
    const whole = typeof position === 'number' && Number.isInteger(position) && position >= 1;
    if (position !== undefined && !whole) throw new ApiFault('api/bad-request', { path: '/position' });
    if (queue === undefined && position === undefined)
      throw new ApiFault('api/bad-request', { path: '/queue' });
    const refusal = queues.move(
      request.params.id,
      { ...(queue === undefined ? {} : { queue }), ...(whole ? { position } : {}) },
      'admin',
    );
    if (refusal === 'no-queue') throw new ApiFault('api/bad-request', { path: '/queue' });
    if (refusal) throw new ApiFault('api/not-found');
    response.json(queues.view());
  });

  router.delete('/queues/callbacks/:id', (request, response) => {
    if (!queues.cancel(request.params.id)) throw new ApiFault('api/not-found');
    response.json({ ok: true });
  });

  return router;
}
