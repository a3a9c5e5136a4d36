import type { Figure } from '../bench.ts';
import { Bench } from './box.ts';
import { watchSetup } from './setup-time.ts';
import { type CallsRun, keptUp, makeCalls, sippPort, startCallee } from './sipp.ts';
import { cpuSeconds, load, quantile, round, rssMb, sleep } from './usage.ts';

const secret = 'bench';
/** Others than those of the other areas, which may run beside this one. */
const [caller, called] = ['127.0.0.16', '127.0.0.17'];
/** Rate at which cost, memory and set-up time are taken, calls a second, and how often: the median counts. */
const costRate = 200;
const costRuns = 3;
/** Calls a second that are tried in turn after that, until one cannot be kept up. */
const rates = [250, 300, 350, 400, 500, 600];
const secondsAtARate = 10;

/**
 * Calls of zero length through `scripts/sipd` and a plain drachtio-srf application that joins two legs, each in a
 * process of its own: what drachtio-server with the same application is measured by.
 */
export async function measureEngineCalls(emit: (figure: Figure) => void): Promise<void> {
  const bench = new Bench();
  const { folder } = bench;
  let callee: Awaited<ReturnType<typeof startCallee>> | undefined;
  try {
    const sipd = await bench.engine(secret);
    callee = await startCallee(folder, called);
    const application = await bench.run('b2bua', 'scripts/lib/bench/b2bua.cjs', [
      ...[sipd.ready.control!, secret, `sip:callee@${called}:${sippPort}`],
    ]);
    const pids = [sipd.process.pid!, application.process.pid!] as const;
    const box = /udp\/([^,]+)/.exec(sipd.ready.sip!)![1]!;
    const calls = (rate: number, count: number): Promise<CallsRun> =>
      makeCalls({ folder, box, number: 'bench', rate, calls: count, holdMs: 0, from: caller, setup: true });
    // So that the code is compiled, as it is in an engine that has run for a while.
    await calls(100, 2000);
    await sleep(1000);

    let best: { run: CallsRun; perSecond: number } | undefined;
    /** Makes calls at a rate; true if it was kept up. */
    const attempt = async (rate: number) => {
      const before = pids.map(cpuSeconds);
      const run = await calls(rate, rate * secondsAtARate);
      const [engine = 0, both = 0] = pids.map(
        (pid, i) => ((cpuSeconds(pid) - before[i]!) / run.succeeded) * 1000,
      );
      const rss = pids.map(rssMb);
      const perSecond = run.succeeded / Math.max(run.seconds, secondsAtARate);
      if (run.failed === 0 && (!best || perSecond > best.perSecond)) best = { run, perSecond };
      await sleep(500);
      return {
        keptUp: keptUp(run, secondsAtARate),
        engine,
        both: engine + both,
        rss: rss[0]! + rss[1]!,
        rssOfEngine: rss[0]!,
        run,
      };
    };
    const costs: Awaited<ReturnType<typeof attempt>>[] = [];
    for (let i = 0; i < costRuns; i++) costs.push(await attempt(costRate));
    const done = costs.reduce((sum, { run }) => sum + run.succeeded, 0);
    const failed = costs.reduce((sum, { run }) => sum + run.failed, 0);
    const at = `${costRate} calls/s, ${failed} failed, ${load()}`;
    const median = (of: (cost: (typeof costs)[number]) => number): number => quantile(costs.map(of), 0.5);
    const each = (of: (cost: (typeof costs)[number]) => number): string =>
      costs.map((cost) => round(of(cost), 2)).join(', ');
    emit({
      metric: 'sip.engineCpuSecondsPer1000Calls',
      value: round(
        median((cost) => cost.engine),
        2,
      ),
      unit: 's',
      n: done,
      note: `median of ${costRuns} runs (${each((cost) => cost.engine)}) at ${at}`,
    });
    emit({
      metric: 'sip.cpuSecondsPer1000Calls',
      value: round(
        median((cost) => cost.both),
        2,
      ),
      unit: 's',
      n: done,
      note: `engine and application; median of ${costRuns} runs (${each((cost) => cost.both)}) at ${at}`,
    });
    // In a run of its own: tcpdump takes its share of the processor.
    const watch = await watchSetup(folder, caller);
    const timed = await attempt(costRate);
    const setup = (await watch?.stop()) ?? timed.run.setupMs;
    const clock = watch
      ? 'by the kernel’s times of the packets'
      : 'by SIPp’s clock, which may tick in steps of 4 ms: tcpdump is not to be had';
    for (const [name, share] of [
      ['P50', 0.5],
      ['P99', 0.99],
    ] as const)
      emit({
        metric: `sip.setupMs${name}`,
        value: round(quantile(setup, share)),
        unit: 'ms',
        n: setup.length,
        note: `INVITE to 200 at the caller ${clock}, the called SIPp's time included; ${at}`,
      });
    emit({
      metric: 'sip.rssMbAt200',
      value: round(Math.max(...costs.map((cost) => cost.rss))),
      unit: 'MB',
      n: costRuns,
      note: `engine and application, at most; the engine ${round(Math.max(...costs.map((cost) => cost.rssOfEngine)))} MB; ${at}`,
    });
    for (const rate of rates) if (!(await attempt(rate)).keptUp) break;
    if (best)
      emit({
        metric: 'sip.callsPerSecond',
        value: round(best.perSecond),
        unit: '1/s',
        n: best.run.succeeded,
        note: `completed without a failure, ${best.run.repeated} repeats; SIPp on the same cores; ${load()}`,
      });
    else emit({ metric: 'sip.callsPerSecond', value: 0, unit: '1/s', n: 0, note: `calls failed at ${at}` });
  } finally {
    await callee?.stop();
    await bench.close();
  }
}
