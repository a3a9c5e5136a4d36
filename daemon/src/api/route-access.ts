import { type Request, Router } from 'express';
import type { Role } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import { refuse } from './refusal.ts';
import { viewerOf } from './viewer.ts';

/** `anyone`: before the sign-in; these routes look for themselves at who asks. */
export type Access = 'anyone' | readonly Role[];

const admin: Access = ['admin'];
const leading: Access = ['admin', 'supervisor'];
const all: Access = ['admin', 'supervisor', 'user'];

/**
 * Who may ask what (M25): every request of the API, by method and path. A route that is not here is the
 * administrator's. Whoever may ask is still shown only what is theirs: see scope.ts.
 */
export const routeAccess: Readonly<Record<string, Access>> = {
  'GET /session': 'anyone',
  'POST /claim': 'anyone',
  'POST /login': 'anyone',
  'POST /logout': 'anyone',
  'POST /password': all,

  'GET /calls': all,
  'GET /calls/:id': all,
  'GET /live/snapshot': all,
  'GET /calls/:id/recordings/:file': leading,
  'DELETE /calls/:id/recordings/:file': admin,
  'POST /calls/:id/record': admin,
  'DELETE /calls/:id/record': admin,
  'POST /calls/:id/observe': admin,
  'DELETE /calls/:id/observe': admin,
  'POST /calls/:id/release': admin,
  'POST /calls/:id/verdict': admin,
  'GET /calls/:id/trace': admin,
  'GET /calls/:id/trace.pcap': admin,

  'GET /voicemail': all,
  'GET /voicemail/:box': all,
  'GET /voicemail/:box/greeting': all,
  'DELETE /voicemail/:box/greeting': admin,
  'GET /voicemail/:box/:id/sound': all,
  'PATCH /voicemail/:box/:id': all,
  'DELETE /voicemail/:box/:id': all,

  'GET /queues': leading,
  'PUT /agents/:person': leading,
  'POST /queues/waiting/:id/move': leading,
  'DELETE /queues/callbacks/:id': leading,

  'GET /accounts': admin,
  'PUT /accounts/:id': admin,
  'DELETE /accounts/:id': admin,
  'GET /audit': admin,

  'GET /config': admin,
  'PATCH /config': admin,
  'GET /config/form': admin,
  'GET /config/history': admin,
  'POST /config/validate': admin,
  'POST /config/undo': admin,
  'PUT /imports/:kind': admin,
  'PUT /imports/:kind/:list': admin,
  'GET /pins': admin,
  'POST /pins': admin,
  'PUT /pins/:id': admin,
  'DELETE /pins/:id': admin,
  'POST /pins/:id/unlock': admin,
  'GET /trunk-templates': admin,
  'GET /device-presets': admin,
  'GET /devices/:id/setup': admin,
  'GET /devices/:id/file': admin,
  'POST /devices/:id/link': admin,
  'GET /devices/:id/trace': admin,
  'GET /devices/:id/trace.pcap': admin,
  'GET /trunks/:id/trace': admin,
  'GET /trunks/:id/trace.pcap': admin,
  'GET /offices': admin,

  'POST /dial-check': admin,
  'GET /routes/sentences': admin,
  'GET /incoming-check': admin,
  'GET /caller-lists': admin,
  'GET /schedules': admin,
  'GET /schedules/:id': admin,
  'PUT /schedules/:id/override': admin,
  'DELETE /schedules/:id/override': admin,
  'GET /calendars': admin,
  'PUT /calendars': admin,
  'POST /flows/simulate': admin,

  'GET /hold-music': admin,
  'PUT /hold-music': admin,
  'DELETE /hold-music': admin,
  'GET /prompts': admin,
  'GET /prompts/:id/sound': admin,
  'PUT /prompts/:id/sound': admin,
  'POST /prompts/:id/record': admin,
  'DELETE /prompts/:id/sound': admin,

  'POST /ports/:number/test': admin,
  'GET /ports/:number/learn': admin,
  'POST /ports/:number/learn': admin,
  'DELETE /ports/:number/learn': admin,

  'GET /messages/:mailbox': admin,
  'PUT /messages/:mailbox': admin,
  'GET /mail': admin,
  'POST /mail/test': admin,
  'POST /people/:id/note': admin,

  'GET /rates': admin,
  'GET /rates/:id': admin,
  'PUT /rates/:id': admin,
  'DELETE /rates/:id': admin,
  'GET /spending': admin,
  'POST /spending/unlock': admin,
  'GET /protection': admin,
  'POST /protection/lift': admin,
};

const methods = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

/**
 * Stands before every route of whoever is signed in. Express itself matches the paths of the table, so that it cannot
 * understand a path in another way here than behind; where several lines fit, all of them must allow it.
 */
export function roleGuard(deps: Pick<ApiDeps, 'audit' | 'clock' | 'log'>): Router {
  const router = Router();
  const declared = new WeakSet<Request>();
  for (const [route, access] of Object.entries(routeAccess)) {
    const [method, path = ''] = route.split(' ');
    if (access === 'anyone') continue;
    router[methods[method as keyof typeof methods]](path, (request, _response, next) => {
      if (!access.includes(viewerOf(request).role)) throw refuse(deps, request);
      declared.add(request);
      next();
    });
  }
  router.use((request, _response, next) => {
    if (!declared.has(request) && viewerOf(request).role !== 'admin') throw refuse(deps, request);
    next();
  });
  return router;
}
