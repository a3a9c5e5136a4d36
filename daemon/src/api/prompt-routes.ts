import { basename, dirname } from 'node:path';
import { type Request, Router } from 'express';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import type { PromptsView } from './prompt-contract.ts';
import { soundBody, soundOf } from './sound-body.ts';

/** Prompts of the office's own (M01): listed, uploaded, listened to and taken away again. */
export function promptRoutes(deps: Pick<ApiDeps, 'prompts' | 'promptRecorder' | 'log'>): Router {
  const router = Router();
  const { prompts } = deps;

  const known = (request: Request): string => {
    const id = String(request.params.id);
    if (!prompts.list().some((prompt) => prompt.id === id)) throw new ApiFault('api/not-found');
    return id;
  };

  router.get('/prompts', (_request, response) => {
    const { running } = deps.promptRecorder;
    const view: PromptsView = { prompts: prompts.list(), ...(running ? { recording: running } : {}) };
    response.json(view);
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

  router.post('/prompts/:id/record', (request, response) => {
    const id = known(request);
    const { extension } = (request.body ?? {}) as { extension?: unknown };
    if (typeof extension !== 'string') throw new ApiFault('api/bad-request');
    const refusal = deps.promptRecorder.begin(id, extension);
    if (refusal) throw new ApiFault(refusal === 'busy' ? 'api/prompt-being-recorded' : 'api/no-telephone');
    deps.log('info', `prompt ${id} is recorded at extension ${extension}`);
    response.status(202).json({ ok: true });
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
