import { Router } from 'express';
import { fields } from './auth-routes.ts';
import type { MessageCountsView } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';

/** More messages than a lamp or a display can mean. */
const MOST = 9999;

/**
 * Messages that wait for somebody, told by whoever keeps them: an answering machine, a voicemail elsewhere. A mailbox
 * is a person's id, or extension. Counts are kept in memory only, so that they are told again after a start.
 */
export function messageRoutes({
  config,
  messages,
  log,
}: Pick<ApiDeps, 'config' | 'messages' | 'log'>): Router {
  const router = Router();

  const personOf = (mailbox: string): string => {
    const { people } = config.current().config;
    const person =
      people.find(({ id }) => id === mailbox) ?? people.find(({ extension }) => extension === mailbox);
    if (!person) throw new ApiFault('api/not-found');
    return person.id;
  };

  router.get('/messages/:mailbox', (request, response) => {
    const shown: MessageCountsView = messages.counts(personOf(request.params.mailbox));
    response.json(shown);
  });

  router.put('/messages/:mailbox', (request, response) => {
    const person = personOf(request.params.mailbox);
    const body = fields(request);
    const count = (key: 'fresh' | 'old'): number => {
      const value = body[key] ?? 0;
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > MOST)
        throw new ApiFault('api/bad-request', { path: `/${key}` });
      return value;
    };
    if (body.fresh === undefined) throw new ApiFault('api/bad-request', { path: '/fresh' });
    messages.set(person, { fresh: count('fresh'), old: count('old') });
    log('info', `messages for ${person}: ${count('fresh')} new, ${count('old')} old`);
    response.json(messages.counts(person));
  });

  return router;
}
