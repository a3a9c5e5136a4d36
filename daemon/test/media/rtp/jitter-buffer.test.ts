import t from 'tap';
import {
  JitterBuffer,
  type JitterBufferOptions,
  type PullResult,
} from '../../../src/media/rtp/jitter-buffer.ts';
import { randomOf } from '../dsp/signal.ts';

interface Scenario {
  ms: number;
  ptime?: number;
  /** Delay of packet `n` in the network, ms; undefined: lost. */
  delay?: (n: number) => number | undefined;
  /** How much faster the sender's clock runs, parts per million. */
  ppm?: number;
  /** Pull length, samples. */
  pull?: number;
  firstTimestamp?: number;
  /** The sample that was spoken at time `i` (in samples). */
  voice?: (i: number) => number;
  options?: JitterBufferOptions;
  /** Whether packet `n` is sent at all (silence suppression), and with a marker. */
  sent?: (n: number) => boolean;
}

interface Outcome {
  buffer: JitterBuffer;
  results: { ms: number; result: PullResult }[];
  /** All that was played, one value a sample; lost and held parts are 0. */
  out: Int16Array;
  count(result: PullResult, fromMs?: number): number;
}

/** Loud throughout, and told apart at every sample. */
const RAMP = 25_000;
const ramp = (i: number): number => 5000 + (i % RAMP);

/** A sender, a network and a player at 10 ms, in simulated time. */
function play(scenario: Scenario): Outcome {
  const { ms, ptime = 20, delay = () => 30, ppm = 0, pull = 80, firstTimestamp = 0xfffff000 } = scenario;
  const voice = scenario.voice ?? ramp;
  const sent = scenario.sent ?? (() => true);
  const buffer = new JitterBuffer(scenario.options);
  const arrivals: { at: number; n: number; marker: boolean }[] = [];
  for (let n = 0; n * ptime < ms; n++) {
    const d = sent(n) ? delay(n) : undefined;
    if (d !== undefined)
      arrivals.push({ at: n * ptime * (1 - ppm / 1e6) + d, n, marker: n === 0 || !sent(n - 1) });
  }
  arrivals.sort((a, b) => a.at - b.at);
  const out = new Int16Array(Math.ceil((ms * 8) / pull) * pull);
  const results: Outcome['results'] = [];
  const frame = new Int16Array(ptime * 8);
  let next = 0;
  for (let at = 0; at < out.length; at += pull) {
    const now = at / 8;
    for (; next < arrivals.length && arrivals[next]!.at <= now; next++) {
      const { at: came, n, marker } = arrivals[next]!;
      for (let i = 0; i < frame.length; i++) frame[i] = voice(n * frame.length + i);
      buffer.push((firstTimestamp + n * frame.length) >>> 0, frame, frame.length, came, marker);
    }
    const target = out.subarray(at, at + pull);
    const result = buffer.pull(target, pull, now);
    if (result === 'hold') target.fill(0);
    results.push({ ms: now, result });
  }
  return {
    buffer,
    results,
    out,
    count: (result, from = 0) => results.filter((r) => r.result === result && r.ms >= from).length,
  };
}

/** Places where the audio does not simply go on, from `fromMs` on. */
function seams(out: Int16Array, fromMs: number): number {
  let count = 0;
  for (let i = fromMs * 8 + 1; i < out.length; i++) {
    const step = out[i]! - out[i - 1]!;
    if (step !== 1 && step !== 1 - RAMP) count++;
  }
  return count;
}

t.test('an even stream plays without a seam at any packet time and any pull', async (t) => {
  for (const ptime of [10, 20, 30]) {
    for (const pull of [80, 160, 240]) {
      const { out, results, buffer } = play({ ms: 3000, ptime, pull });
      t.equal(seams(out, 300), 0, `${ptime} ms in, ${pull / 8} ms out`);
      t.ok(results.slice(-20).every((r) => r.result === 'audio'));
      t.match(buffer.stats, { late: 0, lostMs: 0, duplicate: 0, restarts: 0 });
    }
  }
});

t.test('a quiet network costs little delay', async (t) => {
  const { buffer } = play({ ms: 3000 });
  t.ok(buffer.targetMs <= 25, `target ${buffer.targetMs}`);
});

t.test('packets out of order and doubled are put in place', async (t) => {
  const random = randomOf(4);
  const { out, buffer } = play({
    ms: 4000,
    // Every third packet overtaken by the next one.
    delay: (n) => (n % 3 === 1 ? 48 : 25) + random(),
    options: { initialDelayMs: 60 },
  });
  t.equal(seams(out, 500), 0);
  t.equal(buffer.stats.late, 0);
  const doubled = new JitterBuffer({ initialDelayMs: 40 });
  const frame = new Int16Array(160).fill(5);
  doubled.push(0, frame, 160, 0);
  doubled.push(0, frame, 160, 1);
  t.equal(doubled.stats.duplicate, 1);
});

t.test('what is lost is told as lost, no more and no less', async (t) => {
  for (const delay of [30, 90]) {
    const { out, count, buffer } = play({
      ms: 5000,
      delay: (n) => (n > 20 && n % 20 === 7 ? undefined : delay),
    });
    const lostPackets = 12;
    t.ok(
      Math.abs(count('lost', 500) - lostPackets * 2) <= 3,
      `${count('lost', 500)} pulls of 10 ms for ${lostPackets} packets`,
    );
    t.ok(Math.abs(buffer.stats.lostMs - lostPackets * 20) <= 30, `${buffer.stats.lostMs} ms`);
    t.equal(count('hold', 500), 0);
    t.ok(seams(out, 500) <= lostPackets * 2 * 81);
  }
});

t.test('jitter grows the delay as far as needed, and not for ever', async (t) => {
  const random = randomOf(6);
  const { buffer, count } = play({
    ms: 30_000,
    delay: (n) => 20 + (n * 20 < 15_000 ? random() * 60 : random() * 4),
    voice: (i) => (Math.floor(i / 4000) % 2 ? 1 + (i % 3000) : 0),
  });
  t.ok(buffer.targetMs < 40, `calm again: ${buffer.targetMs} ms`);
  t.ok(buffer.stats.skippedMs > 0, 'what had been added was taken out again');
  t.ok(count('lost', 3000) < 40, `lost or waited ${count('lost', 3000)} of 2700 pulls`);
  const rough = play({ ms: 10_000, delay: () => 20 + random() * 60 });
  t.ok(rough.buffer.targetMs >= 55 && rough.buffer.targetMs <= 90, `target ${rough.buffer.targetMs}`);
  t.ok(rough.count('lost', 5000) <= 10, `${rough.count('lost', 5000)} of 500`);
});

t.test('the delay stays within its bounds', async (t) => {
  const random = randomOf(2);
  const wild = play({ ms: 20_000, delay: () => random() * 900 });
  t.ok(wild.buffer.targetMs <= 200);
  t.ok(wild.buffer.depthMs <= 1000);
  const low = play({ ms: 5000, options: { minDelayMs: 60 } });
  t.ok(low.buffer.targetMs >= 60);
});

t.test('a stall of the network is waited for, not thrown away', async (t) => {
  const stalled = (n: number): number => (n >= 100 && n < 105 ? 30 + (105 - n) * 20 : 30);
  const { buffer, count } = play({ ms: 6000, delay: stalled });
  t.equal(buffer.stats.late, 0, 'all five packets that came in a bunch were played');
  t.ok(count('lost', 1000) <= 14, `${count('lost', 1000)} pulls bridged`);
});

t.test('clocks that differ by 200 ppm drift nowhere in two minutes', async (t) => {
  for (const ppm of [200, -200]) {
    const { buffer, count } = play({
      ms: 120_000,
      ppm,
      voice: (i) => (Math.floor(i / 6000) % 3 ? 1 + (i % 5000) : 0),
    });
    t.equal(buffer.stats.late, 0, `${ppm} ppm: none late`);
    t.ok(buffer.depthMs < 90, `depth ${buffer.depthMs}`);
    t.ok(count('lost', 1000) <= 6, `${count('lost', 1000)} pulls lost`);
    t.equal(buffer.stats.restarts, 0);
  }
});

t.test('silence suppression: the pause is held, the next spurt begins whole', async (t) => {
  const { out, buffer, count } = play({
    ms: 9000,
    sent: (n) => n % 100 < 50,
  });
  t.equal(buffer.stats.late, 0);
  t.equal(buffer.stats.restarts, 0, 'a pause is no new stream');
  t.ok(count('hold', 1300) > 200, 'most of each second of pause');
  for (const start of [2000, 4000, 6000]) {
    t.ok(out.includes(ramp(start * 8)), `the first sample of the spurt at ${start} ms was played`);
  }
});

t.test('a new stream from the same source takes over, a stray packet does not', async (t) => {
  const buffer = new JitterBuffer({ initialDelayMs: 20 });
  const frame = new Int16Array(160).fill(7);
  const out = new Int16Array(80);
  for (let n = 0; n < 20; n++) {
    buffer.push(n * 160, frame, 160, n * 20);
    buffer.pull(out, 80, n * 20);
    buffer.pull(out, 80, n * 20 + 10);
  }
  buffer.push(9_000_000, frame, 160, 400);
  t.equal(buffer.stats.restarts, 0);
  buffer.push(20 * 160, frame, 160, 401);
  t.equal(buffer.stats.restarts, 0, 'one stray packet');
  buffer.push(9_000_160, frame, 160, 420);
  buffer.push(9_000_320, frame, 160, 440);
  t.equal(buffer.stats.restarts, 1);
  let audio = 0;
  for (let n = 0; n < 6; n++) if (buffer.pull(out, 80, 440 + n * 10) === 'audio') audio++;
  t.ok(audio > 0, 'and is played');
});

t.test('fixed: for fax the delay is never touched', async (t) => {
  const random = randomOf(3);
  const { buffer, out } = play({
    ms: 8000,
    delay: () => 20 + random() * 60,
    options: { fixed: true, initialDelayMs: 120 },
  });
  t.equal(buffer.targetMs, 120);
  t.match(buffer.stats, { skippedMs: 0, insertedMs: 0, late: 0 });
  t.equal(seams(out, 400), 0);
});

t.test('nothing came: nothing to play; wrong options are refused; a reset begins anew', async (t) => {
  const buffer = new JitterBuffer();
  const out = new Int16Array(80);
  t.equal(buffer.pull(out, 80, 0), 'hold');
  buffer.push(5, out, 80, 0);
  t.equal(buffer.depthMs, 10);
  buffer.reset();
  t.equal(buffer.depthMs, 0);
  for (const options of [{ minDelayMs: -1 }, { minDelayMs: 100, initialDelayMs: 50 }, { maxDelayMs: 1000 }]) {
    t.throws(() => new JitterBuffer(options), { code: 'media/jitter-options' });
  }
});
