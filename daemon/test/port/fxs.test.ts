import t from 'tap';
import { CodedError } from '../../src/base/error.ts';
import type { Fxs } from '../../src/port/fxs.ts';
import type { FxsOptions } from '../../src/port/options.ts';
import { defaultFxsOptions } from '../../src/port/options.ts';
import { createPorts } from '../../src/port/ports.ts';
import { environment, settle } from './port-bench.ts';

/** A telephone port, up and on-hook, with everything it says in `said`. */
async function telephone(changes: Partial<FxsOptions> = {}) {
  const env = environment();
  const options = { kind: 'fxs' as const, ...defaultFxsOptions(1), ...changes };
  const ports = createPorts(env, [options]);
  const port = ports.fxs.get(1) as Fxs;
  const said: string[] = [];
  for (const event of ['seized', 'answered', 'hungUp', 'flashed'] as const)
    port.on(event, () => said.push(event));
  port.on('digit', (key) => said.push(`digit ${key}`));
  port.on('available', (available, reason) =>
    said.push(`${available ? 'available' : 'unavailable'}: ${reason}`),
  );
  env.card.come();
  env.card.indicate(1, { type: 'on-hook' });
  await settle();
  const take = (): string[] => said.splice(0);
  return { ...env, ports, port, options, take };
}

t.test('comes up configured, with the hook windows of ruling 12', async (t) => {
  const { card, port, take } = await telephone();
  t.match(card.commands[0], {
    type: 'configure',
    port: 1,
    country: 'ru',
    hook: { pulseDialing: true, pulseBreakMax: 110, flashMin: 120, flashMax: 900 },
  });
  t.match(card.commands[1], { type: 'lifeline', engaged: false });
  t.strictSame(take(), ['unavailable: configuring', 'available: ready']);
  t.equal(port.available, true);
  const tones = await telephone({ pulseDialing: false });
  t.match(tones.card.commands[0], { hook: { pulseDialing: false, flashMin: 80 } });
});

t.test('lifted, dialed by tones, flashed, hung up', async (t) => {
  const { card, media, port, take } = await telephone();
  card.take();
  take();
  card.indicate(1, { type: 'off-hook' });
  t.equal(port.offHook, true);
  t.strictSame(media.detection, { dtmf: true });
  media.emit('digit', 'line:1', '8', 60, 'dtmf');
  media.emit('digit', 'line:2', '9', 60, 'dtmf');
  card.indicate(1, { type: 'flash', ms: 180 });
  card.indicate(1, { type: 'on-hook' });
  t.strictSame(take(), ['seized', 'digit 8', 'flashed', 'hungUp']);
  t.strictSame(card.take(), ['audio on', 'audio off']);
  t.strictSame(media.detection, {});
  t.equal(port.offHook, false);
});

t.test('a digit that comes as pulses and as a tone counts once; pressed again it counts again', async (t) => {
  const { card, media, clock, take } = await telephone();
  card.indicate(1, { type: 'off-hook' });
  take();
  media.emit('digit', 'line:1', '3', 60, 'dtmf');
  clock.advance(400);
  card.indicate(1, { type: 'pulse-digit', digit: '3' });
  clock.advance(300);
  card.indicate(1, { type: 'pulse-digit', digit: '3' });
  clock.advance(1200);
  media.emit('digit', 'line:1', '3', 60, 'dtmf');
  media.emit('digit', 'line:1', '3', 60, 'dtmf');
  t.strictSame(take(), ['digit 3', 'digit 3', 'digit 3', 'digit 3']);
});

t.test('digits and flashes of a set that is on-hook are nothing', async (t) => {
  const { card, media, take } = await telephone();
  take();
  media.emit('digit', 'line:1', '8', 60, 'dtmf');
  card.indicate(1, { type: 'flash', ms: 200 });
  card.indicate(1, { type: 'on-hook' });
  t.strictSame(take(), []);
});

t.test('rings, sends caller ID after the first burst, and is answered', async (t) => {
  const { card, media, clock, port, take } = await telephone();
  card.take();
  take();
  port.ring({ number: '+78121234567', name: 'Ivan' });
  t.equal(port.ringing, true);
  t.strictSame(card.take(), ['audio on', 'ring']);
  card.indicate(1, { type: 'ring-phase', on: true });
  card.indicate(1, { type: 'ring-phase', on: false });
  clock.advance(499);
  t.strictSame(media.played, []);
  clock.advance(1);
  t.match(media.played, [{ type: 'caller-id', scheme: 'fsk-v23', number: '+78121234567', name: 'Ivan' }]);
  t.equal((media.played[0] as { time: Date }).time.getTime(), clock.wall());
  await media.finish();
  card.indicate(1, { type: 'ring-phase', on: true });
  card.indicate(1, { type: 'ring-phase', on: false });
  clock.advance(4000);
  t.equal(media.played.length, 1, 'sent once');
  card.indicate(1, { type: 'off-hook' });
  t.strictSame(take(), ['answered']);
  t.equal(port.ringing, false);
  t.strictSame(media.detection, { dtmf: true });
});

t.test('a double ring: caller ID waits for the long silence', async (t) => {
  const internal = [400, 200, 400, 4000];
  const { card, media, clock, port } = await telephone({ distinctiveRing: { internal } });
  port.ring({ number: '101' }, 'internal');
  t.match(card.commands.at(-1), { type: 'ring', cadence: [400, 200, 400, 4000] });
  card.indicate(1, { type: 'ring-phase', on: true });
  card.indicate(1, { type: 'ring-phase', on: false });
  clock.advance(200);
  card.indicate(1, { type: 'ring-phase', on: true });
  clock.advance(400);
  t.strictSame(media.played, []);
  card.indicate(1, { type: 'ring-phase', on: false });
  clock.advance(500);
  t.equal(media.played.length, 1);
});

t.test('lifted while caller ID is sent: it stops, the speech path is free', async (t) => {
  const { card, media, clock, port } = await telephone();
  port.ring({});
  card.indicate(1, { type: 'ring-phase', on: true });
  card.indicate(1, { type: 'ring-phase', on: false });
  clock.advance(500);
  t.match(media.played, [{ absence: 'unavailable' }], 'an unknown caller is said to be so');
  t.equal(media.playing, true);
  card.indicate(1, { type: 'off-hook' });
  t.equal(media.playing, false);
});

t.test('the caller gives up: ringing stops and nothing is left running', async (t) => {
  const { card, clock, port, take } = await telephone();
  port.ring({ number: '101' });
  card.indicate(1, { type: 'ring-phase', on: true });
  card.indicate(1, { type: 'ring-phase', on: false });
  card.take();
  take();
  port.stopRinging();
  t.strictSame(card.take(), ['ring-stop', 'audio off']);
  t.equal(clock.pending, 0);
  card.indicate(1, { type: 'off-hook' });
  t.strictSame(take(), ['seized'], 'lifted a moment too late, it is a call of its own');
});

t.test('a set stuck off-hook does not ring', async (t) => {
  const { card, port } = await telephone();
  card.indicate(1, { type: 'off-hook' });
  card.take();
  port.ring({ number: '101' });
  t.equal(port.ringing, false);
  t.strictSame(card.take(), []);
});

t.test('polarity turns on answer where it is set, and back at the end', async (t) => {
  const plain = await telephone();
  plain.card.indicate(1, { type: 'off-hook' });
  plain.card.take();
  plain.port.answerSignal(true);
  t.strictSame(plain.card.take(), [], 'not where it is not set');

  const { card, port } = await telephone({ polarityOnAnswer: true });
  card.indicate(1, { type: 'off-hook' });
  card.take();
  port.answerSignal(true);
  port.answerSignal(true);
  t.strictSame(card.take(), ['polarity reversed']);
  card.indicate(1, { type: 'on-hook' });
  t.strictSame(card.take(), ['polarity normal', 'audio off']);
});

t.test('release: battery back, current cut, then the release tone to whoever stays', async (t) => {
  const tone = { frequencies: [425], levelDbm0: -10, cadence: [350, 350] };
  const { card, media, clock, port, take } = await telephone({ polarityOnAnswer: true, releaseTone: tone });
  card.indicate(1, { type: 'off-hook' });
  port.answerSignal(true);
  card.take();
  take();
  port.currentBreak();
  t.strictSame(card.take(), ['polarity normal', 'current-break 500']);
  t.equal(port.offHook, true);
  media.emit('digit', 'line:1', '8', 60, 'dtmf');
  clock.advance(500);
  t.strictSame(media.played, [{ type: 'tone', tone }]);
  t.strictSame(take(), [], 'digits into the break are nothing');
  card.indicate(1, { type: 'on-hook' });
  t.strictSame(take(), ['hungUp']);
  t.equal(media.playing, false);
});

t.test('a PBX that releases within the break hangs up once', async (t) => {
  const { card, clock, port, take } = await telephone({ farEnd: 'pbx' });
  card.indicate(1, { type: 'off-hook' });
  take();
  port.currentBreak();
  clock.advance(200);
  card.indicate(1, { type: 'on-hook' });
  clock.advance(1000);
  t.strictSame(take(), ['hungUp']);
  t.equal(clock.pending, 0);
});

t.test(
  'the link is lost in a call: hung up, and after its return the state is the card’s word',
  async (t) => {
    const { card, port, take, clock } = await telephone();
    card.indicate(1, { type: 'off-hook' });
    take();
    card.emit('down', 'gone');
    t.strictSame(take(), ['unavailable: link-lost', 'hungUp']);
    t.equal(port.available, false);
    card.come();
    card.indicate(1, { type: 'off-hook' });
    t.strictSame(take(), ['unavailable: configuring'], 'not before the port is set up');
    await settle();
    t.strictSame(take(), ['available: ready', 'seized']);
    t.equal(port.offHook, true);
    t.equal(clock.pending, 0);
  },
);

t.test('a voltage that is not ours takes the port away', async (t) => {
  const { card, port, take } = await telephone();
  take();
  port.ring({ number: '1' });
  card.take();
  card.indicate(1, { type: 'foreign-voltage', present: true, volts: 60 });
  t.strictSame(take(), ['unavailable: foreign-voltage']);
  t.ok(card.take().includes('ring-stop'));
  port.ring({ number: '1' });
  t.equal(port.ringing, false);
  card.indicate(1, { type: 'foreign-voltage', present: false, volts: 0 });
  t.strictSame(take(), ['available: ready']);
});

t.test('while the lifeline relay holds the pair, the port is not there', async (t) => {
  const { card, port, take } = await telephone();
  take();
  card.indicate(1, { type: 'lifeline', engaged: true });
  t.equal(port.available, false);
  card.indicate(1, { type: 'lifeline', engaged: false });
  t.strictSame(take(), ['unavailable: lifeline', 'available: ready']);
});

t.test('a port that the card refuses to set up says why', async (t) => {
  const env = environment();
  env.card.intercept = (command) =>
    command.type === 'configure' ? new CodedError('line/refused', 'refused: hardware') : undefined;
  const port = createPorts(env, [{ kind: 'fxs', ...defaultFxsOptions(1) }]).fxs.get(1) as Fxs;
  env.card.come();
  await settle();
  t.equal(port.available, false);
  t.equal(port.trouble, 'configure: refused: hardware');
});

t.test('new settings wait for the end of a call and then reach the card', async (t) => {
  const { card, ports, port, options, take } = await telephone();
  card.indicate(1, { type: 'off-hook' });
  card.take();
  take();
  ports.update([{ ...options, rxGainDb: -3, ringCadence: [2000, 4000] }]);
  t.strictSame(card.take(), []);
  t.equal(ports.fxs.get(1), port, 'it is the same port');
  card.indicate(1, { type: 'on-hook' });
  t.strictSame(card.take(), ['audio off', 'configure']);
  await settle();
  port.ring({ number: '1' });
  t.match(card.commands.at(-1), { type: 'ring', cadence: [2000, 4000] });
  t.strictSame(take(), ['hungUp']);
});
