import { type Request, Router } from 'express';
import type { Role } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import { refuse } from './refusal.ts';
import type { TokenScope } from './token-contract.ts';
import { type Viewer, viewerOf } from './viewer.ts';

/**
 * `anyone`: before the sign-in; these routes look for themselves at who asks. A scope: programs may ask it, too, with a
 * token that has that scope and is of one of these roles; without one it is for people at the page only.
 */
export type Access = 'anyone' | readonly Role[] | { roles: readonly Role[]; scope: TokenScope };

const by = (roles: readonly Role[], scope: TokenScope): Access => ({ roles, scope });

/** The roles that may ask it; of what anyone may, none is asked for. */
export const rolesOf = (access: Access): readonly Role[] =>
  access === 'anyone' ? all : 'scope' in access ? access.roles : access;

/** The scope that a token needs for it; undefined: no token is enough. */
export const scopeOf = (access: Access | undefined): TokenScope | undefined =>
  access !== undefined && access !== 'anyone' && 'scope' in access ? access.scope : undefined;

const admin: readonly Role[] = ['admin'];
const leading: readonly Role[] = ['admin', 'supervisor'];
const all: readonly Role[] = ['admin', 'supervisor', 'user'];
const technical: readonly Role[] = ['admin', 'installer'];
const everybody: readonly Role[] = ['admin', 'installer', 'supervisor', 'user'];

/**
 * Who may ask what (M25): every request of the API, by method and path. A route that is not here is the
 * administrator's. Whoever may ask is still shown only what is theirs: see scope.ts.
 */
export const routeAccess: Readonly<Record<string, Access>> = {
  'GET /session': 'anyone',
  'POST /claim': 'anyone',
  'POST /login': 'anyone',
  'POST /logout': 'anyone',
  'POST /password': everybody,

  'GET /calls': by(everybody, 'calls:read'),
  'POST /calls': by(all, 'calls:originate'),
  'GET /calls/:id': by(everybody, 'calls:read'),
  'GET /live/snapshot': by(everybody, 'calls:read'),
  'GET /calls/:id/recordings/:file': by(leading, 'recordings:read'),
  'DELETE /calls/:id/recordings/:file': admin,
  'POST /calls/:id/record': by(admin, 'calls:control'),
  'DELETE /calls/:id/record': by(admin, 'calls:control'),
  'POST /calls/:id/observe': admin,
  'DELETE /calls/:id/observe': admin,
  'POST /calls/:id/release': by(admin, 'calls:control'),
  'POST /calls/:id/verdict': technical,
  'GET /calls/:id/trace': technical,
  'GET /calls/:id/trace.pcap': technical,

  'GET /voicemail': by(all, 'voicemail:read'),
  'GET /voicemail/:box': by(all, 'voicemail:read'),
  'GET /voicemail/:box/greeting': by(all, 'voicemail:read'),
  'DELETE /voicemail/:box/greeting': admin,
  'GET /voicemail/:box/:id/sound': by(all, 'voicemail:read'),
  'PATCH /voicemail/:box/:id': by(all, 'voicemail:write'),
  'DELETE /voicemail/:box/:id': by(all, 'voicemail:write'),

  'GET /queues': by(leading, 'queues:read'),
  'PUT /agents/:person': by(leading, 'queues:write'),
  'POST /queues/waiting/:id/move': by(leading, 'queues:write'),
  'DELETE /queues/callbacks/:id': by(leading, 'queues:write'),

  'GET /contacts': by(all, 'phonebook:read'),
  'POST /contacts': by(leading, 'phonebook:write'),
  'GET /contacts/:id': by(all, 'phonebook:read'),
  'PUT /contacts/:id': by(leading, 'phonebook:write'),
  'DELETE /contacts/:id': by(leading, 'phonebook:write'),
  'PUT /phonebook': by(leading, 'phonebook:write'),
  'GET /phonebook.csv': by(leading, 'phonebook:read'),
  'GET /phonebook.xlsx': by(leading, 'phonebook:read'),

  'GET /openapi.json': everybody,
  'GET /docs': everybody,
  'GET /metrics': by(technical, 'metrics:read'),
  'GET /events': by(admin, 'events:read'),
  'GET /webhooks': by(admin, 'config:read'),
  'POST /webhooks/:id/test': by(admin, 'config:write'),
  'GET /webhooks/:id/deliveries': by(admin, 'config:read'),
  'POST /webhooks/:id/replay': by(admin, 'config:write'),

  'GET /tokens': admin,
  'POST /tokens': admin,
  'DELETE /tokens/:id': admin,

  'GET /accounts': admin,
  'PUT /accounts/:id': admin,
  'DELETE /accounts/:id': admin,
  'GET /audit': admin,

  'GET /config': by(technical, 'config:read'),
  'PATCH /config': by(technical, 'config:write'),
  'GET /config/form': by(technical, 'config:read'),
  'GET /config/history': by(technical, 'config:read'),
  'POST /config/validate': by(technical, 'config:read'),
  'POST /config/undo': by(technical, 'config:write'),
  'GET /config/draft': technical,
  'POST /config/draft/edits': technical,
  'DELETE /config/draft/edits/:id': technical,
  'POST /config/draft/edits/:id/keep': technical,
  'DELETE /config/draft': technical,
  'POST /config/draft/apply': technical,
  'GET /trial': technical,
  'DELETE /trial': technical,
  'POST /trial/confirm': 'anyone',
  'GET /network': by(technical, 'config:read'),
  'PUT /imports/:kind': by(admin, 'config:write'),
  'PUT /imports/:kind/:list': by(admin, 'config:write'),
  'GET /pins': admin,
  'POST /pins': admin,
  'PUT /pins/:id': admin,
  'DELETE /pins/:id': admin,
  'POST /pins/:id/unlock': admin,
  'GET /trunk-templates': by(technical, 'config:read'),
  'GET /device-presets': by(technical, 'config:read'),
  'GET /devices/:id/setup': technical,
  'GET /devices/:id/file': technical,
  'POST /devices/:id/link': technical,
  'GET /devices/:id/trace': technical,
  'GET /devices/:id/trace.pcap': technical,
  'GET /trunks/:id/trace': technical,
  'GET /trunks/:id/trace.pcap': technical,
  'GET /offices': by(technical, 'config:read'),

  'POST /dial-check': by(technical, 'config:read'),
  'GET /routes/sentences': by(technical, 'config:read'),
  'GET /incoming-check': by(technical, 'config:read'),
  'GET /incoming/sentences': by(technical, 'config:read'),
  'GET /caller-lists': by(technical, 'config:read'),
  'GET /schedules': by(technical, 'config:read'),
  'GET /schedules/:id': by(technical, 'config:read'),
  'PUT /schedules/:id/override': by(admin, 'config:write'),
  'DELETE /schedules/:id/override': by(admin, 'config:write'),
  'GET /calendars': by(admin, 'config:read'),
  'PUT /calendars': by(admin, 'config:write'),
  'POST /flows/simulate': by(technical, 'config:read'),

  'GET /update': technical,
  'PUT /update': technical,
  'POST /update/restart': technical,
  'POST /update/look': technical,
  'POST /update/seen': technical,

  'GET /hold-music': admin,
  'PUT /hold-music': admin,
  'DELETE /hold-music': admin,
  'GET /prompts': admin,
  'GET /prompts/:id/sound': admin,
  'PUT /prompts/:id/sound': admin,
  'POST /prompts/:id/record': admin,
  'DELETE /prompts/:id/sound': admin,

  'POST /ports/:number/test': technical,
  'GET /ports/:number/levels': technical,
  'GET /ports/:number/learn': technical,
  'POST /ports/:number/learn': technical,
  'DELETE /ports/:number/learn': technical,

  'GET /messages/:mailbox': by(admin, 'voicemail:read'),
  'PUT /messages/:mailbox': by(admin, 'voicemail:write'),
  'GET /mail': admin,
  'POST /mail/test': admin,
  'POST /people/:id/note': admin,

  'GET /rates': by(admin, 'config:read'),
  'GET /rates/:id': by(admin, 'config:read'),
  'PUT /rates/:id': by(admin, 'config:write'),
  'DELETE /rates/:id': by(admin, 'config:write'),
  'GET /spending': by(admin, 'config:read'),
  'POST /spending/unlock': admin,
  'GET /protection': technical,
  'POST /protection/lift': technical,

  'GET /certificate/authority.crt': 'anyone',
  'GET /certificate/authority.pem': 'anyone',
  'GET /certificate': technical,
  'PUT /certificate': admin,
  'DELETE /certificate': admin,
  'GET /sessions': everybody,
  'DELETE /sessions/:id': everybody,
  'GET /lockouts': technical,
  'POST /lockouts/lift': technical,
  'GET /diagnosis': technical,
  'POST /diagnosis/run': technical,
  'GET /support-bundle': technical,
  'POST /support-bundle': technical,
  'GET /support-bundle/file': technical,
  'DELETE /support-bundle': technical,

  'GET /setup': technical,
  'PUT /setup': technical,
  'POST /setup/test-call': technical,
  'POST /setup/lines/:port/proof': technical,
  'GET /backup': admin,
  'POST /backup': admin,
  'POST /restore': admin,
};

type Refusal = 'api/not-allowed' | 'api/scope-missing';

/** Why somebody may not ask for what stands in the table so, or undefined. */
function refusalOf({ role, token }: Viewer, access: Access | undefined): Refusal | undefined {
  if (!(access === undefined ? admin : rolesOf(access)).includes(role)) return 'api/not-allowed';
  if (!token) return undefined;
  const scope = scopeOf(access);
  return scope !== undefined && token.scopes.includes(scope) ? undefined : 'api/scope-missing';
}

/** Why somebody may not ask for a route of the table, or undefined. */
export const mayAsk = (viewer: Viewer, route: string): Refusal | undefined =>
  refusalOf(viewer, routeAccess[route]);

const methods = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

/**
 * Stands before every route of whoever is signed in. Express itself matches the paths of the table, so that it cannot
 * understand a path in another way here than behind; where several lines fit, all of them must allow it.
 */
export function roleGuard(deps: Pick<ApiDeps, 'audit' | 'clock' | 'log'>): Router {
  const router = Router();
  const declared = new WeakSet<Request>();
  const check = (request: Request, access: Access | undefined): void => {
    const refusal = refusalOf(viewerOf(request), access);
    if (refusal) throw refuse(deps, request, undefined, refusal);
  };
  for (const [route, access] of Object.entries(routeAccess)) {
    const [method, path = ''] = route.split(' ');
    if (access === 'anyone') continue;
    router[methods[method as keyof typeof methods]](path, (request, _response, next) => {
      check(request, access);
      declared.add(request);
      next();
    });
  }
  router.use((request, _response, next) => {
    if (!declared.has(request)) check(request, undefined);
    next();
  });
  return router;
}
