import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Operator } from '../../../scripts/lib/operator.ts';
import type { TrunkLive } from '../../src/api/contract.ts';
import {
  type Box,
  operatorCall,
  pointTrunk,
  startBox,
  startOperator,
  toneAtOperator,
  until,
} from '../kit/box.ts';
import { freeUdpPort } from '../peers/process.ts';
import { expectRequest, respond, respondInDialog, sippSdp, startSipp } from '../peers/sipp.ts';

const account = { mode: 'register', user: 'office', password: 'keen-owl', registerSeconds: 60 };

/** Alpha as the page shows it. */
const alpha = async (box: Box): Promise<TrunkLive> =>
  (await box.live()).trunks.find((trunk) => trunk.id === 'alpha')!;

const inState = (box: Box, state: TrunkLive['state'], ms = 6000): Promise<TrunkLive> =>
  until(
    `alpha is ${state}`,
    async () => {
      const trunk = await alpha(box);
      return trunk.state === state ? trunk : undefined;
    },
    ms,
  );

t.test('SIPp as registrar and operator, MD5, with a nonce that is stale, then a call', async (t) => {
  const port = await freeUdpPort();
  const verified = (method: string, label: number): string =>
    [
      expectRequest(method, '', '<verifyauth assign_to="right" username="office" password="keen-owl"/>'),
      `  <nop hide="true" test="right" next="${label}"/>`,
      respond('403 Forbidden'),
      `  <label id="${label}"/>`,
    ].join('\n');
  const challenge = (nonce: string, more = ''): string =>
    `WWW-Authenticate: Digest realm="sipp", nonce="${nonce}", algorithm=MD5, qop="auth"${more}`;
  const box = await startBox(t, {
    edit: (office) => pointTrunk(office, 'alpha', { host: '127.0.0.1', port }, account),
  });
  const folder = join(box.data, 'sipp');
  mkdirSync(folder);
  const sipp = await startSipp(t, folder, {
    port,
    calls: 2,
    echo: true,
    scenario: [
      expectRequest('REGISTER', 'optional="true" next="10"'),
      expectRequest('INVITE'),
      respond('401 Unauthorized', { headers: challenge('call') }),
      expectRequest('ACK'),
      verified('INVITE', 1),
      respond('180 Ringing'),
      respond('200 OK', { sdp: sippSdp() }),
      expectRequest('ACK'),
      expectRequest('BYE'),
      respondInDialog('200 OK'),
      '  <nop next="99"/>',
      '  <label id="10"/>',
      respond('401 Unauthorized', { headers: challenge('first') }),
      expectRequest('REGISTER'),
      respond('401 Unauthorized', { headers: challenge('second', ', stale=true') }),
      verified('REGISTER', 11),
      respond('200 OK', { headers: 'Expires: 60' }),
      '  <label id="99"/>',
    ].join('\n'),
    timeoutSeconds: 30,
  });
  // The registration was refused by silence until SIPp came, and goes through by itself.
  const trunk = await inState(box, 'registered', 15_000);
  t.match(trunk, { said: { en: 'Works, registered' }, lastExchange: { text: 'REGISTER -> 200 OK' } });
  const phone = box.telephone(1);
  await box.dial(1, '88121234567');
  await until('polarity reversed', () => phone.reversed, 4000);
  void phone.speak({ tone: 1000, level: -10 });
  // SIPp sends back what it hears: the tone has gone both ways.
  await phone.waitForTone(1000, -13, 4000);
  phone.hush();
  phone.hangup();
  await sipp.done();
  t.match(await box.ended(), { trunkId: 'alpha', answerSource: 'sip', releasedBy: 'caller' });
  const proofs = (await sipp.messages()).flatMap((message) => message.header('Authorization') ?? []);
  t.equal(proofs.length, 4, 'two for the registration, INVITE and its ACK');
  t.notMatch(proofs.join(), /keen-owl/);
  t.notMatch(box.daemon.errors(), /keen-owl/);
});

t.test('SHA-256: wrong password, cure, calls both ways, the registrar goes and comes', async (t) => {
  const port = await freeUdpPort();
  const options = {
    port,
    accounts: { office: 'right' },
    algorithms: ['SHA-256'] as const,
    challengeCalls: true,
    // Refreshed every second or two, so that a test sees it.
    maxExpires: 2,
  };
  const operator = await startOperator(t, options);
  const box = await startBox(t, {
    sipT1: 20,
    edit: (office) => {
      office.trunks = [office.trunks[0]];
      office.routes = office.routes.filter((route: { id: string }) => route.id !== 'beta-out');
      pointTrunk(office, 'alpha', operator, { ...account, password: 'wrong' });
    },
  });

  await t.test('the page says what is wrong, and the admin cures it', async (t) => {
    t.match(await inState(box, 'refused'), {
      said: { en: /did not accept the user name or password \(403/ },
      cure: { ru: /пароль/ },
    });
    t.ok((await box.live()).alarms.some((alarm) => alarm.id === 'trunk-alpha'));
    await box.dial(1, '88121234567');
    t.match(await box.ended(), { q850: 27, legs: [{}] }, 'no call goes out over it');
    box.telephone(1).hangup();
    await box.change({ op: 'put', path: '/trunks/alpha/password', value: 'right' });
    await inState(box, 'registered');
    t.notOk(
      (await box.live()).alarms.some((alarm) => alarm.id === 'trunk-alpha'),
      'the alarm is gone',
    );
  });

  await t.test('calls out and in, both with digest where it is asked for', async (t) => {
    await box.portsIdle();
    const phone = box.telephone(1);
    await box.dial(1, '88121234567');
    const far = await operatorCall(operator, 'answered');
    t.match(operator.header(far.id, 'authorization'), /algorithm=SHA-256/i);
    void phone.speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, far.id, 1000);
    phone.hangup();
    await operatorCall(operator, 'ended');
    await box.portsIdle();
    const id = await operator.call({ to: 'office', number: '+74951110000', sound: { type: 'silence' } });
    await until('the desk rings', () => phone.ringing, 4000);
    await operator.hangUp(id);
  });

  await t.test('the registrar goes: seen when the registration has run out; it is found again', async (t) => {
    await operator.close();
    const lost = await inState(box, 'unreachable');
    t.match(lost.said, { en: /does not answer/ });
    const again = await Operator.start({ ...options, usual: { status: 200, ringMs: 300 } });
    t.teardown(() => again.close());
    await inState(box, 'registered', 12_000);
    t.match(again.registrations(), [{ user: 'office' }]);
    t.ok(again.counts.REGISTER! <= 6, `pressed on gently: ${again.counts.REGISTER} requests`);
  });
});
