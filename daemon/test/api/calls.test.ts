import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { searchDigits } from '../../src/api/call-routes.ts';
import type { CallRecord } from '../../src/api/contract.ts';
import { ask, claimed, startApi } from './kit.ts';

const record = (n: number, extra: Partial<CallRecord> = {}): CallRecord => ({
  id: `c${n}`,
  state: 'ended',
  direction: 'outgoing',
  service: 'plain',
  callerNumber: '101',
  calledNumber: `+7812123450${n % 10}`,
  startedAt: n * 1000,
  legs: [],
  events: [],
  ...extra,
});

t.test('records are listed newest first, in pages, by what was asked', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  at.records = Array.from({ length: 25 }, (_, n) => record(n));
  at.records.push(record(99, { direction: 'incoming', callerNumber: '+74951112233' }));
  const get = async (query: string) => (await ask(at, `/api/v1/calls${query}`, { cookie })).json;
  const first = await get('?limit=10');
  t.equal(first.calls.length, 10);
  t.equal(first.calls[0].id, 'c99');
  const second = await get(`?limit=10&before=${first.next}`);
  t.equal(second.calls[0].id, 'c15');
  t.equal((await get('?direction=incoming')).calls.length, 1);
  for (const writing of [
    '8 (495) 111-22-33',
    '+7 495 111 22 33',
    '84951112233',
    '495 1112233',
    '111-22-33',
  ]) {
    const found = await get(`?search=${encodeURIComponent(writing)}`);
    t.same(
      found.calls.map((c: CallRecord) => c.id),
      ['c99'],
      writing,
    );
  }
  t.match(at.queries.at(-1), { search: '111-22-33', digits: '1112233', limit: 50 });
  t.equal((await ask(at, '/api/v1/calls/c7', { cookie })).json.calledNumber, '+78121234507');
  t.equal((await ask(at, '/api/v1/calls/none', { cookie })).status, 404);
  for (const bad of [
    '?limit=x',
    '?from=yesterday',
    '?direction=up',
    '?outcome=great',
    '?search=a&search=b',
    `?search=${'x'.repeat(200)}`,
  ]) {
    t.equal((await ask(at, `/api/v1/calls${bad}`, { cookie })).status, 400, bad);
  }
  t.equal(searchDigits('Anna'), undefined);
  t.equal(searchDigits('+'), undefined);
});

t.test('"what would happen if I dial" passes the question on, and asks for what is missing', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  const post = (body: unknown) => ask(at, '/api/v1/dial-check', { body, cookie });
  const good = await post({ number: '8 812 123-45-67', from: { kind: 'port', port: 1 } });
  t.match(good.json, { class: 'national', e164: '+78121234567', explanation: [{ ru: /Междугородный/ }] });
  const cases: [unknown, string][] = [
    [{ number: '', from: { kind: 'port', port: 1 } }, '/number'],
    [{ number: '1', from: undefined }, '/from'],
    [{ number: '1', from: { kind: 'port' } }, '/from'],
    [{ number: '1', from: { kind: 'outside' } }, '/from'],
    [{ number: '1', from: { kind: 'port', port: 1, pin: 7 } }, '/from/pin'],
    [{ number: '1', from: { kind: 'port', port: 1 }, at: 'now' }, '/at'],
  ];
  for (const [body, path] of cases) t.match((await post(body)).json.error, { code: 'api/bad-request', path });
  at.deps.dialCheck.check = () => ({ error: { ru: 'Нет такого гнезда.', en: 'No such socket.' } });
  t.match((await post({ number: '1', from: { kind: 'port', port: 9 } })).json.error.said, {
    ru: 'Нет такого гнезда.',
  });
});

t.test('calls are ended and lines tested from the page', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  t.equal((await ask(at, '/api/v1/calls/nope/release', { body: {}, cookie })).status, 404);
  t.same(at.released, ['nope']);
  t.match((await ask(at, '/api/v1/ports/1/test', { body: { kind: 'ring' }, cookie })).json, { ok: true });
  t.equal((await ask(at, '/api/v1/ports/9/test', { body: { kind: 'ring' }, cookie })).status, 404);
  t.equal((await ask(at, '/api/v1/ports/x/test', { body: { kind: 'ring' }, cookie })).status, 404);
  t.equal((await ask(at, '/api/v1/ports/1/test', { body: { kind: 'explode' }, cookie })).status, 400);
});

t.test('the built page is served from memory, its hashed parts for ever', async (t) => {
  const root = t.testdir();
  mkdirSync(`${root}/assets`);
  writeFileSync(`${root}/index.html`, '<!doctype html><title>Linegate</title><meta nonce="__nonce__">');
  const script = 'console.log(1);\n'.repeat(200);
  writeFileSync(`${root}/assets/app-ABCD1234.js`, script);
  writeFileSync(`${root}/notes.txt`, 'not a type of the page');
  const at = await startApi({ webRoot: root });
  t.teardown(() => at.server.close());
  const get = (path: string, headers: Record<string, string> = {}) =>
    ask(at, path, { headers: { Accept: 'text/html', ...headers } });
  const page = await get('/');
  // "/" is a place of the page, so it gets index.html like any other.
  t.match(page, { status: 200, text: /Linegate/ });
  t.match(page.headers, { 'cache-control': 'no-store', 'content-type': /text\/html/ });
  const nonce = /nonce="([^"]{24})"/.exec(page.text)?.[1];
  t.ok(
    nonce && String(page.headers['content-security-policy']).includes(`'nonce-${nonce}'`),
    "styles have this answer's number",
  );
  t.not(/nonce="([^"]*)"/.exec((await get('/')).text)?.[1], nonce, 'which no other answer has');
  t.match((await get('/calls/c7')).text, /Linegate/, 'a place of the page, opened by its address');
  t.match(await get('/', { Accept: '*/*' }), { status: 200 }, 'for whoever takes anything, as curl does');
  t.equal((await get('/calls', { Accept: 'application/json' })).status, 404);
  t.notMatch((await get('/api/v1/none', { Accept: '*/*' })).status, 200);
  const asset = await get('/assets/app-ABCD1234.js');
  t.match(asset.headers['cache-control'], /immutable/);
  const again = await get('/assets/app-ABCD1234.js', { 'If-None-Match': String(asset.headers.etag) });
  t.equal(again.status, 304);
  t.equal(asset.text, script);
  for (const path of [
    '/notes.txt',
    '/assets/none.js',
    '/..%2f..%2fetc%2fpasswd.html',
    '/assets/../../kit.ts',
  ]) {
    t.equal((await get(path)).status, 404, path);
  }
  const zipped = await new Promise<Buffer>((resolve) => {
    request(
      { port: at.port, path: '/assets/app-ABCD1234.js', headers: { 'Accept-Encoding': 'gzip' } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (c) => chunks.push(c));
        response.on('end', () => resolve(Buffer.concat(chunks)));
      },
    ).end();
  });
  t.equal(gunzipSync(zipped).toString(), script);
});
