/**
 * Area `soak`: many calls in a row through scripts/sipd with a plain drachtio-srf B2BUA beside it, each in a
 * process of its own, and whether their memory stays flat: what it is in the last tenth of the calls, set
 * against the second tenth, when everything has been loaded and compiled.
 *
 * Options: `--calls N` (100000), `--rate N` calls a second (150).
 */
import { Bench } from '../lib/bench/box.ts';
import { makeCalls, sippPort, startCallee } from '../lib/bench/sipp.ts';
import { load, quantile, round, rssMb } from '../lib/bench/usage.ts';
import type { Figure, Options } from '../lib/bench.ts';

const secret = 'soak';
/** Others than those of the other areas: this one runs for long. */
const [caller, called] = ['127.0.0.4', '127.0.0.5'];
/** Seconds between two looks at the memory. */
const sampleSeconds = 0.5;

export async function run(emit: (figure: Figure) => void, options: Options): Promise<void> {
  const calls = options.number('calls', 100_000);
  const rate = options.number('rate', 150);
  const bench = new Bench();
  const sipd = await bench.engine(secret);
  let callee: Awaited<ReturnType<typeof startCallee>> | undefined;
  try {
    callee = await startCallee(bench.folder, called);
    const uri = `sip:callee@${called}:${sippPort}`;
    const application = await bench.run('b2bua', 'scripts/lib/bench/b2bua.cjs', [
      ...[sipd.ready.control!, secret, uri],
    ]);
    const watched = { engine: sipd, application };
    const samples = { engine: [] as number[], application: [] as number[] };
    const timer = setInterval(() => {
      for (const [name, program] of Object.entries(watched))
        samples[name as keyof typeof samples].push(rssMb(program.process.pid!));
    }, sampleSeconds * 1000);
    const box = /udp\/([^,]+)/.exec(sipd.ready.sip!)![1]!;
    const result = await makeCalls({
      folder: bench.folder,
      box,
      number: 'soak',
      rate,
      calls,
      holdMs: 0,
      from: caller,
    });
    clearInterval(timer);
    const how = `${calls} calls at ${rate}/s, ${result.failed} failed, ${result.repeated} messages repeated, ${load()}`;
    emit({ metric: 'soak.failedCalls', value: result.failed, unit: 'calls', n: calls, note: how });
    for (const name of ['engine', 'application'] as const) {
      // Calls come at a steady rate, so that a tenth of the time is a tenth of the calls.
      const seen = samples[name].slice(0, Math.ceil(calls / rate / sampleSeconds));
      const tenth = (number: number): number[] =>
        seen.slice(Math.floor((seen.length * (number - 1)) / 10), Math.floor((seen.length * number) / 10));
      const [second, last] = [quantile(tenth(2), 0.5), quantile(tenth(10), 0.5)];
      // What ends is kept for 32 s by RFC 3261 (timers D, H, J): until then memory grows as it must.
      const steady = calls / rate / 10 > 32 ? '' : '; too short a run to be steady by then';
      const note = `median of the last tenth; ${round(second)} MB in the second, ${round(Math.max(...seen))} MB at most`;
      emit({ metric: `soak.${name}RssMb`, value: round(last), unit: 'MB', n: seen.length, note });
      emit({
        metric: `soak.${name}GrowthBytesPerCall`,
        value: round(((last - second) * 2 ** 20) / (calls * 0.8), 0),
        unit: 'bytes',
        n: seen.length,
        note: `from the second tenth to the last: ${round(last - second)} MB${steady}`,
      });
    }
  } finally {
    await callee?.stop();
    await bench.close();
  }
}
