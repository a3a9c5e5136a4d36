import { type Request, Router } from 'express';
import { builtInAdmin } from '../config/account-references.ts';
import type { AuditAct } from '../records/audit.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { parsedBody } from './parsed-body.ts';
import { tokenOrder } from './token-contract.ts';
import { accountName, viewerOf } from './viewer.ts';

/** Tokens of the office's programs: made, listed and revoked by an admin at the page, never by a token. */
export function tokenRoutes(deps: Pick<ApiDeps, 'tokens' | 'config' | 'audit' | 'log'>): Router {
  const router = Router();
  const note = (request: Request, act: AuditAct, detail: string): void => {
    const { who } = viewerOf(request);
    deps.audit.note({ who, from: request.ip ?? '', act, detail });
    deps.log('info', `${act} by ${who}: ${detail}`);
  };

  router.get('/tokens', (_request, response) => {
    response.json(deps.tokens.list());
  });

  router.post('/tokens', async (request, response) => {
    const order = parsedBody(request, tokenOrder);
    const account = accountName(order.account ?? '');
    if (account !== builtInAdmin && !deps.config.current().config.accounts.some(({ id }) => id === account))
      throw new ApiFault('api/bad-request', { path: '/account' });
    const made = await deps.tokens.create({ ...order, account }, viewerOf(request).who);
    if (!made) throw new ApiFault('api/too-many-tokens');
    note(request, 'token-made', `${made.name}: ${made.scopes.join(' ')}`);
    response.status(201).json(made);
  });

  router.delete('/tokens/:id', async (request, response) => {
    const name = await deps.tokens.revoke(request.params.id);
    if (name === undefined) throw new ApiFault('api/not-found');
    note(request, 'token-revoked', name);
    response.json({ ok: true });
  });

  return router;
}
