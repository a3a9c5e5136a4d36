import t from 'tap';
import { defaultFxoOptions } from '../../src/port/options.ts';
import { cityLine } from './fxo-bench.ts';

const { releaseSupervision } = defaultFxoOptions(2);

t.test('a loop break of the exchange releases, a glitch does not', async (t) => {
  const { card, port, take, callAnswered } = await cityLine();
  await callAnswered();
  card.indicate(2, { type: 'loop-break', ms: 80 });
  t.strictSame(take(), []);
  card.indicate(2, { type: 'loop-break', ms: 90 });
  t.strictSame(take(), ['released loop-break']);
  t.strictSame(card.take(), ['release', 'audio off']);
  t.equal(port.idle, false);
});

t.test('current that goes and does not come back is a line that is gone', async (t) => {
  const { card, clock, take, callAnswered } = await cityLine();
  await callAnswered();
  card.indicate(2, { type: 'loop-current', milliamps: 0 });
  clock.advance(1900);
  card.indicate(2, { type: 'loop-current', milliamps: 22 });
  clock.advance(10_000);
  t.strictSame(take(), [], 'it came back');
  card.indicate(2, { type: 'loop-current', milliamps: 12 });
  clock.advance(10_000);
  t.strictSame(take(), [], 'a low current is no hang-up');
  card.indicate(2, { type: 'loop-current', milliamps: 0 });
  clock.advance(2000);
  t.strictSame(take(), ['released no-line']);
});

t.test('polarity: back after an answer by reversal', async (t) => {
  const { card, take, callAnswered } = await cityLine();
  await callAnswered();
  card.indicate(2, { type: 'polarity', reversed: false });
  t.strictSame(take(), ['released polarity']);
});

t.test('polarity of an incoming call: the turn at its answer is no release, the next is', async (t) => {
  const { card, clock, take, incomingAnswered } = await cityLine();
  await incomingAnswered();
  clock.advance(300);
  card.indicate(2, { type: 'polarity', reversed: true });
  clock.advance(60_000);
  t.strictSame(take(), []);
  card.indicate(2, { type: 'polarity', reversed: false });
  t.strictSame(take(), ['released polarity']);

  const quiet = await cityLine();
  await quiet.incomingAnswered();
  quiet.clock.advance(2000);
  quiet.card.indicate(2, { type: 'polarity', reversed: true });
  t.strictSame(quiet.take(), ['released polarity'], 'where nothing turned at the answer');
});

t.test('tones after answer', async (t) => {
  for (const [tone, cause] of [
    ['busy', 'busy-tone'],
    ['congestion', 'congestion-tone'],
    ['dial', 'dial-tone'],
    ['sit', 'sit'],
  ] as const) {
    const { media, take, callAnswered } = await cityLine();
    await callAnswered();
    media.emit('tone', 'line:1', tone);
    t.strictSame(take(), [], 'another line’s tone is nothing');
    media.emit('tone', 'line:2', tone);
    t.strictSame(take(), [`released ${cause}`]);
  }
});

t.test('silence, where it is set', async (t) => {
  const off = await cityLine();
  await off.callAnswered();
  t.strictSame(off.media.detection, { dtmf: true, tones: 'after-answer', voice: true });
  off.media.emit('silence', 'line:2');
  t.strictSame(off.take(), []);

  const on = await cityLine({ releaseSupervision: { ...releaseSupervision, silenceMs: 120_000 } });
  await on.callAnswered();
  t.match(on.media.detection, { silenceMs: 120_000 });
  on.media.emit('silence', 'line:2');
  t.strictSame(on.take(), ['released silence']);
});

t.test('the longest call, counted from the last digit or the answer', async (t) => {
  const out = await cityLine({ maxCallMs: 60_000 });
  await out.dialThrough();
  out.clock.advance(59_999);
  t.strictSame(out.take(), []);
  out.clock.advance(1);
  t.strictSame(out.take(), ['released max-time'], 'also where no answer was ever recognised');

  const incoming = await cityLine({ maxCallMs: 60_000 });
  await incoming.incomingAnswered();
  incoming.clock.advance(60_000);
  t.strictSame(incoming.take(), ['released max-time']);

  const endless = await cityLine({ maxCallMs: 0 });
  await endless.callAnswered();
  endless.clock.advance(24 * 3600_000);
  t.strictSame(endless.take(), []);
});

t.test('an emergency call ends by no tone, silence or time (ruling 5), but by the line itself', async (t) => {
  const { card, media, clock, take, callAnswered } = await cityLine({
    maxCallMs: 60_000,
    releaseSupervision: { ...releaseSupervision, silenceMs: 30_000 },
  });
  await callAnswered({ emergency: true });
  media.emit('tone', 'line:2', 'busy');
  media.emit('tone', 'line:2', 'dial');
  media.emit('silence', 'line:2');
  clock.advance(3600_000);
  t.strictSame(take(), []);
  card.indicate(2, { type: 'loop-break', ms: 500 });
  t.strictSame(take(), ['released loop-break']);
});

t.test('what is not set does not release', async (t) => {
  const { card, media, take, callAnswered } = await cityLine({
    releaseSupervision: { ...releaseSupervision, polarity: false, busyTone: false, dialTone: false },
  });
  await callAnswered();
  media.emit('tone', 'line:2', 'busy');
  media.emit('tone', 'line:2', 'dial');
  card.indicate(2, { type: 'polarity', reversed: false });
  t.strictSame(take(), []);
});

t.test('the link is lost in a call', async (t) => {
  const { card, clock, port, take, callAnswered } = await cityLine();
  await callAnswered();
  card.emit('down', 'gone');
  t.strictSame(take(), ['released link-lost', 'unavailable: link-lost']);
  t.strictSame(card.take(), [], 'the card opens the loop by itself');
  t.equal(port.available, false);
  t.equal(clock.pending, 0);
});

t.test('released by us: open at once, idle after the guard time, no event', async (t) => {
  const { card, clock, port, take, callAnswered } = await cityLine();
  await callAnswered();
  port.release();
  port.release();
  t.strictSame(card.take(), ['release', 'audio off']);
  t.strictSame(take(), []);
  clock.advance(1999);
  t.equal(port.idle, false);
  clock.advance(1);
  t.equal(port.idle, true);
  t.equal(clock.pending, 0);
});
