import t from 'tap';
import { buildWasm } from '../../../../scripts/lib/build/wasm.ts';
import {
  type EchoCall,
  type EchoCallOptions,
  echoOf,
  hybridsFor,
  noiseAt,
  speechAt,
  throughCanceller,
} from '../../../../scripts/lib/corpus/echo.ts';
import { speaks } from '../../../../scripts/lib/corpus/speech.ts';
import type { EchoCanceller } from '../../../src/media/dsp/echo/canceller.ts';
import { type EchoCancellers, echoCancellers } from '../../../src/media/dsp/echo/echo-cancellers.ts';
import { levelDbm0, sineAmplitude } from '../../../src/media/dsp/level.ts';

/**
 * The linear part as ITU-T G.168 looks at it: convergence (its test 2), a changed path,
 * narrow-band signals (6), noise; double talk (3) has a file of its own. Speech of espeak-ng in place of its composite signal, made hybrids in place of its
 * models. Levels: far end -16 dBm0, the line's noise -70 dBm0 where nothing else is said.
 */
let make: EchoCancellers;
let far: Record<'ru' | 'en', Int16Array>;
const tails = [16, 24, 32, 48, 64];

function call(tailMs: number, options: EchoCallOptions): EchoCall & { canceller: EchoCanceller } {
  const canceller = make(tailMs);
  const done = throughCanceller((x, frame) => canceller.process(x, frame, frame), {
    noiseDbm0: -70,
    ...options,
  });
  canceller.kernel.close();
  return { ...done, canceller };
}

const between = (x: ArrayLike<number>, fromS: number, toS: number): Float64Array =>
  Float64Array.from(x, (v, i) => (i >= fromS * 8000 && i < toS * 8000 ? v : 0));

t.before(async () => {
  await buildWasm();
  make = echoCancellers((message) => t.fail(message));
  if (!speaks()) return;
  const [ru, en] = await Promise.all([speechAt('ru', -16, 9, 1), speechAt('en', -16, 9, 1)]);
  far = { ru, en };
});

const needsSpeech = speaks() ? {} : { skip: 'espeak-ng is not installed' };

t.test('speech: 35 dB after a second at every tail, 30 dB over A-law', needsSpeech, async (t) => {
  for (const language of ['ru', 'en'] as const) {
    for (const tailMs of tails) {
      for (const hybrid of hybridsFor(tailMs)) {
        const echo = echoOf(far[language], hybrid);
        const name = `${language}, ${tailMs} ms, delay ${hybrid.delayMs} ms, loss ${hybrid.erlDb} dB`;
        const linear = call(tailMs, { far: far[language], echo });
        t.ok(linear.erle(1, 9) > 35, `${name}: ${linear.erle(1, 9).toFixed(1)} dB`);
        t.ok(Math.abs(linear.canceller.erlDb! - hybrid.erlDb) < 1, `loss is told: ${linear.canceller.erlDb}`);
        t.ok(linear.canceller.converged);
      }
      const echo = echoOf(far[language], hybridsFor(tailMs)[0]!);
      const alaw = call(tailMs, { far: far[language], echo, alaw: true });
      t.ok(alaw.erle(1, 9) > 30, `${language}, ${tailMs} ms, A-law: ${alaw.erle(1, 9).toFixed(1)} dB`);
    }
  }
});

t.test(
  'a call that begins with both speaking is never made worse, and learnt when one stops',
  needsSpeech,
  async (t) => {
    const near = between(await speechAt('en', -16, 9, 2), 0, 4);
    for (const tailMs of [16, 64]) {
      const { erle } = call(tailMs, { far: far.ru, echo: echoOf(far.ru, hybridsFor(tailMs)[1]!), near });
      for (let s = 0; s < 4; s++)
        t.ok(erle(s, s + 1) > -1, `${tailMs} ms, second ${s}: ${erle(s, s + 1).toFixed(1)} dB`);
      t.ok(erle(5, 9) > 30, `${tailMs} ms: ${erle(5, 9).toFixed(1)} dB from a second after`);
    }
  },
);

t.test('a path that changes is learnt again within a second', needsSpeech, async (t) => {
  for (const tailMs of tails) {
    for (const language of ['ru', 'en'] as const) {
      const [first, , third] = hybridsFor(tailMs).map((h) => echoOf(far[language], h));
      const echo = first!.map((v, i) => (i < 32_000 ? v : third![i]!));
      const { erle } = call(tailMs, { far: far[language], echo });
      t.ok(erle(5, 9) > 20, `${language}, ${tailMs} ms: ${erle(5, 9).toFixed(1)} dB a second after`);
    }
  }
});

t.test('a path that drifts is followed', needsSpeech, async (t) => {
  const [first, second] = [echoOf(far.en, hybridsFor(32)[0]!), echoOf(far.en, hybridsFor(32)[1]!)];
  // By and by a twentieth of another path is added: the coil warms, the wind moves the wire.
  const echo = first.map((v, i) => v + (0.05 * i * second[i]!) / first.length);
  const { erle } = call(32, { far: far.en, echo });
  t.ok(erle(7, 9) > 26, `${erle(7, 9).toFixed(1)} dB`);
});

t.test('noise of the line up to -45 dBm0 slows learning and breaks nothing', needsSpeech, async (t) => {
  for (const [noiseDbm0, wanted] of [
    [-65, 34],
    [-55, 26],
    [-45, 18],
  ] as const) {
    const echo = echoOf(far.en, hybridsFor(16)[1]!);
    const { erle } = call(16, { far: far.en, echo, noiseDbm0 });
    t.ok(erle(1, 9) > wanted, `${noiseDbm0} dBm0: ${erle(1, 9).toFixed(1)} dB`);
  }
});

t.test('steady tones and keys leave the filter in place, and it never makes them louder', async (t) => {
  for (const tailMs of [16, 64]) {
    for (const frequencies of [[425], [1000], [2100], [770, 1336], [350, 440]]) {
      const noise = noiseAt(-16, 7 * 8000, 5);
      const a = sineAmplitude(-13);
      const sent = Int16Array.from(noise, (v, i) => {
        if (i < 16_000 || i >= 40_000) return Math.round(v);
        return Math.round(
          frequencies.reduce((sum, f) => sum + a * Math.sin((2 * Math.PI * f * i) / 8000), 0),
        );
      });
      const { erle } = call(tailMs, { far: sent, echo: echoOf(sent, hybridsFor(tailMs)[1]!) });
      const name = `${frequencies.join(' and ')} Hz, ${tailMs} ms`;
      t.ok(erle(1, 2) > 35, `${name}: ${erle(1, 2).toFixed(1)} dB before`);
      t.ok(erle(2.2, 5) > 25, `${name}: ${erle(2.2, 5).toFixed(1)} dB on the tone`);
      t.ok(erle(5.1, 7) > 35, `${name}: ${erle(5.1, 7).toFixed(1)} dB after it`);
      // A call that begins with nothing but the tone: what is heard is never more than the echo itself.
      const only = Int16Array.from(sent, (_, i) => sent[16_000 + (i % 16_000)]!);
      const first = call(tailMs, { far: only, echo: echoOf(only, hybridsFor(tailMs)[1]!) });
      t.ok(first.erle(0.1, 6) > -1, `${name} from the start: ${first.erle(0.1, 6).toFixed(1)} dB`);
    }
  }
});

t.test('the near end alone passes as it is: speech, tones, silence', async (t) => {
  const silence = new Int16Array(24_000);
  for (const [name, near] of [
    [
      'a tone',
      Float64Array.from(silence, (_, i) => sineAmplitude(-10) * Math.sin((2 * Math.PI * 425 * i) / 8000)),
    ],
    ['noise', noiseAt(-20, silence.length, 8)],
    ['nothing', new Float64Array(silence.length)],
  ] as const) {
    const { out, noise } = call(64, { far: silence, echo: new Float64Array(silence.length), near });
    const changed = out.reduce((worst, v, i) => Math.max(worst, Math.abs(v - near[i]! - noise[i]!)), 0);
    t.ok(changed <= 1, `${name}: ${changed}`);
  }
});

t.test('clipping at full scale does not shake the filter', async (t) => {
  const sent = Int16Array.from(noiseAt(-10, 6 * 8000, 4), (v, i) =>
    Math.max(-32767, Math.min(32767, Math.round(i > 16_000 && i < 32_000 ? 6 * v : v))),
  );
  const echo = echoOf(sent, hybridsFor(32)[0]!).map((v) => Math.max(-9000, Math.min(9000, v)));
  const { erle, out } = call(32, { far: sent, echo });
  t.ok(
    levelDbm0(out, 17_000, 31_000) < levelDbm0(Int16Array.from(echo), 17_000, 31_000) - 6,
    'while it clips',
  );
  t.ok(erle(4.5, 6) > 30, `${erle(4.5, 6).toFixed(1)} dB after it`);
});
