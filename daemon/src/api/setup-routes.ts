import { Router } from 'express';
import type { Said } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { parsedBody } from './parsed-body.ts';
import {
  type LineProof,
  lineProofOrder,
  setupChange,
  type TestCallAnswer,
  testCallOrder,
} from './setup-contract.ts';
import { viewerOf } from './viewer.ts';

/** Everything that was typed and is not saved yet, bytes. */
const mostDrafts = 64 * 1024;

/** The first-run wizard: where it stands, test calls, and the proof of lines. */
export function setupRoutes(deps: Pick<ApiDeps, 'setup' | 'log'>): Router {
  const router = Router();

  router.get('/setup', (_request, response) => {
    response.json(deps.setup.view());
  });

  router.put('/setup', async (request, response) => {
    const change = parsedBody(request, setupChange);
    if (JSON.stringify(change.drafts ?? {}).length > mostDrafts) throw new ApiFault('api/too-large');
    response.json(await deps.setup.change(change));
  });

  router.post('/setup/test-call', (request, response) => {
    const order = parsedBody(request, testCallOrder);
    const result = deps.setup.testCall(order);
    if ('refusal' in result) {
      if (result.refusal === 'no-telephone') throw new ApiFault('api/nothing-to-ring', { path: '/from' });
      if (result.refusal === 'bad-number') throw new ApiFault('api/bad-number', { path: '/to' });
      if (result.refusal === 'no-way') throw new ApiFault('api/bad-request', { path: '/via' });
      throw new ApiFault('api/test-number', { path: '/to', ...('said' in result && said(result.said)) });
    }
    deps.log('info', `a test call over ${order.via} was begun by ${viewerOf(request).who}`);
    response.status(201).json({ id: result.callId } satisfies TestCallAnswer);
  });

  router.post('/setup/lines/:port/proof', async (request, response) => {
    const { callId } = parsedBody(request, lineProofOrder);
    const port = Number(request.params.port);
    const { who } = viewerOf(request);
    const proof = await deps.setup.prove(port, callId, who);
    if (proof === 'no-line' || proof === 'no-call') throw new ApiFault('api/not-found');
    if (proof !== 'proven') throw new ApiFault('api/not-proven', { said: whyNot[proof] });
    deps.log('info', `line ${port} was proven by call ${callId}, says ${who}`);
    response.json({ ok: true });
  });

  return router;
}

const said = (words: Said | undefined): { said?: Said } => (words ? { said: words } : {});

const whyNot: Record<Exclude<LineProof, 'proven' | 'no-line' | 'no-call'>, Said> = {
  'not-city': {
    ru: 'Это гнездо записано как внутренний порт АТС или набирает через её префикс: городской линией такое не считается.',
    en: 'This socket is set up as an extension of a PBX, or dials by its prefix: that is no city line.',
  },
  'not-over-it': {
    ru: 'Этот звонок шёл не по этой линии. Позвоните именно через неё.',
    en: 'That call did not go over this line. Make one that does.',
  },
  nobody: {
    ru: 'В этом звонке никто не ответил, поэтому он ничего не доказывает. Повторите его.',
    en: 'Nobody answered in that call, so that it proves nothing. Make it again.',
  },
};
