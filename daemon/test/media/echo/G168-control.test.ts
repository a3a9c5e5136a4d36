import t from 'tap';
import { buildWasm } from '../../../../scripts/lib/build/wasm.ts';
import {
  echoOf,
  hybridsFor,
  meanSquare,
  noiseAt,
  speechAt,
  throughCanceller,
} from '../../../../scripts/lib/corpus/echo.ts';
import { speaks } from '../../../../scripts/lib/corpus/speech.ts';
import { AnswerTone } from '../../../src/media/dsp/echo/answer-tone.ts';
import { type EchoCancellers, echoCancellers } from '../../../src/media/dsp/echo/echo-cancellers.ts';
import { dbm0OfPower, rmsOf, sineAmplitude } from '../../../src/media/dsp/level.ts';
import { EchoControl } from '../../../src/media/echo-control.ts';
import { inFrames } from '../dsp/signal.ts';

/** The non-linear processor with its comfort noise, and what an answer tone switches off (ITU-T G.168 7, ruling 25). */
let make: EchoCancellers;
t.before(async () => {
  await buildWasm();
  make = echoCancellers((message) => t.fail(message));
});

const control = (tailMs = 32, suppress = true): EchoControl => new EchoControl(make(tailMs), suppress);
const cancel = (c: EchoControl) => (x: Int16Array, frame: Int16Array) => c.process(x, frame, false);

/** Levels of each 50 ms of a stretch, dBm0, in order of size. */
function levels(x: Int16Array, fromS: number, toS: number): number[] {
  const found: number[] = [];
  for (let i = fromS * 8000; i < toS * 8000; i += 400) found.push(dbm0OfPower(meanSquare(x, i, i + 400)));
  return found.sort((a, b) => a - b);
}

const needsSpeech = speaks() ? {} : { skip: 'espeak-ng is not installed' };

t.test('what is left of an echo is noise of the line’s own level: no pumping', needsSpeech, async (t) => {
  const far = await speechAt('ru', -16, 8, 1);
  far.fill(0, 0, 4000);
  for (const noiseDbm0 of [-65, -55, -50]) {
    for (const tailMs of [16, 64]) {
      const echo = echoOf(far, hybridsFor(tailMs)[1]!);
      const { out } = throughCanceller(cancel(control(tailMs)), { far, echo, noiseDbm0 });
      const found = levels(out, 3, 8);
      const name = `noise ${noiseDbm0} dBm0, ${tailMs} ms: ${found[0]!.toFixed(1)} to ${found.at(-1)!.toFixed(1)} dBm0`;
      t.ok(found[0]! > noiseDbm0 - 3, name);
      t.ok(found[Math.floor(found.length * 0.98)]! < noiseDbm0 + 3, name);
    }
  }
});

t.test(
  'dial tone and the echo of dialing teach no noise: a line without any stays all but silent',
  async (t) => {
    const seconds = 8;
    const near = new Int16Array(seconds * 8000);
    for (let i = 0; i < 4800; i++)
      near[i] = Math.round(sineAmplitude(-10) * Math.sin((2 * Math.PI * 425 * i) / 8000));
    // Keys go out one after the other, then what a hiss on the other side sends.
    const far = new Int16Array(near.length);
    for (let i = 8000; i < 16_000; i++)
      if (i % 1600 < 800)
        far[i] = Math.round(
          sineAmplitude(-8) *
            (Math.sin((2 * Math.PI * 697 * i) / 8000) + Math.sin((2 * Math.PI * 1336 * i) / 8000)),
        );
    const hiss = noiseAt(-40, near.length, 5);
    for (let i = 16_000; i < far.length; i++) far[i] = Math.round(hiss[i]!);
    const { out } = throughCanceller(cancel(control(32)), {
      far,
      echo: echoOf(far, hybridsFor(32)[1]!),
      near,
      noiseDbm0: -200,
    });
    const [gap, later] = [levels(out, 1.15, 1.2), levels(out, 4, 8)];
    t.ok(gap.at(-1)! < -60, `between the keys at most ${gap.at(-1)!.toFixed(1)} dBm0`);
    t.ok(later.at(-1)! < -60, `and behind them ${later.at(-1)!.toFixed(1)} dBm0`);
  },
);

t.test('comfort noise has the rough spectrum of the line’s', needsSpeech, async (t) => {
  const far = await speechAt('en', -16, 8, 1);
  far.fill(0, 0, 16_000);
  // Noise of a line with more below than above: the difference of both halves of the band is kept.
  const white = noiseAt(-50, far.length, 3);
  let low = 0;
  const noise = white.map((v) => (low = 0.7 * low + 0.5 * v));
  const tilt = (x: ArrayLike<number>): number => {
    let sum = 0;
    let difference = 0;
    for (let i = 1; i < x.length; i++) {
      sum += (x[i]! + x[i - 1]!) ** 2;
      difference += (x[i]! - x[i - 1]!) ** 2;
    }
    return 10 * Math.log10(sum / difference);
  };
  const c = control(16);
  const echo = echoOf(far, hybridsFor(16)[1]!);
  const { out } = throughCanceller(cancel(c), { far, echo, near: noise, noiseDbm0: -90 });
  const [own, made] = [tilt(noise), tilt(out.subarray(32_000))];
  t.ok(
    Math.abs(own - made) < 3,
    `the line’s is tilted by ${own.toFixed(1)} dB, what is heard by ${made.toFixed(1)}`,
  );
});

t.test(
  'not one beginning of the near end’s words is cut, however weak, while the far end speaks',
  needsSpeech,
  async (t) => {
    const far = await speechAt('ru', -16, 9, 1);
    const voice = await speechAt('en', -16, 9, 2);
    for (const db of [-18, -30]) {
      const gain = rmsOf(db) / rmsOf(-16);
      const near = Float64Array.from(voice, (v, i) => (i > 24_000 ? gain * v : 0));
      const { out } = throughCanceller(cancel(control(32)), {
        far,
        echo: echoOf(far, hybridsFor(32)[0]!),
        near,
      });
      let cut = 0;
      let pieces = 0;
      for (let i = 24_000; i + 40 <= near.length; i += 40) {
        const spoken = meanSquare(near, i, i + 40);
        // 5 ms that are well above the line's noise and what may be left of the echo.
        if (spoken < rmsOf(-46) ** 2) continue;
        pieces++;
        if (meanSquare(out, i, i + 40) < 0.4 * spoken) cut++;
      }
      t.ok(pieces > 300, `${pieces} pieces`);
      t.ok(cut <= pieces / 200, `near end at ${db} dBm0: ${cut} of ${pieces} pieces of 5 ms cut`);
    }
  },
);

/** 2100 Hz, turned each `everyMs`; 0: never. */
function answerTone(ms: number, dbm0: number, everyMs: number, hz = 2100, turn = Math.PI): Int16Array {
  const a = sineAmplitude(dbm0);
  return Int16Array.from({ length: ms * 8 }, (_, i) => {
    const turns = everyMs > 0 ? Math.floor(i / (everyMs * 8)) : 0;
    return Math.round(a * Math.sin((2 * Math.PI * hz * i) / 8000 + turns * turn));
  });
}

t.test(
  'an answer tone and the turns of its phase are found within G.168’s limits, and nothing else is',
  async (t) => {
    const hear = (pcm: Int16Array): { present: boolean; reversing: boolean } => {
      const tone = new AnswerTone();
      let present = false;
      let reversing = false;
      inFrames(pcm, (frame) => {
        tone.process(frame);
        present ||= tone.present;
        reversing ||= tone.reversing;
      });
      return { present, reversing };
    };
    for (const level of [-6, -20, -31]) {
      for (const hz of [2079, 2100, 2121]) {
        t.same(
          hear(answerTone(1200, level, 0, hz)),
          { present: true, reversing: false },
          `${hz} Hz at ${level}`,
        );
        for (const every of [425, 450, 475])
          t.same(
            hear(answerTone(1200, level, every, hz)),
            { present: true, reversing: true },
            `${hz} Hz each ${every}`,
          );
      }
    }
    for (const degrees of [160, 200])
      t.ok(
        hear(answerTone(1200, -12, 450, 2100, (degrees * Math.PI) / 180)).reversing,
        `turned by ${degrees}`,
      );
    for (const degrees of [60, 110])
      t.notOk(
        hear(answerTone(3000, -12, 450, 2100, (degrees * Math.PI) / 180)).reversing,
        `turned by ${degrees}`,
      );
    for (const every of [100, 250, 700])
      t.notOk(hear(answerTone(3000, -12, every)).reversing, `each ${every} ms`);
    for (const hz of [1850, 2350, 425, 1100]) t.notOk(hear(answerTone(1200, -12, 0, hz)).present, `${hz} Hz`);
    t.notOk(hear(answerTone(1200, -40, 0)).present, 'too weak');
    t.notOk(hear(answerTone(200, -12, 0)).present, 'too short');
    const noise = Int16Array.from(noiseAt(-16, 80_000, 3), (v) => Math.round(v));
    t.same(hear(noise), { present: false, reversing: false }, 'noise');
    if (speaks())
      for (const language of ['ru', 'en'] as const)
        t.same(hear(await speechAt(language, -12, 30, 5)), { present: false, reversing: false }, language);
  },
);

/** Runs both directions of a call; returns what `c` says was off at the end. */
function both(c: EchoControl, sent: Int16Array, received: Int16Array): void {
  for (let i = 0; i + 80 <= sent.length; i += 80)
    c.process(sent.subarray(i, i + 80), received.slice(i, i + 80), false);
}

t.test(
  'phase reversals switch the canceller off until silence both ways, a plain tone the suppressor only',
  async (t) => {
    const silence = (ms: number): Int16Array => new Int16Array(ms * 8);
    for (const direction of ['sent', 'received'] as const) {
      const run = (c: EchoControl, pcm: Int16Array): void =>
        direction === 'sent' ? both(c, pcm, silence(pcm.length / 8)) : both(c, silence(pcm.length / 8), pcm);
      const plain = control();
      run(plain, answerTone(1000, -12, 0));
      t.equal(plain.disabled, 'suppressor', `${direction}: CED`);
      run(plain, silence(200));
      t.equal(plain.disabled, 'suppressor', 'not back after 200 ms');
      run(plain, silence(100));
      t.equal(plain.disabled, undefined, 'back after 250 ms');
      const turned = control();
      run(turned, answerTone(1000, -12, 450));
      t.equal(turned.disabled, 'canceller', `${direction}: phase reversals, within a second`);
      t.equal(turned.figures().disabled, 'canceller');
      // What a modem says afterwards holds it off, whichever way it goes.
      const modem = Int16Array.from(noiseAt(-20, 16_000, 4), (v) => Math.round(v));
      both(turned, modem, silence(2000));
      both(turned, silence(2000), modem);
      t.equal(turned.disabled, 'canceller', 'while a modem speaks');
      both(turned, silence(300), silence(300));
      t.equal(turned.disabled, undefined, 'the canceller is back after silence');
    }
  },
);

t.test('while the canceller is off nothing is changed, and after it the echo is gone at once', async (t) => {
  const c = control(32, false);
  const far = Int16Array.from(noiseAt(-16, 16_000, 6), (v) => Math.round(v));
  const echo = (sent: Int16Array): Int16Array =>
    Int16Array.from(echoOf(sent, hybridsFor(32)[1]!), (v) => Math.round(v));
  both(c, far, echo(far));
  const tone = answerTone(1200, -12, 450);
  both(c, tone, echo(tone));
  t.equal(c.disabled, 'canceller');
  const modem = echo(far);
  const frame = modem.slice(800, 880);
  c.process(far.subarray(800, 880), frame, false);
  t.same(frame, modem.subarray(800, 880), 'untouched');
  both(c, new Int16Array(3200), new Int16Array(3200));
  t.equal(c.disabled, undefined);
  const back = throughCanceller(cancel(c), { far, echo: echoOf(far, hybridsFor(32)[1]!), noiseDbm0: -70 });
  t.ok(back.erle(0, 0.2) > 25, `${back.erle(0, 0.2).toFixed(1)} dB in the first 200 ms`);
});

t.test('figures tell loss, enhancement and whether they hold; a new call begins with none', async (t) => {
  const c = control(16);
  t.same(c.figures(), { tailMs: 16, converged: false });
  const far = Int16Array.from(noiseAt(-16, 24_000, 6), (v) => Math.round(v));
  throughCanceller(cancel(c), { far, echo: echoOf(far, { delayMs: 3, erlDb: 10, seed: 2 }), noiseDbm0: -70 });
  const { erlDb, erleDb, converged } = c.figures();
  t.ok(converged);
  t.ok(Math.abs(erlDb! - 10) < 0.5, `ERL ${erlDb}`);
  t.ok(erleDb! > 30, `ERLE ${erleDb}`);
  c.reset();
  t.same(c.figures(), { tailMs: 16, converged: false });
});
