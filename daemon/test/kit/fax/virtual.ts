import { join } from 'node:path';
import type { FaxProgress } from '../../../src/media/api.ts';
import { spandspGateway } from '../../../src/media/fax/gateway.ts';
import { T30Watch } from '../../../src/media/fax/t30-watch.ts';
import { readUdptl, UdptlReceiver, UdptlSender } from '../../../src/media/fax/udptl.ts';
import { differingPixels, document, readTiff } from './pages.ts';
import { FaxMachine, UdptlTerminal } from './terminals.ts';

/** A fax machine on a line, the gateway, a network and a T.38 terminal. */
export interface FaxSetting {
  /** Who sends the document: the machine on the line, or the terminal. */
  sender?: 'line' | 'terminal';
  pages?: number;
  ecm?: boolean;
  modems?: number;
  /** What becomes of the nth datagram: ms after which each copy arrives. */
  network?: (n: number) => number[];
  redundancy?: number;
  /** How long the machine on the line has been in the call when T.38 begins, ms. */
  begins?: number;
}

export interface FaxResult {
  /** As libspandsp tells it; 0: all is well. */
  machine: number | undefined;
  terminal: number | undefined;
  differing: number;
  progress: FaxProgress;
  seconds: number;
  repaired: number;
}

/** Carries a fax in time that is made: one of a minute takes a fraction of a second. Files go into `folder`. */
export function virtualFax(folder: string, setting: FaxSetting = {}): FaxResult {
  const { sender: who = 'line', pages = 2, ecm = true, modems = 7, redundancy = 3, begins = 0 } = setting;
  const network = setting.network ?? (() => [0]);
  const [sent, got] = [join(folder, 's.tif'), join(folder, 'r.tif')];
  const drawn = document(sent, pages);
  const sends = { calling: true, send: sent, ecm, modems };
  const receives = { calling: false, receive: got, ecm, modems };

  let now = 0;
  let count = 0;
  const underway: { at: number; data: Buffer; to: 'gateway' | 'terminal' }[] = [];
  const carry = (data: Buffer, to: 'gateway' | 'terminal'): void => {
    for (const delay of network(count++)) underway.push({ at: now + delay, data, to });
  };
  const machine = new FaxMachine(who === 'line' ? sends : receives);
  const terminal = new UdptlTerminal(
    who === 'line' ? receives : sends,
    (d) => carry(d, 'gateway'),
    redundancy,
  );
  const sender = new UdptlSender({ redundancy, maxDatagram: 400 });
  const receiver = new UdptlReceiver();
  const watch = new T30Watch(() => {});
  let heard = new Int16Array(80);
  const gateway = spandspGateway(
    { maxBitRate: 14_400, maxBuffer: 2000, maxDatagram: 400 },
    {
      audio: (frame) => {
        heard = frame as Int16Array<ArrayBuffer>;
      },
      ifp: (packet, copies) => {
        watch.packet('out', packet);
        const datagram = sender.next(packet);
        for (let n = 0; n < copies; n++) carry(datagram, 'terminal');
      },
    },
  );
  const said = new Int16Array(80);
  for (let alone = 0; alone < begins; alone += 10) {
    machine.hear(new Int16Array(80));
    machine.speak(said);
  }
  for (; now < 300_000 && !(machine.over && terminal.over); now += 10) {
    machine.hear(heard);
    machine.speak(said);
    gateway.push(said);
    terminal.elapse(10);
    underway.sort((a, b) => a.at - b.at);
    while (underway[0] && underway[0].at <= now) {
      const { data, to } = underway.shift()!;
      if (to === 'terminal') terminal.datagram(data);
      else {
        const read = readUdptl(data);
        for (const { sequence, data: ifp } of read ? receiver.receive(read) : []) {
          watch.packet('in', ifp);
          gateway.receive(ifp, sequence);
        }
      }
    }
  }
  gateway.close();
  machine.close();
  terminal.close();
  let differing = Number.POSITIVE_INFINITY;
  try {
    differing = differingPixels(drawn, readTiff(got));
  } catch {
    // No page came at all.
  }
  return {
    machine: machine.outcome.result,
    terminal: terminal.outcome.result,
    differing,
    progress: watch.progress,
    seconds: now / 1000,
    repaired: receiver.counts.repaired + terminal.counts.repaired,
  };
}
