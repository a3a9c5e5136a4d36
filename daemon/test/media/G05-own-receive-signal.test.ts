import t from 'tap';
import { engine } from './support/engine.ts';
import { LineDouble } from './support/line-double.ts';
import { sine } from './support/rtp-peer.ts';

/** Frames of 10 ms in a second. */
const second = 100;

/** Busy tone, Russian: 425 Hz, 350 ms on, 350 ms off; `shift` in samples. */
const busy =
  (dbm0: number, shift = 0) =>
  (n: number): number =>
    Math.floor((n + shift) / 2800) % 2 === 0 ? sine(425, dbm0)(n) : 0;

/** What a hybrid returns of what was played on a port: 2 ms later and 12 dB down. */
const echoOf = (line: LineDouble, port: number) => (n: number) => {
  const wanted = n - 16;
  for (const { at, samples } of (line.played.get(port) ?? []).slice(-8).reverse())
    if (wanted >= at && wanted < at + 80) return Math.round(samples[wanted - at]! / 4);
  return 0;
};

t.test(
  'busy tone that goes out to a line releases the line it comes from, and no other (ruling 10)',
  async (t) => {
    const line = new LineDouble();
    const media = engine(t, {}, line);
    await media.connect('line:1', 'line:2');
    const heard: string[] = [];
    media.on('tone', (endpoint, tone) => heard.push(`${endpoint} ${tone}`));
    await media.detect('line:1', { tones: 'after-answer', dtmf: true });
    const echo = echoOf(line, 1);
    for (let i = 0; i < 30 * second; i++)
      line.frame(
        new Map([
          [1, echo],
          [2, busy(-5)],
        ]),
      );
    t.same(heard, [], 'the far side sounds busy for half a minute, and its echo is nobody’s release');

    await media.detect('line:2', { tones: 'after-answer', dtmf: true });
    for (let i = 0; i < 5 * second; i++)
      line.frame(
        new Map([
          [1, echo],
          [2, busy(-5)],
        ]),
      );
    t.same(heard, ['line:2 busy'], 'on its own line it is one');
  },
);

t.test('a line’s own busy tone is heard whatever the other leg plays', async (t) => {
  const line = new LineDouble();
  const media = engine(t, {}, line);
  await media.connect('line:1', 'line:2');
  const heard: string[] = [];
  media.on('tone', (endpoint, tone) => heard.push(`${endpoint} ${tone}`));
  await media.detect('line:1', { tones: 'after-answer', dtmf: true });
  const echo = echoOf(line, 1);
  let seed = 7;
  const speech = (n: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return ((seed >>> 8) / 2 ** 24 - 0.5) * 12000 * Math.max(0, Math.sin((2 * Math.PI * 4 * n) / 8000));
  };
  for (let i = 0; i < 10 * second; i++)
    line.frame(
      new Map([
        [1, echo],
        [2, speech],
      ]),
    );
  t.same(heard, [], 'speech is no tone');
  const own = busy(-15);
  for (let i = 0; i < 8 * second; i++)
    line.frame(
      new Map([
        [1, (n) => own(n) + echo(n)],
        [2, speech],
      ]),
    );
  t.same(heard, ['line:1 busy'], 'under the speech of the other leg');
});
