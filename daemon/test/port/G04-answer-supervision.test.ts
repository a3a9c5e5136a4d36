import t from 'tap';
import { defaultFxoOptions } from '../../src/port/options.ts';
import { cityLine } from './fxo-bench.ts';
import { settle } from './port-bench.ts';

const { answerSupervision } = defaultFxoOptions(2);
const NONE = { polarity: false, ringbackStop: false, voice: false, timerMs: 0 };

t.test('polarity reversal answers', async (t) => {
  const { card, media, take, dialThrough } = await cityLine();
  await dialThrough();
  media.emit('tone', 'line:2', 'ringback');
  media.emit('tone', 'line:2', 'ringback');
  card.indicate(2, { type: 'polarity', reversed: true });
  t.strictSame(take(), ['alerting', 'answered polarity']);
  t.match(media.detection, { dtmf: true, tones: 'after-answer' });
});

t.test('a reversal at seizure is not the answer; the next turn is', async (t) => {
  const { card, media, clock, take, dial } = await cityLine();
  dial('2');
  await settle();
  card.indicate(2, { type: 'polarity', reversed: true });
  media.emit('tone', 'line:2', 'dial');
  clock.advance(100);
  await media.finish();
  t.strictSame(take(), []);
  card.indicate(2, { type: 'polarity', reversed: false });
  t.strictSame(take(), ['answered polarity']);
});

t.test('an answer during the last digit is not lost', async (t) => {
  const { card, media, clock, take, dial } = await cityLine();
  dial('2');
  await settle();
  media.emit('tone', 'line:2', 'dial');
  clock.advance(100);
  card.indicate(2, { type: 'polarity', reversed: true });
  t.strictSame(take(), []);
  await media.finish();
  t.strictSame(take(), ['answered polarity']);
});

t.test('without reversal: the end of the ringback, or a voice', async (t) => {
  const stop = await cityLine();
  await stop.dialThrough();
  stop.media.emit('tone', 'line:2', 'ringback');
  stop.media.emit('ringbackStopped', 'line:2');
  t.strictSame(stop.take(), ['alerting', 'answered ringback-stop']);
  stop.media.emit('voice', 'line:2');
  t.strictSame(stop.take(), [], 'answered once');

  const voice = await cityLine();
  await voice.dialThrough();
  voice.media.emit('voice', 'line:2');
  t.strictSame(voice.take(), ['answered voice']);
});

t.test('the timer, where nothing else is to be had', async (t) => {
  const { clock, take, dialThrough } = await cityLine({ answerSupervision: { ...NONE, timerMs: 20_000 } });
  await dialThrough();
  clock.advance(19_999);
  t.strictSame(take(), []);
  clock.advance(1);
  t.strictSame(take(), ['answered timer']);
});

t.test(
  'ringing for 30 s without an answer is not charged: the timer does not count a ringback',
  async (t) => {
    const { media, clock, take, dialThrough } = await cityLine({
      answerSupervision: { ...answerSupervision, timerMs: 20_000 },
    });
    await dialThrough();
    clock.advance(3000);
    media.emit('tone', 'line:2', 'ringback');
    clock.advance(60_000);
    t.strictSame(take(), ['alerting']);
  },
);

t.test('what is not set does not answer', async (t) => {
  const { card, media, clock, take, dialThrough } = await cityLine({ answerSupervision: NONE });
  await dialThrough();
  t.strictSame(media.detection, { tones: 'after-digits' });
  card.indicate(2, { type: 'polarity', reversed: true });
  media.emit('voice', 'line:2');
  media.emit('ringbackStopped', 'line:2');
  clock.advance(60_000);
  t.strictSame(take(), []);
});

t.test('an announcement taken for a voice, then the real reversal: no release', async (t) => {
  const { card, media, take, dialThrough } = await cityLine();
  await dialThrough();
  media.emit('voice', 'line:2');
  card.indicate(2, { type: 'polarity', reversed: true });
  t.strictSame(take(), ['answered voice']);
  card.indicate(2, { type: 'polarity', reversed: false });
  t.strictSame(take(), ['released polarity']);
});

t.test('not answered: busy, congestion, SIT', async (t) => {
  for (const [tone, cause] of [
    ['busy', 'busy-tone'],
    ['congestion', 'congestion-tone'],
    ['sit', 'sit'],
  ] as const) {
    const { card, media, take, dialThrough } = await cityLine();
    await dialThrough();
    media.emit('tone', 'line:2', tone);
    t.strictSame(take(), [`released ${cause}`]);
    t.ok(card.take().includes('release'), 'the loop is open already');
  }
});

t.test('425 Hz without a pause before answer is no release (ruling 11)', async (t) => {
  const { media, take, dialThrough } = await cityLine();
  await dialThrough();
  media.emit('tone', 'line:2', 'dial');
  t.strictSame(take(), []);
});
