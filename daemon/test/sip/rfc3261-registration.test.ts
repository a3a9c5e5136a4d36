import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { Emitter } from '../../src/base/emitter.ts';
import { Machine } from '../../src/base/machine.ts';
import type { NetworkEvent } from '../../src/sip/index.ts';
import {
  initialRegistration,
  type RegistrationEffect,
  registration,
  registrationTimes,
} from '../../src/sip/registration.ts';
import { headerOf, registered, ScriptedServer } from '../peers/scripted.ts';
import { quickTimes, ready, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const account = { mode: 'register' as const, user: 'office', registerSeconds: 600 };

t.test('RFC 3261 10.2, 10.2.4: one Call-ID, CSeq counts up, the answer grants the time', async (t) => {
  const server = await ScriptedServer.start(t, (request) => ({
    status: 200,
    headers: [
      ['Contact', '<sip:office@192.0.2.99>;expires=77'],
      ['Contact', `${headerOf(request, 'Contact')};q=0.5;expires=900`],
      ['Expires', '5'],
    ],
  }));
  const engine = await startEngine(t);
  const network = new Emitter<{ network: [event: NetworkEvent] }>();
  const trunk = trunkConfig({ ...account, server: `127.0.0.1:${server.port}` });
  const { gateway } = await startGateway(t, engine, [trunk], { network });
  await ready(gateway, 'registered');
  const left = (gateway.trunks()[0]!.expiresAt! - Date.now()) / 1000;
  t.ok(left > 890 && left <= 900, '10.2.4: of several contacts, the time of our own');
  network.emit('network', {
    kind: 'flow-failed',
    protocol: 'udp',
    host: '127.0.0.1',
    port: 0,
    reason: 'test',
  });
  await until(() => server.of('REGISTER').length === 2);
  const [one, two] = server.of('REGISTER');
  t.equal(headerOf(one, 'Call-ID'), headerOf(two, 'Call-ID'));
  t.ok(Number.parseInt(headerOf(two, 'CSeq'), 10) > Number.parseInt(headerOf(one, 'CSeq'), 10));
  t.equal(headerOf(one, 'To'), '<sip:office@127.0.0.1>', '10.2: the address of record');
  t.equal(one?.uri, 'sip:127.0.0.1', '10.2: a Request-URI without user');
});

t.test('RFC 3261 10.2.2: the binding is taken back when the trunk is removed', async (t) => {
  const server = await ScriptedServer.start(t, (request) => registered(request));
  const engine = await startEngine(t);
  const trunk = trunkConfig({ ...account, server: `127.0.0.1:${server.port}` });
  const { gateway } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'registered');
  gateway.apply({ trunks: [] });
  await until(() => server.of('REGISTER').length === 2);
  const last = server.of('REGISTER').at(-1);
  t.equal(headerOf(last, 'Expires'), '0');
  t.equal(headerOf(last, 'Contact'), headerOf(server.of('REGISTER')[0], 'Contact'));
});

t.test('RFC 3261 10.2.8, 10.3: 423 is obeyed at once, within reason', async (t) => {
  const server = await ScriptedServer.start(t, (request) =>
    Number(headerOf(request, 'Expires')) < 3600
      ? { status: 423, headers: [['Min-Expires', '3600']] }
      : registered(request),
  );
  const engine = await startEngine(t);
  const trunk = trunkConfig({ ...account, server: `127.0.0.1:${server.port}` });
  const { gateway } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'registered');
  t.same(
    server.of('REGISTER').map((r) => headerOf(r, 'Expires')),
    ['600', '3600'],
  );
});

t.test(
  'RFC 3263 4.3: of several registrars the next is asked at once after 503, and soon after silence',
  async (t) => {
    for (const dead of [{ status: 503 }, undefined]) {
      const first = await ScriptedServer.start(t, () => dead);
      const second = await ScriptedServer.start(t, (request) => registered(request));
      // Timer F is 6.4 s here: whoever waits for it has not gone on to the next in time.
      const engine = await startEngine(t, { timers: { T1: 100 } });
      const resolver = {
        locate: async () => [first, second].map(({ port }) => ({ address: '127.0.0.1', port })),
      };
      const trunk = trunkConfig({ ...account, server: 'operator.example' });
      const times = { ...quickTimes, nextRegistrarMs: 500 };
      const { gateway } = await startGateway(t, engine, [trunk], { resolver, times });
      const began = performance.now();
      await ready(gateway, 'registered');
      t.ok(performance.now() - began < patient(3000), dead ? 'after 503' : 'after silence');
      t.ok(first.of('REGISTER').length >= 1);
      t.match(gateway.trunks()[0], { targets: [{ state: 'silent' }, { state: 'answers' }] });
      await gateway.close();
      await engine.close();
    }
  },
);

t.test(
  'RFC 5626 4.5: back-off doubles from its base to its limit, half of it jitter; 10.2.4: refresh in time',
  async (t) => {
    const times = registrationTimes(600);
    for (const random of [0, 1]) {
      const effects: RegistrationEffect[] = [];
      let now = 0;
      const machine = new Machine(
        initialRegistration(times),
        registration(times, () => random),
        (effect) => void effects.push(effect),
        () => now,
      );
      const pause = (): number => {
        const timer = effects.splice(0).findLast((effect) => effect.type === 'timer');
        return timer?.type === 'timer' ? timer.ms : Number.NaN;
      };
      machine.send({ type: 'start' });
      for (let failures = 0; failures < 12; failures++) {
        machine.send({ type: 'lost' });
        const whole = Math.min(times.maxBackoffMs, times.backoffMs * 2 ** failures);
        t.equal(pause(), random ? whole : whole / 2);
        now += whole;
        machine.send({ type: 'timer' });
      }
      for (const granted of [30, 60, 300, 3600]) {
        machine.send({ type: 'answered', status: 200, expires: granted });
        const refresh = pause();
        t.ok(
          refresh >= granted * 500 && refresh <= granted * 900,
          `${granted} s: refreshed after ${refresh} ms`,
        );
        machine.send({ type: 'timer' });
      }
      machine.send({ type: 'answered', status: 503, retryAfter: 120 });
      t.equal(pause(), 120_000, 'RFC 3261 20.33: Retry-After');
    }
  },
);
