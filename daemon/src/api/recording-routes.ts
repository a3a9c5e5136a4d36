import { basename, dirname } from 'node:path';
import { type Request, Router } from 'express';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';

const types = { wav: 'audio/wav', opus: 'audio/ogg' } as const;

/** The sound of calls: heard on the page or downloaded, and deleted; each of it is logged. */
export function recordingRoutes(deps: Pick<ApiDeps, 'recordings' | 'records' | 'log'>): Router {
  const router = Router();

  router.get('/calls/:id/recordings/:file', async (request, response, next) => {
    const { file, path } = await found(deps, request);
    deps.log('info', `recording ${file} was heard by ${request.ip ?? 'somebody'}`);
    if (request.query.download !== undefined) response.attachment(file);
    response.type(types[file.endsWith('.wav') ? 'wav' : 'opus']);
    // Ranges (RFC 9110 14) are what a player needs to go to and fro.
    response.sendFile(
      basename(path),
      { root: dirname(path), cacheControl: false, dotfiles: 'deny' },
      (error) => {
        if (error && !response.headersSent) next(error);
      },
    );
  });

  router.delete('/calls/:id/recordings/:file', async (request, response) => {
    const { file } = await found(deps, request);
    if (!deps.recordings.remove(file)) throw new ApiFault('api/not-found');
    deps.log('info', `recording ${file} was deleted by ${request.ip ?? 'somebody'}`);
    response.json({ ok: true });
  });

  router.post('/calls/:id/record', (request, response) => {
    if (!deps.recordings.begin(String(request.params.id))) throw new ApiFault('api/not-found');
    deps.log('info', `recording of call ${request.params.id} was begun from the page`);
    response.json({ ok: true });
  });

  return router;
}

/** Only what stands in the call's record is there, whatever the name. */
async function found(
  deps: Pick<ApiDeps, 'recordings' | 'records'>,
  request: Request,
): Promise<{ file: string; path: string }> {
  const record = await deps.records.get(String(request.params.id));
  const entry = record?.recordings?.find(({ file }) => file === request.params.file);
  const there = entry && deps.recordings.find(entry.file);
  if (!entry || !there) throw new ApiFault('api/not-found');
  return { file: entry.file, path: there.path };
}
