/** What the detectors hear of keys and of release tones, at the edges of what they must (ITU-T Q.24, the Russian norm). */
import { DtmfDetector } from '../../../../daemon/src/media/dsp/dtmf-detector.ts';
import { DTMF_COLUMNS, DTMF_KEYS, DTMF_ROWS } from '../../../../daemon/src/media/dsp/dtmf-generator.ts';
import { sineAmplitude } from '../../../../daemon/src/media/dsp/level.ts';
import { type CountryProfile, dialToneFrequencies } from '../../../../daemon/src/media/dsp/profile.ts';
import { ToneDetector } from '../../../../daemon/src/media/dsp/tone-detector.ts';
import type { Figure } from '../../bench.ts';
import { exchangeTone, mix } from '../../corpus/exchange.ts';
import { Line } from '../../corpus/line.ts';
import { Dice } from '../../corpus/random.ts';

const KEYS = 3000;
const RELEASES = 300;
const LEAD_MS = 300;

/** Keys drawn from all that Q.24 wants taken: 40 ms and longer, 1.5 % off, +4 to -8 dB, -25 dBm0, 15 dB over noise, A-law. */
export function hearKeys(emit: (figure: Figure) => void, profile: CountryProfile): void {
  const dice = new Dice(11);
  let missed = 0;
  let wrong = 0;
  for (let n = 0; n < KEYS; n++) {
    const key = dice.below(16);
    const ms = dice.between(40, 70);
    const high = dice.between(-20, -6);
    const low = high + dice.between(-4, Math.min(8, -3 - high));
    const from = Math.round(dice.between(60, 65) * 8);
    const out = new Float64Array(from + 1400);
    const w1 = (2 * Math.PI * DTMF_ROWS[key >> 2]! * (1 + dice.between(-0.015, 0.015))) / 8000;
    const w2 = (2 * Math.PI * DTMF_COLUMNS[key & 3]! * (1 + dice.between(-0.015, 0.015))) / 8000;
    for (let i = 0; i < ms * 8; i++) {
      out[from + i] =
        sineAmplitude(low) * Math.sin(w1 * i + n) + sineAmplitude(high) * Math.sin(w2 * i + 2 * n);
    }
    const noiseDbm0 = 10 * Math.log10(10 ** (low / 10) + 10 ** (high / 10)) - 15;
    let heard = '';
    const detector = new DtmfDetector((e) => (heard += e.kind === 'start' ? e.digit : ''), {
      notchHz: dialToneFrequencies(profile),
    });
    detector.process(new Line({ noiseDbm0, law: true }, n + 1).pass(out));
    if (heard === '') missed++;
    else if (heard !== DTMF_KEYS[key]) wrong++;
  }
  emit({
    metric: 'media.dtmfMissedPercent',
    value: Math.round(((missed + wrong) / KEYS) * 1e5) / 1000,
    unit: '%',
    n: KEYS,
    note: `keys within every limit of Q.24 at once; ${missed} not heard, ${wrong} heard as another`,
  });
}

/** Busy and congestion tones drawn from the norm's ranges and beyond: how long the line hangs after the other has gone. */
export function hearReleases(emit: (figure: Figure) => void, profile: CountryProfile): void {
  const dice = new Dice(13);
  const times: number[] = [];
  for (let n = 0; n < RELEASES; n++) {
    const [least, largest] = n % 2 === 0 ? [300, 400] : [150, 200];
    const cadence = [dice.between(least!, largest!), dice.between(least!, largest!)];
    const levelDbm0 = dice.between(-35, -5);
    const tone = {
      frequencyHz: dice.between(380, 480),
      levelDbm0,
      cadence,
      fromMs: dice.between(0, 700),
      jitter: 0.03,
      edgeMs: 3,
    };
    const signal = mix(new Float64Array(8 * 8000), exchangeTone(tone, 7000, n + 1), LEAD_MS);
    const pcm = new Line({ noiseDbm0: levelDbm0 - 15, law: true }, n + 1).pass(signal);
    let released = Infinity;
    let at = 0;
    const detector = new ToneDetector(profile.detect, (e) => {
      if (e.kind === 'detected' && e.tone !== 'ringback') released = Math.min(released, at / 8 - LEAD_MS);
    });
    detector.context = 'after-answer';
    for (; at < pcm.length; at += 80) detector.process(pcm.subarray(at, at + 80));
    times.push(released);
  }
  times.sort((a, b) => a - b);
  const never = times.filter((ms) => ms === Infinity).length;
  emit({
    metric: 'media.busyReleaseMsMax',
    value: Math.round(times.at(-1 - never) ?? -1),
    unit: 'ms',
    n: RELEASES,
    note: `busy and congestion, 380 to 480 Hz, -5 to -35 dBm0, 15 dB over noise, uneven; ${never} never heard; median ${Math.round(times[RELEASES >> 1]!)} ms`,
  });
}
