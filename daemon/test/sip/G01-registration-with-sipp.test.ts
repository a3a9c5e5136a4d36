import t from 'tap';
import { freeUdpPort } from '../peers/process.ts';
import {
  expectRequest,
  expectResponse,
  pause,
  request,
  respond,
  respondInDialog,
  sippSdp,
  startSipp,
} from '../peers/sipp.ts';
import { makeLeg, next, ready, sipAddress, startEngine, startGateway, trunkConfig } from './kit.ts';

const account = {
  mode: 'register' as const,
  user: 'office',
  authUser: 'office-auth',
  password: 'secret',
  registerSeconds: 60,
};

const challenge = (change = ''): string =>
  `WWW-Authenticate: Digest realm="sipp", nonce="[call_number]-n1", algorithm=MD5, qop="auth"${change}`;

/** SIPp checks the credentials with a digest of its own. */
const verified = [
  expectRequest('REGISTER', '', '<verifyauth assign_to="right" username="office-auth" password="secret"/>'),
  '  <nop hide="true" test="right" next="1"/>',
  '  <nop next="2"/>',
  '  <label id="2"/>',
  respond('403 Forbidden'),
  '  <label id="1"/>',
].join('\n');

t.test('SIPp checks our digest, grants 2 s, and sees us refresh in time with growing CSeq', async (t) => {
  const engine = await startEngine(t);
  const granted = respond('200 OK', { headers: 'Expires: 2' });
  const sipp = await startSipp(t, t.testdir(), {
    scenario: [
      expectRequest('REGISTER'),
      respond('401 Unauthorized', { headers: challenge() }),
      verified,
      granted,
      expectRequest('REGISTER', 'timeout="2000"'),
      granted,
      expectRequest('REGISTER', 'timeout="2000"'),
      granted,
    ].join('\n'),
  });
  const { gateway } = await startGateway(
    t,
    engine,
    [trunkConfig({ ...account, server: `127.0.0.1:${sipp.port}` })],
    { random: () => 0.1 },
  );
  await sipp.done();
  t.equal(gateway.trunks()[0]?.state, 'registered');
  const registers = (await sipp.messages()).filter((m) => m.startLine.startsWith('REGISTER'));
  t.same(
    new Set(registers.map((m) => m.header('Call-ID'))).size,
    1,
    'one Call-ID for the whole registration',
  );
  const sequences = registers.map((m) => Number.parseInt(m.header('CSeq') ?? '', 10));
  t.ok(
    sequences.every((n, i) => i === 0 || n === sequences[i - 1]! + 1),
    `CSeq counts up: ${sequences}`,
  );
  t.match(registers[1]?.header('Authorization'), /^Digest username="office-auth", realm="sipp".*nc=00000001/);
  t.match(registers[0]?.header('Contact'), /^<sip:office@127\.0\.0\.1:\d+>$/);
});

t.test('a stale nonce is answered anew, a repeated challenge is not', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    scenario: [
      expectRequest('REGISTER'),
      respond('401 Unauthorized', { headers: challenge() }),
      expectRequest('REGISTER'),
      respond('401 Unauthorized', { headers: challenge(', stale=true').replace('n1', 'n2') }),
      verified,
      respond('401 Unauthorized', { headers: challenge().replace('n1', 'n3') }),
    ].join('\n'),
  });
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ ...account, server: `127.0.0.1:${sipp.port}` }),
  ]);
  await ready(gateway, 'refused');
  await sipp.done();
  t.match(gateway.trunks()[0]?.lastExchange, { request: 'REGISTER', status: 401 });
});

t.test('423 is obeyed at once, 503 is waited out', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    scenario: [
      expectRequest('REGISTER'),
      respond('423 Interval Too Brief', { headers: 'Min-Expires: 1800' }),
      expectRequest('REGISTER'),
      respond('503 Service Unavailable'),
      expectRequest('REGISTER'),
      respond('200 OK', { headers: 'Expires: 1800' }),
    ].join('\n'),
  });
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ ...account, server: `127.0.0.1:${sipp.port}` }),
  ]);
  const seen: string[] = [];
  gateway.on('trunkChanged', (status) => void (seen.at(-1) !== status.state && seen.push(status.state)));
  await ready(gateway, 'registered');
  await sipp.done();
  t.same(seen, ['registering', 'down', 'registered'], 'a further attempt is no news');
  const asked = (await sipp.messages())
    .filter((m) => m.startLine.startsWith('REGISTER'))
    .map((m) => m.header('Expires'));
  t.same(asked, ['60', '1800', '1800']);
});

t.test('a dead registrar is tried again, ever more seldom, and found when it is back', async (t) => {
  const engine = await startEngine(t, { timers: { T1: 5, T2: 20, T4: 20 } });
  const port = await freeUdpPort();
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ ...account, server: `127.0.0.1:${port}` }),
  ]);
  await ready(gateway, 'down');
  t.match(gateway.trunks()[0]?.lastExchange, {
    request: 'REGISTER',
    said: { en: /does not answer|cannot be reached/ },
  });
  t.match(gateway.call({ trunkId: 'acme', number: '+78121234567', caller: {} }), { q850: 27, by: 'local' });
  const sipp = await startSipp(t, t.testdir(), {
    port,
    scenario: [expectRequest('REGISTER'), respond('200 OK', { headers: 'Expires: 600' })].join('\n'),
  });
  await ready(gateway, 'registered');
  await sipp.done();
});

t.test(
  'INVITE, re-INVITE and BYE are each answered with digest of their own, as SIPp computes it',
  async (t) => {
    const engine = await startEngine(t);
    const asks = (method: string, label: number): string =>
      [
        expectRequest(method, '', '<verifyauth assign_to="right" username="office-auth" password="secret"/>'),
        `  <nop hide="true" test="right" next="${label}"/>`,
        respond('403 Forbidden', { tag: method === 'INVITE' && label === 1 }),
        `  <label id="${label}"/>`,
      ].join('\n');
    const sipp = await startSipp(t, t.testdir(), {
      scenario: [
        expectRequest('INVITE'),
        respond('401 Unauthorized', { headers: challenge() }),
        expectRequest('ACK'),
        asks('INVITE', 1),
        respond('200 OK', { sdp: sippSdp() }),
        expectRequest('ACK'),
        expectRequest('INVITE'),
        respondInDialog('401 Unauthorized', { headers: challenge() }),
        expectRequest('ACK'),
        asks('INVITE', 2),
        respondInDialog('200 OK', { sdp: sippSdp({ direction: 'recvonly', version: 2 }) }),
        expectRequest('ACK'),
        expectRequest('BYE'),
        respondInDialog('401 Unauthorized', { headers: challenge() }),
        asks('BYE', 3),
        respondInDialog('200 OK'),
      ].join('\n'),
    });
    const { mode: _, ...fixed } = account;
    const { gateway, media } = await startGateway(t, engine, [
      trunkConfig({ ...fixed, server: `127.0.0.1:${sipp.port}` }),
    ]);
    const leg = await makeLeg(gateway);
    leg.start();
    await next(leg, 'answered');
    await leg.hold(true);
    t.equal(media.last(leg.endpoint)?.direction, 'sendonly');
    leg.release({ q850: 16, text: '', by: 'local' });
    await sipp.done();
    const messages = (await sipp.messages()).filter((m) => m.direction === 'received');
    const invites = messages.filter((m) => m.startLine.startsWith('INVITE'));
    t.equal(new Set(invites.map((m) => m.header('Call-ID'))).size, 1);
    const sequences = invites.map((m) => Number.parseInt(m.header('CSeq') ?? '', 10));
    t.ok(
      sequences.every((n, i) => i === 0 || n > sequences[i - 1]!),
      `CSeq grows: ${sequences}`,
    );
    t.equal(
      new Set(invites.map((m) => /tag=([^;]+)/.exec(m.header('From') ?? '')?.[1])).size,
      1,
      'one From tag',
    );
    t.match(invites[1]?.header('Authorization'), /^Digest username="office-auth"/);
    const bye = messages.findLast((m) => m.startLine.startsWith('BYE'));
    const uri = /uri="([^"]*)"/.exec(bye?.header('Authorization') ?? '')?.[1];
    t.equal(bye?.startLine, `BYE ${uri} SIP/2.0`, 'the digest covers the Request-URI that was sent');
  },
);

t.test(
  'a proxy that challenges with 407 is answered in its own header, then the server in its',
  async (t) => {
    const engine = await startEngine(t);
    const sipp = await startSipp(t, t.testdir(), {
      scenario: [
        expectRequest('INVITE'),
        respond('407 Proxy Authentication Required', {
          headers: challenge().replace('WWW-Authenticate', 'Proxy-Authenticate').replace('MD5', 'SHA-256'),
        }),
        expectRequest('ACK'),
        expectRequest('INVITE'),
        respond('401 Unauthorized', { headers: challenge() }),
        expectRequest('ACK'),
        expectRequest('INVITE'),
        respond('486 Busy Here'),
        expectRequest('ACK'),
      ].join('\n'),
    });
    const { mode: _, ...fixed } = account;
    const trunk = trunkConfig({ ...fixed, server: `127.0.0.1:${sipp.port}` });
    const { gateway } = await startGateway(t, engine, [trunk]);
    const leg = await makeLeg(gateway);
    const released = next(leg, 'released');
    leg.start();
    t.match((await released)[0], { sip: 486 });
    await sipp.done();
    const last = (await sipp.messages()).findLast((m) => m.startLine.startsWith('INVITE'));
    t.match(last?.header('Proxy-Authorization'), /algorithm=SHA-256/);
    t.match(last?.header('Authorization'), /algorithm=MD5/);
  },
);

t.test('C09: a caller who challenges our BYE gets no digest', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    remote: sipAddress(engine),
    scenario: [
      request(`INVITE sip:+74951112233@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+79161234567@[local_ip]>;tag=[call_number]
To: <sip:+74951112233@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

${sippSdp()}`),
      expectResponse(100, 'optional="true"'),
      expectResponse(200, 'rtd="true" rrs="true"'),
      request(`ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+79161234567@[local_ip]>;tag=[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0`),
      expectRequest('BYE'),
      respondInDialog('401 Unauthorized', { headers: challenge() }),
      pause(200),
    ].join('\n'),
  });
  const { mode: _, ...fixed } = account;
  const { gateway } = await startGateway(t, engine, [trunkConfig({ ...fixed, server: '127.0.0.1' })]);
  const [leg] = await next(gateway, 'incoming');
  await leg.answer();
  const closed = next(gateway, 'dialogClosed');
  leg.release({ q850: 16, text: '', by: 'local' });
  await closed;
  await sipp.done();
  const byes = (await sipp.messages()).filter((m) => m.startLine.startsWith('BYE'));
  t.equal(byes.length, 1);
  t.equal(byes[0]?.header('Authorization'), undefined);
});
