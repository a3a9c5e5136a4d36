import express, { Router } from 'express';
import { codeOf } from '../base/error.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';

/** Ten minutes of stereo at 48 kHz take 115 MB; somebody's music of that length is not what callers should hear. */
const limit = '30mb';

const refusals = {
  'media/music-not-wav': 'api/music-not-wav',
  'media/music-not-pcm': 'api/music-not-pcm',
  'media/music-rate': 'api/music-rate',
  'media/music-empty': 'api/music-empty',
  'media/music-long': 'api/music-long',
} as const;

/** What held parties hear: the admin's own music, put in as a WAV file. */
export function musicRoutes(deps: Pick<ApiDeps, 'music' | 'log'>): Router {
  const router = Router();
  const body = express.raw({ type: 'audio/wav', limit });

  router.get('/hold-music', (_request, response) => {
    response.json({ own: deps.music.own ?? null });
  });

  router.put('/hold-music', body, async (request, response) => {
    if (!Buffer.isBuffer(request.body)) throw new ApiFault('api/music-not-wav');
    try {
      await deps.music.replace(request.body);
    } catch (error) {
      const fault = refusals[codeOf(error) as keyof typeof refusals];
      throw fault ? new ApiFault(fault) : error;
    }
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
