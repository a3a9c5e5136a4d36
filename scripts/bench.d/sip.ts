/**
 * Area `sip`: the SIP engine by itself, as `scripts/sipd` runs it, with a plain drachtio-srf application beside
 * it, and its parser.
 */
import { measureEngineCalls } from '../lib/bench/engine-calls.ts';
import { measureParsing } from '../lib/bench/parsing.ts';
import type { Figure } from '../lib/bench.ts';

export async function run(emit: (figure: Figure) => void): Promise<void> {
  measureParsing(emit);
  await measureEngineCalls(emit);
}
