import { messageOf } from '../../../base/error.ts';
import { SAMPLES_PER_MS } from '../level.ts';
import { EchoCanceller } from './canceller.ts';
import { type EchoKernel, SEGMENT } from './kernel.ts';
import { ScalarKernel } from './scalar-kernel.ts';
import { WasmKernels } from './wasm-kernel.ts';

/** Tails that can be had, ms. */
export const SHORTEST_TAIL_MS = 16;
export const LONGEST_TAIL_MS = 64;

/** Makes an echo canceller for a tail in ms. */
export type EchoCancellers = (tailMs: number) => EchoCanceller;

/**
 * Echo cancellers on WASM with SIMD. Where that cannot be had `warn` is told once, and they are made
 * of the scalar kernel, with the shortest tail whatever is asked for: a longer one costs too much there.
 */
export function echoCancellers(
  warn: (message: string) => void,
  open: () => WasmKernels = () => new WasmKernels(),
): EchoCancellers {
  let make: (taps: number) => EchoKernel;
  try {
    const kernels = open();
    make = (taps) => kernels.make(taps);
  } catch (error) {
    warn(`no WASM SIMD for the echo cancellers, their tail is ${SHORTEST_TAIL_MS} ms: ${messageOf(error)}`);
    make = () => new ScalarKernel(tapsOf(SHORTEST_TAIL_MS));
  }
  return (tailMs) => new EchoCanceller(make(tapsOf(tailMs)));
}

/** Coefficients for a tail: whole segments. */
export function tapsOf(tailMs: number): number {
  const bounded = Math.max(SHORTEST_TAIL_MS, Math.min(LONGEST_TAIL_MS, tailMs));
  return Math.ceil((bounded * SAMPLES_PER_MS) / SEGMENT) * SEGMENT;
}
