import t from 'tap';
import type { PlaySource } from '../../src/media/api.ts';
import { Dialog } from '../../src/service/dialog.ts';
import { DigitSource } from '../../src/service/digit-source.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

function dialog(b: Bench): { dialog: Dialog; leg: FakeLeg } {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  return { dialog: new Dialog(leg, new DigitSource(leg, b.clock), b.context), leg };
}

/** Something that lasts until it is stopped. */
const lasting: PlaySource = { type: 'tone', tone: { frequencies: [300], levelDbm0: -10, cadence: [] } };

t.test('several announcements are one sound, without a gap', async (t) => {
  const b = new Bench({ ...office, prompts: [{ id: 'hello', name: 'Hello' }] });
  b.uploaded.set(
    'hello',
    Int16Array.from({ length: 800 }, () => 7),
  );
  const { dialog: d, leg } = dialog(b);
  const parts = ['prompt:hello', { ru: 'раз', en: 'one' }, '', { prompt: 'press-one' as const }, 'Четыре'];
  t.equal(await d.announce(parts), true);
  t.same(b.said, ['раз', 'Четыре']);
  t.equal(b.media.played.length, 1);
  const first = b.media.played[0];
  t.equal(first?.endpoint, leg.endpoint);
  const length = 800 + 'раз'.length + 'press-one'.length + 'Четыре'.length;
  t.equal(first?.source.type === 'pcm' && first.source.samples.length, length);
  d.language = 'en';
  t.equal(await d.announce({ ru: 'раз', en: 'one' }), true);
  t.equal(b.said.at(-1), 'one', 'a call has its own language');
  t.equal(await d.announce([]), true, 'nothing is said at once');
});

t.test(
  'a key cuts an announcement off and is still there to be read; one keyed ahead leaves it out',
  async (t) => {
    const b = new Bench(office);
    b.context.speech = async () => lasting;
    const { dialog: d, leg } = dialog(b);
    const heard = d.announce('Нажмите цифру');
    await settle();
    t.equal(b.media.toneAt(leg.endpoint), '300/');
    leg.emit('digit', '4');
    t.equal(await heard, false);
    t.equal(b.media.toneAt(leg.endpoint), undefined);
    t.equal(await d.announce('Ещё раз'), false);
    t.equal(b.media.played.length, 1, 'what was keyed ahead leaves it out');
    t.equal(await d.key(1000), '4');
    const stubborn = d.announce('Слушайте до конца', { keys: false });
    await settle();
    leg.emit('digit', '5');
    await settle();
    t.equal(b.media.toneAt(leg.endpoint), '300/', 'unless it is to be heard');
    leg.farReleases(16);
    await settle();
    t.equal(d.gone, true);
    d.close();
    t.equal(await stubborn, false);
  },
);

t.test('while a text is being spoken for the first time a key leaves it out, too', async (t) => {
  const b = new Bench(office);
  let speak = (_: PlaySource): void => {};
  b.context.speech = () => new Promise((resolve) => (speak = resolve));
  const { dialog: d, leg } = dialog(b);
  const heard = d.announce('Долго');
  await settle();
  leg.emit('digit', '1');
  speak(lasting);
  t.equal(await heard, false);
  t.equal(b.media.played.length, 0);
});

t.test(
  'where the box cannot speak a chime stands for the text, and an unloaded prompt is its text',
  async (t) => {
    const b = new Bench({ ...office, prompts: [{ id: 'hello', name: 'Hello', text: 'Добрый день' }] });
    const { dialog: d } = dialog(b);
    t.equal(await d.announce('prompt:hello'), true);
    t.same(b.said, ['Добрый день']);
    b.mute = true;
    t.equal(await d.announce('Меню'), true);
    const last = b.media.played.at(-1)?.source;
    t.ok(last?.type === 'pcm' && last.samples.length > 800 && last.samples.some((v) => v > 500));
  },
);
