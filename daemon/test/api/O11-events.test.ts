import t from 'tap';
import { WebSocket } from 'ws';
import type { EventMessage } from '../../src/api/contract.ts';
import { callAt, eventDesk, receiver, until } from '../programs/kit.ts';
import { ask } from './kit.ts';
import { type Departments, departments, startDepartments } from './roles-kit.ts';

interface TestLike {
  teardown(fn: () => unknown): void;
  testdir(layout: Record<string, string>): string;
}

/** An office whose events are real, and a token that may read them. */
async function office(t: TestLike, options: { webhooks?: object[] } = {}) {
  const events = eventDesk(t, t.testdir({}), { config: departments, ...options });
  events.asked = true;
  const at = await startDepartments(t);
  at.deps.events = events.desk.access;
  at.deps.webhooks = events.desk.webhooks;
  const call = (id: string): void => {
    for (const moment of ['begun', 'ringing', 'answered', 'ended'] as const)
      events.desk.note(callAt(moment, id));
  };
  return { at, events, call, token: (scopes: string[]) => tokenOf(at, scopes) };
}

async function tokenOf(at: Departments, scopes: string[]): Promise<{ token: string; id: string }> {
  return (await ask(at, '/api/v1/tokens', { body: { name: 'CRM', scopes }, cookie: at.admin })).json;
}

class Stream {
  readonly messages: EventMessage[] = [];
  readonly socket: WebSocket;
  closed: number | undefined;
  refused: number | undefined;

  constructor(at: Departments, token: string, query = '') {
    this.socket = new WebSocket(`ws://127.0.0.1:${at.port}/api/v1/events${query}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    this.socket.on('message', (data) => this.messages.push(JSON.parse(String(data))));
    this.socket.on('close', (code) => (this.closed = code));
    this.socket.on('error', () => {});
    this.socket.on('unexpected-response', (_request, response) => {
      this.refused = response.statusCode ?? 0;
      this.socket.terminate();
    });
  }

  get numbers(): number[] {
    return this.messages.flatMap((message) => (message.type === 'event' ? [message.event.number] : []));
  }
}

t.test('a program follows events, numbered, and goes on where it was', async (t) => {
  const { at, call, token } = await office(t);
  const { token: mine } = await token(['events:read']);
  const first = new Stream(at, mine);
  await until(() => first.messages.length > 0);
  t.match(first.messages[0], { type: 'hello', last: 0, since: 0 });
  call('call-1');
  await until(() => first.numbers.length === 3);
  t.match(
    first.messages.flatMap((message) => (message.type === 'event' ? [message.event.type] : [])),
    ['call.ringing', 'call.answered', 'call.ended'],
  );
  first.socket.terminate();
  call('call-2');
  const again = new Stream(at, mine, '?since=2');
  await until(() => again.numbers.length === 4);
  t.same(again.numbers, [3, 4, 5, 6]);
  const fresh = new Stream(at, mine);
  await until(() => fresh.messages.length > 0);
  call('call-3');
  await until(() => fresh.numbers.length === 3);
  t.same(fresh.numbers, [7, 8, 9], 'without a number only what is to come');
  const ahead = new Stream(at, mine, '?since=1000');
  await until(() => ahead.messages.length > 0);
  t.match(ahead.messages[0], { since: 9 }, 'a number that never was');
  for (const { socket } of [again, fresh, ahead]) socket.terminate();

  const headers = { Authorization: `Bearer ${mine}` };
  t.match((await ask(at, '/api/v1/events?since=7', { headers })).json, {
    ...{ last: 9, events: [{ number: 8 }, { number: 9 }] },
  });
  t.equal((await ask(at, '/api/v1/events?since=x', { headers })).json.error.path, '/since');
});

t.test('only who may, and only for as long: a revoked token is cut off at once', async (t) => {
  const { at, call, token } = await office(t);
  const other = new Stream(at, (await token(['calls:read'])).token);
  await until(() => other.refused);
  t.equal(other.refused, 403);
  const wrong = new Stream(at, 'lg_wrong');
  await until(() => wrong.refused);
  t.equal(wrong.refused, 401);
  const vera = await at.account('vera', 'supervisor', { groups: ['sales'] });
  t.equal((await ask(at, '/api/v1/events', { cookie: vera })).status, 403);
  at.onLan = false;
  const { token: mine, id } = await token(['events:read']).catch(() => ({ token: '', id: '' }));
  t.notOk(mine);
  at.onLan = true;
  const good = await token(['events:read']);
  const stream = new Stream(at, good.token);
  await until(() => stream.messages.length > 0);
  await ask(at, `/api/v1/tokens/${good.id}`, { method: 'DELETE', cookie: at.admin });
  call('call-1');
  await until(() => stream.closed !== undefined);
  t.equal(stream.closed, 4401);
  t.same(stream.numbers, [], 'nothing more is told');
  t.notOk(id);
});

t.test('programs and their deliveries are seen, tested and replayed over HTTP', async (t) => {
  const crm = await receiver(t);
  const { at, call } = await office(t, { webhooks: [{ id: 'crm', name: 'CRM', url: crm.url }] });
  const cookie = at.admin;
  call('call-1');
  await until(() => crm.messages.length === 3);
  const list = await ask(at, '/api/v1/webhooks', { cookie });
  t.match(list.json, [{ id: 'crm', url: crm.url, enabled: true }]);
  t.notMatch(list.text, /whsec_/);
  t.match((await ask(at, '/api/v1/webhooks/crm/test', { method: 'POST', body: {}, cookie })).json, {
    ok: true,
  });
  await until(() => crm.messages.length === 4);
  const path = '/api/v1/webhooks/crm/deliveries';
  const page = (await ask(at, `${path}?limit=2`, { cookie })).json;
  t.match(page, { deliveries: [{ number: 3 }, { number: 2 }], next: 2 });
  t.match((await ask(at, `${path}?before=2&state=done`, { cookie })).json, { deliveries: [{ number: 1 }] });
  t.equal((await ask(at, `${path}?state=lost`, { cookie })).json.error.path, '/state');
  const replay = (body: object) => ask(at, '/api/v1/webhooks/crm/replay', { body, cookie });
  t.same((await replay({ since: 1 })).json, { replayed: 2 });
  await until(() => crm.messages.length === 6);
  t.equal((await replay({ all: true })).status, 400);
  for (const [method, rest] of [
    ['GET', 'deliveries'],
    ['POST', 'test'],
  ] as const)
    t.equal(
      (
        await ask(at, `/api/v1/webhooks/none/${rest}`, {
          method,
          ...(method === 'POST' ? { body: {} } : {}),
          cookie,
        })
      ).status,
      404,
    );
});
