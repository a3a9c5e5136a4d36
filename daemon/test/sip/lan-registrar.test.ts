import t from 'tap';
import { configSchema, type DeviceConfig } from '../../src/config/schema.ts';
import type { AuthFailure, SipOptions, StoredBinding } from '../../src/sip/index.ts';
import { RawPhone } from '../peers/raw-phone.ts';
import { next, sipAddress, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const account = { user: 'ivan', password: 'right horse' };

function devices(...changes: Partial<DeviceConfig>[]): DeviceConfig[] {
  return configSchema.parse({
    version: 1,
    devices: changes.map((change, i) => ({
      id: `device-${i}`,
      name: `Device ${i}`,
      classOfService: 'office',
      ...account,
      ...change,
    })),
  }).devices;
}

/** What a telephone offers. */
const body = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 8',
  '',
].join('\r\n');

interface Test {
  teardown(fn: () => unknown): void;
}

async function setup(t: Test, list: DeviceConfig[], change: Partial<SipOptions> = {}) {
  const engine = await startEngine(t);
  const { gateway } = await startGateway(t, engine, [], {
    devices: list,
    onLink: (address) => address.startsWith('127.0.0.'),
    deviceTimes: { qualifyMs: 60_000, answerMs: 300, retryMs: 100 },
    ...change,
  });
  return { gateway, at: sipAddress(engine), tcp: sipAddress(engine, 'tcp') };
}

const registrar = 'sip:box';
const contactOf = (phone: RawPhone, more = ''): Record<string, string> => ({
  Contact: `<sip:ivan@${phone.host}:${phone.port}>${more}`,
});

t.test('RFC 3261 10.3: a telephone registers with either algorithm, asks, and takes back', async (t) => {
  const { gateway, at } = await setup(t, devices({}));
  const phone = await RawPhone.open(t, at);
  const challenge = await phone.request('REGISTER', registrar, 'ivan', contactOf(phone));
  t.equal(challenge.status, 401);
  t.match(
    challenge.all('WWW-Authenticate'),
    [/algorithm=SHA-256/, /algorithm=MD5/],
    'RFC 8760 2.4: one header each',
  );
  const strong = { ...account, algorithm: 'SHA-256' };
  const other = await RawPhone.open(t, at);
  const ok = await other.signed('REGISTER', registrar, strong, {
    ...contactOf(other, ';expires=120'),
    Expires: '600',
  });
  t.match(ok, { status: 200 });
  t.match(ok.header('Contact'), /;expires=120$/);
  t.match(ok.header('Date'), /^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/, 'RFC 3261 20.17');
  const second = await phone.signed('REGISTER', registrar, account, contactOf(phone, ';q=0.5'));
  t.match(second.header('Contact'), /expires=120, <sip:ivan@.*>;expires=3600;q=0.5/, 'all contacts are told');
  t.match(gateway.devices(), [{ state: 'registered', contacts: [{ alive: true }, { alive: true }] }]);
  t.match(
    (await phone.signed('REGISTER', registrar, account)).header('Contact'),
    /expires=1[12]\d, /,
    'a question',
  );
  t.match(await phone.signed('REGISTER', registrar, account, { ...contactOf(phone), Expires: '30' }), {
    status: 423,
  });
  t.equal((await phone.signed('REGISTER', registrar, account, { Contact: '*', Expires: '0' })).status, 200);
  t.match(gateway.devices(), [{ state: 'absent', contacts: [] }]);
});

t.test(
  'nobody can tell a user that does not exist from a wrong password; failures are counted by source',
  async (t) => {
    const { gateway, at } = await setup(t, devices({}, { user: 'off', enabled: false }));
    const phone = await RawPhone.open(t, at);
    const failures: AuthFailure[] = [];
    gateway.on('authFailed', (failure) => failures.push(failure));
    const shapes = [];
    for (const [user, password] of [
      ['ivan', 'wrong'],
      ['nobody', 'wrong'],
      ['off', account.password],
    ] as const) {
      const answer = await phone.signed('REGISTER', registrar, { user, password }, contactOf(phone));
      shapes.push(answer.text.replace(/^(Via|From|To|CSeq|Call-ID):.*\r\n/gim, ''));
    }
    t.match(shapes[0], /^SIP\/2.0 403 /);
    t.equal(shapes[1], shapes[0]);
    t.equal(shapes[2], shapes[0]);
    t.match(failures, [
      { user: 'ivan', failures: 1, sourceAddress: '127.0.0.1', method: 'REGISTER' },
      { user: 'nobody', failures: 2 },
      { failures: 3 },
    ]);
    t.equal((await phone.signed('REGISTER', registrar, account, contactOf(phone))).status, 200);
    await phone.signed('INVITE', 'sip:31@box', { ...account, password: 'wrong' }, contactOf(phone));
    t.match(failures.at(-1), { method: 'INVITE', failures: 1 }, 'a success in between');
  },
);

t.test('ruling 18: only the office network may knock, or what is named for a device', async (t) => {
  const near = { onLink: () => false };
  const { at } = await setup(t, devices({}), near);
  const phone = await RawPhone.open(t, at);
  const answer = await phone.request('REGISTER', registrar, 'ivan', contactOf(phone));
  t.equal(answer.status, 403);
  t.equal(answer.header('WWW-Authenticate'), '');
  t.equal((await phone.request('INVITE', 'sip:31@box', 'ivan', contactOf(phone))).status, 403);

  const named = await setup(t, devices({ networks: ['127.0.0.0/24'] }, { user: 'near', id: 'near' }), near);
  const remote = await RawPhone.open(t, named.at);
  t.equal((await remote.signed('REGISTER', registrar, account, contactOf(remote))).status, 200);
  const called = next(named.gateway, 'deviceCalls');
  named.gateway.on('deviceCalls', (leg) => leg.release({ q850: 1, text: '', by: 'local' }));
  await remote.signed('INVITE', 'sip:112@box', account, contactOf(remote));
  t.match((await called)[1], { calledNumber: '112', away: true }, 'ruling 3: not on site');
  const inside = { ...account, user: 'near' };
  t.equal(
    (await remote.signed('REGISTER', registrar, inside, contactOf(remote))).status,
    403,
    'not from there',
  );
});

t.test('RFC 3261 10.3 steps 2, 4: unknown extensions, and the name of another', async (t) => {
  const { at } = await setup(t, devices({}, { user: 'anna' }));
  const phone = await RawPhone.open(t, at);
  const odd = await phone.request('REGISTER', registrar, 'ivan', { ...contactOf(phone), Require: 'gruu' });
  t.match([odd.status, odd.header('Unsupported')], [420, 'gruu']);
  const as = { To: '<sip:anna@box>', ...contactOf(phone) };
  t.equal((await phone.signed('REGISTER', registrar, account, as)).status, 403);
});

t.test('a call reaches every contact, the preferred first, by the way each has registered', async (t) => {
  const { gateway, at, tcp } = await setup(t, devices({ maxCalls: 1 }));
  const phone = await RawPhone.open(t, at);
  const stream = await RawPhone.open(t, tcp, 'tcp');
  const path = '<sip:edge@127.0.0.1:5999;lr>';
  const echoed = await phone.signed('REGISTER', registrar, account, {
    ...contactOf(phone, ';q=0.9'),
    Path: path,
    Supported: 'path',
  });
  t.equal(echoed.header('Path'), path, 'RFC 3327 5.3');
  const behind = { Contact: '<sip:ivan@10.9.9.9:5060;transport=tcp>;q=0.1' };
  t.equal((await stream.signed('REGISTER', registrar, account, behind)).status, 200);

  const request = { deviceId: 'device-0', number: '31', caller: { number: '21', name: 'Анна' } };
  const groups = await until(() => {
    const made = gateway.callDevice(request);
    return Array.isArray(made) ? made : undefined;
  });
  t.same(
    groups.map((group) => group.length),
    [1, 1],
    'by q',
  );
  const [first, second] = groups.map((group) => group[0]!());
  first!.start();
  const invite = await phone.wait((m) => m.startLine.startsWith('INVITE'));
  t.equal(invite.startLine, `INVITE sip:ivan@127.0.0.1:${phone.port} SIP/2.0`, 'what was registered');
  t.equal(invite.header('Route'), path, 'RFC 3327 5.1');
  t.match(Buffer.from(invite.header('From'), 'latin1').toString(), /^"Анна" <sip:21@127.0.0.1>;tag=/);
  t.match(invite.header('Alert-Info'), /internal/, 'RFC 7462');
  t.match(gateway.callDevice(request), { q850: 17 }, 'it may have one call');
  phone.respond(invite, '486 Busy Here');
  t.match((await next(first!, 'released'))[0], { q850: 17, by: 'remote' });

  second!.start();
  const over = await stream.wait((m) => m.startLine.startsWith('INVITE'));
  t.equal(
    over.startLine,
    'INVITE sip:ivan@10.9.9.9:5060;transport=tcp SIP/2.0',
    'over the connection it opened',
  );
  stream.respond(over, '180 Ringing', { Contact: '<sip:ivan@10.9.9.9:5060;transport=tcp>' });
  await next(second!, 'alerting');
  second!.release({ q850: 16, text: '', by: 'local' });
  stream.respond(await stream.wait((m) => m.startLine.startsWith('CANCEL')), '200 OK');
  stream.respond(over, '487 Request Terminated');
  await until(() => gateway.devices()[0]?.calls === 0);
});

t.test('a contact that falls silent is no longer called, and is when it answers again', async (t) => {
  const { gateway, at } = await setup(t, devices({}), {
    deviceTimes: { qualifyMs: 150, answerMs: 150, retryMs: 50 },
  });
  const phone = await RawPhone.open(t, at);
  let silent = false;
  let answers = 0;
  const timer = setInterval(() => {
    for (const options of phone.messages.splice(0)) {
      if (options.startLine.startsWith('OPTIONS') && !silent) {
        answers++;
        phone.respond(options, '200 OK');
      } else if (options.status) phone.messages.push(options);
    }
  }, 5);
  t.teardown(() => clearInterval(timer));
  await phone.signed('REGISTER', registrar, account, contactOf(phone));
  const state = (wanted: string) => until(() => gateway.devices()[0]?.state === wanted);
  await until(() => answers >= 2);
  silent = true;
  await state('unreachable');
  t.match(gateway.callDevice({ deviceId: 'device-0', number: '31', caller: {} }), { q850: 20 });
  silent = false;
  await state('registered');
});

t.test('bindings are kept over a restart, and go with the device or its password', async (t) => {
  const kept = new Map<string, readonly StoredBinding[]>();
  const bindings = {
    load: () => [...kept.values()].flat(),
    save: (id: string, list: readonly StoredBinding[]) => void kept.set(id, list),
  };
  const list = devices({});
  const first = await setup(t, list, { bindings });
  const phone = await RawPhone.open(t, first.at);
  await phone.signed('REGISTER', registrar, account, contactOf(phone));
  t.match(kept.get('device-0'), [{ uri: `sip:ivan@127.0.0.1:${phone.port}`, source: { port: phone.port } }]);
  const { gateway } = await setup(t, list, { bindings });
  t.match(gateway.devices(), [{ state: 'registered' }]);
  gateway.apply({ trunks: [], devices: devices({ name: 'Renamed', maxCalls: 5 }) });
  t.match(gateway.devices(), [{ state: 'registered' }], 'a name is nothing to it');
  gateway.apply({ trunks: [], devices: [] });
  t.same([gateway.devices(), kept.get('device-0')], [[], []]);
});

t.test('a telephone on the address of a trunk is itself, and the trunk is the trunk', async (t) => {
  const { gateway, at } = await setup(t, devices({}), {
    trunks: [trunkConfig({ server: '127.0.0.1:5999' })],
  });
  const phone = await RawPhone.open(t, at);
  await phone.signed('REGISTER', registrar, account, contactOf(phone));
  const sdp = { 'Content-Type': 'application/sdp' };
  const called = next(gateway, 'deviceCalls');
  gateway.on('deviceCalls', (leg) => leg.release({ q850: 1, text: '', by: 'local' }));
  const answer = await phone.signed(
    'INVITE',
    'tel:+7-495-123-45-67',
    account,
    { ...contactOf(phone), ...sdp },
    body,
  );
  t.equal(answer.status, 404);
  t.match(
    (await called)[1],
    { deviceId: 'device-0', calledNumber: '+74951234567', full: false, away: undefined },
    'RFC 3966: tel:',
  );
  const operator = await RawPhone.open(t, at);
  const incoming = next(gateway, 'incoming');
  gateway.on('incoming', (leg) => leg.release({ q850: 1, text: '', by: 'local' }));
  await operator.request('INVITE', 'sip:+74951112233@box', 'x', { ...contactOf(operator), ...sdp }, body);
  t.match((await incoming)[1], { trunkId: 'acme' });
});

t.test('a device that wants digits by INFO gets them so, key by key (RFC 6086)', async (t) => {
  const { gateway, at } = await setup(t, devices({ dtmf: 'info' }));
  const phone = await RawPhone.open(t, at);
  const called = next(gateway, 'deviceCalls');
  gateway.on('deviceCalls', (leg) => void leg.answer());
  const sdp = { 'Content-Type': 'application/sdp' };
  const answer = await phone.signed('INVITE', 'sip:31@box', account, { ...contactOf(phone), ...sdp }, body);
  t.equal(answer.status, 200);
  const [leg] = await called;
  await until(() => leg.state === 'answered');
  const sent = leg.sendDigits('5#');
  for (const key of ['5', '#']) {
    const info = await phone.wait((m) => m.startLine.startsWith('INFO') && m.text.includes(`Signal=${key}`));
    t.equal(info.header('Content-Type'), 'application/dtmf-relay');
    phone.respond(info, '200 OK');
  }
  await sent;
  leg.release({ q850: 16, text: '', by: 'local' });
  phone.respond(await phone.wait((m) => m.startLine.startsWith('BYE')), '200 OK');
});

t.test('a telephone whose password goes with another name than its own', async (t) => {
  const { gateway, at } = await setup(t, devices({ authUser: 'ivan-auth' }));
  const phone = await RawPhone.open(t, at);
  const register = (user: string) =>
    phone.signed(
      'REGISTER',
      registrar,
      { ...account, user },
      {
        ...contactOf(phone),
        To: '<sip:ivan@box>',
        From: '<sip:ivan@box>;tag=auth',
      },
    );
  t.equal((await register('ivan')).status, 403, 'the number alone opens nothing');
  t.equal((await register('ivan-auth')).status, 200);
  t.match(gateway.devices(), [{ state: 'registered' }]);
});
