import { Router } from 'express';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';

const mostLines = 500;
const usualLines = 100;

/** Who listened to which recording, and who took part in whose call. Nothing in it can be changed or deleted here. */
export function auditRoutes(deps: Pick<ApiDeps, 'audit'>): Router {
  const router = Router();

  router.get('/audit', (request, response) => {
    const whole = (key: string): number | undefined => {
      const value = request.query[key];
      if (value === undefined || value === '') return undefined;
      if (typeof value !== 'string' || !/^\d{1,15}$/.test(value))
        throw new ApiFault('api/bad-request', { path: `/${key}` });
      return Number(value);
    };
    const { call } = request.query;
    if (call !== undefined && (typeof call !== 'string' || call.length > 64))
      throw new ApiFault('api/bad-request', { path: '/call' });
    const before = whole('before');
    response.json(
      deps.audit.list({
        limit: Math.max(1, Math.min(mostLines, whole('limit') ?? usualLines)),
        ...(before === undefined ? {} : { before }),
        ...(call ? { callId: call } : {}),
      }),
    );
  });

  return router;
}
