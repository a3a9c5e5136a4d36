import { Router } from 'express';
import type { Config } from '../config/schema.ts';
import { type ClickAnswer, clickOrder } from './click-contract.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { parsedBody } from './parsed-body.ts';
import { refuse } from './refusal.ts';
import { type Viewer, viewerOf } from './viewer.ts';

/** Calls begun by a click (O10). */
export function clickRoutes(deps: Pick<ApiDeps, 'click' | 'config' | 'audit' | 'clock' | 'log'>): Router {
  const router = Router();

  router.post('/calls', (request, response) => {
    const order = parsedBody(request, clickOrder);
    const viewer = viewerOf(request);
    if (!isTheirs(order.from, viewer, deps.config.current().config)) throw refuse(deps, request);
    const result = deps.click.start(order);
    if ('refusal' in result) {
      if (result.refusal === 'no-telephone') throw new ApiFault('api/nothing-to-ring', { path: '/from' });
      if (result.refusal === 'bad-number') throw new ApiFault('api/bad-number', { path: '/to' });
      const said = 'said' in result ? result.said : undefined;
      throw new ApiFault('api/call-refused', { path: '/to', ...(said ? { said } : {}) });
    }
    deps.log('info', `call ${result.callId} from ${order.from} was begun by ${viewer.who}`);
    response.status(201).json({ id: result.callId } satisfies ClickAnswer);
  });

  return router;
}

/** An admin has calls begun for anybody; everybody else from the own telephones only. */
function isTheirs(from: string, { role, person }: Viewer, { people }: Config): boolean {
  if (role === 'admin') return true;
  const [kind, id = ''] = from.split(':');
  if (person === undefined) return false;
  const own = people.find((one) => one.id === person);
  if (kind === 'person') return id === person;
  return kind === 'port' ? own?.ports.includes(Number(id)) === true : own?.devices.includes(id) === true;
}
