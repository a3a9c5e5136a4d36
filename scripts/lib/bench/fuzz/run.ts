import { seeded } from './mutate.ts';
import type { Target } from './targets.ts';

/** An input that was not borne, with all that is needed to see it again. */
export interface Finding {
  target: string;
  seed: number;
  input: string;
  why: string;
}

/** What a run of one target came to. */
export interface Outcome {
  target: string;
  runs: number;
  accepted: number;
  findings: Finding[];
}

/** The longest that one input may take, ms of wall time; a loaded machine stays far below it. */
const SLOW_MS = 500;

/** Tries a target with one seed; undefined if all is well. */
export function tryOne(target: Target, seed: number): { finding: Finding | undefined; accepted: boolean } {
  const random = seeded(seed);
  const input = target.make(random);
  const began = performance.now();
  try {
    const accepted = target.bear(input, random);
    const ms = performance.now() - began;
    // Once more: the first time may have been the machine's.
    if (ms > SLOW_MS && timeOf(() => target.bear(input, seeded(seed))) > SLOW_MS)
      return { finding: { target: target.name, seed, input, why: `took ${ms.toFixed(0)} ms` }, accepted };
    return { finding: undefined, accepted };
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { finding: { target: target.name, seed, input, why }, accepted: false };
  }
}

/** Fuzzes a target for `ms`, with seeds from `seed` on; stops after ten findings. */
export function fuzz(target: Target, seed: number, ms: number): Outcome {
  const outcome: Outcome = { target: target.name, runs: 0, accepted: 0, findings: [] };
  const end = performance.now() + ms;
  for (let n = 0; outcome.findings.length < 10; n++) {
    if (n % 64 === 0 && performance.now() > end) break;
    const { finding, accepted } = tryOne(target, (seed + n) >>> 0);
    outcome.runs++;
    if (accepted) outcome.accepted++;
    if (finding) outcome.findings.push(finding);
  }
  return outcome;
}

function timeOf(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}
