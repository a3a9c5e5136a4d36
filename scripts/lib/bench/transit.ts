import type { Figure } from '../bench.ts';
import { Bench, transitNumber, transitOffice } from './box.ts';
import { type CallsRun, calleeAddress, callerAddress, makeCalls, sippPort, startCallee } from './sipp.ts';
import { cpuSeconds, load, round, sleep } from './usage.ts';

/** Calls a second that are tried in turn; CPU time is taken at the first. */
const rates = [100, 150, 200, 250, 300, 400];
const secondsAtARate = 10;
const holdMs = 500;
/** A rate is kept up if the calls took no longer than this over their time. */
const lateness = 1.05;

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
    await calls(50, 500);
    await sleep(1000);

    let best: { run: CallsRun; perSecond: number } | undefined;
    for (const rate of rates) {
      const count = rate * secondsAtARate;
      const before = cpuSeconds(pid);
      const run = await calls(rate, count);
      const spent = cpuSeconds(pid) - before;
      const due = count / rate + holdMs / 1000;
      const perSecond = run.succeeded / Math.max(run.seconds - holdMs / 1000, secondsAtARate);
      if (rate === rates[0]) {
        emit({
          metric: 'main.cpuSecondsPer1000Calls',
          value: round((spent / run.succeeded) * 1000, 2),
          unit: 's',
          n: run.succeeded,
          note: `at ${rate} calls/s of ${holdMs} ms, ${run.failed} failed, ${run.repeated} repeats; ${load()}`,
        });
      }
      if (run.failed === 0 || !best) best = { run, perSecond };
      if (run.failed > 0 || run.seconds > due * lateness + 1) break;
      await sleep(500);
    }
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
