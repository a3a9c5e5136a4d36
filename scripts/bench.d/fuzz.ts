/**
 * Area `fuzz`: everything that reads bytes of the network, fed mutated messages; `--seconds N` in all (60), `--seed S`
 * to repeat a run. What was not borne is written to the cache folder, one file each, and the run fails.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SilentMedia } from '../../daemon/test/sip/kit.ts';
import { HostileNetwork } from '../lib/bench/fuzz/engine.ts';
import { seeded } from '../lib/bench/fuzz/mutate.ts';
import { type Finding, fuzz } from '../lib/bench/fuzz/run.ts';
import { targets } from '../lib/bench/fuzz/targets.ts';
import type { Figure, Options } from '../lib/bench.ts';

/** Share of the time that goes to the whole SIP side, sockets and all. */
const ENGINE_SHARE = 0.4;
/** One target's turn, ms: all get their share of a run that is broken off. */
const TURN_MS = 2000;

export async function run(emit: (figure: Figure) => void, options: Options): Promise<void> {
  const seconds = options.number('seconds', 60);
  const first = options.number('seed', (Date.now() % 1_000_000_000) + 1);
  console.error(`seed ${first}`);
  const readers = seconds * 1000 * (1 - ENGINE_SHARE);
  const findings: Finding[] = [];
  const end = performance.now() + readers;
  const turn = Math.min(TURN_MS, readers / targets.length);
  const runs = new Map<string, { runs: number; accepted: number }>();
  for (let seed = first; performance.now() < end; seed += 10_000_000) {
    for (const target of targets) {
      const outcome = fuzz(target, seed, turn);
      const sum = runs.get(target.name) ?? { runs: 0, accepted: 0 };
      runs.set(target.name, { runs: sum.runs + outcome.runs, accepted: sum.accepted + outcome.accepted });
      for (const finding of outcome.findings) {
        findings.push(finding);
        console.error(`${finding.target}, seed ${finding.seed}: ${finding.why.split('\n')[0]}`);
      }
    }
  }
  for (const [name, { runs: n, accepted }] of runs)
    emit({
      metric: `fuzz.${name}`,
      value: n,
      unit: 'inputs',
      n,
      note: `${accepted} accepted, seed ${first}`,
    });
  findings.push(...(await network(first, seconds * 1000 * ENGINE_SHARE, emit)));
  const kept = keep(findings);
  emit({ metric: 'fuzz.findings', value: findings.length, unit: '', n: 1, note: kept });
  if (findings.length > 0) process.exitCode = 1;
}

/** The whole SIP side under mutated messages over UDP and TCP. */
async function network(seed: number, ms: number, emit: (figure: Figure) => void): Promise<Finding[]> {
  const hostile = await HostileNetwork.open(new SilentMedia());
  const random = seeded(seed);
  const sent: string[] = [];
  let count = 0;
  const end = performance.now() + ms;
  while (performance.now() < end && hostile.errors.length === 0) {
    for (let i = 0; i < 40; i++) {
      sent.push(hostile.send(random));
      count++;
    }
    if (sent.length > 400) sent.splice(0, sent.length - 400);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const why = hostile.errors[0] ?? ((await hostile.serves()) ? undefined : 'no longer serves');
  await hostile.close();
  emit({ metric: 'fuzz.network', value: count, unit: 'messages', n: count, note: `seed ${seed}` });
  if (why === undefined) return [];
  console.error(`network, seed ${seed}: ${why}`);
  return [{ target: 'network', seed, input: sent.join('\n---\n'), why }];
}

/** Writes findings down; returns where. */
function keep(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'none';
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'linegate', 'fuzz');
  mkdirSync(folder, { recursive: true });
  for (const { target, seed, input, why } of findings)
    writeFileSync(join(folder, `${target}-${seed}.txt`), `${why}\n\n${input}`, 'latin1');
  return `in ${folder}`;
}
