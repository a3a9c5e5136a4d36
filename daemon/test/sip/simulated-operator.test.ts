import t from 'tap';
import { fromAlaw, sine, toAlaw, toneLevel, totalLevel } from '../../../scripts/lib/operator/voice.ts';
import { Operator } from '../../../scripts/lib/operator.ts';
import { systemClock } from '../../src/base/clock.ts';
import { engine as mediaEngine } from '../media/support/engine.ts';
import { makeLeg, next, ready, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const account = { mode: 'register' as const, user: 'office', password: 'secret', registerSeconds: 60 };

async function operator(
  t: { teardown(fn: () => unknown): void },
  options: Parameters<typeof Operator.start>[0] = {},
): Promise<Operator> {
  const made = await Operator.start({
    accounts: { office: 'secret' },
    usual: { status: 200, ringMs: 20 },
    ...options,
  });
  t.teardown(() => made.close());
  return made;
}

t.test('the operator measures what it generates, and its A-law is the standard one', async (t) => {
  const samples = Int16Array.from({ length: 8000 }, (_, i) => Math.round(sine(1000, -10)(i)));
  t.ok(Math.abs(toneLevel(samples, 1000) + 10) < 0.1);
  t.ok(Math.abs(totalLevel(samples) + 10) < 0.1);
  // G.711 table 1a: ends of the first segments, and that every octet is a fixed point.
  t.same(
    [0, 16, 32, 512, 32767, -1, -17, -32768].map((v) => toAlaw(v)),
    [0xd5, 0xd4, 0xd7, 0xc5 ^ 0x30, 0xaa, 0x55, 0x54, 0x2a],
  );
  for (let octet = 0; octet < 256; octet++) t.equal(toAlaw(fromAlaw(octet)), octet);
});

for (const algorithms of [['SHA-256', 'MD5'], ['MD5']] as const) {
  t.test(`registers and calls with digest ${algorithms.join(' or ')}`, async (t) => {
    const far = await operator(t, { algorithms, challengeCalls: true });
    const engine = await startEngine(t);
    const { gateway } = await startGateway(t, engine, [
      trunkConfig({ ...account, server: `127.0.0.1:${far.port}` }),
    ]);
    await ready(gateway, 'registered');
    t.match(far.registrations(), [{ user: 'office' }]);
    t.match(gateway.trunks()[0]?.lastExchange, {
      request: 'REGISTER',
      status: 200,
      said: { en: 'The operator accepted the registration' },
    });
    t.equal(far.counts.REGISTER, 2, 'one challenge, one answer');
    const leg = await makeLeg(gateway);
    leg.start();
    await next(leg, 'answered');
    t.equal(far.counts.INVITE, 2);
    t.equal(new Set(far.calls().map((call) => call.callId)).size, 1, 'the same Call-ID both times');
    leg.release({ q850: 16, text: 'Normal call clearing', by: 'local' });
    await until(() => far.calls()[0]?.state === 'ended');
    t.match(far.calls()[0], {
      endedBy: 'box',
      number: '+78121234567',
      reason: 'Q.850;cause=16;text="Normal call clearing"',
    });
    await gateway.close();
    t.same(far.registrations(), [], 'the registration is taken back');
  });
}

t.test('a wrong password: refused, said so, and not tried on and on', async (t) => {
  const far = await operator(t);
  const engine = await startEngine(t);
  const trunk = trunkConfig({ ...account, password: 'wrong', server: `127.0.0.1:${far.port}` });
  const { gateway } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'refused');
  t.match(gateway.trunks()[0]?.lastExchange, {
    status: 403,
    said: { ru: /имя или пароль/, en: /user name or password/ },
  });
  t.equal(far.counts.REGISTER, 2);
  t.match(gateway.call({ trunkId: 'acme', number: '112', caller: {} }), {
    q850: 27,
    text: 'trunk acme is refused',
  });
  gateway.apply({ trunks: [{ ...trunk, password: 'secret' }] });
  await ready(gateway, 'registered');
});

t.test('speech both ways and digits both ways, measured at the far end', async (t) => {
  const far = await operator(t);
  const engine = await startEngine(t);
  const media = mediaEngine(t);
  const { gateway } = await startGateway(
    t,
    engine,
    [trunkConfig({ ...account, server: `127.0.0.1:${far.port}` })],
    { media, clock: systemClock() },
  );
  await ready(gateway, 'registered');
  const legs = [await makeLeg(gateway), await makeLeg(gateway, { number: '+78127654321' })] as const;
  await Promise.all(
    legs.map((leg) => {
      const answered = next(leg, 'answered');
      leg.start();
      return answered;
    }),
  );
  const [a, b] = legs.map((leg) => far.calls().find((call) => call.callId === leg.callId)!);
  await media.connect(legs[0].endpoint!, legs[1].endpoint!);
  far.play(a!.id, { type: 'tone', frequency: 1000, dbm0: -10 });
  far.play(b!.id, { type: 'tone', frequency: 600, dbm0: -16 });
  await until(
    () => Math.abs(far.level(b!.id, 1000) + 10) < 0.5 && Math.abs(far.level(a!.id, 600) + 16) < 0.5,
  );
  const keys: string[] = [];
  legs[0].on('digit', (key) => keys.push(key));
  const digitsAtB = (): string | undefined => far.calls().find((call) => call.id === b!.id)?.rtp.digits;
  await far.digits(a!.id, '10#');
  await until(() => keys.length === 3 && digitsAtB() === '10#');
  t.same(keys, ['1', '0', '#']);
  await legs[1].sendDigits('42*');
  await until(() => digitsAtB() === '10#42*');
  const figures = await legs[0].statistics?.();
  t.ok((figures?.packetsReceived ?? 0) > 20 && figures?.packetsLost === 0, JSON.stringify(figures));
  for (const leg of legs) leg.release({ q850: 16, text: '', by: 'local' });
  t.ok(((await legs[0].statistics?.())?.packetsSent ?? 0) > 20, 'figures are there after the end, too');
});

t.test('the operator calls the box: alerting, early media, answer, either side hangs up', async (t) => {
  const far = await operator(t);
  const engine = await startEngine(t);
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ ...account, server: `127.0.0.1:${far.port}`, callerNumber: '+74951112233' }),
  ]);
  await ready(gateway, 'registered');
  const arrived = next(gateway, 'incoming');
  const id = await far.call({ to: 'office', number: '74951112233', caller: '+79161234567', name: 'Ivan' });
  const [leg, call] = await arrived;
  t.match(call, {
    trunkId: 'acme',
    calledNumber: '74951112233',
    caller: { number: '+79161234567', name: 'Ivan' },
    sourceAddress: '127.0.0.1',
  });
  leg.alert();
  await leg.openEarlyMedia();
  t.equal(leg.state, 'alerting');
  await leg.answer();
  t.equal(leg.state, 'answered');
  await until(() => far.calls()[0]?.state === 'answered');
  t.equal(gateway.trunks()[0]?.calls, 1);
  const released = next(leg, 'released');
  await far.hangUp(id);
  t.match((await released)[0], { q850: 16, by: 'remote' });
  t.equal(gateway.trunks()[0]?.calls, 0);

  const again = next(gateway, 'incoming');
  const second = await far.call({ to: 'office', number: '74951112233' });
  const [refused] = await again;
  refused.release({ q850: 17, text: 'User busy', by: 'local' });
  await until(() => far.calls().find((c) => c.id === second)?.state === 'ended');
  t.equal(far.calls().find((c) => c.id === second)?.status, 486);

  const third = next(gateway, 'incoming');
  const cancelled = await far.call({ to: 'office', number: '74951112233' });
  const [abandoned] = await third;
  abandoned.alert();
  const gone = next(abandoned, 'released');
  await far.hangUp(cancelled);
  t.match((await gone)[0], { sip: 487, by: 'remote' });
  await t.rejects(abandoned.answer(), { code: 'sip/gone' });
});
