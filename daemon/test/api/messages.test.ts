import t from 'tap';
import { ask, claimed, startApi } from './kit.ts';

const config = {
  version: 1,
  people: [{ id: 'anna', name: 'Anna', extension: '21', classOfService: 'office' }],
};

t.test('a voicemail elsewhere says how many messages wait for whom', async (t) => {
  const at = await startApi({ config });
  t.teardown(() => at.server.close());
  const body = { fresh: 2, old: 5 };
  const put = (mailbox: string, counts: unknown, cookie?: string) =>
    ask(at, `/api/v1/messages/${mailbox}`, {
      method: 'PUT',
      body: counts,
      ...(cookie === undefined ? {} : { cookie }),
      // It is no browser.
      origin: null,
    });
  t.equal((await put('anna', body)).status, 401, 'signed in as for everything else');
  const cookie = await claimed(at);
  t.same((await put('21', body, cookie)).json, body);
  t.same(at.deps.messages.counts('anna'), body, 'by extension as by id');
  t.same((await put('anna', { fresh: 0 }, cookie)).json, { fresh: 0, old: 0 });
  t.same((await ask(at, '/api/v1/messages/21', { cookie })).json, { fresh: 0, old: 0 });
  t.equal((await put('22', body, cookie)).status, 404);
  for (const [counts, path] of [
    [{ fresh: -1 }, '/fresh'],
    [{ fresh: 1.5 }, '/fresh'],
    [{ fresh: '2' }, '/fresh'],
    [{ fresh: 10_000 }, '/fresh'],
    [{ fresh: 1, old: null }, undefined],
    [{ old: 1 }, '/fresh'],
    [{ fresh: 1, old: 'x' }, '/old'],
  ] as const) {
    const { status, json } = await put('anna', counts, cookie);
    if (path === undefined) t.equal(status, 200, 'null is none');
    else t.match([status, json.error.path], [400, path], JSON.stringify(counts));
  }
  t.ok(at.log.includes('info messages for anna: 2 new, 5 old'));
});
