import { type Request, Router } from 'express';
import type { AuditAct } from '../records/audit.ts';
import type { Attempts } from './auth-routes.ts';
import { certificateRoutes } from './certificate-routes.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { lockoutRoutes } from './lockout-routes.ts';
import { parsedBody } from './parsed-body.ts';
import { sessionRoutes } from './session-routes.ts';
import type { Sessions } from './sessions.ts';
import { supportOrder } from './support-contract.ts';
import { viewerOf } from './viewer.ts';

/** Diagnosis, the support bundle, and what an admin sees and lifts of the box's defences. */
export function helpRoutes(deps: ApiDeps, sessions: Sessions, attempts: Attempts): Router {
  const router = Router();
  router.use(sessionRoutes(deps, sessions));
  router.use(lockoutRoutes(deps, attempts));
  router.use(certificateRoutes(deps));
  const note = (request: Request, act: AuditAct, detail: string): void => {
    const { who } = viewerOf(request);
    deps.audit.note({ who, from: request.ip ?? '', act, detail });
    deps.log('info', `${act} by ${who}: ${detail}`);
  };

  router.get('/diagnosis', async (_request, response) => {
    response.json(await deps.help.diagnosis.view());
  });

  router.post('/diagnosis/run', async (_request, response) => {
    deps.help.diagnosis.run();
    response.status(202).json(await deps.help.diagnosis.view());
  });

  router.get('/support-bundle', (_request, response) => {
    response.json(deps.help.support.view());
  });

  router.post('/support-bundle', (request, response) => {
    const order = parsedBody(request, supportOrder);
    if (deps.help.support.make(order, viewerOf(request).who))
      note(request, 'support-bundle-made', order.numbers ? 'with numbers' : 'without numbers');
    response.status(202).json(deps.help.support.view());
  });

  router.get('/support-bundle/file', (request, response) => {
    const file = deps.help.support.file();
    if (!file) throw new ApiFault('api/not-found');
    note(request, 'support-bundle-taken', file.name);
    response.download(file.path, file.name, { dotfiles: 'allow' });
  });

  router.delete('/support-bundle', (_request, response) => {
    if (!deps.help.support.remove()) throw new ApiFault('api/not-found');
    response.json({ ok: true });
  });

  return router;
}
