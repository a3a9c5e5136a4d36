import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import type { MailboxView, VoiceMessageView } from '../../src/api/voicemail-contract.ts';
import type { AuditEntry } from '../../src/records/audit.ts';
import { ask, claimed, type Running, startApi } from './kit.ts';

const sound = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
const message: VoiceMessageView = {
  ...{ id: 'm1', at: 1, ms: 2000, bytes: 5000, format: 'wav', number: '+79031112233', callId: 'c1' },
};

/** An API with one mailbox with one message, and what was done to it. */
async function start(t: { teardown(fn: () => unknown): void; testdir(): string }) {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const lines: Omit<AuditEntry, 'at'>[] = [];
  at.deps.audit = { note: (entry) => void lines.push(entry), list: () => ({ entries: [] }) };
  const path = join(t.testdir(), 'm1.wav');
  writeFileSync(path, sound);
  const there: VoiceMessageView[] = [message];
  const box: MailboxView = {
    ...{
      id: 'anna',
      kind: 'person',
      name: 'Anna',
      fresh: 1,
      old: 0,
      bytes: 5000,
      maxBytes: 1e6,
      ownGreeting: true,
    },
  };
  const find = (id: string, one: string) => (id === 'anna' ? there.find((m) => m.id === one) : undefined);
  let greeting = true;
  at.deps.voicemail = {
    boxes: () => [box],
    list: (id) => (id === 'anna' ? there : undefined),
    find: (id, one) => {
      const found = find(id, one);
      return found && { there: { path }, message: found };
    },
    greeting: (id) => (id === 'anna' && greeting ? { there: { path }, format: 'wav' } : undefined),
    async mark(id, one, change) {
      const found = find(id, one);
      if (found && change.heard) found.heardAt = 5;
      return found;
    },
    remove: (id, one) => find(id, one) !== undefined && there.splice(0).length > 0,
    removeGreeting: () => greeting && !(greeting = false),
  };
  return { at, lines, there, cookie: await claimed(at) };
}

function fetched(
  at: Running,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: Record<string, unknown>; data: Buffer }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: at.port, path, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (data: Buffer) => parts.push(data));
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, data: Buffer.concat(parts) }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

t.test(
  'messages are seen, heard in parts, marked and deleted; each of it stands in the audit log',
  async (t) => {
    const { at, lines, cookie } = await start(t);
    t.match((await ask(at, '/api/v1/voicemail', { cookie })).json, [{ id: 'anna', fresh: 1 }]);
    t.match((await ask(at, '/api/v1/voicemail/anna', { cookie })).json, [message]);
    t.equal((await ask(at, '/api/v1/voicemail/boris', { cookie })).status, 404);
    const path = '/api/v1/voicemail/anna/m1/sound';
    const whole = await fetched(at, path, { cookie });
    t.same(whole.data, sound);
    t.match(whole.headers, { 'content-type': 'audio/wav', 'accept-ranges': 'bytes' });
    const part = await fetched(at, path, { cookie, range: 'bytes=1000-1999' });
    t.equal(part.status, 206);
    t.same(part.data, sound.subarray(1000, 2000));
    const taken = await fetched(at, `${path}?download`, { cookie });
    t.match(taken.headers, { 'content-disposition': /anna-m1\.wav/ });
    t.match(
      (await ask(at, '/api/v1/voicemail/anna/m1', { method: 'PATCH', cookie, body: { heard: true } })).json,
      {
        heardAt: 5,
      },
    );
    t.equal(
      (await ask(at, '/api/v1/voicemail/anna/m1', { method: 'PATCH', cookie, body: { heard: 'yes' } }))
        .status,
      400,
    );
    t.equal((await ask(at, '/api/v1/voicemail/anna/m1', { method: 'DELETE', cookie })).status, 200);
    t.equal((await ask(at, '/api/v1/voicemail/anna/m1', { method: 'DELETE', cookie })).status, 404);
    t.equal((await fetched(at, '/api/v1/voicemail/anna/greeting', { cookie })).status, 200);
    t.equal((await ask(at, '/api/v1/voicemail/anna/greeting', { method: 'DELETE', cookie })).status, 200);
    t.equal((await ask(at, '/api/v1/voicemail/anna/greeting', { method: 'DELETE', cookie })).status, 404);
    t.same(
      lines.map(({ act, detail, callId }) => [act, detail, callId]),
      [
        ['voicemail-heard', 'anna/m1', 'c1'],
        ['voicemail-downloaded', 'anna/m1', 'c1'],
        ['voicemail-marked', 'anna/m1', 'c1'],
        ['voicemail-deleted', 'anna/m1', 'c1'],
        ['voicemail-greeting', 'anna', undefined],
      ],
    );
  },
);

t.test('nobody hears anything who has not signed in', async (t) => {
  const { at, lines } = await start(t);
  for (const path of [
    '/api/v1/voicemail',
    '/api/v1/voicemail/anna',
    '/api/v1/voicemail/anna/m1/sound',
    '/api/v1/mail',
  ])
    t.equal((await fetched(at, path, {})).status, 401, path);
  t.equal(lines.length, 0);
});

t.test('mail is tried out: the cause is told in both languages, and no server is told as that', async (t) => {
  const { at, cookie } = await start(t);
  const send = (body: object) => ask(at, '/api/v1/mail/test', { method: 'POST', cookie, body });
  t.match((await send({ to: 'anna@example.com' })).json, { error: { code: 'api/no-mail' } });
  const asked: unknown[] = [];
  at.deps.mail = {
    view: () => ({ ready: true, waiting: 3 }),
    async test(...order) {
      asked.push(order);
      return { ok: false, said: { ru: 'нет', en: 'no' }, cure: { ru: 'чините', en: 'mend' }, detail: '535' };
    },
    note: async (person, { text }) =>
      person === 'anna' ? (text === 'x' ? 'no-address' : 'posted') : undefined,
  };
  t.match((await ask(at, '/api/v1/mail', { cookie })).json, { ready: true, waiting: 3 });
  t.match((await send({ to: 'anna@example.com', language: 'en' })).json, {
    ok: false,
    said: { ru: 'нет', en: 'no' },
    detail: '535',
  });
  t.same(asked, [['anna@example.com', 'en']]);
  for (const to of [undefined, 'nobody', 'a@b@c', 'a b@example.com', 'anna@example.com\r\nBcc: all'])
    t.equal((await send({ to })).status, 400, String(to));
  const note = (id: string, body: object) =>
    ask(at, `/api/v1/people/${id}/note`, { method: 'POST', cookie, body });
  t.equal((await note('anna', { text: 'Call Ivan back.' })).status, 200);
  t.match((await note('anna', { text: 'x' })).json, { error: { code: 'api/no-address' } });
  t.equal((await note('boris', { text: 'y' })).status, 404);
  t.equal((await note('anna', { text: '  ' })).status, 400);
});
