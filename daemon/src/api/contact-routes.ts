import { setImmediate } from 'node:timers/promises';
import express, { type Response, Router } from 'express';
import { codeOf } from '../base/error.ts';
import type { Contact } from '../programs/contact.ts';
import {
  type ContactBody,
  type ContactsPage,
  contactOrder,
  contactsQuery,
  phonebookQuery,
} from './contact-contract.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { parsedBody, parsedQuery } from './parsed-body.ts';
import { tableTypes } from './sound-body.ts';
import { viewerOf } from './viewer.ts';

/** A table of 50,000 rows, generously. */
const limit = '16mb';
/** Entries written to a file at a time: calls come between. */
const portion = 500;

const titles = {
  ru: ['Имя', 'Компания', 'Телефон', 'Метки', 'Примечание', 'Ид'],
  en: ['Name', 'Company', 'Phone', 'Tags', 'Note', 'Id'],
} as const;

/** The phonebook (O10): read by everybody of the office, written by those who lead. */
export function contactRoutes(deps: Pick<ApiDeps, 'phonebook' | 'box' | 'log'>): Router {
  const router = Router();
  const book = () => deps.phonebook;

  const taken = (result: Contact | { badNumber: number } | undefined): Contact => {
    if (result === undefined) throw new ApiFault('api/not-found');
    if ('badNumber' in result) throw new ApiFault('api/bad-number', { path: `/numbers/${result.badNumber}` });
    return result;
  };

  router.get('/contacts', (request, response) => {
    const { search, number, limit, after } = parsedQuery(request, contactsQuery);
    const one = number === undefined ? undefined : book().byNumber(number);
    const contacts =
      number !== undefined
        ? one
          ? [one]
          : []
        : book().list({
            limit,
            ...(search === undefined ? {} : { search }),
            ...(after === undefined ? {} : { after }),
          });
    const last = contacts.at(-1);
    const page: ContactsPage = {
      ...{ contacts, total: book().size },
      ...(contacts.length === limit && last && number === undefined ? { next: last.id } : {}),
    };
    response.json(page);
  });

  router.post('/contacts', (request, response) => {
    response.status(201).json(taken(book().create(orderOf(parsedBody(request, contactOrder)))));
  });

  router.get('/contacts/:id', (request, response) => {
    response.json(taken(book().get(request.params.id)));
  });

  router.put('/contacts/:id', (request, response) => {
    response.json(taken(book().replace(request.params.id, orderOf(parsedBody(request, contactOrder)))));
  });

  router.delete('/contacts/:id', (request, response) => {
    if (!book().remove(request.params.id)) throw new ApiFault('api/not-found');
    response.json({ ok: true });
  });

  const body = express.raw({ type: [...tableTypes, 'application/octet-stream'], limit });
  router.put('/phonebook', body, async (request, response) => {
    const { check, replace } = parsedQuery(request, phonebookQuery);
    if (!Buffer.isBuffer(request.body)) throw new ApiFault('api/bad-request', { path: '/' });
    const view = await book()
      .import(request.body, { check: check === '1', replace: replace === '1' })
      .catch((error: unknown) => {
        if (codeOf(error) === 'programs/bad-table') throw new ApiFault('api/bad-table');
        throw error;
      });
    if (view === 'busy') throw new ApiFault('api/import-running');
    if (view.applied)
      deps.log('info', `a phonebook was imported by ${viewerOf(request).who}: ${view.rows} rows`);
    response.status(view.bad.length > 0 ? 422 : 200).json(view);
  });

  router.get('/phonebook.csv', async (_request, response) => {
    const words = titles[deps.box.language()];
    response.setHeader('Content-Type', 'text/csv; charset=utf-8');
    response.setHeader('Content-Disposition', 'attachment; filename="phonebook.csv"');
    // A byte order mark: without it Excel takes the file for Windows' own letters.
    response.write(`\uFEFF${words.map(quoted).join(';')}\r\n`);
    let after: string | undefined;
    while (!response.destroyed) {
      const page = book().list({ limit: portion, ...(after === undefined ? {} : { after }) });
      const text = page.map((one) => `${cellsOf(one).map(quoted).join(';')}\r\n`).join('');
      if (text !== '' && !response.write(text)) await drained(response);
      after = page.at(-1)?.id;
      if (page.length < portion) break;
      await setImmediate();
    }
    response.end();
  });

  router.get('/phonebook.xlsx', async (_request, response) => {
    const data = await book().workbook(titles[deps.box.language()]);
    response.setHeader('Content-Type', tableTypes[1]);
    response.setHeader('Content-Disposition', 'attachment; filename="phonebook.xlsx"');
    response.end(Buffer.from(data));
  });

  return router;
}

const orderOf = ({ name, company, numbers, tags, note }: ContactBody) => ({
  ...{ name, numbers, tags },
  ...(company ? { company } : {}),
  ...(note ? { note } : {}),
});

const cellsOf = ({ id, name, company = '', numbers, tags, note = '' }: Contact): string[] => [
  ...[name, company, numbers.join(', '), tags.join(', '), note, id],
];

/** A sheet takes what begins so for a formula; a number with + is none. */
const formula = /^(?:[=@\t\r]|[-+](?!\d+(?:, ?\+?\d+)*$))/;

const quoted = (cell: string): string =>
  `"${(formula.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`;

/** Until what was written has gone, or nobody waits for it. */
const drained = (response: Response): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
