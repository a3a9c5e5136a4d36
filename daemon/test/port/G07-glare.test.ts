import t from 'tap';
import type { Fxs } from '../../src/port/fxs.ts';
import { defaultFxsOptions } from '../../src/port/options.ts';
import { createPorts } from '../../src/port/ports.ts';
import { cityLine } from './fxo-bench.ts';
import { environment, settle } from './port-bench.ts';

t.test('a ring within the seizure: the caller is not joined to whom we wanted to dial', async (t) => {
  for (const when of ['before the card seized', 'while the dial tone is waited for']) {
    const { card, media, port, take, dial } = await cityLine();
    const outcome = dial('2345678');
    if (when !== 'before the card seized') await settle();
    card.take();
    card.indicate(2, { type: 'ring', on: true });
    await settle();
    t.equal(outcome.result, 'port/glare', when);
    t.equal(card.take()[0], 'release', 'the loop opens first of all');
    t.strictSame(media.played, [], 'no digit reaches the caller');
    t.strictSame(take(), ['ringing'], 'and the call is an incoming one');
    t.equal(port.idle, false);
    await port.answer();
    t.ok(card.take().includes('seize'), 'which can be answered');
  }
});

t.test('the caller of a glare who has gone is not waited for', async (t) => {
  const { card, clock, port, take, dial } = await cityLine();
  dial('2');
  await settle();
  card.indicate(2, { type: 'ring', on: true });
  clock.advance(7000);
  t.strictSame(take(), ['ringing', 'caller unknown', 'ringingStopped']);
  t.equal(port.idle, true);
});

t.test('a line that rings, or just rang, is not taken for a call', async (t) => {
  const { card, clock, port } = await cityLine();
  card.indicate(2, { type: 'ring', on: true });
  t.equal(port.idle, false);
  await t.rejects(port.dial('2'), { code: 'port/busy' });
  card.indicate(2, { type: 'ring', on: false });
  clock.advance(6999);
  t.equal(port.idle, false, 'between two bursts');
  clock.advance(1);
  t.equal(port.idle, true);
});

t.test('a ring in the guard time is an incoming call', async (t) => {
  const { card, port, take, callAnswered } = await cityLine();
  await callAnswered();
  port.release();
  card.indicate(2, { type: 'ring', on: true });
  t.strictSame(take(), ['ringing']);
});

for (const [farEnd, expected] of [
  ['pbx', 'seized'],
  ['telephone', 'answered'],
] as const) {
  t.test(`toward a ${farEnd}: lifted before the first burst began means ${expected}`, async (t) => {
    const env = environment();
    const port = createPorts(env, [{ kind: 'fxs', ...defaultFxsOptions(1), farEnd }]).fxs.get(1) as Fxs;
    const said: string[] = [];
    port.on('seized', () => said.push('seized'));
    port.on('answered', () => said.push('answered'));
    env.card.come();
    await settle();
    port.ring({ number: '1' });
    env.card.indicate(1, { type: 'off-hook' });
    t.strictSame(said.splice(0), [expected]);
    env.card.indicate(1, { type: 'on-hook' });
    port.ring({ number: '1' });
    env.card.indicate(1, { type: 'ring-phase', on: true });
    env.card.indicate(1, { type: 'off-hook' });
    t.strictSame(said, ['answered'], 'once it can have heard the ring, it answers');
  });
}
