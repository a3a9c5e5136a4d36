/*
 * The echo canceller's kernel in AssemblyScript with SIMD. It does, number for number, what
 * daemon/src/media/dsp/echo/scalar-kernel.ts does, in single precision where that is enough; what
 * each step is for is told there and in kernel.ts. One slot of memory for each port; nothing is allocated.
 *
 * Coefficients lie in reverse (the oldest tap first), so that they and the reference are read in one direction.
 */

// The same as in kernel.ts; a test compares both kernels' output.
const BLOCK: i32 = 80;
const SEGMENT: i32 = 32;
const ORDER: i32 = 8;
const WINDOW: i32 = 640;
const MAX_TAPS: i32 = 512;
const MAX_SEGMENTS: i32 = MAX_TAPS / SEGMENT;
const WHITE_PART: f64 = 1e-4;
const WHITE_FLOOR: f64 = 100;
const NOISE_SEEN: f64 = 8;
const LOUDEST_FLOOR: f64 = 1e6;
const PRIOR: f64 = 0.25;
const BELIEF: f64 = 0.25;
const OUTLIER: f64 = 2;
const NEAR_STEP: i32 = 8;
const NEAR_PART: f64 = 0.3;
const NEAR_KEPT: f64 = 0.9;
const DRIFT: f64 = 1e-6;
const TONAL: f64 = 500;
const SHAPED: f64 = 0.1;
const SEGMENT_SHARE: f64 = 0.5;
const PATH_SHARE: f64 = 0.03;
const SHARE_STEP: f64 = 0.8;
const FADE: f64 = 0.02;

// A filter: power of the near end (f64), variances (f64), coefficients (f32).
const NEAR: usize = 0;
const VARIANCE: usize = 16;
const WEIGHTS: usize = VARIANCE + 8 * MAX_SEGMENTS;
const FILTER_SIZE: usize = WEIGHTS + 4 * MAX_TAPS;

// A slot. The first four are the host's to read and write; figures are eight f64 in the order of BlockFigures.
const SENT_IN: usize = 0;
const RECEIVED_IN: usize = SENT_IN + 2 * BLOCK;
const OUT: usize = RECEIVED_IN + 2 * BLOCK;
const FIGURES: usize = OUT + 2 * BLOCK;
const TAPS: usize = FIGURES + 64;
const TRYING: usize = TAPS + 4;
const MAIN: usize = TAPS + 8;
const SECOND: usize = TAPS + 12;
const PREDICTOR: usize = TAPS + 16;
const SCRATCH: usize = PREDICTOR + 8 * ORDER;
const CORRELATION: usize = SCRATCH + 8 * ORDER;
const GAINED: usize = CORRELATION + 16 * ORDER;
const POWER: usize = GAINED + 8 * MAX_SEGMENTS;
const REFERENCE_LENGTH: i32 = WINDOW + ORDER + BLOCK;
const REFERENCE: usize = POWER + 8 * MAX_SEGMENTS;
const RECEIVED: usize = REFERENCE + 4 * REFERENCE_LENGTH;
const ERROR: usize = RECEIVED + 4 * (ORDER + BLOCK);
const WHITE_RECEIVED: usize = ERROR + 4 * (ORDER + BLOCK);
const WHITE: usize = WHITE_RECEIVED + 4 * BLOCK;
const ENERGY: usize = WHITE + 4 * (MAX_TAPS + BLOCK);
const WINDOWED: usize = ENERGY + 8 * (MAX_TAPS + BLOCK + 2);
const FIRST: usize = WINDOWED + 4 * WINDOW;
const OTHER: usize = FIRST + FILTER_SIZE;
const SLOT_SIZE: usize = OTHER + FILTER_SIZE;

/** The window's weights, f32, which the host fills in once. */
const HANN: usize = 1024;
const SLOTS: usize = HANN + 4 * WINDOW;

/** Slots that there are; the memory is as large as they need. */
export const slots: i32 = 16;

export function hann(): usize {
  return HANN;
}

/** Where the host writes what was sent; 160 bytes on what was received, then what is left, then the figures. */
export function slot(index: i32): usize {
  return SLOTS + <usize>index * SLOT_SIZE;
}

/** Grows the memory to hold every slot. */
export function open(): void {
  const pages = <i32>((slot(slots) + 0xffff) >> 16);
  if (pages > memory.size()) memory.grow(pages - memory.size());
}

/** Makes a slot anew for a tail of `taps` samples. */
export function reset(p: usize, taps: i32): void {
  memory.fill(p, 0, SLOT_SIZE);
  store<i32>(p, taps, TAPS);
  store<u32>(p, <u32>(p + FIRST), MAIN);
  store<u32>(p, <u32>(p + OTHER), SECOND);
  forget(p);
}

export function forget(p: usize): void {
  store<i32>(p, 0, TRYING);
  forgetFilter(p, load<u32>(p, MAIN));
  forgetFilter(p, load<u32>(p, SECOND));
}

function forgetFilter(p: usize, filter: usize): void {
  memory.fill(filter, 0, FILTER_SIZE);
  unsettle(p, filter);
}

function unsettle(p: usize, filter: usize): void {
  const taps = load<i32>(p, TAPS);
  for (let s = 0; s < taps / SEGMENT; s++) store<f64>(filter + 8 * s, PRIOR / <f64>taps, VARIANCE);
}

export function beginTrial(p: usize): void {
  const second: usize = load<u32>(p, SECOND);
  memory.copy(second, load<u32>(p, MAIN), FILTER_SIZE);
  unsettle(p, second);
  store<i32>(p, 1, TRYING);
}

export function endTrial(p: usize, accept: bool): void {
  if (accept) {
    const main = load<u32>(p, MAIN);
    store<u32>(p, load<u32>(p, SECOND), MAIN);
    store<u32>(p, main, SECOND);
  }
  store<i32>(p, 0, TRYING);
}

export function pathGain(p: usize): f64 {
  const filter: usize = load<u32>(p, MAIN);
  return <f64>sumOfSquares(filter + WEIGHTS, load<i32>(p, TAPS));
}

// What is to be done with a block, BlockWork.
const IDLE: i32 = 0;
const LEARN: i32 = 2;

/** One block, from the slot's input to its output and figures. */
export function block(p: usize, work: i32, noise: f64): void {
  const taps = load<i32>(p, TAPS);
  const bytes: usize = 4 * taps;
  take(p);
  const measuring = work !== IDLE;
  if (measuring) store<f64>(p, whiten(p, taps, noise), FIGURES + 56);
  const learning = work === LEARN && load<f64>(p, FIGURES + 56) < TONAL;
  const trying = load<i32>(p, TRYING) !== 0;
  const main = <usize>load<u32>(p, MAIN) + WEIGHTS;
  const filter: usize = trying ? load<u32>(p, SECOND) : load<u32>(p, MAIN);
  const second = filter + WEIGHTS;
  if (learning) {
    whitenBlock(p, p + RECEIVED, p + WHITE_RECEIVED);
    memory.fill(p + GAINED, 0, 8 * MAX_SEGMENTS);
  }
  let sent: f64 = 0;
  let received: f64 = 0;
  let residual: f64 = 0;
  let estimate: f64 = 0;
  let whiteResidual: f64 = 0;
  let whiteExpected: f64 = 0;
  let whiteTrial: f64 = 0;
  let unsettled: f64 = 0;
  let near = load<f64>(filter, NEAR);
  for (let i = 0; i < BLOCK; i++) {
    const x = p + REFERENCE + 4 * (REFERENCE_LENGTH - BLOCK + i + 1) - bytes;
    const d = load<f32>(p + 4 * (ORDER + i), RECEIVED);
    const last = load<f32>(x + bytes - 4);
    let y: f32 = 0;
    if (learning) {
      const white = p + WHITE + 4 * (i + 1);
      // Both outputs in one run over the coefficients, with two sums each, so that additions need not wait.
      let a = f32x4.splat(0);
      let b = f32x4.splat(0);
      let c = f32x4.splat(0);
      let g = f32x4.splat(0);
      if (main === second) {
        for (let k: usize = 0; k < bytes; k += 32) {
          const u = v128.load(main + k);
          const v = v128.load(main + k, 16);
          a = f32x4.add(a, f32x4.mul(u, v128.load(x + k)));
          b = f32x4.add(b, f32x4.mul(v, v128.load(x + k, 16)));
          c = f32x4.add(c, f32x4.mul(u, v128.load(white + k)));
          g = f32x4.add(g, f32x4.mul(v, v128.load(white + k, 16)));
        }
      } else {
        for (let k: usize = 0; k < bytes; k += 32) {
          a = f32x4.add(a, f32x4.mul(v128.load(main + k), v128.load(x + k)));
          b = f32x4.add(b, f32x4.mul(v128.load(main + k, 16), v128.load(x + k, 16)));
          c = f32x4.add(c, f32x4.mul(v128.load(second + k), v128.load(white + k)));
          g = f32x4.add(g, f32x4.mul(v128.load(second + k, 16), v128.load(white + k, 16)));
        }
      }
      y = sumOf(f32x4.add(a, b));
      const e = <f64>(load<f32>(p + 4 * i, WHITE_RECEIVED) - sumOf(f32x4.add(c, g)));
      const expected = expectedOf(p, filter, taps, i);
      whiteExpected += trying ? expectedOf(p, load<u32>(p, MAIN), taps, i) : expected;
      const power = expected + near + 1;
      const inverse = 1 / power;
      if (trying) whiteTrial += e * e;
      else whiteResidual += e * e;
      const limit = OUTLIER * Math.sqrt(power);
      const step = max(-limit, min(limit, e)) * inverse;
      let energy = p + ENERGY + 8 * (taps + i + 1);
      let at: usize = bytes;
      for (let s: usize = 0; s < <usize>(taps / SEGMENT); s++) {
        at -= 4 * SEGMENT;
        const gain = f32x4.splat(<f32>(step * load<f64>(filter + 8 * s, VARIANCE)));
        for (let k: usize = at; k < at + 4 * SEGMENT; k += 64) {
          adjust(second + k, white + k, gain);
          adjust(second + k + 16, white + k + 16, gain);
          adjust(second + k + 32, white + k + 32, gain);
          adjust(second + k + 48, white + k + 48, gain);
        }
        const part = load<f64>(energy) - load<f64>(energy - 8 * SEGMENT);
        const gained = p + 8 * s;
        store<f64>(gained, load<f64>(gained, GAINED) + part * inverse, GAINED);
        energy -= 8 * SEGMENT;
      }
      unsettled += max(e * e - expected, NEAR_PART * e * e);
      if (i % NEAR_STEP === NEAR_STEP - 1) {
        near += (1 - NEAR_KEPT) * (unsettled / <f64>NEAR_STEP - near);
        unsettled = 0;
      }
    } else {
      y = dot(main, x, bytes);
      if (measuring) whiteExpected += expectedOf(p, load<u32>(p, MAIN), taps, i);
    }
    const e = d - y;
    store<f32>(p + 4 * (ORDER + i), e, ERROR);
    const rounded = Mathf.floor(e + 0.5);
    store<i16>(p + 2 * i, <i16>max<f32>(-32768, min<f32>(32767, rounded)), OUT);
    sent += <f64>(last * last);
    received += <f64>(d * d);
    residual += <f64>(e * e);
    estimate += <f64>(y * y);
  }
  store<f64>(p, sent, FIGURES);
  store<f64>(p, received, FIGURES + 8);
  store<f64>(p, residual, FIGURES + 16);
  store<f64>(p, estimate, FIGURES + 24);
  if (measuring) store<f64>(p, whiteExpected, FIGURES + 40);
  if (!learning) return;
  if (trying) {
    whitenBlock(p, p + ERROR, p + WHITE_RECEIVED);
    whiteResidual = <f64>sumOfSquares(p + WHITE_RECEIVED, BLOCK);
  }
  store<f64>(p, whiteResidual, FIGURES + 32);
  store<f64>(p, whiteTrial, FIGURES + 48);
  store<f64>(filter, near, NEAR);
  settle(p, filter, taps);
}

/** Moves four coefficients along the reference. */
function adjust(weights: usize, white: usize, gain: v128): void {
  v128.store(weights, f32x4.add(v128.load(weights), f32x4.mul(gain, v128.load(white))));
}

/** Power of the echo that a filter has not learnt yet, in the whitened error of sample `i`. */
function expectedOf(p: usize, filter: usize, taps: i32, i: i32): f64 {
  let energy = p + ENERGY + 8 * <usize>(taps + i + 1);
  let sum: f64 = 0;
  for (let s: usize = 0; s < <usize>(taps / SEGMENT); s++) {
    sum += load<f64>(filter + 8 * s, VARIANCE) * (load<f64>(energy) - load<f64>(energy - 8 * SEGMENT));
    energy -= 8 * SEGMENT;
  }
  return sum;
}

/** Shifts the block in. */
function take(p: usize): void {
  memory.copy(p + REFERENCE, p + REFERENCE + 4 * BLOCK, 4 * (REFERENCE_LENGTH - BLOCK));
  memory.copy(p + RECEIVED, p + RECEIVED + 4 * BLOCK, 4 * ORDER);
  memory.copy(p + ERROR, p + ERROR + 4 * BLOCK, 4 * ORDER);
  const x = p + REFERENCE + 4 * (REFERENCE_LENGTH - BLOCK);
  const d = p + RECEIVED + 4 * ORDER;
  for (let i: usize = 0; i < <usize>BLOCK; i++) {
    store<f32>(x + 4 * i, <f32>load<i16>(p + 2 * i, SENT_IN));
    store<f32>(d + 4 * i, <f32>load<i16>(p + 2 * i, RECEIVED_IN));
  }
}

/** Fits the predictor, and whitens the tail and the block with it as far as `noise` allows; returns the predictability. */
function whiten(p: usize, taps: i32, noise: f64): f64 {
  const x = p + REFERENCE + 4 * (REFERENCE_LENGTH - WINDOW);
  const windowed = p + WINDOWED;
  for (let k: usize = 0; k < 4 * <usize>WINDOW; k += 16) {
    v128.store(windowed + k, f32x4.mul(v128.load(x + k), v128.load(HANN + k)));
  }
  const r = p + CORRELATION;
  for (let lag: usize = 0; lag <= <usize>ORDER; lag++) {
    // What of the window does not fill a vector comes first.
    const odd: usize = (<usize>WINDOW - lag) % 4;
    let sum: f32 = 0;
    for (let i: usize = 0; i < odd; i++) {
      sum += load<f32>(windowed + 4 * i) * load<f32>(windowed + 4 * (i + lag));
    }
    const length: usize = 4 * (<usize>WINDOW - lag - odd);
    store<f64>(r + 8 * lag, <f64>(sum + dot16(windowed + 4 * odd, windowed + 4 * (odd + lag), length)));
  }
  const power = load<f64>(r) * (1 + WHITE_PART);
  store<f64>(r, power + <f64>WINDOW * WHITE_FLOOR);
  durbin(p);
  const last = p + REFERENCE + 4 * (REFERENCE_LENGTH - BLOCK);
  filterBy(p, last, p + WHITE_RECEIVED, BLOCK);
  const least = <f64>BLOCK * WHITE_FLOOR;
  const left = <f64>sumOfSquares(p + WHITE_RECEIVED, BLOCK);
  const predictability = (<f64>sumOfSquares(last, BLOCK) + least) / (left + least);
  const floor = min(LOUDEST_FLOOR, NOISE_SEEN * noise);
  if (floor > WHITE_FLOOR) {
    store<f64>(r, power + <f64>WINDOW * floor);
    durbin(p);
  }
  const start = p + REFERENCE + 4 * (REFERENCE_LENGTH - taps - BLOCK);
  const white = p + WHITE;
  filterBy(p, start, white, taps + BLOCK);
  let sum: f64 = 0;
  store<f64>(p, 0, ENERGY);
  for (let i: usize = 0; i < <usize>(taps + BLOCK); i++) {
    const v = <f64>load<f32>(white + 4 * i);
    sum += v * v;
    store<f64>(p + 8 * (i + 1), sum, ENERGY);
  }
  return predictability;
}

/** Levinson and Durbin's recursion. */
function durbin(p: usize): void {
  const r = p + CORRELATION;
  const a = p + PREDICTOR;
  const scratch = p + SCRATCH;
  let left = load<f64>(r);
  memory.fill(a, 0, 8 * ORDER);
  for (let i = 0; i < ORDER; i++) {
    let k = load<f64>(r + 8 * (i + 1));
    for (let j = 0; j < i; j++) k -= load<f64>(a + 8 * j) * load<f64>(r + 8 * (i - j));
    k /= left;
    memory.copy(scratch, a, 8 * ORDER);
    store<f64>(a + 8 * i, k);
    for (let j = 0; j < i; j++) {
      store<f64>(a + 8 * j, load<f64>(scratch + 8 * j) - k * load<f64>(scratch + 8 * (i - 1 - j)));
    }
    left *= 1 - k * k;
  }
}

/** Whitens a block that has {@link ORDER} samples before it. */
function whitenBlock(p: usize, signal: usize, out: usize): void {
  filterBy(p, signal + 4 * ORDER, out, BLOCK);
}

/** The predictor's error over `count` samples, a multiple of four; those before `x` are there too. */
function filterBy(p: usize, x: usize, out: usize, count: i32): void {
  const a = p + PREDICTOR;
  const a0 = f32x4.splat(<f32>load<f64>(a));
  const a1 = f32x4.splat(<f32>load<f64>(a, 8));
  const a2 = f32x4.splat(<f32>load<f64>(a, 16));
  const a3 = f32x4.splat(<f32>load<f64>(a, 24));
  const a4 = f32x4.splat(<f32>load<f64>(a, 32));
  const a5 = f32x4.splat(<f32>load<f64>(a, 40));
  const a6 = f32x4.splat(<f32>load<f64>(a, 48));
  const a7 = f32x4.splat(<f32>load<f64>(a, 56));
  for (let k: usize = 0; k < 4 * <usize>count; k += 16) {
    const at = x + k;
    let v = f32x4.mul(a0, v128.load(at - 4));
    let w = f32x4.mul(a1, v128.load(at - 8));
    v = f32x4.add(v, f32x4.mul(a2, v128.load(at - 12)));
    w = f32x4.add(w, f32x4.mul(a3, v128.load(at - 16)));
    v = f32x4.add(v, f32x4.mul(a4, v128.load(at - 20)));
    w = f32x4.add(w, f32x4.mul(a5, v128.load(at - 24)));
    v = f32x4.add(v, f32x4.mul(a6, v128.load(at - 28)));
    w = f32x4.add(w, f32x4.mul(a7, v128.load(at - 32)));
    v128.store(out + k, f32x4.sub(v128.load(at), f32x4.add(v, w)));
  }
}

/** After a block: what was learnt makes the filter surer; drift and the path's own shape bound that, and the rest fades. */
function settle(p: usize, filter: usize, taps: i32): void {
  const segments = taps / SEGMENT;
  let total: f64 = 0;
  let unsure: f64 = 0;
  for (let s = 0; s < segments; s++) {
    const weights = filter + WEIGHTS + 4 * <usize>(taps - SEGMENT * (s + 1));
    const sum = <f64>sumOfSquares(weights, SEGMENT);
    store<f64>(p + 8 * s, sum / <f64>SEGMENT, POWER);
    total += sum;
    let variance = load<f64>(filter + 8 * s, VARIANCE);
    variance /= 1 + (BELIEF * variance * load<f64>(p + 8 * s, GAINED)) / <f64>SEGMENT;
    store<f64>(filter + 8 * s, variance, VARIANCE);
    unsure += variance * <f64>SEGMENT;
  }
  const mean = total / <f64>taps;
  const shaped = total >= SHAPED * unsure;
  let taken: f64 = 0;
  for (let s = 0; s < segments; s++) {
    let variance = load<f64>(filter + 8 * s, VARIANCE) + DRIFT * mean;
    if (shaped) {
      const bound = SEGMENT_SHARE * aroundOf(p, segments, s) + PATH_SHARE * mean;
      const above = variance - max(bound, SHARE_STEP * variance);
      if (above > 0) {
        variance -= above;
        taken += above;
      }
    }
    store<f64>(filter + 8 * s, variance, VARIANCE);
  }
  if (!shaped) return;
  for (let s = 0; s < segments; s++) {
    const around = aroundOf(p, segments, s);
    const variance = load<f64>(filter + 8 * s, VARIANCE);
    if (around < variance) {
      const kept = f32x4.splat(<f32>(1 - FADE));
      const weights = filter + WEIGHTS + 4 * <usize>(taps - SEGMENT * (s + 1));
      for (let k: usize = 0; k < 4 * <usize>SEGMENT; k += 16) {
        v128.store(weights + k, f32x4.mul(v128.load(weights + k), kept));
      }
    }
    const bound = SEGMENT_SHARE * around + PATH_SHARE * mean;
    if (variance < bound) {
      const given = (taken * load<f64>(p + 8 * s, POWER) * <f64>SEGMENT) / total;
      store<f64>(filter + 8 * s, min(bound, variance + given), VARIANCE);
    }
  }
}

/** Power of a tap of segment `s`, or half of a neighbour's. */
function aroundOf(p: usize, segments: i32, s: i32): f64 {
  let around = load<f64>(p + 8 * s, POWER);
  if (s > 0) around = max(around, 0.5 * load<f64>(p + 8 * (s - 1), POWER));
  if (s < segments - 1) around = max(around, 0.5 * load<f64>(p + 8 * (s + 1), POWER));
  return around;
}

/** `bytes`: a multiple of 32. */
function dot(a: usize, b: usize, bytes: usize): f32 {
  let u = f32x4.splat(0);
  let v = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 32) {
    u = f32x4.add(u, f32x4.mul(v128.load(a + k), v128.load(b + k)));
    v = f32x4.add(v, f32x4.mul(v128.load(a + k, 16), v128.load(b + k, 16)));
  }
  return sumOf(f32x4.add(u, v));
}

/** `bytes`: a multiple of 16. */
function dot16(a: usize, b: usize, bytes: usize): f32 {
  let u = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    u = f32x4.add(u, f32x4.mul(v128.load(a + k), v128.load(b + k)));
  }
  return sumOf(u);
}

/** `count`: a multiple of four. */
function sumOfSquares(a: usize, count: i32): f32 {
  return dot16(a, a, 4 * <usize>count);
}

function sumOf(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}
