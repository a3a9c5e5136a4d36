/**
 * Area `fax`: pages through the T.38 gateway and a network that loses packets, in time that is made, and what carrying
 * a fax costs. The fax machine and the T.38 terminal are libspandsp's.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { V8MenuFilter } from '../../daemon/src/media/dsp/v8-menu.ts';
import { V21FlagDetector } from '../../daemon/src/media/dsp/v21-flags.ts';
import { spandspGateway } from '../../daemon/src/media/fax/gateway.ts';
import { readUdptl, UdptlReceiver, UdptlSender } from '../../daemon/src/media/fax/udptl.ts';
import { document } from '../../daemon/test/kit/fax/pages.ts';
import { FaxMachine } from '../../daemon/test/kit/fax/terminals.ts';
import { virtualFax } from '../../daemon/test/kit/fax/virtual.ts';
import { random } from '../../daemon/test/media/support/v21.ts';
import type { Figure } from '../lib/bench.ts';

const FAXES = 50;

/** Microseconds of CPU for one call of `work`: the median of nine batches. */
function cost(batch: number, work: (n: number) => void): number {
  for (let n = 0; n < batch; n++) work(n);
  const times = Array.from({ length: 9 }, () => {
    const before = process.cpuUsage();
    for (let n = 0; n < batch; n++) work(n);
    const used = process.cpuUsage(before);
    return (used.user + used.system) / batch;
  });
  return times.sort((a, b) => a - b)[4]!;
}

export async function run(emit: (figure: Figure) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fax-'));
  try {
    faxes(emit, folder);
    costs(emit, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function faxes(emit: (figure: Figure) => void, folder: string): void {
  for (const sender of ['line', 'terminal'] as const) {
    for (const loss of [0.05, 0.1]) {
      let whole = 0;
      let repaired = 0;
      for (let seed = 1; seed <= FAXES; seed++) {
        const next = random(seed);
        const network = (): number[] => (Math.abs(next()) < loss ? [] : [20 + 30 * Math.abs(next())]);
        const result = virtualFax(folder, { sender, pages: 1, network, ecm: seed % 2 === 0 });
        if (result.differing === 0 && result.machine === 0 && result.terminal === 0) whole++;
        repaired += result.repaired;
      }
      const percent = Math.round(loss * 100);
      emit({
        metric: `fax.wholePercent.${sender}.loss${percent}`,
        value: (100 * whole) / FAXES,
        unit: '%',
        n: FAXES,
        note: `one page each, half with error correction, ${percent} % lost each way; ${repaired} packets repaired`,
      });
    }
  }
  const next = random(7);
  const long = virtualFax(folder, { pages: 10, network: () => (Math.abs(next()) < 0.05 ? [] : [30]) });
  emit({
    metric: 'fax.tenPagesDifferingPixels',
    value: long.differing,
    unit: 'pixels',
    n: 1,
    note: `10 pages at ${long.progress.bitRate} bit/s in ${Math.round(long.seconds)} s with 5 % of loss`,
  });
}

function costs(emit: (figure: Figure) => void, folder: string): void {
  const frames = Array.from({ length: 400 }, () => new Int16Array(80));
  const sent = join(folder, 'cost.tif');
  document(sent, 1);
  const machine = new FaxMachine({ calling: false, receive: join(folder, 'cost-got.tif') });
  // What a fax that answers says in its first seconds: CED and flags among it.
  for (let n = 0; n < 300; n++) machine.speak(new Int16Array(80));
  for (const frame of frames) machine.speak(frame);
  machine.close();
  const at = (n: number): Int16Array => frames[n % frames.length]!;
  const detector = new V21FlagDetector(() => {});
  const filter = new V8MenuFilter();
  const scratch = new Int16Array(80);
  const two = (work: (n: number) => void) => (n: number) => {
    work(2 * n);
    work(2 * n + 1);
  };
  const per20 = (metric: string, value: number, note: string): void =>
    emit({ metric, value, unit: 'us', n: 9, note: `${note}, 20 ms` });
  per20(
    'fax.flagDetectorUs',
    cost(
      2000,
      two((n) => detector.process(at(n))),
    ),
    'V.21 flags of one side of a call',
  );
  per20(
    'fax.menuFilterUs',
    cost(
      2000,
      two((n) => {
        scratch.set(at(n));
        filter.process(scratch);
      }),
    ),
    'V.8 menus of one side of a call',
  );
  const gateway = spandspGateway(
    { maxBitRate: 14_400, maxBuffer: 2000, maxDatagram: 400 },
    { audio: () => {}, ifp: () => {} },
  );
  per20(
    'fax.gatewayUs',
    cost(
      1000,
      two((n) => gateway.push(at(n))),
    ),
    'the gateway, V.21 coming in',
  );
  gateway.close();
  const sender = new UdptlSender({ redundancy: 3, maxDatagram: 400 });
  const receiver = new UdptlReceiver();
  const packet = new Uint8Array(60);
  per20(
    'fax.udptlUs',
    cost(5000, () => void receiver.receive(readUdptl(sender.next(packet))!)),
    'one packet of 60 octets written and read, three earlier ones with it',
  );
}
