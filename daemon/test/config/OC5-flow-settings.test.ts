import t from 'tap';
import { validateConfig } from '../../src/config/validate.ts';
import { office } from '../kit/office.ts';

const end = { id: 'end', does: { kind: 'end' } };
const play = (id: string, next: string): object => ({ id, does: { kind: 'play', say: 'Hello', next } });
const flow = (nodes: object[], more: object = {}): object => ({ id: 'main', name: 'Main', nodes, ...more });

/** What is wrong with flows, as `path: English`. */
function faults(...flows: object[]): string[] {
  const checked = validateConfig({ ...office, flows });
  if (checked.ok) return [];
  for (const { said } of checked.issues) t.match(said.ru, /[а-яё]/i, 'in Russian, too');
  return checked.issues.map(({ path, said }) => `${path}: ${said.en}`);
}

/** What is wrong with one step, which leads to the end. */
const wrong = (does: object): string[] => faults(flow([{ id: 'a', does }, end]));

t.test('a flow is taken with what it leaves unsaid filled in', async (t) => {
  const menu = { kind: 'menu', choices: [{ keys: '1', next: 'end' }], otherwise: 'end' };
  const checked = validateConfig({ ...office, flows: [flow([{ id: 'a', does: menu }, end])] });
  t.match(checked, {
    ok: true,
    config: {
      flows: [
        {
          enabled: true,
          minutes: 20,
          nodes: [{ does: { kind: 'menu', seconds: 6, tries: 3, extensions: false, say: '' } }, {}],
        },
      ],
      hooks: { hosts: [] },
    },
  });
  t.match(validateConfig(office), { ok: true, config: { flows: [] } }, 'settings of before stay valid');
});

t.test('steps that are named are there, each is come to, and none has the id of another', async (t) => {
  t.same(faults(flow([play('a', 'b'), end])), ['/flows/0/nodes/0/does/next: This flow has no step "b".']);
  t.same(faults(flow([play('a', 'end'), play('b', 'end'), end])), [
    '/flows/0/nodes/1/id: No step leads to the step "b".',
  ]);
  t.same(faults(flow([play('a', 'end'), end], { start: 'end' })), [
    '/flows/0/nodes/0/id: No step leads to the step "a".',
  ]);
  t.same(faults(flow([end], { start: 'none' })), ['/flows/0/start: This flow has no step "none".']);
  t.same(faults(flow([end, end])), ['/flows/0/nodes/1/id: This flow has a step end already.']);
  t.same(faults(flow([end]), flow([end])), ['/flows/1/id: The id main is in this list already.']);
  t.same(
    faults(flow([end], { extension: '11' })).map((fault) => fault.split(':', 1)[0]),
    ['/flows/0/extension'],
    'nor an extension that somebody has',
  );
});

t.test('whom and what a step names is there', async (t) => {
  const otherwise = 'end';
  t.match(wrong({ kind: 'transfer', to: 'person:zoe', otherwise }), [/zoe does not exist/]);
  t.match(wrong({ kind: 'transfer', to: 'flow:other', otherwise }), [/flow:other does not exist/]);
  t.match(wrong({ kind: 'transfer', to: 'port:5', otherwise }), [/5 does not exist/]);
  t.match(wrong({ kind: 'queue', queue: 'sales', otherwise }), [/queue:sales does not exist/]);
  t.match(wrong({ kind: 'callback', queue: 'sales', next: 'end', otherwise }), [
    /queue:sales does not exist/,
  ]);
  t.match(wrong({ kind: 'voicemail', mailbox: 'zoe', otherwise }), [/voicemail:zoe does not exist/]);
  t.match(wrong({ kind: 'play', say: 'prompt:none', next: 'end' }), [/no recording "none"/]);
  t.match(wrong({ kind: 'time', ways: [{ schedule: 'none', next: 'end' }], otherwise }), [/Schedule: none/]);
  t.match(wrong({ kind: 'caller', ways: [{ list: 'none', next: 'end' }], otherwise }), [/list: none/]);
  t.match(wrong({ kind: 'caller', ways: [{ next: 'end' }], otherwise }), [/Give numbers or a list/]);
  t.same(wrong({ kind: 'transfer', to: 'number:+79160000001', otherwise }), []);
});

t.test('what could never work is refused where it stands', async (t) => {
  const otherwise = 'end';
  const choices = [
    { keys: '1', next: 'end' },
    { keys: '1', next: 'end' },
  ];
  t.match(wrong({ kind: 'menu', choices, otherwise }), [
    '/flows/0/nodes/0/does/choices/1/keys: 1 has a choice already.',
  ]);
  t.match(wrong({ kind: 'record', name: 'q', min: 3, max: 2, next: 'end', otherwise }), [/does\/max: /]);
  t.match(wrong({ kind: 'set', value: 'x', next: 'end' }), [/does\/variable: /]);
  for (const url of [
    'ftp://10.0.0.1/',
    'http://user:secret@10.0.0.1/',
    'javascript:1',
    'http://',
    '10.0.0.1',
  ])
    t.equal(wrong({ kind: 'http', url, otherwise }).length, 1, url);
  // Every step waits for a bounded time.
  for (const [does, key] of [
    [{ kind: 'menu', choices: choices.slice(1), otherwise, seconds: 0 }, 'seconds'],
    [{ kind: 'menu', choices: choices.slice(1), otherwise, seconds: 3600 }, 'seconds'],
    [{ kind: 'menu', choices: choices.slice(1), otherwise, tries: 1000 }, 'tries'],
    [{ kind: 'http', url: 'http://10.0.0.1/', otherwise, seconds: 60 }, 'seconds'],
    [{ kind: 'transfer', to: 'port:1', otherwise, seconds: 100_000 }, 'seconds'],
    [{ kind: 'repeat', times: 1e9, again: 'a', next: 'end' }, 'times'],
    [{ kind: 'menu', choices: choices.slice(1) }, 'otherwise'],
    [{ kind: 'nothing' }, 'kind'],
  ] as const)
    t.match(wrong(does), [new RegExp(`does/${key}: `)], JSON.stringify(does));
});

t.test('a way round that nobody bounds is refused, and a draft is not looked at', async (t) => {
  const round = [play('a', 'b'), play('b', 'a')];
  t.match(faults(flow(round)), [/a call would go round.*: a -> b -> a/i]);
  t.same(faults(flow([...round, end], { enabled: false })), []);
  t.same(
    faults(flow([{ id: 'ask', does: { kind: 'record', name: 'q', next: 'ask', otherwise: 'end' } }, end])),
    [],
    'an answer is a key',
  );
  t.match(
    faults(flow([{ id: 'ask', does: { kind: 'record', name: 'q', next: 'end', otherwise: 'ask' } }, end])),
    [/ask -> ask/],
    'silence is none',
  );
});
