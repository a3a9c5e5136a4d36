import { request } from 'node:http';
import t from 'tap';
import type { UpdateView } from '../../src/api/contract.ts';
import { type Bundle, bundle, type UpdateBench, updateBench } from '../kit/update-bench.ts';
import { type Answer, ask, type Running } from './kit.ts';
import { type Departments, startDepartments } from './roles-kit.ts';

type Tap = { teardown(fn: () => unknown): void; testdir(): string };

interface Box extends Departments {
  bench: UpdateBench;
}

/** The API over the real desk, and an updater that a test can turn. */
async function box(t: Tap): Promise<Box> {
  const at = await startDepartments(t);
  const bench = await updateBench(t.testdir());
  t.teardown(() => bench.close());
  at.deps.update = bench.desk;
  return Object.assign(at, { bench });
}

/** Sends a file in as many pieces as there are; `between` is waited for after each. */
function put(
  at: Running,
  cookie: string,
  parts: readonly Buffer[],
  options: { type?: string; length?: boolean; between?: (sent: number) => Promise<void> } = {},
): Promise<Answer> {
  const { type = 'application/octet-stream', length = true, between } = options;
  return new Promise((resolve, reject) => {
    const headers = {
      ...{ Origin: at.origin, Cookie: cookie, 'Content-Type': type },
      ...(length ? { 'Content-Length': parts.reduce((sum, part) => sum + part.length, 0) } : {}),
    };
    const sent = request(
      { host: '127.0.0.1', port: at.port, path: '/api/v1/update', method: 'PUT', headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({
            ...{ status: response.statusCode ?? 0, headers: response.headers, text },
            json: JSON.parse(text),
          }),
        );
      },
    );
    sent.on('error', reject);
    void (async () => {
      for (const [i, part] of parts.entries()) {
        await new Promise((done) => sent.write(part, done));
        await between?.(i + 1);
      }
      sent.end();
    })().catch(reject);
  });
}

const upload = async (at: Box, of: Bundle = {}): Promise<UpdateView> => {
  const answer = await put(at, at.admin, [bundle(of)]);
  if (answer.status !== 202) throw new Error(answer.text);
  await at.bench.settle();
  return (await ask(at, '/api/v1/update', { cookie: at.admin })).json;
};
const post = (at: Box, path: string, body: object = {}, cookie = at.admin): Promise<Answer> =>
  ask(at, `/api/v1/update/${path}`, { body, cookie });

/** Asks until it is so. */
async function until(is: () => Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 5));
}

t.test('a large file is written as it comes, and the page sees how far it is', async (t) => {
  const at = await box(t);
  // JSON may be followed by blanks: the test's updater reads it all the same.
  const parts = [bundle(), ...Array.from({ length: 9 }, () => Buffer.alloc(2 * 1024 * 1024, ' '))];
  const seen: (number | undefined)[] = [];
  const answer = await put(at, at.admin, parts, {
    async between(sent) {
      if (sent !== 5 && sent !== 8) return;
      const enough = sent === 5 ? 30 : 60;
      await until(async () => (at.bench.desk.view().percent ?? 0) >= enough);
      const view: UpdateView = (await ask(at, '/api/v1/update', { cookie: at.admin })).json;
      t.equal(view.phase, 'receiving');
      seen.push(view.percent);
    },
  });
  t.equal(answer.status, 202);
  t.match(answer.json, { phase: /^(checking|installing|installed)$/, version: '1.0.0' });
  t.ok(seen[0]! >= 30 && seen[0]! < seen[1]! && seen[1]! < 100, JSON.stringify(seen));
  await at.bench.settle();
  t.match((await ask(at, '/api/v1/update', { cookie: at.admin })).json, { phase: 'installed', to: '1.1.0' });
  t.match(at.lines, [{ act: 'update-uploaded' }]);
});

t.test('without a length it is taken too, without percents', async (t) => {
  const at = await box(t);
  t.equal((await put(at, at.admin, [bundle()], { length: false })).status, 202);
  await at.bench.settle();
  t.equal(at.bench.desk.view().phase, 'installed');
});

t.test('each refusal is said in both languages', async (t) => {
  const at = await box(t);
  for (const [of, ru, en] of [
    [{ signed: false }, /не подписан изготовителем/, /not signed by the maker/],
    [{ compatible: 'linegate-rpi4' }, /для устройства другой модели/, /another model/],
    [{ version: '0.1.0' }, /Возврат к такой старой версии запрещён/, /does not go back/],
    [{ damaged: true }, /повреждён/, /damaged/],
  ] as const) {
    const view = await upload(at, of);
    t.equal(view.phase, 'idle');
    t.match(view.refused, { ru, en });
  }
});

t.test('what cannot be done is answered with its reason', async (t) => {
  const at = await box(t);
  t.match(await put(at, at.admin, [Buffer.from('{}')], { type: 'application/json' }), {
    status: 415,
    json: { error: { code: 'api/wrong-type' } },
  });
  t.match(await post(at, 'restart'), { status: 409, json: { error: { code: 'api/no-update' } } });
  t.match(await post(at, 'restart', { when: 'soon' }), { status: 400 });
  t.match(await post(at, 'look'), { status: 409, json: { error: { code: 'api/update-no-address' } } });
  await upload(at);
  at.bench.busy = true;
  t.match(await post(at, 'restart'), {
    status: 409,
    json: { error: { code: 'api/update-in-use', said: { ru: /разговоры/, en: /calls/ } } },
  });
  t.notOk(at.bench.restartAsked());
  at.bench.busy = false;
  t.match(await post(at, 'restart', { when: 'tonight' }), { status: 202, json: { tonight: true } });
  const begun = await post(at, 'restart');
  t.match(begun, { status: 202, json: { phase: 'restarting', to: '1.1.0' } });
  await at.bench.settle();
  t.ok(at.bench.restartAsked());
  t.match(await put(at, at.admin, [bundle()]), { status: 409, json: { error: { code: 'api/update-busy' } } });
  t.match(at.lines.map(({ act, detail }) => `${act} ${detail}`).slice(1), [
    'update-started 1.1.0 tonight',
    'update-started 1.1.0 now',
  ]);
});

t.test('no room is said before anything is sent', async (t) => {
  const at = await box(t);
  const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': '1000000000000000' };
  const answer = await new Promise<number>((resolve, reject) => {
    const sent = request(
      {
        ...{ host: '127.0.0.1', port: at.port, path: '/api/v1/update', method: 'PUT' },
        headers: { ...headers, Origin: at.origin, Cookie: at.admin },
      },
      (response) => {
        resolve(response.statusCode ?? 0);
        sent.destroy();
      },
    );
    sent.on('error', reject);
    sent.flushHeaders();
  });
  t.equal(answer, 507);
  t.equal(at.bench.desk.view().phase, 'idle');
});

t.test('a look at once, and an update that was taken back read', async (t) => {
  const at = await box(t);
  at.bench.settings.url = 'https://updates.test/list.json';
  t.equal((await post(at, 'look')).status, 202);
  await at.bench.settle();
  t.match((await ask(at, '/api/v1/update', { cookie: at.admin })).json.looked.said, {
    ru: /самая новая/,
    en: /newest/,
  });
  await upload(at);
  await post(at, 'restart');
  await at.bench.settle();
  await at.bench.boot('A');
  at.deps.update = at.bench.desk;
  const view: UpdateView = (await ask(at, '/api/v1/update', { cookie: at.admin })).json;
  t.match(view.takenBack, { version: '1.1.0', said: { ru: /не запустилась/, en: /did not start/ } });
  t.match((await post(at, 'seen')).json.takenBack, { seen: true });
});

t.test('updates are for administrators and installers', async (t) => {
  const at = await box(t);
  const petr = await at.account('petr', 'installer');
  const anna = await at.account('anna', 'supervisor');
  t.equal((await ask(at, '/api/v1/update', { cookie: petr })).status, 200);
  t.equal((await put(at, petr, [bundle()])).status, 202);
  await at.bench.settle();
  t.equal((await ask(at, '/api/v1/update', { cookie: anna })).status, 403);
  t.equal((await put(at, anna, [bundle()])).status, 403);
  t.equal((await post(at, 'restart', {}, anna)).status, 403);
  t.equal((await ask(at, '/api/v1/update')).status, 401);
  t.equal((await post(at, 'restart', { when: 'tonight' }, petr)).status, 202);
});

t.test('on somebody’s own Linux there is nothing of this', async (t) => {
  const at = await startDepartments(t);
  at.deps.update = undefined;
  t.match(await ask(at, '/api/v1/update', { cookie: at.admin }), {
    status: 404,
    json: { error: { code: 'api/no-updates-here' } },
  });
});
