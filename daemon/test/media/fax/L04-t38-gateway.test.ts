import t from 'tap';
import type { FaxProgress } from '../../../src/media/api.ts';
import { noFax as skip } from '../../kit/fax/office.ts';
import { type FaxResult, type FaxSetting, virtualFax } from '../../kit/fax/virtual.ts';
import { random } from '../support/v21.ts';

const fax = (t: { testdir(): string }, setting: FaxSetting = {}): FaxResult =>
  virtualFax(t.testdir(), setting);

const whole = (pages: number, more: Partial<FaxProgress> = {}): Partial<FaxResult> => ({
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

t.test('a calling tone that comes when our fax begins to speak covers nothing', { skip }, async (t) => {
  // The calling tone is told 0.2 s after T.38 has begun, and takes 50 ms: meanwhile the machine, called 3 s before,
  // begins its flags, and the gateway hears them.
  const network = (): number[] => [50];
  for (let begins = 2730; begins <= 2890; begins += 20)
    t.match(fax(t, { sender: 'terminal', pages: 1, begins, network }), whole(1), `begun after ${begins} ms`);
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
