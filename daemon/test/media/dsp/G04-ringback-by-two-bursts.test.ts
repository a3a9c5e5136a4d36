import t from 'tap';
import { ToneDetector } from '../../../src/media/dsp/tone-detector.ts';
import { profileOf } from './profiles.ts';
import { inFrames, Signal } from './signal.ts';

/** A tone of the exchange: from when, for how long (ms), its frequencies (425 Hz), its level. */
interface Burst {
  at: number;
  ms: number;
  hz?: readonly number[];
  dbm0?: number;
}

/** What is heard of these sounds over a line, and when, in whole seconds. */
function listen(
  bursts: readonly Burst[],
  seconds: number,
  country = 'ru',
  more = (_: Signal): void => {},
): string {
  const signal = new Signal(seconds * 1000, 7).noise(-58);
  for (const { at, ms, hz = [425], dbm0 = -15 } of bursts) for (const f of hz) signal.sine(f, dbm0, at, ms);
  more(signal);
  const heard: string[] = [];
  let samples = 0;
  const detector = new ToneDetector(profileOf(country).detect, ({ kind, tone }) => {
    if (kind !== 'cycle') heard.push(`${tone} ${kind} ${Math.round(samples / 8000)}`);
  });
  detector.context = 'after-digits';
  inFrames(signal.pcm(), (frame) => {
    samples += frame.length;
    detector.process(frame);
  });
  return heard.join(', ');
}

/** `count` bursts of a Russian ringback. */
const rings = (count: number, firstMs = 1000, from = 500): Burst[] => [
  { at: from, ms: firstMs },
  ...Array.from({ length: count - 1 }, (_, i) => ({ at: from + firstMs + 4000 + i * 5000, ms: 1000 })),
];

t.test('one burst like a ringback’s is none, and its end is no answer', async (t) => {
  for (const ms of [670, 800, 1000, 1200, 1500])
    for (const hz of [385, 425, 475])
      for (const dbm0 of [-5, -20, -32])
        t.equal(listen([{ at: 500, ms, hz: [hz], dbm0 }], 12), '', `${ms} ms, ${hz} Hz`);
  t.equal(listen([{ at: 500, ms: 2000, hz: [440, 480], dbm0: -19 }], 14, 'us'), '', 'an American one');
  t.equal(
    listen(
      [
        { at: 500, ms: 1000 },
        { at: 5500, ms: 1000, dbm0: -27 },
      ],
      16,
    ),
    '',
    'another, faint one is of another call',
  );
  t.equal(
    listen(
      [
        { at: 500, ms: 1000 },
        { at: 5500, ms: 120 },
      ],
      16,
    ),
    '',
    'nor do a burst and a click make one',
  );
});

t.test('two bursts are a ringback; it is over when the third does not come', async (t) => {
  t.equal(listen(rings(2), 14), 'ringback detected 7, ringback ended 12');
  const american = [500, 6500].map((at) => ({ at, ms: 2000, hz: [440, 480], dbm0: -19 }));
  t.equal(listen(american, 16, 'us'), 'ringback detected 9, ringback ended 14');
  t.equal(
    listen(
      [
        { at: 500, ms: 1000 },
        { at: 5500, ms: 400 },
      ],
      14,
    ),
    'ringback detected 6, ringback ended 11',
    'answered in the middle of a burst',
  );
});

t.test('a ringback caught in the middle of its first burst goes on with whole ones', async (t) => {
  for (const firstMs of [680, 750, 900])
    t.equal(listen(rings(3, firstMs), 14), 'ringback detected 6', `${firstMs} ms`);
});

t.test('a pause that is not always the same is no answer', async (t) => {
  t.equal(
    listen(
      [0, 4300, 9300, 13_900].map((at) => ({ at: 500 + at, ms: 1000 })),
      18,
    ),
    'ringback detected 6',
  );
});

t.test('a crackle, or a faint beep, between two bursts is no answer', async (t) => {
  const crackle = (s: Signal): void => {
    for (const at of [7800, 8600, 12_700]) {
      s.sine(310, -20, at, 150).sine(1270, -18, at, 150).sine(2210, -22, at, 150);
    }
  };
  t.equal(listen(rings(4), 20, 'ru', crackle), 'ringback detected 7');
  t.equal(listen([...rings(4), { at: 8000, ms: 200, dbm0: -30 }], 20), 'ringback detected 7');
});

t.test(
  'the exchange gives up ringing: busy, congestion or the information tone end nothing that was answered',
  async (t) => {
    const cadence = (at: number, on: number, off: number, n: number): Burst[] =>
      Array.from({ length: n }, (_, i) => ({ at: at + i * (on + off), ms: on }));
    t.equal(
      listen([...rings(3), ...cadence(14_500, 350, 350, 5)], 20),
      'ringback detected 7, busy detected 17, busy ended 18',
    );
    t.equal(
      listen([...rings(3), ...cadence(15_500, 175, 175, 8)], 20),
      'ringback detected 7, congestion detected 17, congestion ended 19',
    );
    const sit = [950, 1400, 1800].map((hz, i) => ({ at: 15_800 + i * 335, ms: 330, hz: [hz] }));
    t.equal(listen([...rings(3), ...sit], 20), 'ringback detected 7, sit detected 17, sit ended 17');
  },
);
