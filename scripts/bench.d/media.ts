/**
 * Area `media`: what audio costs, and how long it takes (issue 4, point 9). Each part is a file of
 * scripts/lib/bench/media; times come with their ratio to a reference kernel (reference.ts). The whole area ends
 * within 15 minutes.
 */

import { measureDelay } from '../lib/bench/media/delay.ts';
import { measureEcho } from '../lib/bench/media/echo.ts';
import { HOURS, measureHours } from '../lib/bench/media/hours.ts';
import { measureKernelCall } from '../lib/bench/media/kernel-call.ts';
import { measureRelayedCall } from '../lib/bench/media/relayed-call.ts';
import { measureRtpPair } from '../lib/bench/media/rtp-pair.ts';
import { measureSessions } from '../lib/bench/media/sessions.ts';
import { measureTickLateness } from '../lib/bench/media/tick-lateness.ts';
import type { Figure, Options } from '../lib/bench.ts';

type Part = (emit: (figure: Figure) => void) => Promise<void> | void;

/** One part after the other: two at a time would measure each other. */
const parts: readonly Part[] = [
  measureEcho,
  measureRtpPair,
  measureRelayedCall,
  measureKernelCall,
  measureDelay,
  measureTickLateness,
  measureSessions,
];

/** `--hours`: how many of speech, and as many of music, the detectors are to hear. */
export async function run(emit: (figure: Figure) => void, options: Options): Promise<void> {
  for (const part of parts) await part(emit);
  await measureHours(emit, Math.round(options.number('hours', HOURS)));
}
