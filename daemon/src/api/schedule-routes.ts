import express, { type Request, Router } from 'express';
import { calendarYears } from '../config/calendar-years.ts';
import { fields } from './auth-routes.ts';
import type { ApiDeps } from './deps.ts';
import { draftConfig } from './draft-config.ts';
import { ApiFault } from './errors.ts';
import type { IncomingSentences } from './schedule-contract.ts';
import { viewerOf } from './viewer.ts';

/** The whole official table since 1999 has 11 kB. */
const limit = '256kb';

const day = 86_400_000;

/** Schedules, what they will say, switching them by hand, and the production calendar. */
export function scheduleRoutes(deps: ApiDeps): Router {
  const router = Router();
  const table = express.raw({ type: 'text/csv', limit });

  router.get('/schedules', (request, response) => {
    response.json(deps.schedules.list(moment(request), changes(request)));
  });

  router.get('/schedules/:id', (request, response) => {
    const found = deps.schedules.view(request.params.id, moment(request), changes(request));
    if (!found) throw new ApiFault('api/not-found');
    response.json(found);
  });

  router.put('/schedules/:id/override', async (request, response) => {
    const { mode, hours, stays } = fields(request);
    if (typeof mode !== 'string' || !/^[\p{L}\d][\p{L}\d -]{0,31}$/u.test(mode))
      throw new ApiFault('api/bad-request', { path: '/mode', said: modeWanted });
    const whole = typeof hours === 'number' && Number.isInteger(hours) && hours >= 1 && hours <= 168;
    if (hours !== undefined && !whole)
      throw new ApiFault('api/bad-request', { path: '/hours', said: hoursWanted });
    if (stays !== undefined && typeof stays !== 'boolean')
      throw new ApiFault('api/bad-request', { path: '/stays' });
    const to = { mode, ...(whole ? { hours } : {}), ...(stays === undefined ? {} : { stays }) };
    const found = await deps.schedules.switch(request.params.id, to, viewerOf(request).who);
    if (!found) throw new ApiFault('api/not-found');
    deps.log('info', `schedule ${request.params.id} was switched from the page`);
    response.json(found);
  });

  router.delete('/schedules/:id/override', async (request, response) => {
    const found = await deps.schedules.switch(request.params.id, {}, viewerOf(request).who);
    if (!found) throw new ApiFault('api/not-found');
    deps.log('info', `schedule ${request.params.id} was switched back from the page`);
    response.json(found);
  });

  router.get('/caller-lists', (request, response) => {
    response.json(deps.schedules.callerLists(moment(request)));
  });

  router.get('/incoming-check', (request, response) => {
    const { number, destination } = request.query;
    const asked =
      typeof number === 'string' && number.trim() !== '' && number.length <= 64
        ? { number }
        : typeof destination === 'string' && destination.length <= 64
          ? { destination }
          : undefined;
    if (!asked) throw new ApiFault('api/bad-request', { path: '/number' });
    const found = deps.schedules.check(asked, moment(request), draftConfig(deps, request));
    if (!found) throw new ApiFault('api/not-found');
    response.json(found);
  });

  router.get('/incoming/sentences', (request, response) => {
    const at = moment(request);
    const draft = draftConfig(deps, request);
    const { incomingNumbers } = draft ?? deps.config.current().config;
    const said = incomingNumbers.map(({ id, number }) => ({
      id,
      said: deps.schedules.check({ number }, at, draft)?.explanation ?? [],
    }));
    response.json(said satisfies IncomingSentences[]);
  });

  router.get('/calendars', (_request, response) => {
    response.json(deps.schedules.calendars());
  });

  router.put('/calendars', table, async (request, response) => {
    if (!Buffer.isBuffer(request.body)) throw new ApiFault('api/wrong-type');
    const { revision, config } = deps.config.current();
    // What is past needs no calendar; last year's last night may still be asked about.
    const from = new Date(deps.clock.wall() - day).getUTCFullYear();
    const read = calendarYears(config, request.body, from);
    if (!read.ok) throw new ApiFault('config/invalid', { issues: read.issues, said: badTable });
    const result = await deps.config.apply(
      { ...config, calendars: read.calendars },
      { expected: revision, by: viewerOf(request).who },
    );
    if (!result.ok) {
      if (result.reason === 'invalid') throw new ApiFault('config/invalid', { issues: result.issues });
      throw new ApiFault('config/conflict');
    }
    deps.log('info', `the production calendar of ${read.years.join(', ')} was uploaded`);
    response.json(deps.schedules.calendars());
  });

  return router;
}

const modeWanted = {
  ru: 'Нужен режим: открыто, закрыто, перерыв или своё слово.',
  en: 'A mode is needed: open, closed, break, or a word of your own.',
};

const hoursWanted = { ru: 'Часов может быть от 1 до 168.', en: 'It can be 1 to 168 hours.' };

const badTable = {
  ru: 'Календарь не загружен: в файле есть ошибки. Прежний остаётся в силе.',
  en: 'The calendar was not taken: the file has faults. The one before stays in force.',
};

/** Latest moment that is answered for, ms since 1970: the end of 2199. */
const latest = Date.UTC(2200, 0, 1);

function moment(request: Request): number | undefined {
  const { at } = request.query;
  if (at === undefined || at === '') return undefined;
  const ms = Number(at);
  if (typeof at !== 'string' || !/^\d{1,15}$/.test(at) || ms > latest)
    throw new ApiFault('api/bad-request', { path: '/at' });
  return ms;
}

function changes(request: Request): number | undefined {
  const { changes: wanted } = request.query;
  if (wanted === undefined || wanted === '') return undefined;
  const n = Number(wanted);
  if (!Number.isInteger(n) || n < 0 || n > 50) throw new ApiFault('api/bad-request', { path: '/changes' });
  return n;
}
