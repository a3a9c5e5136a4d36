import t from 'tap';
import { SilenceWatch } from '../../src/media/dsp/silence-watch.ts';
import { inFrames, Signal } from './dsp/signal.ts';
import { engine } from './support/engine.ts';
import { LineDouble } from './support/line-double.ts';
import { sine } from './support/rtp-peer.ts';

/** When silence was told, s, where `talk` is heard in the seconds given and the line hisses all the time. */
function told(afterMs: number, seconds: number, talk: readonly number[], noiseDbm0 = -55): number[] {
  const signal = new Signal(seconds * 1000, 3).noise(noiseDbm0);
  for (const at of talk)
    for (let ms = 0; ms < 1000; ms += 130) signal.sine(190 + ms / 5, -18 - (ms % 3), at * 1000 + ms, 90);
  const times: number[] = [];
  let samples = 0;
  const watch = new SilenceWatch(afterMs, () => times.push(samples / 8000));
  inFrames(signal.pcm(), (frame) => {
    samples += frame.length;
    watch.process(frame);
  });
  return times;
}

t.test('silence is told once, when it has lasted, and again after somebody spoke', async (t) => {
  const [first, ...more] = told(10_000, 40, [0, 1, 2]);
  t.ok(first! > 12.8 && first! < 13.8, `${first} s`);
  t.same(more, []);
  const twice = told(10_000, 60, [0, 1, 25]);
  t.equal(twice.length, 2);
  t.ok(twice[1]! > 35.8 && twice[1]! < 36.8, `${twice[1]} s`);
});

t.test('a conversation with pauses is none, on a line that hisses loudly either', async (t) => {
  t.same(told(10_000, 60, [0, 8, 16, 24, 32, 40, 48, 56]), []);
  t.same(told(10_000, 60, [0, 8, 16, 24, 32, 40, 48, 56], -38), []);
});

t.test(
  'a line tells of silence where it is asked to, and of none where it is not (off by default)',
  async (t) => {
    const line = new LineDouble();
    const media = engine(t, {}, line);
    const silent: string[] = [];
    media.on('silence', (endpoint) => silent.push(endpoint));
    await media.detect('line:1', { dtmf: true, tones: 'after-answer', silenceMs: 3000 });
    await media.detect('line:2', { dtmf: true, tones: 'after-answer' });
    const hiss = (n: number): number => ((n * 7919) % 23) - 11;
    const talk = (n: number): number =>
      sine(300, -15)(n) * Math.max(0, Math.sin((2 * Math.PI * 3 * n) / 8000));
    const frames = (count: number, signal: (n: number) => number): void => {
      for (let i = 0; i < count; i++)
        line.frame(
          new Map([
            [1, signal],
            [2, signal],
          ]),
        );
    };
    frames(200, talk);
    t.same(silent, []);
    frames(500, hiss);
    t.same(silent, ['line:1']);
  },
);
