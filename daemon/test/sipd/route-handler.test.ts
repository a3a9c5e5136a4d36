/** Requests whose way an HTTP handler decides: to clients by tag, to applications that wait for us to connect. */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { readDecision } from '../../src/sipd/drachtio/route-handler.ts';
import { type Any, at, next, QUICK, SECRET, sdp, startEngine, until, within } from './kit.ts';
import { type Seen, udpPeer } from './peer.ts';

const Srf: Any = createRequire(import.meta.url)('drachtio-srf');

/** A handler that answers with `answer`, its questions, and an engine that asks it about INVITE and OPTIONS. */
async function bench(t: Any) {
  const handler = { answer: '' as string | undefined, status: 200, asked: [] as URLSearchParams[] };
  const server = createServer((req, res) => {
    handler.asked.push(new URL(req.url!, 'http://x').searchParams);
    // Undefined: it never answers.
    if (handler.answer !== undefined) res.writeHead(handler.status).end(handler.answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/route?from=box`;
  const engine = await startEngine({
    timers: QUICK,
    requestHandler: { url, methods: ['INVITE', 'OPTIONS'] },
  });
  const peer = await udpPeer(t);
  t.teardown(async () => {
    await engine.close();
    server.closeAllConnections();
    server.close();
  });
  const say = (action: string, data: object): void => {
    handler.answer = JSON.stringify({ action, data });
  };
  const to = at(engine);
  let calls = 0;
  /** The final response to a request of the peer; refusals are repeated, as nobody acknowledges them. */
  const ask = async (method: string, options: Any = {}): Promise<Seen> => {
    const callId = `ask${++calls}`;
    peer.request(to, method, { callId, ...options });
    return await peer.next((m) => m.status > 100 && m.headers['call-id'] === callId);
  };
  return { engine, peer, handler, say, ask, to };
}

async function tagged(t: Any, engine: Any, tags: string[]): Promise<Any> {
  const srf = new Srf(tags);
  srf.on('error', () => {});
  t.teardown(() => srf.disconnect());
  await new Promise<void>((resolve) => srf.connect({ ...engine.control, secret: SECRET }, () => resolve()));
  return srf;
}

t.test('by tag: to the clients that carry it, in turn', async (t) => {
  const { engine, peer, handler, say, ask, to } = await bench(t);
  const names = ['red', 'red', 'blue'];
  const got: number[] = [];
  for (const [i, name] of names.entries()) {
    const srf = await tagged(t, engine, [name, 'all']);
    // A tag needs no route.
    srf.app.use((_: Any, res: Any) => {
      got.push(i);
      res.send(480);
    });
  }
  const call = async (tag: string): Promise<void> => {
    say('route', { tag });
    t.equal(
      (await ask('INVITE', { uri: `sip:2000@${to}`, body: sdp() })).status,
      tag === 'green' ? 503 : 480,
    );
  };
  for (const tag of ['blue', 'blue', 'red', 'red', 'red', 'green']) await call(tag);
  t.same(got.slice(0, 2), [2, 2]);
  t.same(new Set(got.slice(2, 4)), new Set([0, 1]), 'red goes round two clients');
  t.equal(got[4], got[2]);
  t.match(Object.fromEntries(handler.asked[0]!), {
    from: 'box',
    method: 'INVITE',
    protocol: 'udp',
    source_address: '127.0.0.1',
    source_port: String(peer.port),
    fromUser: 'peer',
    toUser: '2000',
    uriUser: '2000',
    contentType: 'application/sdp',
  });
});

t.test('to an application that waits: srf.listen has the call, its ACK and its BYE', async (t) => {
  const { engine, peer, say, ask, to } = await bench(t);
  const srf = new Srf();
  srf.on('error', () => {});
  srf.on('connect', () => {});
  const server = srf.listen({ host: '127.0.0.1', port: 0, secret: SECRET });
  t.teardown(() => server.close());
  await until(() => server.address() !== null, 2000, 'listening');
  const answered = new Promise<Any>((resolve, reject) => {
    srf.invite((req: Any, res: Any) =>
      srf.createUAS(req, res, { localSdp: sdp(5000) }).then(resolve, reject),
    );
  });
  say('route', { uri: `127.0.0.1:${server.address().port}` });
  peer.request(to, 'INVITE', { callId: 'o', fromTag: 'f', body: sdp() });
  const ok = await peer.response(200);
  const toTag = /tag=(\w+)/.exec(ok.headers.to!)![1]!;
  peer.request(to, 'ACK', { callId: 'o', fromTag: 'f', toTag });
  const uas = await within(answered, 3000, 'dialog');
  const ended = next(uas, 'destroy');
  peer.request(to, 'BYE', { callId: 'o', fromTag: 'f', toTag, cseq: 2 });
  await peer.response(200);
  await ended;
  srf.endSession(uas.req);
  await until(() => engine.stats().sessions === 0, 3000, 'the connection of the call is over');
  t.equal(engine.stats().dialogs, 0);
  server.close();
  say('route', { uri: '127.0.0.1:9' });
  t.equal((await ask('INVITE')).status, 503, 'nobody is there');
});

t.test('reject, redirect, proxy; a handler that fails', async (t) => {
  const { engine, handler, say, ask, to } = await bench(t);
  say('reject', { status: 603, reason: 'Not Today' });
  t.match((await ask('INVITE')).text, /^SIP\/2\.0 603 Not Today\r\n/);
  say('redirect', { contacts: ['sip:a@192.0.2.1', '<sip:b@192.0.2.2>;q=0.5'] });
  const moved = await ask('OPTIONS');
  t.equal(moved.status, 302);
  t.equal(moved.headers.contact, '<sip:a@192.0.2.1>,<sip:b@192.0.2.2>;q=0.5');
  const far = await udpPeer(t);
  say('proxy', { recordRoute: true, destination: [`sip:c@${far.address}`], finalTimeout: '2s' });
  const passed = ask('INVITE', { body: sdp() });
  const invite = await far.expect('INVITE');
  t.equal(invite.headers['record-route'], `<sip:${to};lr>`);
  far.reply(invite, 486);
  t.equal((await passed).status, 486);
  for (const [status, answer] of [
    [500, ''],
    [200, 'no JSON'],
    [200, '{"action":"dance"}'],
  ] as const) {
    handler.status = status;
    handler.answer = answer;
    t.equal((await ask('INVITE')).status, 503, answer || 'HTTP 500');
  }
  t.equal(engine.stats().counts['handler.failed'], 3);
});

t.test('a caller who gives up before the handler has answered', async (t) => {
  const { engine, peer, handler, to } = await bench(t);
  handler.answer = undefined;
  const call = { callId: 'c', branch: 'z9hG4bKc', fromTag: 'f' };
  peer.request(to, 'INVITE', call);
  t.equal((await peer.next((m) => m.status === 100)).status, 100);
  peer.request(to, 'CANCEL', call);
  const [first, second] = [await peer.response(), await peer.response()];
  t.same([first.status, second.status].sort(), [200, 487]);
  t.equal(engine.stats().dialogs, 0);
});

t.test('what is a decision', async (t) => {
  t.same(readDecision('{"action":"route","data":{"uri":"[::1]:4000"}}'), {
    action: 'dial',
    host: '::1',
    port: 4000,
  });
  for (const bad of [
    '',
    'null',
    '[]',
    '{"action":"reject"}',
    '{"action":"reject","data":{"status":200}}',
    '{"action":"redirect","data":{"contacts":[]}}',
    '{"action":"redirect","data":{"contacts":["sip:a\\r\\nX: y"]}}',
    '{"action":"proxy","data":{"destination":[7]}}',
    '{"action":"proxy","data":{"destination":"sip:a|simultaneous"}}',
    '{"action":"route","data":{"uri":"nowhere"}}',
  ])
    t.equal(readDecision(bad), undefined, bad);
});
