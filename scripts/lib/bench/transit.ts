import type { Figure } from '../bench.ts';
import { Bench, transitNumber, transitOffice } from './box.ts';
import {
  type CallsRun,
  calleeAddress,
  callerAddress,
  keptUp,
  makeCalls,
  sippPort,
  startCallee,
} from './sipp.ts';
import { cpuSeconds, load, quantile, round, sleep } from './usage.ts';

/** Rate at which CPU time is taken, calls a second, and how often: the median counts. */
const costRate = 100;
const costRuns = 3;
/** Calls a second that are tried in turn after that, until one cannot be kept up. */
const rates = [150, 200, 250, 300, 400];
const secondsAtARate = 10;
const holdMs = 500;

/** Calls from trunk to trunk: how many a second, and what they cost. */
export async function measureTransit(emit: (figure: Figure) => void): Promise<void> {
  const bench = new Bench();
  const { folder } = bench;
  const callee = await startCallee(folder);
  try {
    await bench.card(2);
    const config = transitOffice(`${callerAddress}:${sippPort}`, `${calleeAddress}:${sippPort}`);
    const args = bench.daemonArguments(config);
    const daemon = await bench.daemon(args);
    const pid = daemon.process.pid!;
    const box = daemon.ready.sip!;
    const calls = (rate: number, count: number): Promise<CallsRun> =>
      makeCalls({ folder, box, number: transitNumber, rate, calls: count, holdMs });
    // So that the code is compiled, as it is in a box that has run for a while.
    await calls(100, 2000);
    await sleep(1000);

    let best: { run: CallsRun; perSecond: number } | undefined;
    /** Makes calls at a rate; true if it was kept up. */
    const attempt = async (rate: number): Promise<{ keptUp: boolean; cpu: number; run: CallsRun }> => {
      const count = rate * secondsAtARate;
      const before = cpuSeconds(pid);
      const run = await calls(rate, count);
      const cpu = ((cpuSeconds(pid) - before) / run.succeeded) * 1000;
      const due = secondsAtARate + holdMs / 1000;
      const perSecond = run.succeeded / Math.max(run.seconds - holdMs / 1000, secondsAtARate);
      if (run.failed === 0 || !best) best = { run, perSecond };
      await sleep(500);
      return { keptUp: keptUp(run, due), cpu, run };
    };
    const costs: Awaited<ReturnType<typeof attempt>>[] = [];
    for (let i = 0; i < costRuns; i++) costs.push(await attempt(costRate));
    const sum = (figure: 'succeeded' | 'failed' | 'repeated'): number =>
      costs.reduce((total, { run }) => total + run[figure], 0);
    const cpu = costs.map((cost) => cost.cpu);
    emit({
      metric: 'main.cpuSecondsPer1000Calls',
      value: round(quantile(cpu, 0.5), 2),
      unit: 's',
      n: sum('succeeded'),
      note: `median of ${costRuns} runs (${cpu.map((c) => round(c, 2)).join(', ')}) at ${costRate} calls/s of ${holdMs} ms, ${sum('failed')} failed, ${sum('repeated')} repeats; ${load()}`,
    });
    for (const rate of rates) if (!(await attempt(rate)).keptUp) break;
    const { run, perSecond } = best!;
    emit({
      metric: 'main.callsPerSecond',
      value: round(perSecond),
      unit: '1/s',
      n: run.succeeded,
      note: `completed, trunk to trunk, ${run.failed} failed, ${run.repeated} repeats; SIPp on the same cores; ${load()}`,
    });
  } finally {
    await callee.stop();
    await bench.close();
  }
}
