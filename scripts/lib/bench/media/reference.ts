/**
 * The reference kernel: a fixed piece of work that stands for the machine as it is at this moment. A time divided
 * by its time is nearly the same on a fast and on a slow, an idle and a busy machine.
 */
import type { Figure } from '../../bench.ts';
import { quantile, round } from '../usage.ts';

/** A plain filter of 128 taps over a frame of 20 ms: 20,480 multiplications in double precision. */
const TAPS = 128;
const FRAME = 160;
const BATCHES = 15;
const RUNS = 100;

const taps = Float64Array.from({ length: TAPS }, (_, i) => Math.sin(i * 0.37) / (i + 1));
const samples = Float64Array.from({ length: FRAME + TAPS }, (_, i) => 3000 * Math.sin(i * 0.33));
const filtered = new Float64Array(FRAME);

function kernel(): void {
  for (let n = 0; n < FRAME; n++) {
    let sum = 0;
    for (let k = 0; k < TAPS; k++) sum += taps[k]! * samples[n + k]!;
    filtered[n] = sum;
  }
}

/** CPU time of one run of the kernel now, us: the median of {@link BATCHES} batches. Takes about 30 ms. */
export function referenceUs(): number {
  for (let i = 0; i < RUNS; i++) kernel();
  const times: number[] = [];
  for (let b = 0; b < BATCHES; b++) {
    const before = process.cpuUsage();
    for (let i = 0; i < RUNS; i++) kernel();
    const used = process.cpuUsage(before);
    times.push((used.user + used.system) / RUNS);
  }
  return quantile(times, 0.5);
}

/** Microseconds in a unit of time; percent are of one core, and stand for the us of each 10 ms times 100. */
const US: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1_000_000, '%': 100 };

/**
 * Emits a time and, as `<metric>Ratio`, its ratio to the reference kernel of this very moment. Give `reference` where the
 * kernel has been run nearer to the measurement than now (us).
 */
export function emitTiming(emit: (figure: Figure) => void, figure: Figure, reference = referenceUs()): void {
  emit(figure);
  const ratio = (figure.value * (US[figure.unit] ?? 1)) / reference;
  emit({
    metric: `${figure.metric}Ratio`,
    value: round(ratio, ratio < 10 ? 3 : 1),
    unit: 'x',
    n: figure.n,
    note: `of the reference kernel, ${round(reference, 2)} us${figure.unit === '%' ? '; % as us in 10 ms' : ''}`,
  });
}
