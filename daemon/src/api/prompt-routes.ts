import { basename, dirname } from 'node:path';
import { type Request, Router } from 'express';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { soundBody, soundOf } from './sound-body.ts';

/** Prompts of the office's own (M01): listed, uploaded, listened to and taken away again. */
export function promptRoutes(deps: Pick<ApiDeps, 'prompts' | 'log'>): Router {
  const router = Router();
  const { prompts } = deps;

  const known = (request: Request): string => {
    const id = String(request.params.id);
    if (!prompts.list().some((prompt) => prompt.id === id)) throw new ApiFault('api/not-found');
    return id;
  };

  router.get('/prompts', (_request, response) => {
    response.json({ prompts: prompts.list() });
  });

  router.get('/prompts/:id/sound', (request, response, next) => {
    const path = prompts.file(known(request));
    if (path === undefined) throw new ApiFault('api/not-found');
    if (request.query.download !== undefined) response.attachment(basename(path));
    response.type('audio/wav');
    response.sendFile(
      basename(path),
      { root: dirname(path), cacheControl: false, dotfiles: 'deny' },
      (error) => {
        if (error && !response.headersSent) next(error);
      },
    );
  });

  router.put('/prompts/:id/sound', soundBody, async (request, response) => {
    const id = known(request);
    const sound = await soundOf(request, (file) => prompts.replace(id, file));
    deps.log('info', `the recording of prompt ${id} was replaced`);
    response.json({ sound });
  });

  router.delete('/prompts/:id/sound', async (request, response) => {
    const id = known(request);
    const { text, usedAt } = prompts.list().find((prompt) => prompt.id === id)!;
    // Callers would hear nothing but its name.
    if (usedAt.length > 0 && text === '') throw new ApiFault('api/prompt-used');
    if (!(await prompts.remove(id))) throw new ApiFault('api/not-found');
    deps.log('info', `the recording of prompt ${id} was taken away`);
    response.json({ ok: true });
  });

  return router;
}
