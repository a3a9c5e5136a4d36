import express, { Router } from 'express';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';

/** The largest tables of operators have some 60 000 rows of 60 bytes. */
const limit = '16mb';

/** Rate tables as CSV: what came of an import is told row by row. */
export function ratesRoutes({ rates, log }: Pick<ApiDeps, 'rates' | 'log'>): Router {
  const router = Router();
  const body = express.raw({ type: ['text/csv', 'application/octet-stream'], limit });

  router.get('/rates', (_request, response) => {
    response.json(rates.list());
  });

  router.get('/rates/:id', (request, response) => {
    const text = rates.text(request.params.id);
    if (text === undefined) throw new ApiFault('api/not-found');
    response.type('text/csv').attachment(`${request.params.id}.csv`).send(text);
  });

  router.put('/rates/:id', body, async (request, response) => {
    const { id } = request.params;
    if (!Buffer.isBuffer(request.body)) throw new ApiFault('api/bad-request', { path: '/' });
    const result = await rates.put(id, request.body);
    if (!result) throw new ApiFault('api/bad-request', { path: '/id' });
    log('info', `rate table ${id} was imported from the page: ${result.rows} prices`);
    // Nothing was taken: the table that was there stays.
    response.status(result.rows === 0 ? 422 : 200).json(result);
  });

  router.delete('/rates/:id', (request, response) => {
    if (!rates.remove(request.params.id)) throw new ApiFault('api/not-found');
    log('info', `rate table ${request.params.id} was removed from the page`);
    response.json({ ok: true });
  });

  return router;
}
