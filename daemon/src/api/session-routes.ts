import { Router } from 'express';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import type { SessionRow } from './security-contract.ts';
import { type Sessions, tokenOf } from './sessions.ts';
import { viewerAs, viewerOf } from './viewer.ts';

/** Browsers that are signed in. An admin sees and ends them all, everybody else the own ones. */
export function sessionRoutes(
  deps: Pick<ApiDeps, 'admin' | 'config' | 'audit' | 'log' | 'clock'>,
  sessions: Sessions,
): Router {
  const router = Router();

  router.get('/sessions', (request, response) => {
    const { account, role } = viewerOf(request);
    const own = sessions.find(tokenOf(request));
    const ahead = deps.clock.wall() - deps.clock.now();
    const rows = sessions.list().flatMap(({ id, key, owner, origin, startedAt, seenAt }): SessionRow[] => {
      const viewer = viewerAs(deps, owner.account, owner.stamp);
      if (!viewer || (role !== 'admin' && owner.account !== account)) return [];
      return [
        {
          ...{ id, account: owner.account, role: viewer.role, ...origin },
          ...{ startedAt: Math.round(startedAt + ahead), seenAt: Math.round(seenAt + ahead) },
          current: key === own,
        },
      ];
    });
    response.json(rows);
  });

  router.delete('/sessions/:id', (request, response) => {
    const { account, role, who } = viewerOf(request);
    const found = sessions.list().find(({ id }) => id === request.params.id);
    // Whose it is is told to nobody else.
    if (!found || (role !== 'admin' && found.owner.account !== account)) throw new ApiFault('api/not-found');
    sessions.end(found.key);
    const detail = `${found.owner.account} ${found.origin.from}`.trim();
    deps.audit.note({ who, from: request.ip ?? '', act: 'session-ended', detail });
    deps.log('info', `session-ended by ${who}: ${detail}`);
    response.json({ ok: true });
  });

  return router;
}
