import type { Figure } from '../bench.ts';
import { daemonStart } from '../node-flags.ts';
import { start } from '../processes.ts';
import { Bench, telephoneOffice } from './box.ts';
import { cpuSeconds, load, quantile, round, sleep } from './usage.ts';

const starts = 9;
/** A card frees its line for the next session after a second of silence (ruling 36). */
const pauseMs = 1200;

/** From exec to the `ready` line, with a card of 16 ports that is up already; on a box that has run before. */
export async function measureStart(emit: (figure: Figure) => void): Promise<void> {
  const bench = new Bench();
  try {
    await bench.card(16);
    const args = bench.daemonArguments(telephoneOffice(16, '127.0.0.1:5069'));
    const wall: number[] = [];
    const cpu: number[] = [];
    // The first start makes keys and stores, and fills the page cache.
    for (let i = 0; i <= starts; i++) {
      const began = performance.now();
      const daemon = await start('daemon', 'daemon/dist/main.js', args, daemonStart());
      if (i > 0) {
        wall.push(performance.now() - began);
        cpu.push(cpuSeconds(daemon.process.pid!) * 1000);
      }
      await daemon.stop();
      await sleep(pauseMs);
    }
    const spread = `${round(Math.min(...wall), 0)} to ${round(Math.max(...wall), 0)} ms, ${load()}`;
    emit({
      metric: 'main.startToReadyMs',
      value: round(quantile(wall, 0.5), 0),
      unit: 'ms',
      n: starts,
      note: `median; ${spread}`,
    });
    emit({
      metric: 'main.startCpuMs',
      value: round(quantile(cpu, 0.5), 0),
      unit: 'ms',
      n: starts,
      note: 'median CPU time up to the ready line, all threads',
    });
  } finally {
    await bench.close();
  }
}
