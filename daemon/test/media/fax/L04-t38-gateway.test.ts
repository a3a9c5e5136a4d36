import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { FaxProgress } from '../../../src/media/api.ts';
import { spandspGateway } from '../../../src/media/fax/gateway.ts';
import { T30Watch } from '../../../src/media/fax/t30-watch.ts';
import { readUdptl, UdptlReceiver, UdptlSender } from '../../../src/media/fax/udptl.ts';
import { noFax } from '../../kit/fax/office.ts';
import { differingPixels, document, readTiff } from '../../kit/fax/pages.ts';
import { FaxMachine, UdptlTerminal } from '../../kit/fax/terminals.ts';
import { random } from '../support/v21.ts';

/*
 * A fax machine on a line, the gateway, a network, and a T.38 terminal, in time that is made: a fax of a minute takes
 * a fraction of a second.
 */

const skip = noFax;

interface Setting {
  /** Who sends the document: the machine on the line, or the terminal. */
  sender?: 'line' | 'terminal';
  pages?: number;
  ecm?: boolean;
  modems?: number;
  /** What becomes of the nth datagram: ms after which each copy arrives. */
  network?: (n: number) => number[];
  redundancy?: number;
}

interface Result {
  machine: number | undefined;
  terminal: number | undefined;
  differing: number;
  progress: FaxProgress;
  seconds: number;
  repaired: number;
}

function fax(t: Test, setting: Setting = {}): Result {
  const { sender: who = 'line', pages = 2, ecm = true, modems = 7, redundancy = 3 } = setting;
  const network = setting.network ?? (() => [0]);
  const folder = t.testdir();
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
  t.teardown(() => {
    gateway.close();
    machine.close();
    terminal.close();
  });
  const said = new Int16Array(80);
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

const whole = (pages: number, more: Partial<FaxProgress> = {}): Partial<Result> => ({
  machine: 0,
  terminal: 0,
  differing: 0,
  progress: { pages, complete: true, over: true, bitRate: 14_400, errorCorrection: true, ...more },
});

t.test('a fax from the line to T.38, by V.17 with error correction', { skip }, async (t) => {
  t.match(fax(t, { pages: 3 }), whole(3));
});

t.test('a fax from T.38 to the line', { skip }, async (t) => {
  t.match(fax(t, { sender: 'terminal', pages: 3 }), whole(3));
});

t.test('without error correction, both ways', { skip }, async (t) => {
  t.match(fax(t, { ecm: false }), whole(2, { errorCorrection: false }));
  t.match(fax(t, { ecm: false, sender: 'terminal' }), whole(2, { errorCorrection: false }));
});

t.test('older modems: V.29, V.27ter', { skip }, async (t) => {
  t.match(fax(t, { modems: 3, pages: 1 }), whole(1, { bitRate: 9600 }));
  t.match(fax(t, { modems: 1, pages: 1 }), whole(1, { bitRate: 4800 }));
});

for (const sender of ['line', 'terminal'] as const) {
  for (const ecm of [true, false]) {
    const name = `5 % of loss each way, from the ${sender}, ${ecm ? 'with' : 'without'} error correction`;
    t.test(`${name}: pages intact`, { skip }, async (t) => {
      for (const seed of [1, 2, 3]) {
        const next = random(seed);
        const network = (): number[] => (Math.abs(next()) < 0.05 ? [] : [20]);
        const result = fax(t, { sender, ecm, network });
        t.match(result, whole(2, { errorCorrection: ecm }), `seed ${seed}`);
        t.ok(result.repaired > 0, `${result.repaired} packets repaired`);
      }
    });
  }
}

t.test('jitter of 60 ms that turns the order about, and every tenth datagram twice', { skip }, async (t) => {
  const next = random(17);
  const network = (n: number): number[] => {
    const delay = 20 + 60 * Math.abs(next());
    return n % 10 === 0 ? [delay, delay + 15] : [delay];
  };
  t.match(fax(t, { network }), whole(2));
  t.match(fax(t, { network, sender: 'terminal' }), whole(2));
});

t.test('bursts of three lost in a row are repaired', { skip }, async (t) => {
  t.match(fax(t, { network: (n) => (n % 40 < 3 ? [] : [30]) }), whole(2));
});

t.test('a fax whose network dies tells how far it came', { skip }, async (t) => {
  let dead = false;
  const began = fax(t, { pages: 3, network: (n) => ((dead ||= n > 260) ? [] : [20]) });
  t.notSame(began.machine, 0);
  t.notOk(began.progress.complete);
  t.ok(began.progress.pages < 3, `${began.progress.pages} pages were confirmed`);
});
