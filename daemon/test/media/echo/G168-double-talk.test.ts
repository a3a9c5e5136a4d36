import t from 'tap';
import { buildWasm } from '../../../../scripts/lib/build/wasm.ts';
import {
  codingBound,
  type EchoCall,
  type EchoCallOptions,
  echoOf,
  type Hybrid,
  hybridsFor,
  meanSquare,
  speechAt,
  throughAlaw,
  throughCanceller,
} from '../../../../scripts/lib/corpus/echo.ts';
import { speaks } from '../../../../scripts/lib/corpus/speech.ts';
import type { Language } from '../../../../scripts/lib/corpus/texts.ts';
import { type EchoCancellers, echoCancellers } from '../../../src/media/dsp/echo/echo-cancellers.ts';

/**
 * Double talk, ITU-T G.168 test 3, the suppressor off: the far end at -16 dBm0 speaks for nine seconds, the near end in the
 * other language from 4 s to 8 s.
 */
const tails = [16, 24, 32, 48, 64];
const pairs = [
  ['ru', 'en'],
  ['en', 'ru'],
] as const;

let make: EchoCancellers;
const voices = new Map<string, Int16Array>();

t.before(async () => {
  await buildWasm();
  make = echoCancellers((message) => t.fail(message));
  if (!speaks()) return;
  for (const language of ['ru', 'en'] as const) {
    voices.set(`${language} far`, await speechAt(language, -16, 9, 1));
    for (const louder of [0, 4])
      voices.set(`${language} near ${louder}`, await speechAt(language, -16 + louder, 9, 2));
  }
});

const needsSpeech = speaks() ? {} : { skip: 'espeak-ng is not installed' };

const farOf = (language: Language): Int16Array => voices.get(`${language} far`)!;

const nearOf = (language: Language, louder: number): Float64Array =>
  Float64Array.from(voices.get(`${language} near ${louder}`)!, (v, i) => (i >= 32_000 && i < 64_000 ? v : 0));

function call(tailMs: number, options: EchoCallOptions): EchoCall {
  const canceller = make(tailMs);
  const done = throughCanceller((x, frame) => canceller.process(x, frame, frame), {
    noiseDbm0: -70,
    ...options,
  });
  canceller.kernel.close();
  return done;
}

t.test('double talk: 20 dB through it at every tail, and the near end whole', needsSpeech, async (t) => {
  for (const [language, other] of pairs) {
    const far = farOf(language);
    for (const louder of [0, 4]) {
      const near = nearOf(other, louder);
      for (const tailMs of tails) {
        const { erle, out, noise } = call(tailMs, { far, echo: echoOf(far, hybridsFor(tailMs)[1]!), near });
        const name = `${language}, ${tailMs} ms, near end at ${-16 + louder} dBm0`;
        t.ok(erle(4, 8) > 30, `${name}: ${erle(4, 8).toFixed(1)} dB through it`);
        t.ok(erle(4, 4.5) > 25, `${name}: ${erle(4, 4.5).toFixed(1)} dB as it begins`);
        t.ok(erle(8, 9) > 30, `${name}: ${erle(8, 9).toFixed(1)} dB after it`);
        const bent = meanSquare(
          out.map((v, i) => v - near[i]! - noise[i]!),
          32_000,
          64_000,
        );
        const distortion = 10 * Math.log10(bent / meanSquare(near, 32_000, 64_000));
        t.ok(distortion < -30, `${name}: distortion ${distortion.toFixed(1)} dB`);
      }
    }
  }
});

t.test('double talk on a noisy line: 20 dB at every tail up to -40 dBm0', needsSpeech, async (t) => {
  for (const [language, other] of pairs) {
    const far = farOf(language);
    for (const tailMs of tails) {
      for (const [noiseDbm0, wanted] of [
        [-50, 22],
        [-40, 20],
      ] as const) {
        const echo = echoOf(far, hybridsFor(tailMs)[1]!);
        const { erle } = call(tailMs, { far, echo, near: nearOf(other, 0), noiseDbm0 });
        const name = `${language}, ${tailMs} ms, noise at ${noiseDbm0} dBm0`;
        t.ok(erle(4, 8) > wanted, `${name}: ${erle(4, 8).toFixed(1)} dB`);
      }
    }
  }
});

t.test('a second reflection far behind the first is not forgotten in it', needsSpeech, async (t) => {
  const tailMs = 64;
  const second: Hybrid = { delayMs: 44, erlDb: 26, seed: 12 };
  for (const [language, other] of pairs) {
    const far = farOf(language);
    const late = echoOf(far, second);
    const echo = echoOf(far, hybridsFor(tailMs)[0]!).map((v, i) => v + late[i]!);
    for (const [noiseDbm0, wanted] of [
      [-70, 30],
      [-40, 20],
    ] as const) {
      const { erle } = call(tailMs, { far, echo, near: nearOf(other, 0), noiseDbm0 });
      // Were it not learnt, no more than 20 dB of both could be taken away.
      t.ok(erle(4, 8) > wanted, `${language}, noise at ${noiseDbm0} dBm0: ${erle(4, 8).toFixed(1)} dB`);
    }
  }
});

t.test('double talk over A-law: as much as the coding noise leaves, within 1 dB', needsSpeech, async (t) => {
  for (const [language, other] of pairs) {
    const far = farOf(language);
    for (const louder of [0, 4]) {
      const near = nearOf(other, louder);
      for (const tailMs of tails) {
        // What is sent is coded too, and its coding noise echoes; the canceller knows what was coded.
        const sent = throughAlaw(far);
        const options = { far: sent, echo: echoOf(sent, hybridsFor(tailMs)[1]!), near, noiseDbm0: -70 };
        const { erle } = call(tailMs, { ...options, alaw: true });
        const bound = codingBound(options, 4, 8);
        const name = `${language}, ${tailMs} ms, near end at ${-16 + louder} dBm0`;
        t.ok(erle(4, 8) > bound - 1, `${name}: ${erle(4, 8).toFixed(1)} dB of ${bound.toFixed(1)}`);
        t.ok(erle(4, 8) > 20, `${name}: ${erle(4, 8).toFixed(1)} dB`);
      }
    }
  }
});
