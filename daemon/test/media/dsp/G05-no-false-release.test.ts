import t from 'tap';
import { exchangeTone } from '../../../../scripts/lib/corpus/exchange.ts';
import { Line } from '../../../../scripts/lib/corpus/line.ts';
import { Music } from '../../../../scripts/lib/corpus/music.ts';
import { randomOf } from '../../../../scripts/lib/corpus/random.ts';
import { speak, speaks, voiceOf } from '../../../../scripts/lib/corpus/speech.ts';
import type { ProgressTone } from '../../../src/media/api.ts';
import { DtmfGenerator } from '../../../src/media/dsp/dtmf-generator.ts';
import { ToneDetector } from '../../../src/media/dsp/tone-detector.ts';
import { digitsOf, hear } from './dtmf-trials.ts';
import { profileOf } from './profiles.ts';
import { inFrames, Signal } from './signal.ts';

/** Minutes of what is neither a key nor a tone of the network; hours of it are in `scripts/bench media`. */
const russia = profileOf('ru').detect;

/** Tones that would end a call, heard in `pcm`. */
function releasesIn(pcm: Int16Array): ProgressTone[] {
  const heard: ProgressTone[] = [];
  const detector = new ToneDetector(russia, (e) => {
    if (e.kind === 'detected' && e.tone !== 'ringback') heard.push(e.tone);
  });
  detector.context = 'after-answer';
  inFrames(pcm, (frame) => detector.process(frame));
  return heard;
}

const keysIn = (pcm: Int16Array): string => digitsOf(hear(pcm, { notchHz: [425] }));

/** Tones of machines, 20 s each. */
function machines(): [string, Float64Array][] {
  const sine = (frequencyHz: number, cadence: number[] = []): Float64Array =>
    exchangeTone({ frequencyHz, levelDbm0: -12, cadence }, 20_000, frequencyHz);
  const fsk = (mark: number, space: number, baud: number): Float64Array => {
    const random = randomOf(baud);
    const out = new Float64Array(160_000);
    let phase = 0;
    let bit = true;
    for (let i = 0; i < out.length; i++) {
      if (i % Math.round(8000 / baud) === 0) bit = random() < 0.5;
      phase += (2 * Math.PI * (bit ? mark : space)) / 8000;
      out[i] = 5000 * Math.sin(phase);
    }
    return out;
  };
  const keys = new DtmfGenerator({ onMs: 350, offMs: 350 });
  keys.enqueue('1472580369*#1111222255550000');
  const dtmf = new Int16Array(160_000);
  keys.process(dtmf);
  return [
    ['fax calling tone', sine(1100, [500, 3000])],
    ['fax answer tone', sine(2100)],
    ['modem carrier', sine(1800)],
    ['V.21 flags', fsk(1650, 1850, 300)],
    ['V.21, the other channel', fsk(980, 1180, 300)],
    ['V.23', fsk(1300, 2100, 1200)],
    ['V.23, back channel', fsk(390, 450, 75)],
    ['DTMF in the cadence of busy tone', Float64Array.from(dtmf)],
    ['a record beep', sine(1400, [400, 15_000])],
    ['beeps of 1 kHz in the cadence of busy tone', sine(1000, [350, 350])],
    ['hum', sine(50)],
  ];
}

t.test('machines are no call progress', async (t) => {
  for (const [name, signal] of machines())
    t.same(releasesIn(new Line({ noiseDbm0: -55, law: true }, 6).pass(signal)), [], name);
});

t.test('six minutes of music of all kinds release nothing', async (t) => {
  for (let seed = 1; seed <= 3; seed++) {
    const music = new Music(seed * 11);
    const line = new Line({ noiseDbm0: -55, law: true }, seed);
    const pcm = new Int16Array(120 * 8000);
    for (let s = 0; s < 120; s++) pcm.set(line.pass(music.next()), s * 8000);
    t.same(releasesIn(pcm), []);
    t.equal(keysIn(pcm), '', 'and is no key');
  }
});

t.test(
  'minutes of speech in both languages release nothing',
  { skip: speaks() ? false : 'espeak-ng is not installed' },
  async (t) => {
    for (let k = 0; k < 6; k++) {
      const pcm = await speak(voiceOf(k), 8);
      t.ok(pcm.length > 8000 * 8, 'the voice spoke');
      t.same(releasesIn(pcm), [], JSON.stringify(voiceOf(k)));
      t.equal(keysIn(pcm), '', 'and are no keys');
    }
  },
);

t.test('a voice that hums the note of busy tone does not release', async (t) => {
  const out = new Signal(20_000, 4).noise(-60).samples;
  let phase = 0;
  for (let i = 0; i < out.length; i++) {
    // 425 Hz and its octave, 5 Hz of vibrato by 15 Hz, in the cadence of busy tone.
    phase += (2 * Math.PI * (425 + 15 * Math.sin((2 * Math.PI * 5 * i) / 8000))) / 8000;
    const on = Math.floor(i / 2800) % 2 === 0;
    if (on) out[i] = out[i]! + 4000 * Math.sin(phase) + 800 * Math.sin(2 * phase);
  }
  t.same(releasesIn(new Line({ law: true }, 2).pass(out)), []);
});
