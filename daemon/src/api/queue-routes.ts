import { type Request, Router } from 'express';
import { fields } from './auth-routes.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import type { QueuesView } from './queue-contract.ts';
import { refuse } from './refusal.ts';
import { Scope } from './scope.ts';
import { viewerOf } from './viewer.ts';

const modes = ['on', 'pause', 'off'] as const;

/** Queues as they stand, and what a supervisor does with those who wait and those who answer (OC8, Q01, Q06). */
export function queueRoutes(deps: Pick<ApiDeps, 'queues' | 'config' | 'audit' | 'clock' | 'log'>): Router {
  const router = Router();
  const { queues } = deps;
  const scopeOf = (request: Request): Scope => new Scope(viewerOf(request), deps.config.current().config);
  /** Whoever waits, a callback included, waits in a queue of the viewer's; nobody at all is for the route to tell. */
  const checkWaiting = (request: Request): void => {
    const of = queues.view().queues.find(({ waiting }) => waiting.some(({ id }) => id === request.params.id));
    if (of && !scopeOf(request).leads(of.id)) throw refuse(deps, request);
  };

  router.get('/queues', (request, response) => {
    const shown: QueuesView = scopeOf(request).board(queues.view());
    response.json(shown);
  });

  router.put('/agents/:person', (request, response) => {
    const { mode } = fields(request);
    const known = modes.find((one) => one === mode);
    if (!known) throw new ApiFault('api/bad-request', { path: '/mode' });
    const { person } = request.params;
    const scope = scopeOf(request);
    const present = queues.view().agents.find(({ id }) => id === person);
    if (present && !scope.agent(present)) throw refuse(deps, request);
    const agent = scope.all || present ? queues.setMode(person, known, viewerOf(request).who) : undefined;
    if (!agent) throw new ApiFault('api/not-found');
    response.json(scope.agent(agent));
  });

  router.post('/queues/waiting/:id/move', (request, response) => {
    const { queue, position } = fields(request);
    if (queue !== undefined && typeof queue !== 'string')
      throw new ApiFault('api/bad-request', { path: '/queue' });
    const whole = typeof position === 'number' && Number.isInteger(position) && position >= 1;
    if (position !== undefined && !whole) throw new ApiFault('api/bad-request', { path: '/position' });
    if (queue === undefined && position === undefined)
      throw new ApiFault('api/bad-request', { path: '/queue' });
    checkWaiting(request);
    if (queue !== undefined && !scopeOf(request).leads(queue)) throw refuse(deps, request);
    const refusal = queues.move(
      request.params.id,
      { ...(queue === undefined ? {} : { queue }), ...(whole ? { position } : {}) },
      viewerOf(request).who,
    );
    if (refusal === 'no-queue') throw new ApiFault('api/bad-request', { path: '/queue' });
    if (refusal) throw new ApiFault('api/not-found');
    response.json(scopeOf(request).board(queues.view()));
  });

  router.delete('/queues/callbacks/:id', (request, response) => {
    checkWaiting(request);
    if (!queues.cancel(request.params.id)) throw new ApiFault('api/not-found');
    response.json({ ok: true });
  });

  return router;
}
