import t from 'tap';
import { type CallerIdSending, type CallWaitingSignal, defaultFxsOptions } from '../../src/port/options.ts';
import { settle } from './port-bench.ts';
import { telephone } from './telephone-bench.ts';

const usual = defaultFxsOptions(1).callerId as CallerIdSending;
const early: CallerIdSending = { ...usual, when: 'before-ring' };
const callWaiting: CallWaitingSignal = {
  tone: { frequencies: [425], levelDbm0: -13, cadence: [200, 0], repeat: 1 },
  pauseMs: 5000,
};

t.test('before the ring: polarity is reversed, then the data, then it rings', async (t) => {
  const { card, media, clock, port } = await telephone({ callerId: early });
  port.ring({ number: '101', name: 'Анна' });
  t.equal(port.ringing, true, 'busy for anybody else');
  t.strictSame(card.take(), ['audio on', 'polarity reversed']);
  clock.advance(250);
  t.match(media.played, [{ type: 'caller-id', number: '101', name: 'Анна' }]);
  t.strictSame(card.take(), []);
  await media.finish();
  clock.advance(250);
  t.match(card.commands, [
    { type: 'polarity', reversed: false },
    { type: 'ring', cadence: [1000, 4000] },
  ]);
  card.indicate(1, { type: 'ring-phase', on: true });
  card.indicate(1, { type: 'ring-phase', on: false });
  clock.advance(5000);
  t.equal(media.played.length, 1, 'once');
});

t.test('before the ring: who gives up, or lifts meanwhile, is served at once', async (t) => {
  const given = await telephone({ callerId: early });
  given.port.ring({ number: '101' });
  given.clock.advance(250);
  given.card.take();
  given.port.stopRinging();
  t.strictSame(given.card.take(), ['ring-stop', 'polarity normal', 'audio off']);
  given.clock.advance(5000);
  t.strictSame(given.card.take(), []);
  t.equal(given.clock.pending, 0);

  const lifted = await telephone({ callerId: early });
  lifted.port.ring({ number: '101' });
  lifted.clock.advance(250);
  lifted.card.take();
  lifted.card.indicate(1, { type: 'off-hook' });
  t.strictSame(lifted.card.take(), ['polarity normal']);
  t.strictSame(lifted.take(), ['answered']);
  await settle();
  lifted.clock.advance(5000);
  t.strictSame(lifted.card.take(), [], 'no ring comes into the ear');
});

t.test('data that cannot be sent does not keep the telephone from ringing', async (t) => {
  const { card, media, clock, port } = await telephone({ callerId: early });
  port.ring({ number: '101' });
  clock.advance(250);
  await media.finish(false);
  clock.advance(250);
  t.ok(card.take().includes('ring'));
});

t.test(
  'format and letters go with the data; a SIP name instead of a number is shown as a name',
  async (t) => {
    const form: CallerIdSending = { ...usual, format: 'sdmf', letters: 'cp1251' };
    const { card, media, clock, port } = await telephone({ callerId: form });
    const ring = (caller: { number?: string; absence?: 'private' }): void => {
      port.ring(caller);
      card.indicate(1, { type: 'ring-phase', on: true });
      card.indicate(1, { type: 'ring-phase', on: false });
      clock.advance(500);
      port.stopRinging();
    };
    ring({ number: 'ivan' });
    ring({ absence: 'private' });
    ring({});
    const shown = { type: 'caller-id', format: 'sdmf', letters: 'cp1251' } as const;
    t.match(media.played, [
      { ...shown, name: 'ivan', absence: 'unavailable' },
      { ...shown, absence: 'private' },
      { ...shown, absence: 'unavailable' },
    ]);
    t.notMatch(media.played[0], { number: 'ivan' });
  },
);

t.test('a telephone with АОН lifts by itself, asks, and is told the number', async (t) => {
  const { card, media, clock, port, take } = await telephone({ aonReply: true });
  port.ring({ number: '+78122345678' });
  card.indicate(1, { type: 'ring-phase', on: true });
  card.indicate(1, { type: 'off-hook' });
  t.strictSame(take(), ['answered']);
  t.strictSame(media.detection, { dtmf: true, aonRequest: true });
  media.emit('aonRequest', 'line:1');
  media.emit('aonRequest', 'line:1');
  t.match(media.played, [
    { type: 'aon', number: '+78122345678', category: '1' },
    { type: 'aon', number: '+78122345678' },
  ]);
  clock.advance(5000);
  t.strictSame(media.detection, { dtmf: true }, 'later 500 Hz is nobody’s request');
  media.emit('aonRequest', 'line:1');
  t.equal(media.played.length, 2);
});

t.test('a category that the city exchange told is passed on to a telephone with АОН', async (t) => {
  const { card, media, port } = await telephone({ aonReply: true });
  port.ring({ number: '+78122345678', category: '4' });
  card.indicate(1, { type: 'ring-phase', on: true });
  card.indicate(1, { type: 'off-hook' });
  media.emit('aonRequest', 'line:1');
  t.match(media.played, [{ type: 'aon', number: '+78122345678', category: '4' }]);
});

t.test('АОН: not when it dials by itself, not for a withheld number, not unless set up', async (t) => {
  for (const [aonReply, caller] of [
    [true, { absence: 'private' }],
    [false, { number: '101' }],
  ] as const) {
    const { card, media, port } = await telephone({ aonReply });
    port.ring(caller);
    card.indicate(1, { type: 'off-hook' });
    t.strictSame(media.detection, { dtmf: true });
  }
});

t.test('call waiting: a tone, the alerting signal, the telephone’s D, then who calls', async (t) => {
  const { card, media, clock, port, take } = await telephone({ callWaiting });
  t.equal(port.takesCallWaiting, false, 'on-hook it is rung');
  card.indicate(1, { type: 'off-hook' });
  t.equal(port.takesCallWaiting, true);
  take();
  port.callWaiting({ number: '102', name: 'Борис' });
  t.match(media.played, [{ type: 'tone', tone: { frequencies: [425], cadence: [200, 0] } }]);
  await media.finish();
  t.match(media.played[1], { tone: { frequencies: [2130, 2750], cadence: [80, 0] } });
  t.strictSame(media.detection, { dtmf: true, aside: true }, 'the other party hears nothing of it');
  await media.finish();
  media.emit('digit', 'line:1', 'D', 60, 'dtmf');
  t.strictSame(take(), [], 'nobody dialed');
  clock.advance(70);
  t.match(media.played[2], { type: 'caller-id', offHook: true, number: '102', name: 'Борис' });
  await media.finish();
  t.strictSame(media.detection, { dtmf: true });
  clock.advance(5000);
  t.match(media.played[3], { tone: { frequencies: [425] } }, 'the tone again');
  await media.finish();
  t.equal(media.played.length, 4, 'but the number is known');
  port.callWaitingOver();
  clock.advance(60_000);
  t.equal(media.played.length, 4);
  media.emit('digit', 'line:1', 'D', 60, 'dtmf');
  t.strictSame(take(), ['digit D'], 'a D is a digit again');
});

t.test('call waiting at a telephone that cannot show it: offered twice, then the tone alone', async (t) => {
  const { card, media, clock, port } = await telephone({ callWaiting });
  card.indicate(1, { type: 'off-hook' });
  port.callWaiting({ number: '102' });
  const offers: number[] = [];
  for (let n = 0; n < 4; n++) {
    const before = media.played.length;
    await media.finish();
    offers.push(media.played.length - before);
    await media.finish();
    clock.advance(450);
    t.strictSame(media.detection, { dtmf: true });
    clock.advance(5000);
  }
  t.strictSame(offers, [1, 1, 0, 0]);
});

t.test('call waiting ends with the call that it waited behind, at every step', async (t) => {
  for (let steps = 0; steps < 5; steps++) {
    const { card, media, clock, port, take } = await telephone({ callWaiting });
    card.indicate(1, { type: 'off-hook' });
    port.callWaiting({ number: '102' });
    if (steps > 0) await media.finish();
    if (steps > 1) await media.finish();
    if (steps > 2) media.emit('digit', 'line:1', 'D', 60, 'dtmf');
    if (steps > 3) clock.advance(70);
    take();
    card.indicate(1, { type: 'on-hook' });
    t.strictSame(take(), ['hungUp']);
    t.strictSame(media.detection, {});
    await settle();
    t.equal(media.playing, false);
    t.equal(clock.pending, 0, `after step ${steps}`);
    port.ring({ number: '102' });
    t.equal(port.ringing, true);
  }
});
