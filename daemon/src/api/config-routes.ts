import { Router } from 'express';
import type { Config } from '../config/schema.ts';
import { trunkTemplates } from '../config/trunk-templates.ts';
import { fields } from './auth-routes.ts';
import { applyEdits, issuesById } from './config-edits.ts';
import type {
  AppliedOutcome,
  ConfigEdit,
  ConfigIssue,
  ConfigOutcome,
  ConfigView,
  PinRequest,
  PinTerms,
  PinView,
} from './contract.ts';
import type { ApiDeps, ConfigResult, PinResult } from './deps.ts';
import { asksForDraft, draftOf } from './draft-config.ts';
import { ApiFault } from './errors.ts';
import { guardInstaller, guardInstallersUndo } from './installer-limits.ts';
import { isObject, redact, restoreSecrets } from './redact.ts';
import { viewerOf } from './viewer.ts';

export const lostSecret = {
  ru: 'Введите пароль заново: сохранённый относился к другой записи.',
  en: 'Type the password again: the stored one belonged to another entry.',
};

/** The configuration and the PINs. */
export function configRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.get('/config', (request, response) => {
    const { revision, config } = deps.config.current();
    const shown = asksForDraft(request) ? draftOf(deps, request).document : config;
    const view: ConfigView = { revision, config: redact(shown as Config) };
    response.json(view);
  });

  router.get('/config/form', (_request, response) => {
    response.json(deps.config.form());
  });

  router.get('/trunk-templates', (_request, response) => {
    response.json(trunkTemplates());
  });

  router.get('/config/history', (_request, response) => {
    response.json(deps.config.history());
  });

  router.patch('/config', async (request, response) => {
    const { expected, document } = edited(deps, fields(request));
    guardInstaller(deps, request, document);
    const { who } = viewerOf(request);
    response.json(
      withTrial(deps, who, outcome(await deps.config.apply(document, { expected, by: who }), document)),
    );
  });

  router.post('/config/validate', (request, response) => {
    const { document } = edited(deps, fields(request));
    response.json(outcome(deps.config.validate(document), document));
  });

  router.post('/config/undo', async (request, response) => {
    const { revision } = fields(request);
    if (revision !== undefined && !Number.isInteger(revision))
      throw new ApiFault('api/bad-request', { path: '/revision' });
    guardInstallersUndo(deps, request, revision as number | undefined);
    const password = deps.admin.passwordHash();
    const result = await deps.config.undo(revision as number | undefined, viewerOf(request).who);
    // The password is no setting to be taken back: without it the box would stand open to be claimed again.
    if (password !== undefined && deps.admin.passwordHash() !== password) {
      await deps.admin.setPasswordHash(password);
    }
    response.json(withTrial(deps, viewerOf(request).who, outcome(result, undefined)));
  });

  router.get('/pins', (_request, response) => {
    response.json(deps.pins.list().map(publicPin));
  });

  router.post('/pins', async (request, response) => {
    const wanted = pinRequest(fields(request));
    if (wanted.pin === undefined) throw new ApiFault('api/bad-request', { path: '/pin' });
    response.status(201).json(pinOutcome(await deps.pins.create(wanted, viewerOf(request).who)));
  });

  router.put('/pins/:id', async (request, response) => {
    const { who } = viewerOf(request);
    response.json(pinOutcome(await deps.pins.replace(request.params.id, pinRequest(fields(request)), who)));
  });

  router.delete('/pins/:id', async (request, response) => {
    if (!(await deps.pins.remove(request.params.id, viewerOf(request).who)))
      throw new ApiFault('api/not-found');
    response.json({ ok: true });
  });

  router.post('/pins/:id/unlock', (request, response) => {
    if (!deps.pins.unlock(request.params.id)) throw new ApiFault('api/not-found');
    response.json({ ok: true });
  });

  return router;
}

/** What applying did, and whether it is on trial. */
export function withTrial(deps: Pick<ApiDeps, 'trial'>, who: string, done: ConfigOutcome): AppliedOutcome {
  const trial = deps.trial.started(who);
  return trial ? { ...done, trial } : done;
}

/** The present document with the edits of the request in it and its secrets restored. */
function edited(deps: ApiDeps, body: Record<string, unknown>): { expected: number; document: unknown } {
  const { revision, edits } = body;
  if (!Number.isInteger(revision)) throw new ApiFault('api/bad-request', { path: '/revision' });
  if (!Array.isArray(edits) || edits.length === 0 || edits.length > 100 || !edits.every(isEdit)) {
    throw new ApiFault('api/bad-request', { path: '/edits' });
  }
  const { revision: present, config } = deps.config.current();
  // The edits name things as of that revision; on another one they might hit something else.
  if (revision !== present) throw new ApiFault('config/conflict', { detail: `revision is ${present}` });
  const result = applyEdits(config, edits);
  if (!result.ok) {
    throw new ApiFault('api/bad-request', { path: result.fault.path, detail: result.fault.why });
  }
  const lost = restoreSecrets(result.document, config);
  if (lost.length > 0)
    throw invalid(
      lost.map((path) => ({ path, said: lostSecret })),
      result.document,
    );
  return { expected: revision as number, document: result.document };
}

function isEdit(value: unknown): value is ConfigEdit {
  if (!isObject(value) || typeof value.path !== 'string' || value.path.length > 256) return false;
  return value.op === 'remove' || (value.op === 'put' && value.value !== undefined);
}

export function outcome(result: ConfigResult, document: unknown): ConfigOutcome {
  if (result.ok) return result.outcome;
  if (result.reason === 'conflict')
    throw new ApiFault('config/conflict', { detail: `revision is ${result.revision}` });
  if (result.reason === 'trial') throw new ApiFault('config/trial-running');
  if (result.reason === 'not-undoable') throw new ApiFault('config/not-undoable');
  throw invalid(result.issues, document);
}

export function invalid(issues: readonly ConfigIssue[], document: unknown): ApiFault {
  const named = issuesById(document, issues);
  return new ApiFault('config/invalid', { issues: named, ...(named[0] && { path: named[0].path }) });
}

function pinRequest(body: Record<string, unknown>): PinRequest {
  const text = (key: string, longest: number): string => {
    const value = body[key];
    if (typeof value !== 'string' || value.length > longest)
      throw new ApiFault('api/bad-request', { path: `/${key}` });
    return value;
  };
  const optional = <K extends string>(key: K, longest: number): { [P in K]?: string } =>
    body[key] === undefined || body[key] === ''
      ? {}
      : ({ [key]: text(key, longest) } as { [P in K]?: string });
  const flag = (key: string): boolean => {
    if (typeof body[key] !== 'boolean') throw new ApiFault('api/bad-request', { path: `/${key}` });
    return body[key];
  };
  const pin = optional('pin', 12);
  if (pin.pin !== undefined && !/^[0-9]{4,12}$/.test(pin.pin)) {
    const said = { ru: 'ПИН — от 4 до 12 цифр.', en: 'A PIN has 4 to 12 digits.' };
    throw new ApiFault('config/invalid', { path: '/pin', issues: [{ path: '/pin', said }] });
  }
  return {
    ...optional('id', 32),
    name: text('name', 64),
    ...pin,
    enabled: flag('enabled'),
    classOfService: text('classOfService', 32),
    ...optional('costCentre', 32),
    ...optional('userNumber', 6),
    ...optional('expires', 10),
    outside: flag('outside'),
    followOn: body.followOn === undefined || flag('followOn'),
    transfer: body.transfer === undefined || flag('transfer'),
    // What is in them is checked with the document they come to stand in.
    ...(isObject(body.terms) ? { terms: body.terms as PinTerms } : {}),
  };
}

function pinOutcome(result: PinResult): PinView {
  if (result.ok) return publicPin(result.pin);
  if (result.reason === 'not-found') throw new ApiFault('api/not-found');
  throw invalid(result.issues, undefined);
}

/** Field by field: whatever else the store's object carries stays inside. */
function publicPin(pin: PinView): PinView {
  return {
    id: pin.id,
    name: pin.name,
    length: pin.length,
    enabled: pin.enabled,
    classOfService: pin.classOfService,
    ...(pin.costCentre !== undefined && { costCentre: pin.costCentre }),
    ...(pin.userNumber !== undefined && { userNumber: pin.userNumber }),
    ...(pin.expires !== undefined && { expires: pin.expires }),
    outside: pin.outside,
    followOn: pin.followOn,
    transfer: pin.transfer,
    ...(pin.terms !== undefined && { terms: pin.terms }),
    ...(pin.lockedUntil !== undefined && { lockedUntil: pin.lockedUntil }),
  };
}
