import { Router } from 'express';
import type { ApiDeps } from './deps.ts';
import { soundBody, soundOf } from './sound-body.ts';

/** What held parties hear: the admin's own music, put in as a sound file. */
export function musicRoutes(deps: Pick<ApiDeps, 'music' | 'log'>): Router {
  const router = Router();

  router.get('/hold-music', (_request, response) => {
    response.json({ own: deps.music.own ?? null });
  });

  router.put('/hold-music', soundBody, async (request, response) => {
    await soundOf(request, (file) => deps.music.replace(file));
    deps.log('info', 'the music on hold was replaced');
    response.json({ ok: true });
  });

  router.delete('/hold-music', (_request, response) => {
    deps.music.restore();
    deps.log('info', "the box's own music on hold is back");
    response.json({ ok: true });
  });

  return router;
}
