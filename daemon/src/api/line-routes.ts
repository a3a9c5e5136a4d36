import { type Request, Router } from 'express';
import { codeOf } from '../base/error.ts';
import { fields } from './auth-routes.ts';
import type { Said } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import type { LearnOrder, VerdictRequest } from './line-contract.ts';

/** A number as it can be dialed on a line; a comma is a pause. */
const dialable = /^[0-9*#,]{1,24}$/;

/** Learning of lines, how loud they are, and verdicts on their releases. */
export function lineRoutes({ lineCraft, lines, log }: Pick<ApiDeps, 'lineCraft' | 'lines' | 'log'>): Router {
  const router = Router();

  router.get('/ports/:number/levels', async (request, response) => {
    const levels = await lines.levels(portOf(request));
    if (!levels) throw new ApiFault('api/not-found');
    response.json(levels);
  });

  router.get('/ports/:number/learn', (request, response) => {
    const view = lineCraft.learnt(portOf(request));
    if (!view) throw new ApiFault('api/not-found');
    response.json(view);
  });

  router.post('/ports/:number/learn', async (request, response) => {
    const port = portOf(request);
    const order = orderOf(fields(request));
    try {
      const view = await lineCraft.learn(port, order);
      if (!view) throw new ApiFault('api/not-found');
      log('info', `line ${port} is being learnt: ${order.kind}`);
      response.status(201).json(view);
    } catch (error) {
      if (codeOf(error) === 'learning/refused')
        throw new ApiFault('api/line-in-use', { said: (error as unknown as { said: Said }).said });
      throw error;
    }
  });

  router.delete('/ports/:number/learn', (request, response) => {
    if (!lineCraft.stopLearning(portOf(request))) throw new ApiFault('api/not-found');
    response.json({ ok: true });
  });

  router.post('/calls/:id/verdict', (request, response) => {
    const result = lineCraft.judge(request.params.id, verdictOf(fields(request)));
    if (!result) throw new ApiFault('api/not-found');
    response.json(result);
  });

  return router;
}

function portOf(request: Request): number {
  const port = Number(request.params.number);
  if (!Number.isInteger(port)) throw new ApiFault('api/not-found');
  return port;
}

function orderOf(body: Record<string, unknown>): LearnOrder {
  const { kind } = body;
  const number = (key: string): string => {
    const value = typeof body[key] === 'string' ? body[key].replace(/[\s()+-]/g, '') : '';
    if (!dialable.test(value))
      throw new ApiFault('api/bad-request', {
        path: `/${key}`,
        said: {
          ru: 'Введите номер, как его набирают на этой линии.',
          en: 'Type the number as it is dialed on this line.',
        },
      });
    return value;
  };
  switch (kind) {
    case 'alone':
    case 'call-in':
      return { kind };
    case 'call-out':
      return { kind, number: number('number') };
    case 'lines': {
      const { other } = body;
      if (typeof other !== 'number' || !Number.isInteger(other))
        throw new ApiFault('api/bad-request', { path: '/other' });
      return { kind, other, otherNumber: number('otherNumber') };
    }
    default:
      throw new ApiFault('api/bad-request', { path: '/kind' });
  }
}

function verdictOf({ leg, about, verdict }: Record<string, unknown>): VerdictRequest {
  if (typeof leg !== 'string') throw new ApiFault('api/bad-request', { path: '/leg' });
  if (about !== 'answer' && about !== 'release') throw new ApiFault('api/bad-request', { path: '/about' });
  if (verdict !== 'right' && verdict !== 'wrong') throw new ApiFault('api/bad-request', { path: '/verdict' });
  return { leg, about, verdict };
}
