import { basename, dirname } from 'node:path';
import { type NextFunction, type Request, type Response, Router } from 'express';
import type { AuditAct } from '../records/audit.ts';
import { fields } from './auth-routes.ts';
import type { ApiDeps, RecordingFile } from './deps.ts';
import { ApiFault } from './errors.ts';
import { refuse } from './refusal.ts';
import { Scope } from './scope.ts';
import { sendOpened } from './send-opened.ts';
import { viewerOf } from './viewer.ts';
import type { VoiceMessageChange } from './voicemail-contract.ts';

type Deps = Pick<ApiDeps, 'voicemail' | 'audit' | 'clock' | 'config' | 'log'>;

const types = { wav: 'audio/wav', opus: 'audio/ogg' } as const;

/** A player asks for one file piece by piece; what comes within this time is one hearing, ms. */
const HEARING_MS = 600_000;

/** Messages that callers have left: seen, heard, marked and deleted on the page; who did what stands in the audit log. */
export function voicemailRoutes(deps: Deps): Router {
  const router = Router();
  const noted = new Map<string, number>();

  const note = (request: Request, act: AuditAct, callId?: string): void => {
    const from = request.ip ?? '';
    const { box, id } = request.params;
    const detail = id === undefined ? String(box) : `${box}/${id}`;
    const now = deps.clock.now();
    for (const [key, at] of noted) if (now - at > HEARING_MS) noted.delete(key);
    const { who } = viewerOf(request);
    const key = `${who} ${from} ${act} ${detail}`;
    if (act === 'voicemail-heard' && noted.has(key)) return;
    if (act === 'voicemail-heard') noted.set(key, now);
    deps.audit.note({ who, from, act, detail, ...(callId === undefined ? {} : { callId }) });
    deps.log('info', `${act}: ${detail}, by ${who} from ${from}`);
  };
  const scopeOf = (request: Request): Scope => new Scope(viewerOf(request), deps.config.current().config);

  // Before every route of one mailbox: whose it is.
  router.use('/voicemail/:box', (request, _response, next) => {
    const scope = scopeOf(request);
    if (!scope.all) {
      const named = deps.voicemail.boxes().filter(({ id }) => id === request.params.box);
      if (named.length === 0) throw new ApiFault('api/not-found');
      if (!named.every((box) => scope.opens(box))) throw refuse(deps, request);
    }
    next();
  });

  router.get('/voicemail', (request, response) => {
    const scope = scopeOf(request);
    response.json(deps.voicemail.boxes().filter((box) => scope.opens(box)));
  });

  router.get('/voicemail/:box', (request, response) => {
    const messages = deps.voicemail.list(request.params.box);
    if (!messages) throw new ApiFault('api/not-found');
    response.json(messages);
  });

  router.get('/voicemail/:box/greeting', (request, response, next) => {
    const found = deps.voicemail.greeting(request.params.box);
    if (!found) throw new ApiFault('api/not-found');
    send(found.there, found.format, request, response, next);
  });

  router.delete('/voicemail/:box/greeting', (request, response) => {
    if (!deps.voicemail.removeGreeting(request.params.box)) throw new ApiFault('api/not-found');
    note(request, 'voicemail-greeting');
    response.json({ ok: true });
  });

  router.get('/voicemail/:box/:id/sound', (request, response, next) => {
    const { box, id } = request.params;
    const found = deps.voicemail.find(box, id);
    if (!found) throw new ApiFault('api/not-found');
    const { there, message } = found;
    const taken = request.query.download !== undefined;
    note(request, taken ? 'voicemail-downloaded' : 'voicemail-heard', message.callId);
    if (taken) response.attachment(`${box}-${id}.${message.format}`);
    send(there, message.format, request, response, next);
  });

  router.patch('/voicemail/:box/:id', async (request, response) => {
    const { box, id } = request.params;
    const message = await deps.voicemail.mark(box, id, changeOf(request));
    if (!message) throw new ApiFault('api/not-found');
    note(request, 'voicemail-marked', message.callId);
    response.json(message);
  });

  router.delete('/voicemail/:box/:id', (request, response) => {
    const { box, id } = request.params;
    const callId = deps.voicemail.find(box, id)?.message.callId;
    if (!deps.voicemail.remove(box, id)) throw new ApiFault('api/not-found');
    note(request, 'voicemail-deleted', callId);
    response.json({ ok: true });
  });

  return router;
}

function changeOf(request: Request): VoiceMessageChange {
  const body = fields(request);
  const change: VoiceMessageChange = {};
  for (const key of ['heard', 'saved'] as const) {
    const value = body[key];
    if (value === undefined) continue;
    if (typeof value !== 'boolean') throw new ApiFault('api/bad-request', { path: `/${key}` });
    change[key] = value;
  }
  return change;
}

function send(
  there: RecordingFile,
  format: keyof typeof types,
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  response.type(types[format]);
  if ('open' in there) {
    const opened = there.open();
    if (!opened) throw new ApiFault('api/recording-of-another-box');
    sendOpened(opened, request, response);
    return;
  }
  // Ranges (RFC 9110 14) are what a player needs to go to and fro.
  response.sendFile(
    basename(there.path),
    { root: dirname(there.path), cacheControl: false, dotfiles: 'deny' },
    (error) => {
      if (error && !response.headersSent) next(error);
    },
  );
}
