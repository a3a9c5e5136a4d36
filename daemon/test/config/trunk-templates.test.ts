import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { configSchema } from '../../src/config/schema.ts';
import { readTrunkTemplates, trunkTemplates } from '../../src/config/trunk-templates.ts';
import { Targets } from '../../src/sip/targets.ts';
import { ask, claimed, startApi } from '../api/kit.ts';

/** What a person would copy from the contract. */
const answers = {
  server: 'sip.operator.example',
  outboundProxy: '203.0.113.5:5060',
  peers: ['203.0.113.0/24'],
  user: '74951112233',
  authUser: '74951112233@operator.example',
  password: 'from-the-contract',
  callerNumber: '+74951112233',
  publicAddress: '198.51.100.7',
} as const;

for (const template of trunkTemplates()) {
  t.test(`${template.id}: with the contract's answers it is a trunk`, async (t) => {
    const asked = Object.fromEntries(
      template.asks.map((key) => {
        t.ok(key in answers, `${key} is something that a contract says`);
        return [key, answers[key as keyof typeof answers]];
      }),
    );
    const made = configSchema.safeParse({
      version: 1,
      trunks: [{ id: 'new', name: template.name.ru, ...template.trunk, ...asked }],
    });
    t.ok(made.success, JSON.stringify(made.error?.issues));
    const config = made.data!.trunks[0]!;
    t.match(config, { ...template.trunk, ...asked });
    t.equal(
      Object.keys(template.trunk).find((key) => template.asks.includes(key) && key !== 'server'),
      undefined,
      'nothing but the server is both given and asked',
    );
    t.ok(config.mode === 'static' || template.asks.includes('user'), 'who registers has a name');
    t.match(template.name.ru, /\S/);
    t.notMatch(template.name.en, /[а-яё]/i);
    t.notMatch(template.note?.en ?? '', /[а-яё]/i);
    for (const name of [config.server, config.outboundProxy ?? config.server]) {
      const none = { locate: async () => [] };
      const targets = new Targets(name, config.transport, none, new FakeClock(), () => {});
      t.notOk(targets.lost, 'a place to look up, not refused out of hand');
      targets.close();
    }
  });
}

t.test('ids are unique, and what is not sure says so', async (t) => {
  const ids = trunkTemplates().map((template) => template.id);
  t.equal(new Set(ids).size, ids.length);
  t.ok(ids.length >= 15);
  const open = trunkTemplates().filter((x) => x.trunk.server === undefined && !x.verify);
  t.same(
    open.map((x) => x.id).filter((id) => !/^(generic|sipconnect)-/.test(id)),
    ['mango'],
    'an operator whose server is not known by name is to be verified, but where each customer has one',
  );
});

t.test('a file that is wrong is refused with the place', async (t) => {
  const good = {
    id: 'x',
    name: { ru: 'Икс', en: 'X' },
    verify: true,
    asks: ['server'],
    trunk: {},
  };
  t.equal(readTrunkTemplates([good]).length, 1);
  const refused = (entry: unknown, message: RegExp) =>
    t.throws(() => readTrunkTemplates([entry]), { code: 'config/bad-template', message });
  refused({ ...good, trunk: { sever: 'a' } }, /trunk/);
  refused({ ...good, trunk: { transport: 'pigeon' } }, /transport/);
  refused({ ...good, asks: ['shoe size'] }, /asks/);
  refused({ ...good, asks: ['user'] }, /server/);
  refused({ ...good, name: { ru: 'Икс' } }, /name/);
  refused({ ...good, extra: 1 }, /extra/);
});

t.test('the page gets them, once somebody has signed in', async (t) => {
  const at = await startApi({ config: { version: 1 } });
  t.teardown(() => at.server.close());
  t.equal((await ask(at, '/api/v1/trunk-templates')).status, 401);
  at.config.admin = {};
  const cookie = await claimed(at);
  const answer = await ask(at, '/api/v1/trunk-templates', { cookie });
  t.equal(answer.status, 200);
  t.same(answer.json, trunkTemplates());
});
