import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import t from 'tap';
import { isOwnHost } from '../../src/api/guards.ts';
import { gatewaysIn, isOnLink } from '../../src/api/on-link.ts';
import { ask, claimed, goodPassword, LivePage, labelCode, startApi } from './kit.ts';

t.test('off the LAN everything is 403, the live socket too', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  at.onLan = false;
  for (const path of ['/', '/api/v1/session', '/api/v1/config', '/nothing']) {
    const answer = await ask(at, path, { cookie });
    t.equal(answer.status, 403, path);
    t.match(answer.json.error, { code: 'api/not-on-lan', said: { ru: /сети офиса/ } });
  }
  t.equal((await ask(at, '/api/v1/login', { body: { password: goodPassword } })).status, 403);
  t.equal(await LivePage.refusal(at, { cookie }), 403);
});

t.test('what another site sends with our cookie is refused', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  const edit = { revision: 1, edits: [{ op: 'put', path: '/site/name', value: 'taken over' }] };
  const send = (options: Parameters<typeof ask>[2]) =>
    ask(at, '/api/v1/config', { method: 'PATCH', body: edit, cookie, ...options });

  for (const origin of [
    'http://evil.example',
    'null',
    `http://127.0.0.1:${at.port + 1}`,
    `http://127.0.0.1:${at.port}.evil.example`,
  ]) {
    const answer = await send({ origin });
    t.equal(answer.status, 403, origin);
    t.equal(answer.json.error.code, 'api/wrong-origin');
  }
  t.equal((await send({ origin: null, headers: { 'Sec-Fetch-Site': 'cross-site' } })).status, 403);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    const answer = await send({ headers: { 'Content-Type': type } });
    t.equal(answer.status, 415, `a form can send ${type}`);
  }
  t.equal(at.config.site.name, '');
  t.equal((await send({})).status, 200, 'our own page is let through');
  t.equal(at.config.site.name, 'taken over');
  const login = await ask(at, '/api/v1/login', {
    body: { password: goodPassword },
    origin: 'http://evil.example',
  });
  t.equal(login.status, 403, 'signing in from elsewhere too');
  t.equal(await LivePage.refusal(at, { cookie, origin: 'http://evil.example' }), 403);
  t.equal(await LivePage.refusal(at, { cookie, origin: '' }), 403, 'a live socket always needs an Origin');
});

t.test('a foreign name that leads here (DNS rebinding) opens nothing', async (t) => {
  const at = await startApi({ hostNames: ['box.office.example'] });
  t.teardown(() => at.server.close());
  const by = (host: string) => ask(at, '/api/v1/session', { headers: { Host: host } });
  t.equal((await by('rebound.evil.example')).status, 421);
  t.equal((await by('box.office.example')).status, 200);
  t.equal((await by(`linegate.local:${at.port}`)).status, 200);
  const hosts: [string | undefined, boolean][] = [
    ['192.168.1.20', true],
    ['192.168.1.20:8080', true],
    ['[fe80::1]:80', true],
    ['[::1]', true],
    ['localhost', true],
    ['linegate', true],
    ['box.home.arpa', true],
    ['evil.example', false],
    ['1.2.3.4.evil.example', false],
    ['a b', false],
    ['local', true],
    ['notlocal.evil', false],
    ['x;script-src *', false],
    [undefined, false],
    ['', false],
  ];
  for (const [host, own] of hosts) t.equal(isOwnHost(host), own, String(host));
});

t.test('every answer carries the headers that keep scripts from elsewhere out', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  for (const path of ['/api/v1/session', '/nothing.js']) {
    const { headers } = await ask(at, path);
    const policy = String(headers['content-security-policy']);
    t.match(policy, /default-src 'none'/);
    t.match(policy, /script-src 'self';/);
    t.notMatch(policy, /unsafe|\*/);
    t.match(headers, {
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    t.notOk(headers['x-powered-by']);
  }
  t.equal((await ask(at, '/api/v1/session')).headers['cache-control'], 'no-store');
});

t.test('what is not there, not JSON, or too large says so in JSON', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  const cases: [string, Parameters<typeof ask>[2], number, string][] = [
    ['/api/v1/nothing', { cookie }, 404, 'api/not-found'],
    ['/nothing.js', {}, 404, 'api/not-found'],
    ['/api/v1/calls/%E0%A4%A', { cookie }, 400, 'api/bad-request'],
    ['/../../etc/passwd', {}, 404, 'api/not-found'],
    ['/api/v1/login', { body: '{"password":' }, 400, 'api/bad-json'],
    ['/api/v1/login', { body: '[]' }, 400, 'api/bad-request'],
    ['/api/v1/login', { body: { password: 'x'.repeat(300) } }, 400, 'api/bad-request'],
    ['/api/v1/login', { body: { password: 'x'.repeat(300_000) } }, 413, 'api/too-large'],
    ['/api/v1/claim', { body: { code: labelCode } }, 409, 'api/already-claimed'],
  ];
  for (const [path, options, status, code] of cases) {
    const answer = await ask(at, path, options);
    t.equal(answer.status, status, path);
    t.equal(answer.json.error.code, code);
    t.ok(answer.json.error.said.ru && answer.json.error.said.en);
  }
});

t.test('a failure inside tells the log, not the visitor', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  at.deps.records.list = () => {
    throw new Error('SQLITE_CORRUPT at /data/secret-place');
  };
  const answer = await ask(at, '/api/v1/calls', { cookie });
  t.equal(answer.status, 500);
  t.equal(answer.json.error.code, 'api/failed');
  t.notMatch(answer.text, /SQLITE|secret-place/);
  t.match(at.log.join('\n'), /GET \/api\/v1\/calls: SQLITE_CORRUPT/);
});

t.test('on-link is by subnet, and never by the router, a global IPv6 address, or a stranger', async (t) => {
  const own = [
    { address: '127.0.0.1', cidr: '127.0.0.1/8' },
    { address: '192.168.1.10', cidr: '192.168.1.10/24' },
    { address: 'fe80::10', cidr: 'fe80::10/64' },
    { address: 'fd12::10', cidr: 'fd12::10/64' },
    { address: '2001:db8::10', cidr: '2001:db8::10/64' },
  ];
  const gateways = ['192.168.1.1', 'fe80::1'];
  const cases: [string, string, boolean][] = [
    ['127.0.0.1', '127.0.0.1', true],
    ['::1', '::1', true],
    ['192.168.1.77', '192.168.1.10', true],
    ['::ffff:192.168.1.77', '::ffff:192.168.1.10', true],
    ['192.168.1.1', '192.168.1.10', false],
    ['::ffff:192.168.1.1', '::ffff:192.168.1.10', false],
    ['192.168.2.77', '192.168.1.10', false],
    ['8.8.8.8', '192.168.1.10', false],
    ['fe80::77%eth0', 'fe80::10', true],
    ['fe80::1%eth0', 'fe80::10', false],
    ['fd12::77', 'fd12::10', true],
    ['2001:db8::77', '2001:db8::10', false],
    ['fd12::77', '2001:db8::10', false],
    ['', '', false],
    ['not an address', '192.168.1.10', false],
  ];
  for (const [remote, local, on] of cases)
    t.equal(isOnLink(remote, local, own, gateways), on, `${remote} -> ${local}`);
  const route4 = [
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask',
    'eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000',
    'eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF',
  ].join('\n');
  const route6 = [
    '00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 0 0 0 eth0',
    'fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 0 0 0 eth0',
  ].join('\n');
  t.same(gatewaysIn(route4, route6), ['192.168.1.1', 'fe80::1']);
});

t.test('one source that opens connections without end does not keep others out', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  let open = 0;
  let refused = 0;
  const sockets: Socket[] = [];
  await new Promise<void>((resolve) => {
    for (let i = 0; i < 400; i++) {
      const socket = connect({ port: at.port, host: '127.0.0.1' });
      sockets.push(socket);
      socket.on('error', () => {});
      socket.on('connect', () => socket.write('GET / HTTP/1.1\r\nX-Slow: '));
      socket.on('close', () => ++refused === 400 - 128 && resolve());
      socket.on('connect', () => open++);
    }
  });
  t.equal(open, 400, 'all were taken off the queue');
  const status = await new Promise<number | undefined>((resolve, reject) => {
    get(
      { port: at.port, host: '127.0.0.1', localAddress: '127.0.0.2', path: '/api/v1/session' },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    ).on('error', reject);
  });
  t.equal(status, 200, 'for another');
  for (const socket of sockets) socket.destroy();
  // The server hears of the ends in its own time.
  let again = 0;
  while (again === 0) {
    again = await ask(at, '/api/v1/session').then(
      (answer) => answer.status,
      () => 0,
    );
  }
  t.equal(again, 200, 'and for the first when it has let go');
});
