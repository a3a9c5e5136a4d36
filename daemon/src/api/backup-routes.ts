import { pipeline } from 'node:stream/promises';
import { type Request, type Response, Router } from 'express';
import { codeOf } from '../base/error.ts';
import type { AuditAct } from '../records/audit.ts';
import { type BackupFile, backupOrder, restoreOrder } from './backup-contract.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { parsedBody } from './parsed-body.ts';
import { viewerOf } from './viewer.ts';

/** The box's settings as one file, and back again; the administrator's alone. */
export function backupRoutes(deps: Pick<ApiDeps, 'backup' | 'audit' | 'log'>): Router {
  const router = Router();
  const note = (request: Request, act: AuditAct, detail: string): void => {
    const { who } = viewerOf(request);
    deps.audit.note({ who, from: request.ip ?? '', act, detail });
    deps.log('info', `${act} by ${who}: ${detail}`);
  };

  router.get('/backup', async (request, response) => {
    const file = await refusing(() => deps.backup.make());
    note(request, 'backup-taken', 'without passwords');
    await send(response, file);
  });

  router.post('/backup', async (request, response) => {
    const { passphrase } = parsedBody(request, backupOrder);
    const file = await refusing(() => deps.backup.make(passphrase));
    note(request, 'backup-taken', 'with passwords, encrypted');
    await send(response, file);
  });

  router.post('/restore', async (request, response) => {
    if (request.is('application/octet-stream')) {
      const view = await refusing(() => deps.backup.check(request));
      if (request.query.check === '1') return void response.json(view);
      const result = await refusing(() => deps.backup.restore({ id: view.id }, viewerOf(request).who));
      note(request, 'backup-restored', `of ${new Date(view.madeAt).toISOString()}`);
      return void response.json(result);
    }
    const order = parsedBody(request, restoreOrder);
    const result = await refusing(() => deps.backup.restore(order, viewerOf(request).who));
    note(request, 'backup-restored', order.passphrase === undefined ? 'without passwords' : 'with passwords');
    response.json(result);
  });

  return router;
}

async function send(response: Response, { name, bytes, content }: BackupFile): Promise<void> {
  response.setHeader('Content-Type', 'application/octet-stream');
  response.setHeader('Content-Length', bytes);
  response.setHeader('Content-Disposition', `attachment; filename="${name}"`);
  // Who breaks the download off is no fault of ours.
  await pipeline(content, response).catch(() => {});
}

const faults = {
  'backup/foreign': 'api/backup-foreign',
  'backup/broken': 'api/backup-broken',
  'backup/newer': 'api/backup-newer',
  'backup/passphrase': 'api/backup-passphrase',
  'backup/gone': 'api/backup-gone',
  'backup/no-room': 'api/backup-room',
  'backup/running': 'api/restore-running',
  'backup/conflict': 'config/conflict',
} as const;

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = faults[codeOf(error) as keyof typeof faults];
    throw code ? new ApiFault(code) : error;
  }
}
