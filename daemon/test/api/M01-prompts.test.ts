import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { PromptView } from '../../src/api/prompt-contract.ts';
import { CodedError } from '../../src/base/error.ts';
import { ask, claimed, startApi } from './kit.ts';

t.test('prompts over the API: list, upload, listening, recording at a telephone, taking away', async (t) => {
  const at = await startApi({});
  t.teardown(() => at.server.close());
  const file = join(t.testdir(), 'hello.wav');
  writeFileSync(file, 'RIFF of a sound');
  const prompt: PromptView = { id: 'hello', name: 'Hello', text: '', usedAt: ['/flows/0/nodes/0/does/say'] };
  const taken: Buffer[] = [];
  let fault: string | undefined;
  Object.assign(at.deps.prompts, {
    list: () => [prompt],
    file: () => file,
    replace: async (_id: string, data: Buffer) => {
      if (fault) throw new CodedError(fault, 'no');
      taken.push(data);
      return { bytes: 1, seconds: 2, at: 3 };
    },
    remove: async () => true,
  });
  const rung: string[] = [];
  let refusal: string | undefined;
  Object.assign(at.deps.promptRecorder, {
    begin: (id: string, extension: string) => {
      if (!refusal) rung.push(`${id} at ${extension}`);
      return refusal;
    },
  });
  t.equal((await ask(at, '/api/v1/prompts')).status, 401, 'not for strangers');
  const cookie = await claimed(at);
  const put = (type: string, id = 'hello') =>
    ask(at, `/api/v1/prompts/${id}/sound`, {
      ...{ method: 'PUT', cookie, body: 'sound', headers: { 'Content-Type': type } },
    });
  t.match((await ask(at, '/api/v1/prompts', { cookie })).json, { prompts: [{ id: 'hello' }] });
  for (const type of ['audio/wav', 'audio/mpeg', 'audio/ogg', 'video/ogg', 'application/octet-stream'])
    t.equal((await put(type)).status, 200, type);
  t.same(
    taken.map(String),
    Array.from({ length: 5 }, () => 'sound'),
  );
  t.equal((await put('text/plain')).status, 415, 'what a form of a foreign page can send is not taken');
  t.equal((await put('audio/wav', 'none')).status, 404);
  for (const [code, status] of [
    ['sound-unknown', 400],
    ['sound-format', 400],
    ['sound-broken', 400],
    ['sound-empty', 400],
    ['sound-long', 400],
  ] as const) {
    fault = `media/${code}`;
    const answer = await put('audio/wav');
    t.equal(answer.status, status);
    t.match(answer.json, { error: { code: `api/${code}`, said: { ru: /[а-я]/, en: /[a-z]/ } } });
  }
  fault = 'main/prompts-full';
  t.match((await put('audio/wav')).json, { error: { code: 'api/prompts-full' } });

  const heard = await ask(at, '/api/v1/prompts/hello/sound', { cookie });
  t.match(heard.headers, { 'content-type': 'audio/wav' });
  const record = (body: unknown) => ask(at, '/api/v1/prompts/hello/record', { method: 'POST', cookie, body });
  t.equal((await record({ extension: '21' })).status, 202);
  t.same(rung, ['hello at 21']);
  t.equal((await record({})).status, 400);
  refusal = 'busy';
  t.match((await record({ extension: '21' })).json, { error: { code: 'api/prompt-being-recorded' } });
  refusal = 'no-telephone';
  t.match((await record({ extension: '99' })).json, { error: { code: 'api/no-telephone' } });

  const remove = () => ask(at, '/api/v1/prompts/hello/sound', { method: 'DELETE', cookie });
  t.match((await remove()).json, { error: { code: 'api/prompt-used' } }, 'callers would hear nothing');
  prompt.text = 'Hello';
  t.equal((await remove()).status, 200, 'now they hear its text');
});
