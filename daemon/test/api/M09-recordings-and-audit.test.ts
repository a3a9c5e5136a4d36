import { request } from 'node:http';
import t from 'tap';
import { until } from '../../../scripts/lib/clients.ts';
import type { AuditEntry } from '../../src/api/contract.ts';
import { ask, claimed, type Running, startApi } from './kit.ts';

const sound = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));

/** An API with one recorded call, whose file is encrypted; and what happened to it. */
async function start(t: { teardown(fn: () => unknown): void }, of = sound) {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const lines: Omit<AuditEntry, 'at'>[] = [];
  const state = { open: 0, removed: false };
  at.deps.audit = {
    note: (entry) => void lines.push(entry),
    list: (query) => ({
      entries: [{ id: 7, at: 1, who: 'admin', act: 'recording-heard', detail: JSON.stringify(query) }],
    }),
  };
  at.deps.recordings = {
    begin: (id) => id === 'c1',
    end: (id) => id === 'c1',
    find: (file) =>
      file === 'c1-1.wav' && !state.removed
        ? {
            open: () => {
              state.open++;
              return {
                bytes: sound.length,
                *read(from, to) {
                  for (let i = from; i < to; i += 1000) {
                    if (i >= of.length) throw new Error('damaged');
                    yield of.subarray(i, Math.min(to, i + 1000));
                  }
                },
                close: () => void state.open--,
              };
            },
          }
        : file === 'c1-2.wav'
          ? { open: () => undefined }
          : undefined,
    remove: () => !state.removed && (state.removed = true),
  };
  const recordings = ['c1-1.wav', 'c1-2.wav'].map((file) => ({ file, at: 1 }));
  at.records = [
    {
      ...{ id: 'c1', state: 'ended', direction: 'outgoing', service: 'plain' },
      ...{ startedAt: 1, legs: [], events: [], recordings },
    } as (typeof at.records)[number],
  ];
  return { at, lines, state, cookie: await claimed(at) };
}

function fetchPart(
  at: Running,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: Record<string, unknown>; data: Buffer; broken: boolean }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: at.port, path, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (data: Buffer) => parts.push(data));
      response.on('error', () => {});
      response.on('close', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          data: Buffer.concat(parts),
          broken: !response.complete,
        }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

t.test(
  'an encrypted recording is heard whole, in parts as a player asks, and each hearing is noted once',
  async (t) => {
    const { at, lines, state, cookie } = await start(t);
    const path = '/api/v1/calls/c1/recordings/c1-1.wav';
    const get = (range?: string) => fetchPart(at, path, { cookie, ...(range ? { range } : {}) });
    const whole = await get();
    t.equal(whole.status, 200);
    t.same(whole.data, sound);
    t.match(whole.headers, { 'accept-ranges': 'bytes', 'content-type': 'audio/wav' });
    for (const [range, from, to] of [
      ['bytes=0-0', 0, 1],
      ['bytes=990-2100', 990, 2101],
      ['bytes=4000-', 4000, 5000],
      ['bytes=-10', 4990, 5000],
      ['bytes=4990-9999', 4990, 5000],
    ] as const) {
      const part = await get(range);
      t.equal(part.status, 206, range);
      t.equal(part.headers['content-range'], `bytes ${from}-${to - 1}/5000`);
      t.same(part.data, sound.subarray(from, to));
    }
    t.equal((await get('bytes=5000-')).status, 416);
    t.equal((await get('bytes=9-5')).status, 200, 'what is no range is answered with all');
    t.match(lines, [
      { who: 'admin', from: /127\.0\.0\.1/, act: 'recording-heard', callId: 'c1', detail: 'c1-1.wav' },
    ]);
    t.equal(lines.length, 1, 'a player asks for it piece by piece, and it is one hearing');
    const taken = await fetchPart(at, `${path}?download`, { cookie });
    t.match(taken.headers, { 'content-disposition': 'attachment; filename=c1-1.wav' });
    t.equal(lines.at(-1)?.act, 'recording-downloaded');
    await until('no file is left open', () => state.open === 0 || undefined, 5000);
    const stranger = await fetchPart(at, path, {});
    t.equal(stranger.status, 401, 'for nobody who has not signed in');
    t.equal((await fetchPart(at, '/api/v1/calls/c1/recordings/c1-2.wav', { cookie })).status, 410);
  },
);

t.test('one that was damaged breaks off, and nothing false is heard', async (t) => {
  const { at, state, cookie } = await start(t, sound.subarray(0, 2000));
  const got = await fetchPart(at, '/api/v1/calls/c1/recordings/c1-1.wav', { cookie });
  t.equal(got.broken, true);
  t.ok(got.data.length <= 2000);
  await until('it is closed', () => state.open === 0 || undefined, 5000);
});

t.test(
  'who begins, ends or deletes a recording is in the log, which can be read and not changed',
  async (t) => {
    const { at, lines, cookie } = await start(t);
    await ask(at, '/api/v1/calls/c1/record', { method: 'POST', body: {}, cookie });
    await ask(at, '/api/v1/calls/c1/record', { method: 'DELETE', cookie });
    t.equal((await ask(at, '/api/v1/calls/c9/record', { method: 'DELETE', cookie })).status, 404);
    await ask(at, '/api/v1/calls/c1/recordings/c1-1.wav', { method: 'DELETE', cookie });
    t.same(
      lines.map(({ act }) => act),
      ['recording-begun', 'recording-ended', 'recording-deleted'],
    );
    const read = await ask(at, '/api/v1/audit?limit=20&before=9&call=c1', { cookie });
    t.equal(read.json.entries[0].detail, '{"limit":20,"before":9,"callId":"c1"}');
    t.equal((await ask(at, '/api/v1/audit?limit=-3', { cookie })).status, 400);
    t.equal((await ask(at, '/api/v1/audit')).status, 401);
    for (const method of ['DELETE', 'POST', 'PUT', 'PATCH'])
      t.equal(
        (await ask(at, '/api/v1/audit', { method, cookie, ...(method === 'DELETE' ? {} : { body: {} }) }))
          .status,
        404,
        method,
      );
  },
);
