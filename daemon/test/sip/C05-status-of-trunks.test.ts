import t from 'tap';
import { trunkLive } from '../../src/main/trunk-live.ts';
import type { SipGateway, TrunkStatus } from '../../src/sip/index.ts';
import { cureOf, sayExchange } from '../../src/sip/trunk-words.ts';
import { freeTcpPort, freeUdpPort } from '../peers/process.ts';
import { type Reply, registered, ScriptedServer } from '../peers/scripted.ts';
import { makeLeg, next, ready, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const account = { mode: 'register' as const, user: 'office', password: 'secret' };
const status = (gateway: SipGateway): TrunkStatus => gateway.trunks()[0]!;
const live = (config: ReturnType<typeof trunkConfig>, gateway: SipGateway) =>
  trunkLive(config, status(gateway));

/** What a registrar may answer, and what a person reads then. */
const failures: {
  reply: Reply;
  state: string;
  ru: RegExp;
  en: RegExp;
  cure: RegExp;
}[] = [
  {
    reply: { status: 401 },
    state: 'refused',
    ru: /имя или пароль \(401/,
    en: /user name or password \(401/,
    cure: /договор/,
  },
  {
    reply: { status: 403 },
    state: 'refused',
    ru: /имя или пароль \(403/,
    en: /user name or password \(403/,
    cure: /договор/,
  },
  {
    reply: { status: 404 },
    state: 'refused',
    ru: /не знает такого имени/,
    en: /does not know this user/,
    cure: /договор/,
  },
  { reply: { status: 402 }, state: 'refused', ru: /требует оплаты/, en: /asks for payment/, cure: /оплачен/ },
  {
    reply: { status: 423 },
    state: 'unreachable',
    ru: /срока регистрации/,
    en: /registration time/,
    cure: /срок/,
  },
  {
    reply: { status: 488 },
    state: 'refused',
    ru: /Ответ оператора: 488/,
    en: /answered: 488/,
    cure: /Спросите/,
  },
  {
    reply: { status: 302 },
    state: 'unreachable',
    ru: /другой адрес/,
    en: /another address/,
    cure: /Спросите/,
  },
  {
    reply: { status: 500 },
    state: 'unreachable',
    ru: /Ответ оператора: 500/,
    en: /answered: 500/,
    cure: /Спросите/,
  },
  {
    reply: { status: 503 },
    state: 'unreachable',
    ru: /перегружен или остановлен/,
    en: /overloaded or stopped/,
    cure: /попробует снова/,
  },
  {
    reply: { status: 603 },
    state: 'refused',
    ru: /Ответ оператора: 603/,
    en: /answered: 603/,
    cure: /Спросите/,
  },
];

t.test('C05: each failure of a registration in plain words, with what to do', async (t) => {
  for (const { reply, state, ru, en, cure } of failures) {
    const server = await ScriptedServer.start(t, () => reply);
    const engine = await startEngine(t);
    const config = trunkConfig({ ...account, server: `127.0.0.1:${server.port}` });
    const { gateway } = await startGateway(t, engine, [config]);
    await until(() => live(config, gateway).state === state);
    const shown = live(config, gateway);
    t.match(shown.said.ru, ru);
    t.match(shown.said.en, en);
    t.match(shown.cure?.ru, cure);
    t.notMatch(shown.cure?.en, /[а-яё]/i);
    t.equal(shown.lastSuccess, undefined, 'no success is claimed');
    t.equal(shown.expiresAt, undefined);
    await gateway.close();
    await engine.close();
  }
});

t.test('C05: silence, a closed port, a name that nobody knows, no network, no engine', async (t) => {
  const engine = await startEngine(t, { timers: { T1: 5, T2: 20, T4: 20 } });
  const show = async (
    change: Parameters<typeof trunkConfig>[0],
    more: Parameters<typeof startGateway>[3] = {},
  ) => {
    const config = trunkConfig(change);
    const { gateway } = await startGateway(t, engine, [config], more);
    await ready(gateway, 'down');
    return { shown: live(config, gateway), gateway };
  };
  const mute = await ScriptedServer.start(t, () => undefined);
  t.match((await show({ ...account, server: `127.0.0.1:${mute.port}` })).shown, {
    state: 'unreachable',
    said: { ru: 'Сервер оператора не отвечает', en: "The operator's server does not answer" },
    cure: { ru: /Интернет/ },
  });
  const closed = { ...account, transport: 'tcp' as const, server: `127.0.0.1:${await freeTcpPort()}` };
  t.match((await show(closed)).shown.said, {
    ru: /недоступен: запрос не удалось отправить/,
    en: /cannot be reached/,
  });
  const nobody = {
    locate: async () => {
      throw new Error('ENOTFOUND');
    },
  };
  const lost = await show({ ...account, server: 'no.such.operator.example' }, { resolver: nobody });
  t.match(lost.shown, {
    said: { ru: /адрес сервера no\.such\.operator\.example/, en: /cannot be found/ },
    cure: { ru: /DNS/ },
  });
  t.equal(lost.shown.lastExchange, undefined, 'nothing was sent, and nothing is said to have been');
  const cut = { ...account, server: `127.0.0.1:${await freeUdpPort()}` };
  const unplugged = await show(cut, { routed: () => Promise.reject(new Error('ENETUNREACH')) });
  t.match(unplugged.shown, { said: { ru: /Нет сети/, en: /No network/ }, cure: { ru: /кабель/ } });

  const server = await ScriptedServer.start(t, (request) => registered(request));
  const other = await startEngine(t);
  const config = trunkConfig({ ...account, server: `127.0.0.1:${server.port}` });
  const { gateway } = await startGateway(t, other, [config]);
  await ready(gateway, 'registered');
  const gone = next(gateway, 'engine', (connected) => !connected);
  await other.close();
  await gone;
  t.match(live(config, gateway), { state: 'unreachable', said: { ru: /движок SIP/, en: /engine/ } });
  t.equal(live(config, gateway).expiresAt, undefined);
});

t.test('C05: no state claims more than was seen', async (t) => {
  const answers: { register?: Reply; options?: Reply } = {};
  const server = await ScriptedServer.start(t, (request) =>
    request.method === 'REGISTER'
      ? (answers.register ?? registered(request))
      : request.method === 'OPTIONS'
        ? answers.options
        : { status: 486 },
  );
  const engine = await startEngine(t, { timers: { T1: 20, T2: 80, T4: 100 } });
  const where = { server: `127.0.0.1:${server.port}` };

  await t.test('a static trunk that nothing was sent to is not said to work', async (t) => {
    const config = trunkConfig(where);
    const { gateway } = await startGateway(t, engine, [config]);
    await ready(gateway, 'untried');
    t.match(live(config, gateway), {
      state: 'untried',
      said: { ru: /ещё не проверена/, en: /not tried yet/ },
    });
    t.equal(live(config, gateway).lastExchange, undefined);
    const leg = await makeLeg(gateway);
    leg.start();
    await next(leg, 'released');
    t.match(live(config, gateway), { state: 'ready' }, 'the busy called has shown that the server is there');
    await gateway.close();
  });

  await t.test('success and failure of different requests are not mixed up', async (t) => {
    answers.register = { status: 403 };
    answers.options = { status: 200 };
    const config = trunkConfig({ ...account, ...where, optionsSeconds: 5 });
    const { gateway } = await startGateway(t, engine, [config]);
    await ready(gateway, 'refused');
    await until(() => status(gateway).lastExchange?.request === 'OPTIONS');
    t.match(live(config, gateway), {
      state: 'refused',
      said: { ru: /имя или пароль/ },
      lastSuccess: { text: 'OPTIONS -> 200 OK' },
    });
    const since = status(gateway).since;
    await until(() => server.of('REGISTER').length >= 2);
    t.equal(status(gateway).since, since, 'a further attempt that fails too is no news');
    delete answers.register;
    await ready(gateway, 'registered');
    const shown = live(config, gateway);
    t.equal(shown.cure, undefined);
    t.ok(shown.expiresAt! > Date.now() && shown.latencyMs! >= 0);
    t.ok(shown.since > since);
    await gateway.close();
  });

  await t.test(
    'a registration that could not be refreshed is shown no longer than it was granted',
    async (t) => {
      delete answers.options;
      answers.register = undefined as never;
      const config = trunkConfig({ ...account, ...where });
      const { gateway } = await startGateway(t, engine, [config], {
        times: {
          ...(await import('./kit.ts')).quickTimes,
          registration: () => ({
            expiresSeconds: 1,
            backoffMs: 50,
            maxBackoffMs: 200,
            refusedMs: 300,
            maxRefusedMs: 600,
          }),
        },
      });
      await ready(gateway, 'registered');
      const { expiresAt } = status(gateway);
      answers.register = { status: 500 };
      await ready(gateway, 'down');
      t.ok(Date.now() >= expiresAt! - 100, 'in service as long as the binding holds');
      t.ok(Date.now() - expiresAt! < 1500, 'and not after');
      t.match(status(gateway).lastSuccess, { request: 'REGISTER', status: 200 });
      await gateway.close();
    },
  );
});

t.test(
  'C05: the health of each address behind a name, and back to the first after two answers',
  async (t) => {
    let firstAnswers = true;
    const first = await ScriptedServer.start(t, () => (firstAnswers ? { status: 200 } : undefined));
    const second = await ScriptedServer.start(t, () => ({ status: 200 }));
    const engine = await startEngine(t, { timers: { T1: 20, T2: 80, T4: 100 } });
    const resolver = {
      locate: async () => [first, second].map(({ port }) => ({ address: '127.0.0.1', port })),
    };
    const config = trunkConfig({ server: 'operator.example', optionsSeconds: 10 });
    const { gateway } = await startGateway(t, engine, [config], { resolver });
    const states = (): string =>
      status(gateway)
        .targets.map((target) => target.state)
        .join();
    await until(() => states() === 'answers,unknown');
    firstAnswers = false;
    await until(() => states() === 'silent,answers');
    t.match(live(config, gateway), {
      state: 'ready',
      targets: [
        { address: `127.0.0.1:${first.port}`, state: 'silent' },
        { address: `127.0.0.1:${second.port}`, state: 'answers' },
      ],
    });
    const asked = (server: ScriptedServer): number => server.of('OPTIONS').length;
    const before = asked(first);
    await until(() => asked(first) > before, 8000);
    firstAnswers = true;
    await until(() => states() === 'answers,answers', 8000);
    const quiet = asked(second);
    await until(() => asked(first) > before + 6, 8000);
    t.ok(asked(second) - quiet <= 2, 'the preferred one is in use again');
  },
);

t.test('words: every cause has both languages, and no Russian in the English', async (t) => {
  for (const request of ['REGISTER', 'OPTIONS', 'INVITE'])
    for (const answered of [true, false])
      for (let code = 200; code < 700; code++) {
        const spoken = { request, status: code, text: 'X', answered };
        const said = sayExchange(spoken);
        const cure = cureOf(spoken);
        if (!said.ru || !said.en || /[а-яё]/i.test(said.en + cure.en) || !cure.ru || /\.$/.test(said.ru))
          t.fail(`${request} ${code} ${answered}`);
      }
  t.match(
    sayExchange({
      request: 'REGISTER',
      status: 503,
      text: 'tls/expired',
      answered: false,
    }),
    { ru: /ертификат/, en: /certificate/ },
  );
});
