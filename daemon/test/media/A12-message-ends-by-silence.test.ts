import t from 'tap';
import { Recording } from '../../src/media/recording/recording.ts';

const sink = { audio() {}, close() {} };

/** 10 ms of a tone that comes and goes as syllables do, of a steady one, or of nothing. */
function frame(kind: 'voice' | 'nothing', at: number): Int16Array {
  const loud = kind === 'voice' && Math.floor(at / 150) % 2 === 0 ? 6000 : 8;
  return Int16Array.from({ length: 80 }, (_, i) =>
    Math.round(loud * Math.sin((2 * Math.PI * 440 * (at * 8 + i)) / 8000)),
  );
}

/** Somebody speaks into a recording for some time and is silent then; what it came to, and when, ms. */
function listen(
  voiceMs: number,
  limits: { silenceMs?: number; longestMs?: number },
): { limit: string | undefined; at: number; sounded: boolean | undefined } {
  const recording = new Recording('m', sink, 0, limits);
  for (let at = 10; at <= 60_000; at += 10) {
    recording.said(frame(at <= voiceMs ? 'voice' : 'nothing', at), at);
    const limit = recording.limit(at);
    if (limit) return { limit, at, sounded: recording.sounded };
  }
  return { limit: undefined, at: 60_000, sounded: recording.sounded };
}

t.test('a message ends when its caller has been silent for long enough, and not in a breath', (t) => {
  const ended = listen(10_000, { silenceMs: 4000, longestMs: 180_000 });
  t.match(ended, { limit: 'silence', sounded: true });
  t.ok(ended.at >= 14_000 - 200 && ended.at <= 14_500, `at ${ended.at} ms`);
  t.end();
});

t.test('who says nothing has said nothing; a key alone is nothing, too', (t) => {
  const silent = listen(0, { silenceMs: 4000, longestMs: 180_000 });
  t.match(silent, { limit: 'silence', sounded: false });
  t.ok(silent.at <= 4500, `at ${silent.at} ms`);
  t.match(listen(100, { silenceMs: 4000 }), { limit: 'silence', sounded: false });
  t.end();
});

t.test('who never stops is ended by the longest time; without limits nothing ends it', (t) => {
  t.match(listen(60_000, { silenceMs: 4000, longestMs: 20_000 }), {
    limit: 'length',
    at: 20_000,
    sounded: true,
  });
  t.same(listen(0, {}), { limit: undefined, at: 60_000, sounded: undefined });
  t.end();
});
