import t from 'tap';
import type { LampSignal } from '../../src/port/options.ts';
import { settle } from './port-bench.ts';
import { telephone } from './telephone-bench.ts';

const lamp: LampSignal = { scheme: 'fsk-v23', format: 'mdmf', alert: 'none' };

t.test('the lamp is switched on and off, once each, at rest', async (t) => {
  const { card, media, clock, port } = await telephone({ lamp });
  port.messageWaiting(true, 2);
  t.strictSame(card.take(), [], 'nothing is hurried');
  clock.advance(1000);
  t.strictSame(card.take(), ['audio on']);
  clock.advance(100);
  t.match(media.played, [{ type: 'message-waiting', scheme: 'fsk-v23', waiting: true, count: 2 }]);
  await media.finish();
  t.strictSame(card.take(), [], 'the card plays the last of it yet');
  clock.advance(300);
  t.strictSame(card.take(), ['audio off']);
  port.messageWaiting(true, 3);
  clock.advance(5000);
  t.strictSame(card.take(), [], 'one more message lights no other lamp');
  port.messageWaiting(false, 0);
  clock.advance(1100);
  t.match(media.played[1], { waiting: false, count: 0 });
  await media.finish();
  clock.advance(300);
  t.equal(clock.pending, 0);
});

t.test('a reversal of polarity makes European sets listen (EN 300 659-1 6.1.2)', async (t) => {
  const { card, media, clock, port } = await telephone({ lamp: { ...lamp, alert: 'polarity' } });
  port.messageWaiting(true, 1);
  clock.advance(1000);
  t.strictSame(card.take(), ['audio on', 'polarity reversed']);
  t.equal(media.played.length, 0);
  clock.advance(250);
  t.equal(media.played.length, 1);
  await media.finish();
  clock.advance(300);
  t.strictSame(card.take(), ['polarity normal', 'audio off']);
});

t.test('so does a ring pulse', async (t) => {
  const { card, media, clock, port, take } = await telephone({ lamp: { ...lamp, alert: 'ring-pulse' } });
  port.messageWaiting(true, 1);
  clock.advance(1000);
  t.match(card.commands, [
    { type: 'audio', on: true },
    { type: 'ring', cadence: [250, 10_000] },
  ]);
  card.indicate(1, { type: 'ring-phase', on: true });
  card.indicate(1, { type: 'ring-phase', on: false });
  card.take();
  t.equal(media.played.length, 0);
  clock.advance(650);
  t.equal(media.played.length, 1);
  await media.finish();
  clock.advance(300);
  t.strictSame(card.take(), ['audio off']);
  t.strictSame(take(), [], 'and nobody is told of a call');
});

t.test('a call goes first at any moment, and the lamp comes afterwards', async (t) => {
  const { card, media, clock, port } = await telephone({ lamp: { ...lamp, alert: 'polarity' } });
  port.messageWaiting(true, 1);
  clock.advance(1250);
  t.equal(media.playing, true);
  card.take();
  port.ring({ number: '101' });
  t.strictSame(card.take(), ['polarity normal', 'audio on', 'ring'], 'it rings at once');
  t.equal(media.playing, false, 'the data is left off');
  await settle();
  port.stopRinging();
  clock.advance(1250);
  t.match(media.played.at(-1), { type: 'message-waiting', waiting: true });
  card.take();
  card.indicate(1, { type: 'off-hook' });
  t.strictSame(card.take(), ['polarity normal', 'audio on'], 'lifted in the middle of the data');
  await settle();
  card.indicate(1, { type: 'on-hook' });
  clock.advance(1250);
  await media.finish();
  t.equal(media.played.filter((one) => one.type === 'message-waiting').length, 3);
  clock.advance(60_000);
  t.equal(media.played.length, 3, 'now it shows');
});

t.test('lifted while the last of the data plays: it is sent again, whatever is wanted then', async (t) => {
  const { card, media, clock, port } = await telephone({ lamp });
  port.messageWaiting(true, 1);
  clock.advance(1100);
  await media.finish();
  card.indicate(1, { type: 'off-hook' });
  port.messageWaiting(false, 0);
  card.indicate(1, { type: 'on-hook' });
  clock.advance(1100);
  t.match(media.played, [{ waiting: true }, { waiting: false }]);
});

t.test('what changes while the data goes out is sent behind it', async (t) => {
  const { media, clock, port } = await telephone({ lamp });
  port.messageWaiting(true, 1);
  clock.advance(1100);
  port.messageWaiting(false, 0);
  await media.finish();
  clock.advance(1400);
  t.match(media.played, [{ waiting: true }, { waiting: false }]);
});

t.test('a port without a lamp, off-hook, or without its card: nothing goes wrong', async (t) => {
  const none = await telephone();
  none.port.messageWaiting(true, 1);
  none.clock.advance(60_000);
  t.equal(none.media.played.length, 0);

  const { card, media, clock, port } = await telephone({ lamp });
  card.indicate(1, { type: 'off-hook' });
  port.messageWaiting(true, 1);
  clock.advance(60_000);
  t.equal(media.played.length, 0, 'not into somebody’s ear');
  card.emit('down', 'gone');
  card.indicate(1, { type: 'on-hook' });
  clock.advance(60_000);
  t.equal(media.played.length, 0);
  card.come();
  await settle();
  clock.advance(1100);
  t.equal(media.played.length, 1, 'as soon as the card is back');
});
