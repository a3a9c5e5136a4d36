import { Router } from 'express';
import { fields } from './auth-routes.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';

/** Longest note, characters. */
const LONGEST_NOTE = 4000;
const address = /^[^\s<>"(),:;@[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/u;

/** The mail server tried out, and notes for people. */
export function mailRoutes(deps: Pick<ApiDeps, 'mail' | 'box' | 'log'>): Router {
  const router = Router();

  router.get('/mail', (_request, response) => {
    response.json(deps.mail.view());
  });

  router.post('/mail/test', async (request, response) => {
    const { to, language = deps.box.language() } = fields(request);
    if (typeof to !== 'string' || !address.test(to)) throw new ApiFault('api/bad-request', { path: '/to' });
    if (language !== 'ru' && language !== 'en') throw new ApiFault('api/bad-request', { path: '/language' });
    const result = await deps.mail.test(to, language);
    if (!result) throw new ApiFault('api/no-mail');
    deps.log('info', `mail was tried out: ${result.ok ? 'it works' : result.said.en}`);
    response.json(result);
  });

  router.post('/people/:id/note', async (request, response) => {
    const { text, from, callId } = fields(request);
    if (typeof text !== 'string' || text.trim() === '' || text.length > LONGEST_NOTE)
      throw new ApiFault('api/bad-request', { path: '/text' });
    for (const [key, value] of Object.entries({ from, callId }))
      if (value !== undefined && (typeof value !== 'string' || value.length > 128 || /\p{Cc}/u.test(value)))
        throw new ApiFault('api/bad-request', { path: `/${key}` });
    const posted = await deps.mail.note(request.params.id, {
      text,
      ...(typeof from === 'string' ? { from } : {}),
      ...(typeof callId === 'string' ? { callId } : {}),
    });
    if (posted === undefined) throw new ApiFault('api/not-found');
    if (posted === 'no-address') throw new ApiFault('api/no-address');
    if (posted === 'not-posted') throw new ApiFault('api/no-mail');
    response.json({ ok: true });
  });

  return router;
}
