import { type Request, Router } from 'express';
import { codeOf } from '../base/error.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import type { UpdateAccess } from './update-contract.ts';
import { viewerOf } from './viewer.ts';

/** Updates of the whole system; there are none where the box runs on somebody's own Linux. */
export function updateRoutes(deps: Pick<ApiDeps, 'update' | 'log' | 'audit'>): Router {
  const router = Router();
  const desk = (): UpdateAccess => {
    if (!deps.update) throw new ApiFault('api/not-found');
    return deps.update;
  };
  const note = (request: Request, act: 'update-uploaded' | 'update-started', detail: string): void => {
    const { who } = viewerOf(request);
    deps.audit.note({ who, from: request.ip ?? '', act, detail });
    deps.log('info', `${act} by ${who}: ${detail}`);
  };

  router.get('/update', (_request, response) => {
    response.json(desk().view());
  });

  router.put('/update', async (request, response) => {
    if (!request.is('application/octet-stream')) throw new ApiFault('api/wrong-type');
    const size = Number(request.headers['content-length']);
    try {
      const taken = await desk().take(
        request,
        Number.isFinite(size) ? size : undefined,
        viewerOf(request).who,
      );
      if (!taken) throw new ApiFault('api/update-busy');
    } catch (error) {
      throw codeOf(error) === 'update/no-room' ? new ApiFault('api/update-no-room') : error;
    }
    note(request, 'update-uploaded', desk().view().to ?? '');
    response.status(202).json(desk().view());
  });

  router.post('/update/restart', (request, response) => {
    const begun = desk().restart();
    if (begun === 'nothing-installed') throw new ApiFault('api/no-update');
    if (begun === 'in-use') throw new ApiFault('api/update-in-use');
    note(request, 'update-started', desk().view().to ?? '');
    response.status(202).json(desk().view());
  });

  return router;
}
