import { setImmediate } from 'node:timers/promises';
import { type Request, Router } from 'express';
import { fields } from './auth-routes.ts';
import type { CallsPage, CallsQuery, DialCheckRequest } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import { draftConfig } from './draft-config.ts';
import { ApiFault } from './errors.ts';
import { recordNow } from './record-now.ts';
import { isObject } from './redact.ts';
import { refuse } from './refusal.ts';
import { Scope } from './scope.ts';
import { scopedState } from './scoped-feed.ts';
import { viewerOf } from './viewer.ts';

const directions = ['outgoing', 'incoming', 'internal', 'transit'] as const;
const outcomes = ['answered', 'missed', 'failed', 'active'] as const;

/** Call records, calls in progress, "what would happen if I dial…", and tests of lines. */
export function callRoutes(deps: ApiDeps): Router {
  const router = Router();
  const scopeOf = (request: Request): Scope => new Scope(viewerOf(request), deps.config.current().config);

  router.get('/calls', async (request, response) => {
    const scope = scopeOf(request);
    const query = callsQuery(request);
    response.json(scope.all ? await deps.records.list(query) : await ownCalls(deps, scope, query));
  });

  router.get('/calls/:id', async (request, response) => {
    const record = await deps.records.get(request.params.id);
    if (!record) throw new ApiFault('api/not-found');
    const scope = scopeOf(request);
    if (!scope.knows(record)) throw refuse(deps, request, record.id);
    response.json(scope.shown(record));
  });

  router.post('/calls/:id/release', (request, response) => {
    if (!deps.lines.releaseCall(request.params.id)) throw new ApiFault('api/not-found');
    deps.log('info', `call ${request.params.id} was ended from the page`);
    response.json({ ok: true });
  });

  router.get('/live/snapshot', (request, response) => {
    response.json(scopedState(scopeOf(request), deps.live.snapshot(), (id) => recordNow(deps, id)));
  });

  router.post('/dial-check', (request, response) => {
    const result = deps.dialCheck.check(dialCheckRequest(fields(request)), draftConfig(deps, request));
    if ('error' in result) throw new ApiFault('api/bad-request', { said: result.error });
    response.json(result);
  });

  router.get('/routes/sentences', (request, response) => {
    response.json(deps.dialCheck.describeRoutes?.(draftConfig(deps, request)) ?? []);
  });

  router.post('/ports/:number/test', async (request, response) => {
    const { kind } = fields(request);
    if (kind !== 'measure' && kind !== 'ring') throw new ApiFault('api/bad-request', { path: '/kind' });
    const port = Number(request.params.number);
    const result = Number.isInteger(port) ? await deps.lines.test(port, { kind }) : undefined;
    if (!result) throw new ApiFault('api/not-found');
    response.json(result);
  });

  return router;
}

/** Records read at once, and in all, for one page of somebody's own calls; what lies beyond comes with the next page. */
const readAtOnce = 200;
const mostRead = 4000;

/** A page of the calls that a viewer may know of. It may end before it is full, where the looking ended. */
async function ownCalls(
  { records }: Pick<ApiDeps, 'records'>,
  scope: Scope,
  query: ReturnType<typeof callsQuery>,
): Promise<CallsPage> {
  const calls: CallsPage['calls'] = [];
  let { before } = query;
  for (let read = 0; read < mostRead; read += readAtOnce) {
    const asked = { ...query, limit: readAtOnce, ...(before === undefined ? {} : { before }) };
    const page = await records.list(asked);
    for (const [i, record] of page.calls.entries()) {
      if (!scope.knows(record)) continue;
      calls.push(scope.shown(record));
      const more = i + 1 < page.calls.length || page.next !== undefined;
      if (calls.length === query.limit) return more ? { calls, next: records.after(record) } : { calls };
    }
    if (page.next === undefined) return { calls };
    before = page.next;
    // The store answers in this thread, and calls in progress must not wait for a long search.
    await setImmediate();
  }
  return { calls, ...(before === undefined ? {} : { next: before }) };
}

function callsQuery(request: Request): CallsQuery & { limit: number; digits?: string } {
  const text = (key: string): string | undefined => {
    const value = request.query[key];
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string' || value.length > 128)
      throw new ApiFault('api/bad-request', { path: `/${key}` });
    return value;
  };
  const whole = (key: string): number | undefined => {
    const value = text(key);
    if (value === undefined) return undefined;
    if (!/^\d{1,15}$/.test(value)) throw new ApiFault('api/bad-request', { path: `/${key}` });
    return Number(value);
  };
  const oneOf = <T extends string>(key: string, of: readonly T[]): T | undefined => {
    const value = text(key);
    if (value === undefined) return undefined;
    const found = of.find((v) => v === value);
    if (found === undefined) throw new ApiFault('api/bad-request', { path: `/${key}` });
    return found;
  };
  const search = text('search');
  const all = {
    search,
    digits: search === undefined ? undefined : searchDigits(search),
    from: whole('from'),
    to: whole('to'),
    direction: oneOf('direction', directions),
    outcome: oneOf('outcome', outcomes),
    place: text('place'),
    costCentre: text('costCentre'),
    before: text('before'),
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return { ...given, limit: Math.min(200, Math.max(1, whole('limit') ?? 50)) };
}

/** Digits to look for, if the text is a number in whatever writing; a Russian one without its 8 or +7. */
export function searchDigits(text: string): string | undefined {
  if (!/^[\s+()\d.*#-]+$/.test(text)) return undefined;
  const digits = text.replace(/\D/g, '');
  if (digits === '') return undefined;
  return digits.length === 11 && /^[78]/.test(digits) ? digits.slice(1) : digits;
}

function dialCheckRequest(body: Record<string, unknown>): DialCheckRequest {
  const { number, from, at } = body;
  if (typeof number !== 'string' || number.trim() === '' || number.length > 64) {
    throw new ApiFault('api/bad-request', {
      path: '/number',
      said: { ru: 'Введите номер, как его набирают.', en: 'Type the number as it is dialed.' },
    });
  }
  if (at !== undefined && !(typeof at === 'number' && Number.isFinite(at))) {
    throw new ApiFault('api/bad-request', { path: '/at' });
  }
  const when = at === undefined ? {} : { at };
  if (!isObject(from)) throw new ApiFault('api/bad-request', { path: '/from' });
  const { kind, port, pin } = from;
  if (pin !== undefined && typeof pin !== 'string')
    throw new ApiFault('api/bad-request', { path: '/from/pin' });
  if (kind === 'port' && typeof port === 'number' && Number.isInteger(port)) {
    return { number, from: { kind, port, ...(pin !== undefined && { pin }) }, ...when };
  }
  if (kind === 'outside' && pin !== undefined) return { number, from: { kind, pin }, ...when };
  throw new ApiFault('api/bad-request', { path: '/from' });
}
