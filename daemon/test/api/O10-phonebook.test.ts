import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import writeXlsx from 'write-excel-file/node';
import type { Contact, ContactsPage } from '../../src/api/contract.ts';
import { PhonebookDesk } from '../../src/main/phonebook-desk.ts';
import { ask } from './kit.ts';
import { startDepartments } from './roles-kit.ts';

/** An office with a real phonebook in a folder. */
async function office(t: { teardown(fn: () => unknown): void; testdir(): string }) {
  const folder = t.testdir();
  const at = await startDepartments(t);
  const warned: string[] = [];
  const desk = new PhonebookDesk(folder, {
    ...{ clock: at.deps.clock, config: () => at.config, warn: (message) => warned.push(message) },
  });
  t.teardown(() => desk.close());
  at.deps.phonebook = desk;
  const cookie = at.admin;
  return {
    ...{ at, desk, folder, warned, cookie },
    get: async (path: string) => (await ask(at, `/api/v1${path}`, { cookie })).json,
    post: (body: object) => ask(at, '/api/v1/contacts', { body, cookie }),
    find: async (search: string): Promise<string[]> => {
      const path = `/api/v1/contacts?search=${encodeURIComponent(search)}`;
      return ((await ask(at, path, { cookie })).json as ContactsPage).contacts.map(({ name }) => name);
    },
    table: async (body: string | Buffer, query = '', type = 'text/csv') => {
      const headers = { cookie, 'Content-Type': type, Origin: at.origin };
      const init = { method: 'PUT', headers, body };
      const answer = await fetch(`${at.origin}/api/v1/phonebook${query}`, init as RequestInit);
      // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
      return { status: answer.status, json: (await answer.json()) as any };
    },
  };
}

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

t.test('entries are made, changed and deleted; numbers in any writing become one (OC9)', async (t) => {
  const { at, post, get, find, cookie, folder, desk } = await office(t);
  t.same(await get('/contacts'), { contacts: [], total: 0 });
  t.notOk(existsSync(join(folder, 'contacts.sqlite')), 'to look costs no file');
  const numbers = ['8 (916) 111-22-33', '+7 916 111 22 33', '916 111-22-33', '8 495 123-45-67'];
  const made = await post({ name: 'Алёна Ёлкина', company: 'ООО «Ромашка»', numbers, tags: ['vip'] });
  t.match(made, { status: 201, json: { numbers: ['+79161112233', '+74951234567'], tags: ['vip'] } });
  const { id } = made.json as Contact;
  for (const search of ['алена', 'ЕЛК', 'ром', 'vip', 'ёлк ром', '1112233', '8916111', '+7 916', '495123'])
    t.same(await find(search), ['Алёна Ёлкина'], search);
  for (const search of ['лена', 'алена борис', '99', '777', '"', '* OR', 'NEAR('])
    t.same(await find(search), [], search);
  for (const number of ['89161112233', '+79161112233', '9161112233'])
    t.match(await get(`/contacts?number=${encodeURIComponent(number)}`), { contacts: [{ id }], total: 1 });
  t.equal(desk.nameOf('+79161112233'), 'Алёна Ёлкина, ООО «Ромашка»');
  t.equal(desk.nameOf('+79160000000'), undefined);

  const put = (body: object) => ask(at, `/api/v1/contacts/${id}`, { method: 'PUT', body, cookie });
  t.match(await put({ name: 'Ольга', numbers: ['205'] }), {
    status: 200,
    json: { id, numbers: ['205'], tags: [] },
  });
  t.same(await find('алена'), []);
  t.same(await find('ольга'), ['Ольга']);
  t.equal(desk.byNumber('+79161112233'), undefined);
  t.match(await put({ name: 'x', numbers: ['no number'] }), {
    status: 422,
    json: { error: { path: '/numbers/0' } },
  });
  t.match((await post({ numbers: ['1'] })).json.error, { code: 'api/bad-request' });
  t.equal((await ask(at, `/api/v1/contacts/${id}`, { method: 'DELETE', cookie })).status, 200);
  t.equal((await ask(at, `/api/v1/contacts/${id}`, { method: 'DELETE', cookie })).status, 404);
  t.equal((await put({ name: 'x' })).status, 404);
  t.same(await find('ольга'), []);
});

t.test('staff stand before the phonebook; who is not known has no name', async (t) => {
  const { at, desk, post } = await office(t);
  await post({ name: 'Чужая Анна', numbers: ['+79161112233'] });
  at.config = {
    ...at.config,
    people: at.config.people.map((one) => (one.id === 'anna' ? { ...one, mobile: '+79161112233' } : one)),
  };
  t.equal(desk.nameOf('+79161112233'), 'Anna');
});

t.test('the book is paged by name, and read by everybody but written by those who lead', async (t) => {
  const { at, post, get } = await office(t);
  for (const name of ['Вера', 'анна', 'Борис', 'Елена', 'Ёжиков', 'Дмитрий']) await post({ name });
  const names: string[] = [];
  let next: string | undefined;
  do {
    const page = (await get(`/contacts?limit=4${next ? `&after=${next}` : ''}`)) as ContactsPage;
    names.push(...page.contacts.map(({ name }) => name));
    next = page.next;
    t.equal(page.total, 6);
  } while (next);
  t.same(names, ['анна', 'Борис', 'Вера', 'Дмитрий', 'Ёжиков', 'Елена']);
  const anna = await at.account('anna', 'user', { person: 'anna' });
  t.equal((await ask(at, '/api/v1/contacts', { cookie: anna })).status, 200);
  t.equal((await ask(at, '/api/v1/contacts', { cookie: anna, body: { name: 'x' } })).status, 403);
  t.equal(
    (await ask(at, '/api/v1/phonebook.csv', { cookie: anna })).status,
    403,
    'nobody takes the whole book along',
  );
});

t.test('a table is taken whole, or not at all and each bad row told of', async (t) => {
  const { table, get, find, post } = await office(t);
  await post({ name: 'Старая', numbers: ['+74951112233'] });
  const csv = [
    'Имя;Компания;Телефон;Телефон 2;Метки;Примечание',
    'Анна;Ромашка;8 916 111-22-33, 8 495 111-22-33;;vip,свои;"Звонить ""после"" обеда"',
    ';Пустая;;;;',
    'Борис;;нет номера;;;',
    ';;8 916 000-00-01;;;',
    'Вера;;8 (916) 111 22 33;;;',
  ];
  const bad = await table(csv.join('\r\n'));
  t.match(bad, {
    status: 422,
    json: {
      applied: false,
      bad: [
        { line: 4, said: { ru: '«нет номера» — не номер.' } },
        { line: 5, said: { ru: 'Нет имени.' } },
        { line: 6, said: { ru: '+79161112233 уже есть в строке 2.' } },
      ],
    },
  });
  t.match(await get('/contacts'), { total: 1 }, 'not even the good rows');
  const good = csv.slice(0, 3).join('\r\n');
  t.match(await table(good, '?check=1'), {
    status: 200,
    json: { rows: 2, added: 1, changed: 1, applied: false },
  });
  t.same(await find('анна'), []);
  t.match(await table(good), {
    status: 200,
    json: { rows: 2, added: 1, changed: 1, bad: [], applied: true },
  });
  t.same(await find('рома'), ['Анна'], 'the one with that number has been changed');
  t.same(await find('старая'), []);
  t.match(await get('/contacts'), { total: 2 });
  t.match(await table('Имя;Телефон\r\nНовый;8 916 222-33-44', '?replace=1'), {
    json: { added: 1, removed: 2, applied: true },
  });
  t.match(await get('/contacts'), { total: 1 });
  t.match((await table('что-то\r\nдругое')).json.bad, [{ line: 1, said: { ru: /В первой строке/ } }]);
  t.equal((await table('x', '?check=2')).status, 400);
  const windows = Buffer.from([0xc8, 0xec, 0xff, 0x0a, 0xc0, 0xed, 0xed, 0xe0]);
  t.equal((await table(windows)).status, 200);
  t.same(await find('Анна'), ['Анна'], 'as Windows writes it');
});

t.test('a workbook goes in and comes out again', async (t) => {
  const { table, at, cookie, find, get } = await office(t);
  const rows = [
    ['Контакт', 'Организация', 'Мобильный', 'Рабочий', 'Группа'],
    ['Ёлкина Анна', 'ООО "Лес"', 79161112233, '8-495-111-22-33', 'лес; клиенты'],
    ['Борис', null, '+44 20 7946 0000', null, null],
  ].map((row) => row.map((value) => (value === null ? null : { value })));
  const data = await writeXlsx(rows as never).toBuffer();
  t.match(await table(data, '', xlsx), { status: 200, json: { rows: 2, added: 2, applied: true } });
  t.match((await get('/contacts?number=%2B442079460000')).contacts, [{ name: 'Борис' }]);
  t.same(await find('клиенты'), ['Ёлкина Анна']);

  const csv = await ask(at, '/api/v1/phonebook.csv', { cookie });
  t.match(csv.headers['content-disposition'], /phonebook\.csv/);
  t.match(csv.text, /^\uFEFF"Имя";"Компания";"Телефон"/);
  t.match(csv.text, '"Ёлкина Анна";"ООО ""Лес""";"+79161112233, +74951112233";"лес, клиенты"');
  t.match(
    await table(csv.text, '?replace=1'),
    { json: { changed: 2, added: 0, removed: 0 } },
    'and in again',
  );
  const book = await fetch(`${at.origin}/api/v1/phonebook.xlsx`, { headers: { cookie } });
  t.equal(book.headers.get('content-type'), xlsx);
  const bytes = Buffer.from(await book.arrayBuffer());
  t.match(await table(bytes, '?replace=1', xlsx), { json: { changed: 2, added: 0, removed: 0 } });
  t.match((await table(Buffer.from('PK\u0003\u0004 no workbook'), '', xlsx)).json.error, {
    code: 'api/bad-table',
  });
});

t.test('what a sheet would take for a formula is text', async (t) => {
  const { post, at, cookie } = await office(t);
  await post({ name: '=HYPERLINK("http://evil")', note: '-1+cmd', numbers: ['+79161112233'] });
  const { text } = await ask(at, '/api/v1/phonebook.csv', { cookie });
  t.match(text, `"'=HYPERLINK(""http://evil"")"`);
  t.match(text, `"'-1+cmd"`);
  t.match(text, '"+79161112233"');
});

t.test('a file that is none is put aside, and calls have no name then', async (t) => {
  const { folder, desk, warned } = await office(t);
  writeFileSync(
    join(folder, 'contacts.sqlite'),
    'this is no database at all, and long enough to be told from one'.repeat(40),
  );
  t.equal(desk.nameOf('+79161112233'), undefined);
  t.match(warned, [/kept as .*broken/]);
  t.equal(desk.size, 0);
});
