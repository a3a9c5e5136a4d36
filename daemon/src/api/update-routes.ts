import { type Request, Router } from 'express';
import { codeOf } from '../base/error.ts';
import type { AuditAct } from '../records/audit.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { inItsTime } from './limited-server.ts';
import { parsedBody } from './parsed-body.ts';
import { type UpdateAccess, updateRestart } from './update-contract.ts';
import { viewerOf } from './viewer.ts';

/** Updates of the whole system; there are none where the box runs on somebody's own Linux. */
export function updateRoutes(deps: Pick<ApiDeps, 'update' | 'log' | 'audit'>): Router {
  const router = Router();
  const desk = (): UpdateAccess => {
    if (!deps.update) throw new ApiFault('api/no-updates-here');
    return deps.update;
  };
  const note = (request: Request, act: AuditAct, detail: string): void => {
    const { who } = viewerOf(request);
    deps.audit.note({ who, from: request.ip ?? '', act, detail });
    deps.log('info', `${act} by ${who}: ${detail}`);
  };

  router.get('/update', (_request, response) => {
    response.json(desk().view());
  });

  router.put('/update', async (request, response) => {
    if (!request.is('application/octet-stream')) throw new ApiFault('api/wrong-type');
    const length = Number(request.headers['content-length'] ?? Number.NaN);
    const size = Number.isFinite(length) ? length : undefined;
    try {
      if (!(await desk().take(inItsTime(request), size, viewerOf(request).who)))
        throw new ApiFault('api/update-busy');
    } catch (error) {
      throw codeOf(error) === 'update/no-room' ? new ApiFault('api/update-no-room') : error;
    }
    note(request, 'update-uploaded', size === undefined ? '' : `${size} bytes`);
    response.status(202).json(desk().view());
  });

  router.post('/update/restart', (request, response) => {
    const { when } = parsedBody(request, updateRestart);
    const begun = desk().restart(when);
    if (begun === 'nothing-installed') throw new ApiFault('api/no-update');
    if (begun === 'in-use') throw new ApiFault('api/update-in-use');
    const view = desk().view();
    note(request, 'update-started', `${view.to ?? ''} ${when}`);
    response.status(202).json(view);
  });

  router.post('/update/look', (_request, response) => {
    const begun = desk().look();
    if (begun === 'no-address') throw new ApiFault('api/update-no-address');
    if (begun === 'busy') throw new ApiFault('api/update-busy');
    response.status(202).json(desk().view());
  });

  router.post('/update/seen', (_request, response) => {
    desk().seen();
    response.json(desk().view());
  });

  return router;
}
