/** STUN shares the SIP port, and who floods it is met as who floods SIP. */
import { createSocket } from 'node:dgram';
import t from 'tap';
import { bindingRequest, bindingResult } from '../../src/sipd/transport/stun.ts';
import { type Any, at, startEngine, until } from './kit.ts';

/** Sends Binding requests from `host`, and counts what comes back. */
async function asker(t: Any, to: string, host: string) {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  t.teardown(() => socket.close());
  const [address, port] = to.split(':');
  const state = { answers: 0 };
  socket.on('message', (bytes) => {
    if (bindingResult(bytes)?.seen.host === host) state.answers++;
  });
  const ask = (): Promise<void> =>
    new Promise((resolve) => socket.send(bindingRequest().bytes, Number(port), address, () => resolve()));
  return { state, ask };
}

t.test(
  'RFC 8489: a stranger has as many Binding requests as new SIP requests; a flood is banned',
  async (t) => {
    const engine = await startEngine({
      guard: { lan: ['192.0.2.0/24'], trunks: ['127.0.0.9'], perSource: 20 },
    });
    t.teardown(() => engine.close());
    const to = at(engine);
    const honest = await asker(t, to, '127.0.0.7');
    for (let i = 0; i < 5; i++) await honest.ask();
    await until(() => honest.state.answers === 5, 3000, 'answers');

    const flooding = await asker(t, to, '127.0.0.8');
    for (let i = 0; i < 3000; i++) await flooding.ask();
    await until(() => engine.stats().guard.bans.length > 0, 3000, 'a ban');
    t.match(engine.stats().guard.bans, [{ source: '127.0.0.8', reason: 'flood' }]);
    t.ok(flooding.state.answers >= 20, 'the first are answered');
    t.ok(flooding.state.answers < 1000, `${flooding.state.answers} of 3000 were answered`);
    t.ok(engine.stats().counts['guard.stun']);
    const before = flooding.state.answers;
    await flooding.ask();
    await honest.ask();
    await until(() => honest.state.answers === 6, 3000, 'the honest one is served all the same');
    t.equal(flooding.state.answers, before);

    const trunk = await asker(t, to, '127.0.0.9');
    for (let i = 0; i < 200; i++) await trunk.ask();
    await until(() => trunk.state.answers === 200, 3000, 'a trunk has no limit');
  },
);

t.test('RFC 8489: the office has no limit', async (t) => {
  const engine = await startEngine({ guard: { lan: ['127.0.0.0/8'] } });
  t.teardown(() => engine.close());
  const phone = await asker(t, at(engine), '127.0.0.7');
  for (let i = 0; i < 200; i++) await phone.ask();
  await until(() => phone.state.answers === 200, 3000, 'answers');
  t.same(engine.stats().guard.bans, []);
});
