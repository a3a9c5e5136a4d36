import t from 'tap';
import { office } from '../kit/office.ts';
import { ask, claimed, startApi } from './kit.ts';

t.test('a table of people is taken whole, or not at all and each bad row told of (M03)', async (t) => {
  const at = await startApi({
    config: { ...office, callerLists: [{ id: 'vip', name: 'V', numbers: ['+7903*'] }] },
  });
  t.teardown(() => at.server.close());
  const put = (path: string, body: string, cookie?: string) =>
    ask(at, path, {
      method: 'PUT',
      body,
      headers: { 'Content-Type': 'text/csv' },
      ...(cookie === undefined ? {} : { cookie }),
    });
  t.equal((await put('/api/v1/imports/people', 'name\nOlga')).status, 401);
  const cookie = await claimed(at);
  const people = async (): Promise<string[]> =>
    (
      (await ask(at, '/api/v1/config', { cookie })).json as { config: { people: { name: string }[] } }
    ).config.people.map(({ name }) => name);

  t.match(await put('/api/v1/imports/people', 'name;extension\nOlga;31\n;32', cookie), {
    status: 422,
    json: { applied: false, bad: [{ line: 3, said: { ru: 'Нет имени.' } }] },
  });
  t.same(await people(), ['Anna'], 'not even the good row');
  t.match(await put('/api/v1/imports/people?check=1', 'name;extension\nOlga;31', cookie), {
    status: 200,
    json: { applied: false, rows: 1, added: 1, bad: [] },
  });
  t.same(await people(), ['Anna']);
  t.match(await put('/api/v1/imports/people', 'name;extension\nOlga;31', cookie), {
    status: 200,
    json: { applied: true, added: 1 },
  });
  t.same(await people(), ['Anna', 'Olga']);
  t.match(await put('/api/v1/imports/callers/vip', 'номер\n+79161112233', cookie), { status: 200 });
  t.equal((await put('/api/v1/imports/callers/nobody', 'номер\n+79161112233', cookie)).status, 404);
  t.equal((await put('/api/v1/imports/pins', 'name\nOlga', cookie)).status, 404);
});
