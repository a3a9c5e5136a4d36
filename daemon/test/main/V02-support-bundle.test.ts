import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { LiveStore } from '../../src/api/live-store.ts';
import type { TraceMessage } from '../../src/api/trace-view.ts';
import { FakeClock } from '../../src/base/clock.ts';
import { configSchema } from '../../src/config/schema.ts';
import { LogTail } from '../../src/log/log-tail.ts';
import { createLogger } from '../../src/log/logger.ts';
import { SupportDesk } from '../../src/main/support/desk.ts';
import { scrubber, short, withoutNumbers } from '../../src/main/support/scrub.ts';
import type { CallRecord } from '../../src/records/call-record.ts';

const secrets = {
  trunk: 'tr7nk-Pa$$ "word"',
  device: 'dev1ce/secret+key',
  engine: 'eng1ne-secret',
  mail: 'ma1l-secret-word',
  label: 'K7QM-4T2X',
  hash: 'scrypt$aabbccdd$0011223344556677',
};

const config = configSchema.parse({
  version: 1,
  site: { name: 'Office', emergencyCaller: '+74951112233' },
  admin: { passwordHash: secrets.hash },
  sip: { engineSecret: secrets.engine },
  trunks: [
    {
      id: 'acme',
      name: 'Acme',
      server: 'sip.acme.example',
      mode: 'register',
      user: '74951234567',
      password: secrets.trunk,
    },
  ],
  devices: [{ id: 'desk', name: 'Desk', user: 'desk', password: secrets.device, classOfService: 'office' }],
  people: [
    {
      id: 'anna',
      name: 'Anna',
      extension: '201',
      email: 'anna@firm.example',
      mobile: '+79161234567',
      classOfService: 'office',
    },
  ],
});

const record: CallRecord = {
  ...{
    id: 'c1',
    state: 'ended',
    direction: 'outgoing',
    service: 'plain',
    startedAt: 1000,
    dialed: '88121112233',
  },
  ...{ callerNumber: '201', callerName: 'Anna Ivanova', calledNumber: '+78121112233', pinId: 'anna-pin' },
  legs: [
    {
      id: 'b',
      kind: 'sip',
      place: 'trunk:acme',
      direction: 'outgoing',
      number: '+78121112233',
      startedAt: 1000,
      q850: 21,
      sipCallId: 'x',
    },
  ],
  events: [{ at: 1000, what: 'route', detail: 'acme 88121112233' }],
};

function makeDesk(t: { testdir(): string }) {
  const clock = new FakeClock(Date.UTC(2026, 5, 1, 9));
  const data = t.testdir();
  const tail = new LogTail();
  const log = createLogger({ sink: tail.beside(() => {}), wall: () => clock.wall() });
  log.info('call from +74959998877 to 88121112233');
  // Somebody has been careless: the net below has to catch it.
  log.error(`cannot sign in with ${secrets.trunk}`);
  log.error(`header ${Buffer.from(secrets.device).toString('base64')} ${encodeURIComponent(secrets.mail)}`);
  const live = new LiveStore({
    box: {
      name: 'Office',
      version: '1',
      language: 'ru',
      timeZone: 'Europe/Moscow',
      currency: 'RUB',
      startedAt: 0,
    },
    card: { up: true, since: 0 },
    health: { ok: true, probes: [] },
  });
  const message: TraceMessage = {
    ...{
      id: '1',
      at: 1000,
      direction: 'out',
      transport: 'udp',
      local: '10.0.0.1:5060',
      remote: '203.0.113.7:5060',
    },
    ...{ callId: 'x', place: 'trunk:acme', method: 'INVITE', summary: 'INVITE' },
    kind: 'request',
    text: 'INVITE sip:+78121112233@sip.acme.example SIP/2.0\r\nFrom: <sip:74951234567@sip.acme.example>\r\n\r\n',
  };
  const desk = new SupportDesk({
    ...{ clock, data, version: '1.2.3', config: () => config, live: () => live.snapshot() },
    diagnosis: async () => ({ findings: [] }),
    records: () => [record],
    traces: {
      call: async () => ({ available: true, messages: [message] }),
      peer: async () => ({ available: true, messages: [message] }),
    },
    ...{ log: () => tail.lines, secrets: () => [secrets.label, secrets.mail], warn: () => {} },
  });
  return { desk, clock, data };
}

/** The files of a bundle by name, taken out by the system's own tar. */
function opened(path: string): Map<string, string> {
  const run = (...args: string[]): string =>
    execFileSync('tar', args, { encoding: 'utf8', timeout: 20_000, maxBuffer: 1e8 });
  const names = run('-tzf', path).trim().split('\n');
  return new Map(names.map((name) => [name, run('-xzOf', path, name)]));
}

t.test('a bundle has what it says it has, and no secret in any writing', async (t) => {
  const { desk, data } = makeDesk(t);
  t.ok(desk.view().contents.length >= 6, 'what will be in it is told before');
  t.ok(desk.make({ numbers: true }, 'admin'));
  t.notOk(desk.make({ numbers: true }, 'admin'), 'one at a time');
  t.equal(desk.view().state, 'making');
  await desk.idle();
  t.match(desk.view(), {
    state: 'ready',
    file: { by: 'admin', numbers: true, name: /^linegate-support-2026.*\.tar\.gz$/ },
  });
  const { path = '' } = desk.file() ?? {};
  t.equal(statSync(path).mode & 0o777, 0o600);
  const files = opened(path);
  for (const { name } of desk.view().contents)
    t.ok(
      [...files.keys()].some((one) => one.startsWith(name)),
      name,
    );
  t.match(JSON.parse(files.get('config.json') ?? ''), {
    site: { name: 'Office' },
    trunks: [{ user: '74951234567' }],
  });
  t.match(JSON.parse(files.get('about.json') ?? ''), { version: '1.2.3', node: process.version });
  t.match(files.get('traces/trunk-acme.txt'), /INVITE sip:\+78121112233@/);
  t.match(files.get('calls.json'), /"88121112233"/);
  const whole = gunzipSync(readFileSync(path)).toString('latin1');
  for (const [name, secret] of Object.entries(secrets)) {
    const bytes = Buffer.from(secret);
    for (const form of [
      secret,
      JSON.stringify(secret).slice(1, -1),
      bytes.toString('base64'),
      bytes.toString('hex'),
      encodeURIComponent(secret),
    ])
      t.notOk(whole.includes(form), `${name} as ${form.slice(0, 3)}…`);
  }
  t.notMatch(whole, /anna-pin|Anna Ivanova/, 'nor who used which PIN, nor names of callers');
  await desk.close();
  t.throws(() => statSync(join(data, 'support')), 'and nothing stays');
});

t.test('without numbers: of each only its last digits are left', async (t) => {
  const { desk } = makeDesk(t);
  desk.make({ numbers: false }, 'account:petr');
  await desk.idle();
  const { path = '' } = desk.file() ?? {};
  const whole = gunzipSync(readFileSync(path)).toString('latin1');
  for (const number of ['4951234567', '8121112233', '9161234567', '4959998877', '4951112233', 'anna@firm'])
    t.notOk(whole.includes(number), number);
  t.match(opened(path).get('calls.json'), /x{9}33/);
  t.match(opened(path).get('traces/trunk-acme.txt'), /sip:\+x{9}33@sip\.acme\.example/, 'the server stays');
  await desk.close();
});

t.test('a bundle goes by itself after an hour, or when it is no longer wanted', async (t) => {
  const { desk, clock } = makeDesk(t);
  desk.make({ numbers: false }, 'admin');
  await desk.idle();
  clock.advance(3_600_000);
  t.equal(desk.view().state, 'none');
  t.equal(desk.file(), undefined);
  t.notOk(desk.remove());
  await desk.close();
});

t.test('numbers and secrets in texts of all kinds', (t) => {
  for (const [given, wanted] of [
    ['sip:84951234567@10.0.0.1:50600;user=phone', 'sip:xxxxxxxxx67@10.0.0.1:50600;user=phone'],
    ['tel:+78121112233', 'tel:+xxxxxxxxx33'],
    [
      '2026-06-01T09:00:00.123Z from 192.168.100.200:5060',
      '2026-06-01T09:00:00.123Z from 192.168.100.200:5060',
    ],
    ['called 88121112233, 201', 'called xxxxxxxxx33, 201'],
    ['write to anna.b@firm.example', 'write to x@firm.example'],
  ] as const)
    t.equal(withoutNumbers(given), wanted);
  t.equal(short('201'), '201');
  t.equal(short('23456'), 'xxx56');
  t.equal(short('+7 (495) 123-45-67'), '+x (xxx) xxx-xx-67');
  const scrub = scrubber(['abc', 'hunter2', 'hunter22']);
  t.equal(scrub('abc hunter22 hunter2'), 'abc *** ***', 'what is too short is in every word');
  t.end();
});
