import { connect } from 'node:net';
import t from 'tap';
import type { CallLive, LiveMessage, PortLive } from '../../src/api/contract.ts';
import { FakeClock } from '../../src/base/clock.ts';
import { ask, claimed, LivePage, startApi } from './kit.ts';

const port = (number: number, state: PortLive['state']): PortLive => ({
  number,
  kind: 'fxs',
  role: 'telephone',
  name: '',
  state,
  since: 0,
});

const call = (id: string): CallLive => ({
  id,
  direction: 'outgoing',
  service: 'plain',
  state: 'talking',
  caller: { number: '101', place: 'port:1' },
  called: { number: '+78121234567' },
  startedAt: 0,
  legs: [],
});

const is =
  <T extends LiveMessage['type']>(type: T) =>
  (page: LivePage) =>
    page.messages.find((m): m is Extract<LiveMessage, { type: T }> => m.type === type);

t.test('first the whole state, then numbered changes, and a beat each second', async (t) => {
  const clock = new FakeClock();
  const at = await startApi({ clock });
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  at.live.put({ what: 'ports', id: '2', value: port(2, 'idle') });
  at.live.put({ what: 'ports', id: '1', value: port(1, 'idle') });
  const page = new LivePage(at, { cookie });
  const first = await page.until(is('snapshot'));
  t.equal(page.messages[0]?.type, 'snapshot');
  t.same(
    first.state.ports.map((p) => p.number),
    [1, 2],
    'sockets in order',
  );
  t.equal(first.at, clock.wall());

  for (const state of ['off-hook', 'dialing', 'talking'] as const) {
    at.live.put({ what: 'ports', id: '1', value: port(1, state) });
  }
  at.live.put({ what: 'calls', id: 'a', value: call('a') });
  at.live.put({ what: 'calls', id: 'a', value: call('a') });
  clock.advance(100);
  const patch = await page.until(is('patch'));
  t.equal(patch.seq, first.seq + 1);
  t.match(patch.changes, [
    { what: 'ports', id: '1', value: { state: 'talking' } },
    { what: 'calls', id: 'a', value: { state: 'talking' } },
  ]);
  t.equal(patch.changes.length, 2, 'of many changes of one thing the last one');
  at.live.put({ what: 'calls', id: 'a', value: null });
  at.live.put({ what: 'calls', id: 'unknown', value: null });
  clock.advance(100);
  const second = await page.until((p) => p.messages.filter((m) => m.type === 'patch')[1]);
  t.match(second, { seq: first.seq + 2, changes: [{ what: 'calls', id: 'a', value: null }] });

  const beats = () => page.messages.filter((m) => m.type === 'beat');
  const before = beats().length;
  for (let i = 0; i < 3; i++) {
    clock.advance(1000);
    await page.until(() => beats().length === before + i + 1);
  }
  t.equal(beats().at(-1)?.seq, first.seq + 2);
  page.socket.close();
});

t.test(
  'a page that was away gets what it missed; one that was away too long, or before a restart, gets all',
  async (t) => {
    const clock = new FakeClock();
    const at = await startApi({ clock });
    t.teardown(() => at.server.close());
    const cookie = await claimed(at);
    const change = (n: number): void => {
      for (let i = 0; i < n; i++) {
        at.live.put({ what: 'ports', id: '1', value: { ...port(1, 'idle'), since: clock.now() } });
        clock.advance(60);
      }
    };
    change(3);
    const page = new LivePage(at, { cookie });
    const { epoch, seq } = await page.until(is('snapshot'));
    page.socket.terminate();
    change(5);
    const back = new LivePage(at, { cookie, query: `?epoch=${epoch}&since=${seq}` });
    await back.until((p) => p.messages.filter((m) => m.type === 'patch').length === 5);
    t.match(back.messages[0], { type: 'resumed', epoch, seq });
    t.same(
      back.messages.slice(1).map((m) => m.seq),
      [1, 2, 3, 4, 5].map((i) => seq + i),
    );
    change(1);
    await back.until((p) => p.messages.at(-1)?.seq === seq + 6);
    back.socket.terminate();

    for (const [name, query] of [
      ['of another start', `?epoch=other&since=${seq}`],
      ['not a number', `?epoch=${epoch}&since=x`],
      ['from the future', `?epoch=${epoch}&since=${seq + 1000}`],
    ] as const) {
      const other = new LivePage(at, { cookie, query });
      t.ok(await other.until(is('snapshot')), name);
      other.socket.terminate();
    }
    change(600);
    const late = new LivePage(at, { cookie, query: `?epoch=${epoch}&since=${seq}` });
    t.match(await late.until((p) => p.messages[0]), { type: 'snapshot' });
    late.socket.terminate();
  },
);

t.test('only who is signed in may listen, and only as long', async (t) => {
  const clock = new FakeClock();
  const at = await startApi({ clock, sessions: { idleMs: 30_000 }, live: { deadAfterMs: 1e9 } });
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  t.equal(await LivePage.refusal(at, {}), 401);
  t.equal(await LivePage.refusal(at, { cookie: 'linegate-session=nonsense' }), 401);
  t.equal(await LivePage.refusal(at, { cookie, path: '/api/v1/other' }), 404);

  const idle = new LivePage(at, { cookie });
  await idle.until(is('snapshot'));
  clock.advance(29_000);
  idle.socket.send(JSON.stringify({ type: 'active' }));
  // The daemon has read it once it answers something sent after it on the same machine.
  const answered = new Promise((resolve) => idle.socket.once('pong', resolve));
  idle.socket.ping();
  await answered;
  clock.advance(29_000);
  t.equal(
    (await ask(at, '/api/v1/session', { cookie })).json.signedIn,
    true,
    'somebody at the page keeps the session',
  );
  clock.advance(10_000);
  await idle.until((p) => p.closed !== undefined);
  t.equal(idle.closed, 4401, 'nobody at the page: it ends, and says why');

  const again = await ask(at, '/api/v1/login', { body: { password: 'correct horse battery' } });
  const fresh = again.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const page = new LivePage(at, { cookie: fresh });
  await page.until(is('snapshot'));
  await ask(at, '/api/v1/logout', { body: {}, cookie: fresh });
  await page.until((p) => p.closed !== undefined);
  t.equal(page.closed, 4401);
});

t.test('nonsense from a page closes it; too many pages are refused', async (t) => {
  const at = await startApi({ live: { mostSockets: 2 } });
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  const [a, b] = [new LivePage(at, { cookie }), new LivePage(at, { cookie })];
  await a.until(is('snapshot'));
  await b.until(is('snapshot'));
  t.equal(await LivePage.refusal(at, { cookie }), 503);
  a.socket.send('nonsense');
  await a.until((p) => p.closed !== undefined);
  t.equal(a.closed, 1008);
  b.socket.send('x'.repeat(5000));
  await b.until((p) => p.closed !== undefined);
  t.equal(b.closed, 1009);
});

t.test(
  'a page that does not read costs little, holds nobody up, catches up by a snapshot, or is cut',
  async (t) => {
    const clock = new FakeClock();
    const at = await startApi({
      clock,
      live: { highWater: 64 * 1024, lowWater: 8 * 1024, longestLagMs: 20_000, deadAfterMs: 1e9 },
    });
    t.teardown(() => at.server.close());
    const cookie = await claimed(at);
    const good = new LivePage(at, { cookie });
    await good.until(is('snapshot'));
    // A raw socket, so that nobody reads behind our back.
    const slow = connect(at.port, '127.0.0.1');
    slow.on('error', () => {});
    slow.write(
      `GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:${at.port}\r\nOrigin: ${at.origin}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    );
    await new Promise((resolve) => slow.once('data', resolve));
    slow.pause();

    const name = 'n'.repeat(60_000);
    let sent = 0;
    const flood = async (): Promise<void> => {
      at.live.put({ what: 'ports', id: '1', value: { ...port(1, 'idle'), name, since: ++sent } });
      clock.advance(60);
      const want = sent;
      await good.until((p) => p.messages.findLast((m) => m.type === 'patch')?.seq === want);
    };
    while (at.server.figures.lagging === 0 && sent < 400) await flood();
    t.equal(at.server.figures.lagging, 1, `behind after ${sent} patches`);
    t.equal(good.messages.filter((m) => m.type === 'patch').length, sent, 'the other page got every one');
    for (let i = 0; i < 10; i++) await flood();

    const tail: Buffer[] = [];
    slow.on('data', (chunk) => tail.push(chunk));
    slow.resume();
    const caughtUp = async (): Promise<void> => {
      for (let i = 0; at.server.figures.lagging > 0 && i < 500; i++) {
        await new Promise((resolve) => setImmediate(resolve));
        if (i % 50 === 49) clock.advance(1000);
      }
    };
    await caughtUp();
    t.equal(at.server.figures.lagging, 0);
    const last = `"since":${sent}`;
    for (let i = 0; i < 200 && !Buffer.concat(tail).toString().includes(`"type":"snapshot"`); i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const text = Buffer.concat(tail).toString();
    t.ok(
      text.includes('"type":"snapshot"') && text.slice(text.lastIndexOf('"type":"snapshot"')).includes(last),
      'by a snapshot that holds the last change',
    );

    slow.pause();
    while (at.server.figures.lagging === 0 && sent < 1200) await flood();
    t.equal(at.server.figures.pages, 2);
    const cut = new Promise((resolve) => slow.once('close', resolve));
    for (let i = 0; i < 22; i++) clock.advance(1000);
    slow.resume();
    await cut;
    await good.until((p) => {
      clock.advance(1000);
      return at.server.figures.pages === 1 && p.closed === undefined;
    });
    t.equal(at.server.figures.pages, 1, 'cut after its time, the other page still there');
    good.socket.terminate();
  },
);
