import t from 'tap';
import { CodedError } from '../../src/base/error.ts';
import type { FxsOptions } from '../../src/port/options.ts';
import { defaultFxsOptions } from '../../src/port/options.ts';
import { createPorts } from '../../src/port/ports.ts';
import { russia } from '../media/support/engine.ts';
import { environment, settle } from './port-bench.ts';
import { heard, simulatedOffice } from './simulated-office.ts';

const howler = { tone: russia.tones.howler, afterMs: 60_000, lengthMs: 30_000 };

/** A telephone whose call is over and whose handset is still lifted. */
async function leftAlone(changes: Partial<FxsOptions> = { howler }) {
  const env = environment();
  const ports = createPorts(env, [{ kind: 'fxs', ...defaultFxsOptions(1), ...changes }]);
  const port = ports.fxs.get(1)!;
  const said: string[] = [];
  port.on('leftOffHook', (left) => said.push(left ? 'left' : 'back'));
  port.on('seized', () => said.push('seized'));
  port.on('answered', () => said.push('answered'));
  port.on('hungUp', () => said.push('hungUp'));
  env.card.come();
  env.card.indicate(1, { type: 'on-hook' });
  await settle();
  env.card.indicate(1, { type: 'off-hook' });
  port.leftAlone();
  env.card.take();
  said.splice(0);
  env.media.played.splice(0);
  return { ...env, port, take: () => said.splice(0) };
}

t.test('tone, silence, howler, and then power is denied', async (t) => {
  const { card, clock, media, port, take } = await leftAlone();
  clock.advance(59_999);
  t.strictSame(media.played, [], 'the release tone gave way to silence only');
  t.strictSame(take(), []);
  clock.advance(1);
  t.match(media.played, [{ type: 'tone', tone: russia.tones.howler }]);
  t.strictSame(take(), ['left'], 'from now on people are told');
  t.ok(port.leftOffHook);
  clock.advance(30_000);
  t.strictSame(card.take(), ['audio off', 'power-denial']);
  t.ok(port.offHook, 'whoever calls finds it busy');
  port.ring({ number: '101' });
  t.strictSame(card.take(), [], 'and it is not rung');
  clock.advance(24 * 3600_000);
  t.strictSame([card.take(), take()], [[], []], 'there it stays');
  card.indicate(1, { type: 'on-hook' });
  t.strictSame(take(), ['hungUp', 'back'], 'put back: as ever');
  card.indicate(1, { type: 'off-hook' });
  t.strictSame(take(), ['seized']);
  t.ok(card.take().includes('audio on'));
});

t.test('put back at any step: nothing of it is left', async (t) => {
  for (const after of [1000, 40_000, 70_000]) {
    const { card, clock, media, take } = await leftAlone();
    clock.advance(after);
    media.played.splice(0);
    card.indicate(1, { type: 'on-hook' });
    take();
    clock.advance(600_000);
    t.strictSame([media.played, take()], [[], []], `${after} ms`);
    t.notOk(card.take().includes('power-denial'));
  }
});

t.test('never in a call, nor where it is not set up; nor is the link missed', async (t) => {
  const env = environment();
  const ports = createPorts(env, [{ kind: 'fxs', ...defaultFxsOptions(1), howler }]);
  env.card.come();
  await settle();
  env.card.indicate(1, { type: 'off-hook' });
  env.clock.advance(3600_000);
  t.notOk(ports.fxs.get(1)!.leftOffHook, 'a long call');
  t.strictSame(env.media.played, []);

  const without = await leftAlone({});
  without.clock.advance(3600_000);
  t.strictSame([without.media.played, without.take()], [[], []]);

  const lost = await leftAlone();
  lost.clock.advance(61_000);
  lost.card.emit('down', 'closed');
  t.notOk(lost.port.leftOffHook);
  t.match(lost.take(), ['left', 'hungUp', 'back'], 'nobody is told of a handset that is not known any more');
});

t.test('a card of an earlier day cannot deny power: the box goes on', async (t) => {
  const { card, clock, port, errors } = await leftAlone();
  card.intercept = ({ type }) =>
    type === 'power-denial' ? new CodedError('line/refused', 'refused: unknown-command') : undefined;
  clock.advance(120_000);
  await settle();
  t.ok(port.leftOffHook);
  t.strictSame(errors, []);
  t.equal(port.available, true);
});

t.test('at the telephone itself', async (t) => {
  const office = await simulatedOffice(
    t,
    { sockets: [1, 2].map((port) => ({ port, kind: 'fxs' as const, device: 'telephone' as const })) },
    [
      { kind: 'fxs', ...defaultFxsOptions(1), howler: { ...howler, afterMs: 1000, lengthMs: 1500 } },
      { kind: 'fxs', ...defaultFxsOptions(2) },
    ],
  );
  const port = office.fxs(1);
  const phone = office.simulator.telephone(1);
  const seized = heard(port, 'seized');
  phone.lift();
  await seized;
  const left = heard(port, 'leftOffHook', (is) => is);
  const lost = phone.next('current-lost', 8000);
  port.leftAlone();
  await left;
  t.ok((await phone.waitForTone(425, -18, 2000)) < -12, 'softly at first');
  await lost;
  t.ok(phone.milliamps <= 3, `${phone.milliamps} mA`);
  t.ok((await phone.hear(200)) < -60, 'and nothing is heard');
  const back = heard(port, 'leftOffHook', (is) => !is);
  phone.hangup();
  await back;
  const again = heard(port, 'seized');
  const current = phone.next('current', 3000);
  phone.lift();
  await Promise.all([again, current]);
  t.ok(phone.milliamps > 20, 'fed as ever');
});
