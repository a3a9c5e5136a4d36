import t from 'tap';
import { CodedError } from '../../src/base/error.ts';
import { cityLine } from './fxo-bench.ts';
import { settle } from './port-bench.ts';

t.test('the first digit waits for the dial tone, so none is lost', async (t) => {
  const { port, card, media, clock, dial } = await cityLine();
  t.equal(port.idle, true);
  const outcome = dial('2345678');
  t.equal(port.idle, false);
  t.strictSame(card.take(), ['audio on', 'seize']);
  t.strictSame(media.detection, { tones: 'after-seize' });
  await settle();
  clock.advance(3900);
  t.strictSame(media.played, [], 'however late the tone');
  media.emit('tone', 'line:2', 'dial');
  clock.advance(99);
  t.strictSame(media.played, []);
  clock.advance(1);
  t.strictSame(media.played, [{ type: 'dtmf', digits: '2345678', onMs: 80, offMs: 80 }]);
  await settle();
  t.equal(outcome.result, 'pending', 'until the last digit is out');
  await media.finish();
  t.equal(outcome.result, 'dialed');
  t.strictSame(media.detection, { tones: 'after-digits', voice: true });
});

t.test('no dial tone: the line is given up, or dialed all the same, as set', async (t) => {
  const strict = await cityLine();
  const failed = strict.dial('2');
  await settle();
  strict.clock.advance(4000);
  await settle();
  t.equal(failed.result, 'port/no-dial-tone');
  t.strictSame(strict.take(), [], 'no `released` besides');
  t.ok(strict.card.take().includes('release'));
  t.equal(strict.port.idle, false, 'the guard time runs');
  strict.clock.advance(2000);
  t.equal(strict.port.idle, true);

  const lax = await cityLine({ waitForDialTone: { timeoutMs: 1500, otherwise: 'dial' } });
  lax.dial('2');
  await settle();
  lax.clock.advance(1600);
  t.match(lax.media.played, [{ digits: '2' }]);

  const emergency = await cityLine({ waitForDialTone: { timeoutMs: 1500, otherwise: 'dial' } });
  const call = emergency.dial('112', { emergency: true });
  await settle();
  emergency.clock.advance(1600);
  await settle();
  t.equal(call.result, 'port/no-dial-tone', 'an emergency call takes only a live line (ruling 5)');

  const patient = await cityLine({ waitForDialTone: { timeoutMs: 10_000, otherwise: 'fail' } });
  const urgent = patient.dial('112', { emergency: true });
  await settle();
  patient.clock.advance(5000);
  await settle();
  t.equal(urgent.result, 'port/no-dial-tone', 'and waits 5 s for it, however patient the line is otherwise');
});

t.test('a line without dial tone is in doubt until it has dial tone again, or rings', async (t) => {
  const { port, card, clock, dial, media } = await cityLine();
  const doubted: boolean[] = [];
  port.on('doubted', (doubtful) => doubted.push(doubtful));
  const silent = async (): Promise<void> => {
    dial('2');
    await settle();
    clock.advance(4000);
    await settle();
    clock.advance(2000);
  };
  t.notOk(port.doubtful);
  await silent();
  t.ok(port.doubtful);
  await silent();
  t.strictSame(doubted, [true], 'told once');
  t.ok(port.idle, 'it may still be tried');
  dial('2');
  await settle();
  media.emit('tone', 'line:2', 'dial');
  t.notOk(port.doubtful);
  port.release();
  clock.advance(2000);
  await silent();
  card.emit('indication', { type: 'ring', port: 2, at: 0, on: true });
  t.notOk(port.doubtful, 'whoever calls has found it alive');
  t.strictSame(doubted, [true, false, true, false]);
});

t.test('busy tone instead of dial tone fails at once', async (t) => {
  const { media, dial } = await cityLine();
  const outcome = dial('2');
  await settle();
  media.emit('tone', 'line:2', 'busy');
  await settle();
  t.equal(outcome.result, 'port/no-dial-tone');
  t.equal(outcome.message, 'busy tone instead of dial tone');
});

t.test('a fixed delay instead of listening', async (t) => {
  const { media, clock, dial } = await cityLine({
    waitForDialTone: { timeoutMs: 0, otherwise: 'dial' },
    dialDelayMs: 800,
  });
  dial('2');
  await settle();
  clock.advance(799);
  t.strictSame(media.played, []);
  clock.advance(1);
  t.match(media.played, [{ digits: '2' }]);
});

t.test('a dial tone that comes before the card’s answer is not lost', async (t) => {
  const { card, media, clock, dial } = await cityLine();
  let acknowledge = (): void => undefined;
  card.intercept = ({ type }) =>
    type === 'seize' ? new Promise<void>((resolve) => (acknowledge = resolve)) : undefined;
  dial('2');
  await settle();
  media.emit('tone', 'line:2', 'dial');
  clock.advance(500);
  t.strictSame(media.played, []);
  acknowledge();
  await settle();
  clock.advance(100);
  t.match(media.played, [{ digits: '2' }]);
});

t.test('"," is a second, "w" waits for another dial tone', async (t) => {
  const { media, clock, dial } = await cityLine();
  const outcome = dial('8w10,44');
  await settle();
  media.emit('tone', 'line:2', 'dial');
  clock.advance(100);
  await media.finish();
  t.strictSame(media.detection, { tones: 'after-seize' }, 'listening again after the 8');
  clock.advance(2500);
  t.equal(media.played.length, 1);
  media.emit('tone', 'line:2', 'dial');
  t.match(media.played[1], { digits: '10' });
  t.strictSame(media.detection, {}, 'our own tones are not listened to');
  await media.finish();
  clock.advance(999);
  t.equal(media.played.length, 2);
  clock.advance(1);
  t.match(media.played[2], { digits: '44' });
  await media.finish();
  t.equal(outcome.result, 'dialed');
});

t.test('the second dial tone does not come', async (t) => {
  const { media, clock, dial } = await cityLine();
  const outcome = dial('8w10');
  await settle();
  media.emit('tone', 'line:2', 'dial');
  clock.advance(100);
  await media.finish();
  clock.advance(4000);
  await settle();
  t.equal(outcome.result, 'port/no-dial-tone');
});

t.test('pulse dialing: the card sends the pulses, * goes as a tone', async (t) => {
  const { card, media, clock, dial } = await cityLine({ dialMethod: 'pulse' });
  const outcome = dial('20*7');
  await settle();
  media.emit('tone', 'line:2', 'dial');
  clock.advance(100);
  t.match(card.commands.at(-1), {
    type: 'pulse-dial',
    digits: '20',
    breakMs: 60,
    makeMs: 40,
    interDigitMs: 800,
  });
  clock.advance(2800);
  card.indicate(2, { type: 'pulses-sent' });
  t.match(media.played, [{ digits: '*' }]);
  await media.finish();
  t.match(card.commands.at(-1), { type: 'pulse-dial', digits: '7' });
  card.indicate(2, { type: 'pulses-sent' });
  await settle();
  t.equal(outcome.result, 'dialed');
});

t.test('a long number goes in pieces that the card can take', async (t) => {
  const { card, media, clock, dial } = await cityLine({ dialMethod: 'pulse' });
  dial('1'.repeat(40));
  await settle();
  media.emit('tone', 'line:2', 'dial');
  clock.advance(100);
  t.match(card.commands.at(-1), { digits: '1'.repeat(32) });
  card.indicate(2, { type: 'pulses-sent' });
  t.match(card.commands.at(-1), { digits: '1'.repeat(8) });
});

t.test('a card that never tells the end of the pulses does not hold the line for ever', async (t) => {
  const { media, clock, dial } = await cityLine({ dialMethod: 'pulse' });
  const outcome = dial('1');
  await settle();
  media.emit('tone', 'line:2', 'dial');
  clock.advance(100 + 900 + 2000);
  await settle();
  t.equal(outcome.result, 'port/fault');
});

t.test('what cannot be dialed, and lines that cannot', async (t) => {
  const bench = await cityLine();
  await t.rejects(bench.port.dial('12x'), { code: 'port/bad-digits' });
  await t.rejects(bench.port.dial(''), { code: 'port/bad-digits' });
  bench.card.indicate(2, { type: 'line-state', state: 'in-use', volts: 8 });
  t.equal(bench.port.available, true);
  t.equal(bench.port.idle, false, 'a parallel telephone holds it');
  await t.rejects(bench.port.dial('1'), { code: 'port/busy' });
  bench.card.indicate(2, { type: 'line-state', state: 'dead', volts: 0 });
  t.strictSame(bench.take(), ['unavailable: no-line']);
  await t.rejects(bench.port.dial('1'), { code: 'port/no-line', message: 'no-line' });
  bench.card.indicate(2, { type: 'line-state', state: 'idle', volts: 60 });
  const outcome = bench.dial('1');
  await t.rejects(bench.port.dial('2'), { code: 'port/busy' });
  bench.port.release();
  await settle();
  t.equal(outcome.result, 'port/released', 'given up by us');
  t.strictSame(bench.take(), ['available: ready']);
});

t.test('seized without current, the line is cut', async (t) => {
  const { card, clock, dial } = await cityLine();
  const outcome = dial('1');
  await settle();
  card.indicate(2, { type: 'loop-current', milliamps: 0 });
  clock.advance(500);
  await settle();
  t.equal(outcome.result, 'port/no-line');
});

t.test('a card that does not seize', async (t) => {
  const { card, dial } = await cityLine();
  card.intercept = ({ type }) =>
    type === 'seize' ? new CodedError('line/refused', 'refused: lifeline') : undefined;
  const outcome = dial('1');
  await settle();
  t.equal(outcome.result, 'port/no-line');
  t.ok(card.take().includes('release'), 'and the loop is opened to be sure');
});

t.test('the link is lost while dialing', async (t) => {
  const { card, dial, take, clock } = await cityLine();
  const outcome = dial('1');
  await settle();
  card.emit('down', 'gone');
  await settle();
  t.equal(outcome.result, 'port/no-line');
  t.strictSame(take(), ['unavailable: link-lost']);
  t.equal(clock.pending, 0);
});
