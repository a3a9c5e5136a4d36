import t from 'tap';
import { Operator } from '../../../scripts/lib/operator.ts';
import type { TrunkConfig } from '../../src/config/schema.ts';
import { validateConfig } from '../../src/config/validate.ts';
import { Authority, type Issued } from '../peers/authority.ts';
import { makeLeg, next, ready, resolverOf, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const authority = new Authority(t.testdir());
const domain = 'sip.operator.test';
const normal = { q850: 16, text: '', by: 'local' as const };

/** An operator with that certificate, and a gateway with a trunk to it by the domain. */
async function secured(t: Parameters<typeof startEngine>[0], tls: Issued, change: Partial<TrunkConfig> = {}) {
  const far = await Operator.start({
    tls,
    accounts: { office: 'secret' },
    usual: { status: 200, ringMs: 10 },
  });
  t.teardown(() => far.close());
  const engine = await startEngine(t, {
    listen: [
      { transport: 'udp', host: '127.0.0.1', port: 0 },
      { transport: 'tls', host: '127.0.0.1', port: 0 },
    ],
    tls: authority.selfSigned('DNS:box'),
  });
  const resolver = resolverOf({
    addresses: async () => ['127.0.0.1'],
    services: async (name) =>
      name === `_sips._tcp.${domain}` ? [{ name: 'a.test', port: far.port, priority: 1, weight: 0 }] : [],
  });
  const trunk = trunkConfig({
    mode: 'register',
    user: 'office',
    password: 'secret',
    server: domain,
    transport: 'tls',
    tlsCa: authority.cert,
    ...change,
  });
  const { gateway } = await startGateway(t, engine, [trunk], {
    resolver,
    secure: (profiles) => engine.setTls(profiles),
  });
  return { far, engine, gateway };
}

const trouble = async (gateway: Awaited<ReturnType<typeof secured>>['gateway']) => {
  const status = await until(() => gateway.trunks().find((trunk) => trunk.state === 'down' && trunk.trouble));
  return status.trouble!;
};

t.test('a trunk over TLS: registered, called both ways, and by the name and not the address', async (t) => {
  const { far, gateway, engine } = await secured(t, authority.issue({ names: `URI:sip:${domain}` }));
  await ready(gateway, 'registered');
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'answered');
  leg.release(normal);
  await until(() => far.calls().every((call) => call.state === 'ended'));
  const incoming = next(gateway, 'incoming');
  void far.call({ to: 'office', number: '+74951112233', caller: '+79161234567' });
  const [called] = await incoming;
  await called.answer();
  await until(() => far.calls().some((call) => call.direction === 'to-box' && call.state === 'answered'));
  called.release(normal);
  await until(() => far.calls().every((call) => call.state === 'ended'));
  t.equal(engine.stats().connections, 1, 'one connection carries all');
  t.match(engine.trace('REGISTER')[0], { proto: 'tls' });
  t.match(engine.trace('REGISTER')[0]?.text, /Contact: <sip:office@127\.0\.0\.1:\d+;transport=tls>/);
});

t.test('a PEM pasted into a field of one line serves as well', async (t) => {
  const { gateway } = await secured(t, authority.issue({ names: `DNS:${domain}` }), {
    tlsCa: authority.cert.replaceAll('\n', ' '),
  });
  await ready(gateway, 'registered');
});

t.test('what is wrong with a certificate is said in plain words', async (t) => {
  const cases: [ru: RegExp, en: RegExp, issued: Issued, change?: Partial<TrunkConfig>][] = [
    [
      /^Срок действия сертификата оператора истёк$/,
      /certificate has expired$/,
      authority.issue({ names: `DNS:${domain}`, from: '20200101000000Z', until: '20200601000000Z' }),
    ],
    [/на другое имя/, /for another name/, authority.issue({ names: 'DNS:other.test' })],
    [/никем не заверен/, /self-signed/, authority.selfSigned(`DNS:${domain}`)],
    [
      /неизвестным удостоверяющим центром/,
      /not known here/,
      authority.issue({ names: `DNS:${domain}` }),
      { tlsCa: '' },
    ],
  ];
  await Promise.all(
    cases.map(async ([ru, en, issued, change]) => {
      const { gateway } = await secured(t, issued, change);
      const { said, cure } = await trouble(gateway);
      t.match(said.ru, ru);
      t.match(said.en, en);
      t.match(cure, { ru: /[а-я]/, en: /[a-z]/ });
    }),
  );
  const { gateway } = await secured(t, authority.selfSigned('DNS:whatever'), { tlsVerify: false });
  await ready(gateway, 'registered');
});

t.test('the settings refuse what is no certificate', async (t) => {
  const refused = (change: Partial<TrunkConfig>): string[] => {
    const trunk = { ...trunkConfig({ server: domain }), ...change };
    const result = validateConfig({ version: 1, trunks: [trunk] });
    return result.ok ? [] : result.issues.map(({ path }) => path);
  };
  t.same(refused({ tlsCa: 'hello' }), ['/trunks/0/tlsCa']);
  t.same(refused({ tlsPrivateKey: authority.cert }), ['/trunks/0/tlsPrivateKey']);
  const issued = authority.issue({ commonName: 'box' });
  t.same(
    refused({ tlsCertificate: issued.cert, tlsPrivateKey: issued.key.replaceAll('\n', ' ') }),
    [],
    'a key in one line is still one',
  );
});
