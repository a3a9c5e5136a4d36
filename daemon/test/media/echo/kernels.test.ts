import t from 'tap';
import { buildWasm } from '../../../../scripts/lib/build/wasm.ts';
import { echoOf, noiseAt, throughCanceller } from '../../../../scripts/lib/corpus/echo.ts';
import { randomOf } from '../../../../scripts/lib/corpus/random.ts';
import { EchoCanceller } from '../../../src/media/dsp/echo/canceller.ts';
import { echoCancellers } from '../../../src/media/dsp/echo/echo-cancellers.ts';
import { type BlockWork, ECHO_BLOCK } from '../../../src/media/dsp/echo/kernel.ts';
import { ScalarKernel } from '../../../src/media/dsp/echo/scalar-kernel.ts';
import { WasmKernels } from '../../../src/media/dsp/echo/wasm-kernel.ts';
import { sineAmplitude } from '../../../src/media/dsp/level.ts';

/** Speech-like: coloured noise in syllables, so that the predictor has something to predict. */
function syllables(seconds: number, dbm0: number, seed: number): Int16Array {
  const white = noiseAt(dbm0 + 8, seconds * 8000, seed);
  let a = 0;
  let b = 0;
  return Int16Array.from(white, (v, i) => {
    const y = v + 1.2 * a - 0.6 * b;
    b = a;
    a = y;
    return Math.round(0.5 * y * (Math.sin(i / 300) > -0.3 ? 1 : 0.03));
  });
}

t.before(() => buildWasm());

t.test('the WASM kernel does what the scalar one does: at most one step of 16 bits apart', async (t) => {
  const kernels = new WasmKernels();
  for (const tailMs of [16, 64]) {
    const far = syllables(5, -14, tailMs);
    const first = echoOf(far, { delayMs: tailMs / 2, erlDb: 6, seed: 4 });
    const second = echoOf(far, { delayMs: 2, erlDb: 8, seed: 5 });
    // A changed path, double talk, a tone and silence: every branch of both.
    const echo = first.map((v, i) => (i < 16_000 ? v : second[i]!));
    const near = syllables(5, -16, 9).map((v, i) => (i > 24_000 && i < 30_000 ? v : 0));
    far.fill(0, 32_000, 34_000);
    const tone = sineAmplitude(-12);
    for (let i = 36_000; i < 38_000; i++) far[i] = Math.round(tone * Math.sin(i / 2));
    const wasm = new EchoCanceller(kernels.make(tailMs * 8));
    const scalar = new EchoCanceller(new ScalarKernel(tailMs * 8));
    const outs = [wasm, scalar].map(
      (c) => throughCanceller((x, frame) => c.process(x, frame, frame), { far, echo, near }).out,
    );
    let worst = 0;
    for (let i = 0; i < far.length; i++) worst = Math.max(worst, Math.abs(outs[0]![i]! - outs[1]![i]!));
    t.ok(worst <= 1, `${tailMs} ms: ${worst}`);
    for (const name of ['reference', 'received', 'residual', 'estimate', 'predictability'] as const) {
      const [a, b] = [wasm.kernel.figures[name], scalar.kernel.figures[name]];
      t.ok(Math.abs(a - b) <= 0.01 * b + 1, `${name}: ${a} and ${b}`);
    }
    t.ok(Math.abs(wasm.kernel.pathGain() / scalar.kernel.pathGain() - 1) < 1e-3);
    t.equal(wasm.converged, scalar.converged);
  }
});

t.test('both stay finite on whatever comes: full scale, silence, garbage, any order of work', async (t) => {
  const kernels = new WasmKernels();
  const random = randomOf(11);
  for (const kernel of [kernels.make(256), new ScalarKernel(256)]) {
    const x = new Int16Array(ECHO_BLOCK);
    const d = new Int16Array(ECHO_BLOCK);
    for (let b = 0; b < 600; b++) {
      const scale = [65535, 0, 3, 65535, 2000][(b >> 4) % 5]!;
      for (let i = 0; i < ECHO_BLOCK; i++) {
        x[i] = (random() - 0.5) * scale;
        d[i] = (random() - 0.5) * [65535, 10, 65535][(b >> 3) % 3]!;
      }
      kernel.block(x, d, d, 0, (['learn', 'measure', 'idle', 'learn'] satisfies BlockWork[])[b % 4]!);
      if (b % 97 === 5) kernel.beginTrial();
      if (b % 97 === 40) kernel.endTrial(b % 2 === 0);
    }
    for (const [name, value] of Object.entries(kernel.figures))
      t.ok(Number.isFinite(value), `${name} ${value}`);
    t.ok(Number.isFinite(kernel.pathGain()));
    kernel.reset();
    t.equal(kernel.pathGain(), 0);
  }
});

t.test('ports do not share what they know, and a slot given back is new for the next', async (t) => {
  const kernels = new WasmKernels();
  const far = syllables(2, -14, 3);
  const echo = echoOf(far, { delayMs: 3, erlDb: 6, seed: 4 });
  const one = kernels.make(128);
  const others = Array.from({ length: 20 }, () => kernels.make(128));
  const canceller = new EchoCanceller(one);
  throughCanceller((x, frame) => canceller.process(x, frame, frame), { far, echo });
  t.ok(one.pathGain() > 0.2 && one.pathGain() < 0.3, `${one.pathGain()}`);
  for (const other of others) t.equal(other.pathGain(), 0);
  one.close();
  t.equal(kernels.make(512).pathGain(), 0);
});

t.test('without the module there is one warning, and cancellers all the same', async (t) => {
  const warnings: string[] = [];
  const make = echoCancellers(
    (message) => warnings.push(message),
    () => {
      throw new Error('no SIMD here');
    },
  );
  const far = syllables(2, -14, 3);
  const echo = echoOf(far, { delayMs: 3, erlDb: 6, seed: 4 });
  for (let i = 0; i < 2; i++) {
    const canceller = make(64);
    t.equal(canceller.kernel.taps, 128, 'the shortest tail');
    const call = throughCanceller((x, frame) => canceller.process(x, frame, frame), { far, echo });
    t.ok(call.erle(1, 2) > 25, `${call.erle(1, 2).toFixed(1)} dB`);
  }
  t.equal(warnings.length, 1);
  t.match(warnings[0], /no SIMD here/);
  t.throws(() => new WasmKernels(new Uint8Array([0, 1, 2])), 'a broken module is told');
});
