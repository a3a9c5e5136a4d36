import express, { Router } from 'express';
import { decodeText } from '../base/csv-text.ts';
import { type ImportKind, importList, issuesByLine } from '../config/list-import.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import type { ImportView } from './import-contract.ts';
import { viewerOf } from './viewer.ts';

/** A table of 5000 rows, generously. */
const limit = '2mb';

const kinds: Record<string, ImportKind> = {
  people: 'people',
  'speed-dials': 'speedDials',
  callers: 'callers',
};

/**
 * People, short numbers and lists of callers as tables: all of a table is taken, or nothing and each bad row is told
 * of. With `?check=1` nothing is stored in any case.
 */
export function importRoutes(deps: Pick<ApiDeps, 'config' | 'log'>): Router {
  const router = Router();
  const body = express.raw({ type: ['text/csv', 'application/octet-stream'], limit });

  router.put(['/imports/:kind', '/imports/:kind/:list'], body, async (request, response) => {
    const kind = kinds[String(request.params.kind)];
    const list = String(request.params.list ?? '');
    const { revision, config } = deps.config.current();
    if (!kind || (kind === 'callers') === (list === '')) throw new ApiFault('api/not-found');
    if (kind === 'callers' && !config.callerLists.some(({ id }) => id === list))
      throw new ApiFault('api/not-found');
    if (!Buffer.isBuffer(request.body)) throw new ApiFault('api/bad-request', { path: '/' });
    const { document, bad, lines, ...counts } = importList(kind, decodeText(request.body), config, list);
    if (!document) {
      response.status(422).json({ ...counts, bad, applied: false } satisfies ImportView);
      return;
    }
    const checking = request.query.check === '1';
    const result = checking
      ? deps.config.validate(document)
      : await deps.config.apply(document, { expected: revision, by: viewerOf(request).who });
    if (!result.ok && result.reason === 'conflict')
      throw new ApiFault('config/conflict', { detail: `revision is ${result.revision}` });
    const issues = !result.ok && result.reason === 'invalid' ? issuesByLine(result.issues, lines) : [];
    const view: ImportView = { ...counts, bad: issues, applied: result.ok && !checking };
    if (view.applied) deps.log('info', `a table of ${kind} was imported from the page: ${view.rows} rows`);
    response.status(issues.length > 0 ? 422 : 200).json(view);
  });

  return router;
}
