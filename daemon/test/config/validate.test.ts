import t from 'tap';
import { restartsFor, scopeAt } from '../../src/config/diff.ts';
import { migrate } from '../../src/config/migration.ts';
import { redact, secretMark } from '../../src/config/redaction.ts';
import { configSchema } from '../../src/config/schema.ts';
import { validateConfig } from '../../src/config/validate.ts';

const hmac = 'a'.repeat(64);
const fxs = { kind: 'fxs', number: 1, classOfService: 'office' };
const fxo = { kind: 'fxo', number: 5 };
const trunk = { id: 'acme', name: 'Acme', server: 'sip.example.com', user: 'u' };
const pin = { id: 'anna', name: 'Anna', hmac, length: 6, classOfService: 'office' };

function issues(part: object): [string, string][] {
  const result = validateConfig({ version: 1, ...part });
  return result.ok ? [] : result.issues.map((issue) => [issue.path, issue.said.en]);
}

t.test('what refers to something that is not there is refused at its place', async (t) => {
  const cases: [path: string, part: object][] = [
    ['/ports/0/classOfService', { ports: [{ ...fxs, classOfService: 'nobody' }] }],
    ['/ports/0/costCentre', { ports: [{ ...fxs, costCentre: 'nobody' }] }],
    ['/ports/0/incoming', { ports: [{ ...fxo, incoming: 'nobody' }] }],
    ['/routes/0/via/trunk', { routes: [{ id: 'r', name: 'R', via: { kind: 'trunk', trunk: 'x' } }] }],
    [
      '/routes/0/via/ports/1',
      { ports: [fxs, fxo], routes: [{ id: 'r', name: 'R', via: { kind: 'line', ports: [5, 1] } }] },
    ],
    [
      '/routes/0/when/0',
      {
        trunks: [trunk],
        routes: [{ id: 'r', name: 'R', via: { kind: 'trunk', trunk: 'acme' }, when: ['x'] }],
      },
    ],
    [
      '/classesOfService/0/when/0',
      { classesOfService: [{ id: 'office', name: 'O', allow: [], when: ['x'] }] },
    ],
    [
      '/people/0/ports/0',
      { ports: [fxo], people: [{ id: 'a', name: 'A', classOfService: 'office', ports: [5] }] },
    ],
    ['/pins/0/classOfService', { pins: [{ ...pin, classOfService: 'x' }] }],
    [
      '/accessNumbers/0/linePorts/0',
      { ports: [fxs], accessNumbers: [{ id: 'a', name: 'A', linePorts: [1] }] },
    ],
    [
      '/destinations/0/steps/0/targets/0',
      { destinations: [{ id: 'd', name: 'D', steps: [{ targets: ['port:9'] }] }] },
    ],
    [
      '/destinations/0/steps/0/targets/1',
      { ports: [fxs], destinations: [{ id: 'd', name: 'D', steps: [{ targets: ['port:1', 'person:x'] }] }] },
    ],
    ['/incomingNumbers/0/destination', { incomingNumbers: [{ id: 'n', number: '1', destination: 'x' }] }],
  ];
  for (const [path, part] of cases) {
    const found = issues(part);
    t.same(
      found.map(([place]) => place),
      [path],
    );
    t.match(found[0]?.[1], /does not exist/);
  }
});

t.test('what must be the only one of its kind', async (t) => {
  const second = { ...pin, id: 'boris', hmac: 'b'.repeat(64) };
  const cases: [path: string, part: object][] = [
    ['/trunks/1/id', { trunks: [trunk, trunk] }],
    ['/ports/1/number', { ports: [fxs, { ...fxo, number: 1 }] }],
    ['/pins/1/hmac', { pins: [pin, { ...pin, id: 'boris' }] }],
    [
      '/pins/1/userNumber',
      {
        pins: [
          { ...pin, userNumber: '7' },
          { ...second, userNumber: '7' },
        ],
      },
    ],
    [
      '/ports/1/extension',
      {
        ports: [
          { ...fxs, extension: '201' },
          { ...fxs, number: 2, extension: '201' },
        ],
      },
    ],
    [
      '/accessNumbers/1/linePorts/0',
      {
        ports: [fxo],
        accessNumbers: [
          { id: 'a', name: 'A', linePorts: [5] },
          { id: 'b', name: 'B', linePorts: [5] },
        ],
      },
    ],
    [
      '/routes/0/prices/1/prefix',
      {
        trunks: [trunk],
        routes: [
          {
            id: 'r',
            name: 'R',
            via: { kind: 'trunk', trunk: 'acme' },
            prices: [
              { prefix: '7', perMinute: 1 },
              { prefix: '7', perMinute: 2 },
            ],
          },
        ],
      },
    ],
  ];
  for (const [path, part] of cases)
    t.same(
      issues(part).map(([place]) => place),
      [path],
    );
});

t.test('limits that contradict each other, and rules of telephony', async (t) => {
  const cases: [path: string, part: object][] = [
    ['/ports/0/flashMaxMs', { ports: [{ ...fxs, flashMinMs: 900, flashMaxMs: 500 }] }],
    ['/ports/0/flashMinMs', { ports: [{ ...fxs, flashMinMs: 80 }] }],
    ['/trunks/0/user', { trunks: [{ ...trunk, user: '' }] }],
    ['/trunks/0/srtp', { trunks: [{ ...trunk, srtp: 'required' }] }],
    ['/trunks/0/srtp', { trunks: [{ ...trunk, srtp: 'optional', transport: 'auto' }] }],
    ['/pins/0/userNumber', { pins: [{ ...pin, outside: true }] }],
    ['/site/timeZone', { site: { timeZone: 'Moscow' } }],
    ['/rtp/portMax', { rtp: { portMin: 30000, portMax: 20000 } }],
    ['/dialing/extensionLength/max', { dialing: { extensionLength: { min: 4, max: 3 } } }],
    ['/dialing/areaCodes/0', { dialing: { areaCodes: ['49624'] } }],
    ['/ports/0/extension', { ports: [{ ...fxs, extension: '112' }] }],
    ['/version', { version: 2 }],
  ];
  for (const [path, part] of cases)
    t.same(
      issues(part).map(([place]) => place),
      [path],
    );
  t.same(issues({ ports: [{ ...fxs, flashMinMs: 80, pulseDialing: false }] }), []);
  t.same(issues({ trunks: [{ ...trunk, srtp: 'required', transport: 'tls' }] }), []);
  t.same(issues({ pins: [{ ...pin, outside: true, length: 8 }] }), []);
});

t.test('reasons are words, not patterns', async (t) => {
  const said = (part: object): string | undefined => issues(part)[0]?.[1];
  t.equal(
    said({ trunks: [{ ...trunk, id: 'A b' }] }),
    'Id: must be lower-case letters, digits and hyphens, up to 32.',
  );
  t.equal(said({ trunks: [{ ...trunk, server: undefined }] }), 'Server: is missing.');
  t.equal(
    said({ trunks: [{ ...trunk, transport: 'ipx' }] }),
    'Transport: must be one of: udp, tcp, tls, auto.',
  );
  t.equal(said({ ports: [{ kind: 'pots', number: 1 }] }), 'Kind: must be one of: fxs, fxo.');
  t.equal(said({ ports: [{ ...fxs, number: 17 }] }), 'Socket: must be at most 16.');
  t.equal(said({ site: { currency: 'рубль' } }), 'Currency: must be three letters, such as RUB.');
  t.equal(said({ trunks: 'none' }), 'Trunks: must be a list.');
  t.equal(said({ site: { name: 'Romashka\r\nEvil: 1' } }), 'Site name: must be a text on one line.');
  t.equal(
    said({ trunks: [{ ...trunk, user: 'me\r\nVia: x' }] }),
    'User: must be a name without spaces and quotes.',
  );
  for (const server of ['http://sip.example.com', 'a b', 'sip.example.com:', '<b>', '']) {
    t.match(said({ trunks: [{ ...trunk, server }] }), /^Server: (must be name or address|is empty)/, server);
  }
  for (const server of ['sip.example.com', '203.0.113.5:5060', '[2001:db8::1]:5060', '2001:db8::1']) {
    t.same(issues({ trunks: [{ ...trunk, server }] }), [], server);
  }
  t.match(validateConfig('text'), { ok: false, issues: [{ path: '/version' }] });
});

t.test('documents go up version by version, and never down', async (t) => {
  const log = (line: string): string => line;
  const steps = [
    { from: 0, to: 1, title: 'one', apply: (document: Record<string, unknown>) => void (document.a = 1) },
    {
      from: 1,
      to: 2,
      title: 'two',
      apply: (document: Record<string, unknown>, say: (line: string) => void) =>
        say(log(`a was ${document.a}`)),
    },
  ];
  const given = { b: 1 };
  t.same(migrate(given, steps, 2), {
    document: { b: 1, a: 1, version: 2 },
    log: ['version 0 to 1: one', 'version 1 to 2: two', '  a was 1'],
  });
  t.same(given, { b: 1 }, 'the given document is left alone');
  t.throws(() => migrate({ version: 3 }, steps, 2), { code: 'config/newer-version' });
  t.throws(() => migrate({ version: 'x' }, steps, 2), { code: 'config/invalid' });
});

t.test('the form knows when each change holds, and what has to be restarted for it', async (t) => {
  const cases = {
    '/site/name': 'at-once',
    '/trunks/acme/password': 'restart-trunk',
    '/trunks/acme/maxCalls': 'next-call',
    '/trunks/acme': 'restart-trunk',
    '/trunks/acme/accessNumber/pin': 'next-call',
    '/ports/3/name': 'at-once',
    '/ports/3/flashMinMs': 'restart-port',
    '/ports/3/extension': 'next-call',
    '/routes/a/prices': 'next-call',
    '/dialing/country': 'restart-port',
    '/sip/engine': 'restart-box',
    '/nonsense': 'restart-box',
  };
  for (const [path, scope] of Object.entries(cases)) t.equal(scopeAt(path), scope, path);
  t.same(
    restartsFor(['/trunks/acme/password', '/trunks/beta/maxCalls', '/ports/3/flashMinMs', '/site/name']),
    { trunks: ['acme'], ports: [3], box: false },
  );
  t.same(restartsFor(['/dialing/country', '/sip/engine']), { trunks: [], ports: 'all', box: true });
});

t.test('secrets do not leave the box', async (t) => {
  const config = configSchema.parse({
    version: 1,
    admin: { passwordHash: 'scrypt$secret' },
    trunks: [
      { ...trunk, password: 'sesame', accessNumber: { number: '123', pin: '271828' } },
      { ...trunk, id: 'b' },
    ],
    pins: [pin],
    sip: { engineSecret: 'sesame' },
  });
  const shown = redact(config);
  t.notMatch(JSON.stringify(shown), /sesame|271828|scrypt|aaaa/);
  t.equal(shown.trunks[0]?.password, secretMark);
  t.equal(shown.trunks[1]?.password, '', 'one can see that there is none');
  t.equal(shown.trunks[0]?.user, 'u');
  t.equal(config.trunks[0]?.password, 'sesame', 'the document itself is untouched');
});

t.test('what must be a certificate or an address says so in words of the field', async (t) => {
  const part = { trunks: [{ ...trunk, tlsCa: 'hello', tlsPrivateKey: 'none', publicAddress: 'here' }] };
  const result = validateConfig({ version: 1, ...part });
  const issues = result.ok ? [] : result.issues;
  const said = new Map(issues.map((issue) => [issue.path, issue.said]));
  t.match(said.get('/trunks/0/tlsCa'), { ru: /текст сертификата/, en: /BEGIN CERTIFICATE/ });
  t.match(said.get('/trunks/0/tlsPrivateKey'), { ru: /текст ключа/, en: /PEM key/ });
  t.match(said.get('/trunks/0/publicAddress'), { ru: /адрес IP/, en: /IP address/ });
});

t.test(
  'speech with a device is encrypted over TLS only; one that registers brings its own transport',
  async (t) => {
    const pbx = {
      ...{ id: 'pbx', name: 'PBX', kind: 'pbx', user: 'box', classOfService: 'staff', srtp: 'required' },
      ...{ mode: 'static', address: '192.168.1.9', tlsCa: 'hello' },
    };
    const desk = {
      ...pbx,
      id: 'desk',
      kind: 'telephone',
      mode: 'registers',
      password: 'long enough',
      tlsCa: '',
    };
    const part = { classesOfService: [{ id: 'staff', name: 'Staff', allow: [] }], devices: [pbx, desk] };
    const result = validateConfig({ version: 1, ...part });
    const said = new Map((result.ok ? [] : result.issues).map((issue) => [issue.path, issue.said]));
    t.same([...said.keys()].sort(), ['/devices/0/srtp', '/devices/0/tlsCa']);
    t.match(said.get('/devices/0/srtp'), { ru: /только с транспортом TLS/, en: /only with TLS/ });
    t.match(said.get('/devices/0/tlsCa'), { ru: /текст сертификата/, en: /BEGIN CERTIFICATE/ });
  },
);
