import { Router } from 'express';
import type { Attempts } from './auth-routes.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { parsedBody } from './parsed-body.ts';
import { type LockoutView, lockoutLift } from './security-contract.ts';
import { viewerOf } from './viewer.ts';

/** Everybody whom the box does not listen to now, whatever did it, and the one button that takes it back (C18). */
export function lockoutRoutes(
  deps: Pick<ApiDeps, 'help' | 'audit' | 'log' | 'clock'>,
  { codes, passwords }: Attempts,
): Router {
  const router = Router();

  const atPage = (): LockoutView[] => {
    const now = deps.clock.now();
    const ahead = deps.clock.wall() - now;
    return [
      ...passwords.waiting(now).map((one) => ({ ...one, at: 'password' as const })),
      ...codes.waiting(now).map((one) => ({ ...one, at: 'code' as const })),
    ].map(({ source, until, at }) => ({
      ...{ id: `page:${at}:${source}`, kind: 'page' as const, until: Math.round(until + ahead) },
      said:
        at === 'password'
          ? {
              ru: `Неверный пароль на странице с адреса ${source}`,
              en: `Wrong password at the page from ${source}`,
            }
          : {
              ru: `Неверный код с наклейки с адреса ${source}`,
              en: `Wrong code of the label from ${source}`,
            },
    }));
  };

  router.get('/lockouts', async (_request, response) => {
    response.json([...atPage(), ...(await deps.help.lockouts.list())]);
  });

  router.post('/lockouts/lift', async (request, response) => {
    const { id } = parsedBody(request, lockoutLift);
    const [, at, source = ''] = /^page:(password|code):(.+)$/.exec(id) ?? [];
    const lifted =
      at === undefined
        ? await deps.help.lockouts.lift(id)
        : (at === 'password' ? passwords : codes).lift(source);
    if (!lifted) throw new ApiFault('api/not-found');
    const { who } = viewerOf(request);
    deps.audit.note({ who, from: request.ip ?? '', act: 'lockout-lifted', detail: id });
    deps.log('info', `lockout-lifted by ${who}: ${id}`);
    response.json({ ok: true });
  });

  return router;
}
