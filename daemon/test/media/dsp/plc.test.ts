import t from 'tap';
import { levelDbm0, toneLevelDbm0 } from '../../../src/media/dsp/level.ts';
import { PacketLossConcealer } from '../../../src/media/dsp/plc.ts';
import { Signal } from './signal.ts';

/** Passes `pcm` through in 10 ms frames, those for which `lost` is true not at all. */
function conceal(pcm: Int16Array, lost: (frame: number) => boolean): Int16Array {
  const plc = new PacketLossConcealer();
  const out = pcm.slice();
  for (let f = 0; f * 80 < out.length; f++) {
    const frame = out.subarray(f * 80, f * 80 + 80);
    if (lost(f)) plc.conceal(frame);
    else plc.received(frame);
  }
  return out;
}

const voiced = (pitch: number): Int16Array => {
  const signal = new Signal(1000, 3);
  for (let h = 1; h * pitch < 3400; h++) signal.sine(h * pitch, -14 - h);
  return signal.pcm();
};

const errorDb = (a: Int16Array, b: Int16Array, from: number, to: number): number =>
  levelDbm0(a, from, to) -
  levelDbm0(
    Int16Array.from(a, (v, i) => v - b[i]!),
    from,
    to,
  );

t.test('what is not lost passes unchanged', async (t) => {
  const pcm = voiced(120);
  t.same(
    conceal(pcm, () => false),
    pcm,
  );
});

t.test('a steady voice goes on through 10 ms as if nothing had been lost', async (t) => {
  for (const pitch of [80, 100, 125, 160, 195]) {
    const pcm = voiced(pitch);
    const out = conceal(pcm, (f) => f === 50);
    t.ok(
      errorDb(pcm, out, 4000, 4080) > 8,
      `${pitch} Hz: ${errorDb(pcm, out, 4000, 4080).toFixed(1)} dB over the error`,
    );
    t.same(out.subarray(4160), pcm.subarray(4160), 'and all is as received again soon after');
  }
});

t.test('a longer loss fades out and ends in silence', async (t) => {
  const pcm = voiced(100);
  const out = conceal(pcm, (f) => f >= 50 && f < 60);
  const level = (ms: number): number => levelDbm0(out, 4000 + ms * 8, 4080 + ms * 8);
  const before = levelDbm0(out, 3200, 4000);
  t.ok(Math.abs(level(0) - before) < 2, 'nearly as loud at first');
  t.ok(level(20) < level(0) && level(40) < level(20), 'then less and less');
  t.equal(level(70), -100, 'silent after 60 ms');
  t.ok(levelDbm0(out, 4880, 5600) > before - 1, 'back at once');
});

t.test('no clicks: the seams are no steeper than the sound itself', async (t) => {
  const steepest = (x: Int16Array, from: number, to: number): number => {
    let worst = 0;
    for (let i = from + 1; i < to; i++) worst = Math.max(worst, Math.abs(x[i]! - x[i - 1]!));
    return worst;
  };
  const pcm = new Signal(1000, 3).sine(150, -10).sine(300, -14).pcm();
  const own = steepest(pcm, 0, 4000);
  for (const frames of [1, 2, 3, 5]) {
    const out = conceal(pcm, (f) => f >= 50 && f < 50 + frames);
    t.ok(steepest(out, 3990, 5000) < own * 1.6, `${frames} frames`);
  }
});

t.test('five per cent of a tone lost leaves its level within 1 dB', async (t) => {
  const pcm = new Signal(3000, 3).sine(425, -10).pcm();
  const out = conceal(pcm, (f) => f % 20 === 7);
  t.ok(Math.abs(toneLevelDbm0(out, 425) + 10) < 1);
});

t.test('a loss before anything came is silence', async (t) => {
  const plc = new PacketLossConcealer();
  const out = new Int16Array(160).fill(99);
  plc.conceal(out);
  t.ok(out.every((v) => v === 0));
  t.equal(plc.concealing, true);
  plc.received(out);
  t.equal(plc.concealing, false);
});
