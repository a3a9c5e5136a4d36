import { randomBytes } from 'node:crypto';
import { type Request, Router } from 'express';
import { issuesById } from './config-edits.ts';
import { invalid, lostSecret, outcome, withTrial } from './config-routes.ts';
import type { ConfigIssue } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import { draftDocument, draftSize, isOvertaken, kept, viewEdits, withEdits } from './draft.ts';
import { draftOf } from './draft-config.ts';
import { confirmOrder, type DraftView, draftApply, draftOrder, type TrialNow } from './draft-contract.ts';
import { ApiFault } from './errors.ts';
import { guardInstaller } from './installer-limits.ts';
import { parsedBody } from './parsed-body.ts';
import { restoreSecrets } from './redact.ts';
import { isSecure } from './sessions.ts';
import { viewerOf } from './viewer.ts';

/** Pending changes, gathered and applied together; and what is on trial. */
export function draftRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.get('/config/draft', (request, response) => {
    response.json(view(deps, request));
  });

  router.post('/config/draft/edits', async (request, response) => {
    const { edits: made } = parsedBody(request, draftOrder);
    const { who } = viewerOf(request);
    const result = withEdits(deps.config.current(), deps.drafts.of(who), made, {
      at: deps.clock.wall(),
      newId: () => randomBytes(6).toString('hex'),
      prepared: (document, before) => prepared(deps, document, before),
    });
    if (!result.ok)
      throw new ApiFault('api/bad-request', { path: result.fault.path, detail: result.fault.why });
    if (result.edits.length > draftSize) throw new ApiFault('config/draft-full');
    guardInstaller(deps, request, draftDocument(deps.config.current().config, result.edits).document);
    await deps.drafts.keep(who, result.edits);
    response.json(view(deps, request));
  });

  router.delete('/config/draft/edits/:id', async (request, response) => {
    const { who } = viewerOf(request);
    const { rest } = found(deps, who, request.params.id);
    await deps.drafts.keep(who, rest);
    response.json(view(deps, request));
  });

  router.post('/config/draft/edits/:id/keep', async (request, response) => {
    const { who } = viewerOf(request);
    const { one } = found(deps, who, request.params.id);
    const again = kept(deps.config.current(), one);
    await deps.drafts.keep(
      who,
      deps.drafts.of(who).map((other) => (other === one ? again : other)),
    );
    response.json(view(deps, request));
  });

  router.delete('/config/draft', async (request, response) => {
    await deps.drafts.keep(viewerOf(request).who, []);
    response.json(view(deps, request));
  });

  router.post('/config/draft/apply', async (request, response) => {
    const { revision } = parsedBody(request, draftApply);
    const { who } = viewerOf(request);
    const edits = deps.drafts.of(who);
    if (edits.length === 0) throw new ApiFault('config/draft-empty');
    const { config } = deps.config.current();
    const { document, lost } = draftDocument(config, edits);
    const inForce = JSON.parse(JSON.stringify(config)) as unknown;
    const overtaken = edits.find((one) => lost.has(one.id) || isOvertaken(inForce, one));
    if (overtaken) throw new ApiFault('config/draft-conflict', { path: overtaken.edit.path });
    guardInstaller(deps, request, document);
    const done = outcome(await deps.config.apply(document, { expected: revision, by: who }), document);
    // What came while it was stored waits on.
    await deps.drafts.keep(
      who,
      deps.drafts.of(who).filter((one) => !edits.includes(one)),
    );
    response.json(withTrial(deps, who, done));
  });

  router.get('/trial', (_request, response) => {
    const trial = deps.trial.view();
    response.json({ ...(trial ? { trial } : {}) } satisfies TrialNow);
  });

  router.delete('/trial', async (_request, response) => {
    if (!(await deps.trial.revert())) throw new ApiFault('config/no-trial');
    response.json({ ok: true });
  });

  router.get('/network', (_request, response) => {
    response.json(deps.network.view());
  });

  return router;
}

/** Before the sign-in: at the new address nobody is signed in yet, and whoever has the key was. */
export function confirmRoutes(deps: Pick<ApiDeps, 'trial' | 'log'>): Router {
  const router = Router();
  router.post('/trial/confirm', async (request, response) => {
    const { key } = parsedBody(request, confirmOrder);
    const way = { local: request.socket.localAddress ?? '', secure: isSecure(request) };
    const result = await deps.trial.confirm(key, way);
    if (result === 'wrong') throw new ApiFault('config/no-trial');
    if (result === 'elsewhere') throw new ApiFault('config/confirm-elsewhere');
    deps.log('info', `the change on trial was confirmed from ${request.ip}`);
    response.json({ ok: true });
  });
  return router;
}

function view(deps: ApiDeps, request: Request): DraftView {
  const { who } = viewerOf(request);
  const present = deps.config.current();
  const edits = deps.drafts.of(who);
  const { document } = draftOf(deps, request);
  return {
    revision: present.revision,
    edits: viewEdits(present, edits, who, deps.config.history()),
    issues: edits.length === 0 ? [] : issuesOf(deps, document),
    cuts: edits.length === 0 ? [] : deps.trial.cuts(document),
    others: deps.drafts
      .all()
      .filter((one) => one.who !== who && one.edits.length > 0)
      .map((one) => ({
        who: one.who,
        edits: one.edits.length,
        at: Math.max(...one.edits.map(({ at }) => at)),
      })),
  };
}

function issuesOf(deps: ApiDeps, document: unknown): ConfigIssue[] {
  const checked = deps.config.validate(document);
  return checked.ok || checked.reason !== 'invalid' ? [] : issuesById(document, checked.issues);
}

function prepared(
  deps: ApiDeps,
  document: Record<string, unknown>,
  before: unknown,
): Record<string, unknown> {
  const lost = restoreSecrets(document, before);
  if (lost.length > 0)
    throw invalid(
      lost.map((path) => ({ path, said: lostSecret })),
      document,
    );
  const sealed = deps.drafts.sealed(document);
  if (sealed.issues.length > 0) throw invalid(sealed.issues, document);
  return sealed.document as Record<string, unknown>;
}

function found(deps: ApiDeps, who: string, id: string) {
  const edits = deps.drafts.of(who);
  const one = edits.find((edit) => edit.id === id);
  if (!one) throw new ApiFault('api/not-found');
  return { one, rest: edits.filter((edit) => edit !== one) };
}
