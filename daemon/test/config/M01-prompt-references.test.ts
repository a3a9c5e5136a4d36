import t from 'tap';
import { announcementsOf, promptUses } from '../../src/config/prompt-references.ts';
import { configSchema } from '../../src/config/schema.ts';
import { validateConfig } from '../../src/config/validate.ts';
import { office } from '../kit/office.ts';

const withPrompts = (say: string, ...prompts: object[]) => ({
  ...office,
  prompts,
  flows: [
    {
      id: 'main',
      name: 'Main',
      nodes: [
        { id: 'greet', does: { kind: 'play', say, next: 'over' } },
        { id: 'over', does: { kind: 'end' } },
      ],
    },
  ],
});

const problems = (document: unknown): { path: string; said: { ru: string } }[] => {
  const result = validateConfig(document);
  return result.ok ? [] : result.issues;
};

t.test('a prompt that is heard somewhere can be neither missing nor taken away', async (t) => {
  t.same(problems(withPrompts('prompt:hello', { id: 'hello', name: 'Hello' })), []);
  t.match(problems(withPrompts('prompt:hello')), [
    { path: '/flows/0/nodes/0/does/say', said: { ru: /«hello» нет/, en: /no recording "hello"/ } },
  ]);
  t.match(problems(withPrompts('prompt:No', { id: 'hello', name: 'H' })), [{ path: /say/ }]);
  const config = configSchema.parse(
    withPrompts('prompt:hello', { id: 'hello', name: 'Hello', text: 'Привет' }),
  );
  t.same(promptUses(config).get('hello'), ['/flows/0/nodes/0/does/say']);
  t.ok(
    announcementsOf(config).some(({ text }) => text === 'Привет'),
    'texts are found to be spoken ahead',
  );
});

t.test('a prompt does not lead to another, and its id is its own', async (t) => {
  const twice = withPrompts('', { id: 'hello', name: 'A' }, { id: 'hello', name: 'B' });
  t.match(problems(twice), [{ path: '/prompts/1/id' }]);
  const leading = withPrompts('', { id: 'a', name: 'A', text: 'prompt:b' }, { id: 'b', name: 'B' });
  t.match(problems(leading), [{ path: '/prompts/0/text' }]);
});

t.test('a text is one line of a bounded length without signs that nobody sees', async (t) => {
  for (const bad of ['one\ntwo', 'x'.repeat(501), 'a\u202eb', 'prompt:../../etc'])
    t.not(problems(withPrompts(bad)).length, 0, JSON.stringify(bad.slice(0, 20)));
});
