import { mkdtempSync } from 'node:fs';
import { type ClientRequestArgs, request as plain } from 'node:http';
import { type RequestOptions, request as secure } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import t from 'tap';
import { WebSocket } from 'ws';
import { systemClock } from '../../src/base/clock.ts';
import { PageCertificate } from '../../src/main/page-certificate.ts';
import { ask, claimed, type Running, startApi } from './kit.ts';

interface Secure extends Running {
  page: PageCertificate;
  securePort: number;
  folder: string;
}

/** The API over HTTP and HTTPS, with an authority of its own. */
async function startSecure(t: { testdir(): string; teardown(fn: () => unknown): void }): Promise<Secure> {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const folder = t.testdir();
  const page = new PageCertificate({
    ...{
      data: folder,
      clock: systemClock({ unref: true }),
      hostname: 'box',
      addresses: () => ['127.0.0.1'],
    },
    ...{ port: () => at.server.securePort, httpsOnly: () => at.config.page.httpsOnly, warn: () => {} },
  });
  // Whatever it writes is written before the test's folder goes.
  await page.written();
  t.teardown(() => page.close());
  at.deps.help.certificate = page;
  const { port } = await at.server.listenSecure('127.0.0.1', 0, page.material);
  page.on('changed', (material) => at.server.show(material));
  return Object.assign(at, { page, folder, securePort: port });
}

interface Got {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** A request that trusts the downloaded authority and nothing else. */
function get(at: Secure, path: string, options: RequestOptions & { body?: unknown } = {}): Promise<Got> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const sent = secure(
      {
        ...{ host: '127.0.0.1', port: at.securePort, path, ca: at.page.authority(), agent: false },
        ...{ method: body === undefined ? 'GET' : 'POST' },
        ...rest,
        headers: {
          ...(body === undefined
            ? {}
            : { 'Content-Type': 'application/json', Origin: `https://127.0.0.1:${at.securePort}` }),
          ...rest.headers,
        },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const bare = (at: Secure, path: string, options: ClientRequestArgs = {}): Promise<Got> =>
  new Promise((resolve, reject) => {
    const sent = plain({ host: '127.0.0.1', port: at.port, path, agent: false, ...options }, (answer) => {
      let text = '';
      answer.setEncoding('latin1');
      answer.on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end();
  });

t.test(
  'the page is served to whoever trusts the downloaded authority, and its live stream, too',
  async (t) => {
    const at = await startSecure(t);
    const pem = await bare(at, '/api/v1/certificate/authority.pem');
    t.equal(pem.text, at.page.authority(), 'anybody may have it, before signing in');
    const der = await bare(at, '/api/v1/certificate/authority.crt');
    t.match(der.headers, { 'content-type': 'application/x-x509-ca-cert', 'content-disposition': /linegate/ });
    t.match(JSON.parse((await get(at, '/api/v1/session')).text), { claimed: false });
    await t.rejects(get(at, '/api/v1/session', { ca: [] }), 'whoever does not trust it is warned');
    await t.rejects(
      get(at, '/api/v1/session', { servername: 'bank.example' }),
      'and whoever meant somebody else',
    );
    await claimed(at);
    const login = await get(at, '/api/v1/login', { body: { password: 'correct horse battery' } });
    const cookie = String(login.headers['set-cookie']);
    t.match(cookie, /^__Host-linegate-session=.+; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    const headers = { Cookie: cookie.split(';')[0] ?? '' };
    t.match(JSON.parse((await get(at, '/api/v1/sessions', { headers })).text), [
      { secure: true, current: true },
      {},
    ]);
    const socket = new WebSocket(`wss://127.0.0.1:${at.securePort}/api/v1/live`, {
      ca: at.page.authority(),
      headers: { ...headers, Origin: `https://127.0.0.1:${at.securePort}` },
    });
    t.teardown(() => socket.terminate());
    const first = await new Promise<string>((resolve, reject) => {
      socket.on('message', (data) => resolve(String(data)));
      socket.on('error', reject);
    });
    t.match(JSON.parse(first), { type: 'snapshot' });
  },
);

t.test('a session of HTTPS is none over HTTP, nor the other way round', async (t) => {
  const at = await startSecure(t);
  const over = await claimed(at);
  const login = await get(at, '/api/v1/login', { body: { password: 'correct horse battery' } });
  const cookie = String(login.headers['set-cookie']).split(';')[0] ?? '';
  t.equal((await get(at, '/api/v1/calls', { headers: { Cookie: over } })).status, 401);
  t.equal((await ask(at, '/api/v1/calls', { cookie })).status, 401);
  const foreign = await get(at, '/api/v1/logout', {
    body: {},
    headers: { Origin: `http://127.0.0.1:${at.securePort}` },
  });
  t.equal(foreign.status, 403, 'a page over HTTP is another origin');
});

t.test('nothing older than TLS 1.2 is spoken', async (t) => {
  const at = await startSecure(t);
  const speak = (version: 'TLSv1.1' | 'TLSv1.2') =>
    new Promise<string>((resolve) => {
      const socket = connect(
        {
          port: at.securePort,
          host: '127.0.0.1',
          ca: at.page.authority(),
          minVersion: version,
          maxVersion: version,
          ciphers: 'DEFAULT:@SECLEVEL=0',
        },
        () => {
          resolve(socket.getProtocol() ?? '');
          socket.destroy();
        },
      );
      socket.on('error', (error) => resolve(error.message));
    });
  t.equal(await speak('TLSv1.2'), 'TLSv1.2');
  t.not(await speak('TLSv1.1'), 'TLSv1.1');
});

t.test('HTTPS only: pages lead over, requests are refused, and the way to trust stays open', async (t) => {
  const at = await startSecure(t);
  const cookie = await claimed(at);
  t.equal((await ask(at, '/api/v1/calls', { cookie })).status, 200);
  at.config = { ...at.config, page: { httpsOnly: true, hsts: false } };
  const led = await bare(at, '/box?tab=1', { headers: { Host: `127.0.0.1:${at.port}` } });
  t.equal(led.status, 307);
  t.equal(led.headers.location, `https://127.0.0.1:${at.securePort}/box?tab=1`);
  t.match(await ask(at, '/api/v1/calls', { cookie }), {
    status: 403,
    json: { error: { code: 'api/https-only' } },
  });
  const socket = new WebSocket(`ws://127.0.0.1:${at.port}/api/v1/live`, {
    headers: { Cookie: cookie, Origin: at.origin },
  });
  const refused = await new Promise((resolve) => {
    socket.on('unexpected-response', (_request, answer) => resolve(answer.statusCode));
    socket.on('open', () => resolve('open'));
    socket.on('error', () => {});
  });
  t.equal(refused, 403);
  t.equal((await bare(at, '/api/v1/certificate/authority.crt')).status, 200);
  const secured = await get(at, '/api/v1/session');
  t.equal(secured.status, 200);
  t.notOk(secured.headers['strict-transport-security'], 'browsers remember it only when asked to');
  at.config = { ...at.config, page: { httpsOnly: true, hsts: true } };
  t.match((await get(at, '/api/v1/session')).headers['strict-transport-security'], /^max-age=\d+$/);
});

t.test('HTTPS only means nothing where there is no HTTPS: nobody is shut out', async (t) => {
  const at = await startApi({ config: { version: 1, page: { httpsOnly: true } } });
  t.teardown(() => at.server.close());
  t.equal((await ask(at, '/api/v1/session')).status, 200);
});

t.test(
  'a certificate that does not fit is refused with the reason, one that fits is shown from then on',
  async (t) => {
    const at = await startSecure(t);
    const cookie = await claimed(at);
    const put = (body: object) => ask(at, '/api/v1/certificate', { method: 'PUT', body, cookie });
    const refused = await put({ certificate: at.page.authority(), key: 'no key' });
    t.match(refused, {
      status: 422,
      json: { error: { code: 'api/bad-certificate', path: '/key', said: { en: /no key in PEM/ } } },
    });
    const other = new PageCertificate({
      ...{
        data: mkdtempSync(join(at.folder, 'other-')),
        clock: at.deps.clock,
        hostname: 'other',
        addresses: () => ['127.0.0.1'],
      },
      ...{ port: () => undefined, httpsOnly: () => false, warn: () => {} },
    });
    await other.close();
    const { key, cert } = other.material;
    const taken = await put({ certificate: cert, key });
    t.match(taken, { status: 200, json: { kind: 'own', names: /other\.local/ } });
    t.notMatch(taken.text, /PRIVATE/);
    await t.rejects(get(at, '/api/v1/session'), 'another authority than ours');
    t.equal((await get(at, '/api/v1/session', { ca: cert })).status, 200);
    t.equal((await ask(at, '/api/v1/certificate', { method: 'DELETE', cookie })).json.kind, 'box');
    t.equal((await get(at, '/api/v1/session')).status, 200);
  },
);

t.test('no answer is without its headers, over either way', async (t) => {
  const at = await startSecure(t);
  for (const answer of [
    await bare(at, '/api/v1/session'),
    await get(at, '/api/v1/session'),
    await bare(at, '/nothing'),
  ]) {
    t.match(answer.headers, {
      'content-security-policy': /default-src 'none'; script-src 'self';/,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    t.notMatch(answer.headers['content-security-policy'], /unsafe-eval|script-src[^;]*unsafe/);
    t.notOk('x-powered-by' in answer.headers);
  }
});
