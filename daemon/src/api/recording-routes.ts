import { basename, dirname } from 'node:path';
import { type Request, Router } from 'express';
import type { AuditAct } from '../records/audit.ts';
import type { ApiDeps, RecordingFile } from './deps.ts';
import { ApiFault } from './errors.ts';
import { refuse } from './refusal.ts';
import { Scope } from './scope.ts';
import { sendOpened } from './send-opened.ts';
import { viewerOf } from './viewer.ts';

type Deps = Pick<ApiDeps, 'recordings' | 'records' | 'audit' | 'clock' | 'config' | 'log'>;

const types = { wav: 'audio/wav', opus: 'audio/ogg' } as const;

/** A player asks for one file piece by piece; what comes within this time is one hearing, ms. */
const HEARING_MS = 600_000;

/** The sound of calls: heard on the page or downloaded, and deleted; who did what stands in the audit log. */
export function recordingRoutes(deps: Deps): Router {
  const router = Router();
  const noted = new Map<string, number>();

  const note = (request: Request, act: AuditAct, detail?: string): void => {
    const from = request.ip ?? '';
    const callId = String(request.params.id);
    const now = deps.clock.now();
    for (const [key, at] of noted) if (now - at > HEARING_MS) noted.delete(key);
    const { who } = viewerOf(request);
    const key = `${who} ${from} ${act} ${detail}`;
    if (act === 'recording-heard' && noted.has(key)) return;
    if (act === 'recording-heard') noted.set(key, now);
    deps.audit.note({ who, from, act, callId, ...(detail === undefined ? {} : { detail }) });
    deps.log('info', `${act}: ${detail ?? callId}, by ${who} from ${from}`);
  };

  router.get('/calls/:id/recordings/:file', async (request, response, next) => {
    const { file, there } = await found(deps, request);
    const taken = request.query.download !== undefined;
    note(request, taken ? 'recording-downloaded' : 'recording-heard', file);
    if (taken) response.attachment(file);
    response.type(types[file.endsWith('.wav') ? 'wav' : 'opus']);
    if ('open' in there) {
      const opened = there.open();
      if (!opened) throw new ApiFault('api/recording-of-another-box');
      sendOpened(opened, request, response);
      return;
    }
    const { path } = there;
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
    note(request, 'recording-deleted', file);
    response.json({ ok: true });
  });

  router.post('/calls/:id/record', (request, response) => {
    if (!deps.recordings.begin(String(request.params.id))) throw new ApiFault('api/not-found');
    note(request, 'recording-begun');
    response.json({ ok: true });
  });

  router.delete('/calls/:id/record', (request, response) => {
    if (!deps.recordings.end(String(request.params.id))) throw new ApiFault('api/not-found');
    note(request, 'recording-ended');
    response.json({ ok: true });
  });

  return router;
}

/** Only what stands in the call's record is there, whatever the name. */
async function found(deps: Deps, request: Request): Promise<{ file: string; there: RecordingFile }> {
  const record = await deps.records.get(String(request.params.id));
  const entry = record?.recordings?.find(({ file }) => file === request.params.file);
  if (!record || !entry) throw new ApiFault('api/not-found');
  const scope = new Scope(viewerOf(request), deps.config.current().config);
  if (!scope.hears(record)) throw refuse(deps, request, record.id);
  const there = deps.recordings.find(entry.file);
  if (!there) throw new ApiFault('api/not-found');
  return { file: entry.file, there };
}
