/**
 * How late the ticks of the media worker are while the main thread is busy without a pause: JSON back and forth, and
 * the garbage of it. The worker has a media engine with real work; every tick it asks for is timed.
 */
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort } from 'node:worker_threads';
import { type Clock, systemClock } from '../../../../daemon/src/base/clock.ts';
import { startWorker } from '../../../../daemon/src/base/worker-thread.ts';
import { parseProfile } from '../../../../daemon/src/media/dsp/profile.ts';
import { MediaEngine } from '../../../../daemon/src/media/engine.ts';
import { polledSockets } from '../../../../daemon/src/media/session/polled-sockets.ts';
import { makeRealtime } from '../../../../daemon/src/worker/realtime.ts';
import type { Figure } from '../../bench.ts';
import { load, quantile, round } from '../usage.ts';
import { measureApart, serveApart } from './apart.ts';
import { emitTiming, referenceUs } from './reference.ts';
import { farSide } from './traffic.ts';

const SECONDS = 40;
/** Sessions that play and listen, in pairs that are coded differently: a jitter buffer and two codecs each. */
const SESSIONS = 16;

/** What the worker tells at its end. */
interface Result {
  /** Why it has no real-time priority. */
  refused: string | undefined;
  /** By how much each tick came later than it was asked for, ms. */
  lateMs: number[];
}

export const measureTickLateness = (emit: (figure: Figure) => void): Promise<void> =>
  measureApart(import.meta.url, emit);

async function measure(emit: (figure: Figure) => void): Promise<void> {
  const reference = referenceUs();
  const worker = startWorker(new URL(import.meta.url), { name: 'ticks' });
  const result = await new Promise<Result>((resolve, reject) => {
    let busy = true;
    worker.on('error', reject);
    worker.on('message', (message: 'ready' | Result) => {
      if (message !== 'ready') {
        busy = false;
        resolve(message);
        return;
      }
      const turn = (): void => {
        if (!busy) return;
        burn();
        // The loop turns in between, to hear the worker.
        setImmediate(turn);
      };
      turn();
    });
  });
  await worker.terminate();
  const { lateMs, refused } = result;
  const how = refused === undefined ? 'SCHED_FIFO' : `without real-time priority: ${refused}`;
  const value = (share: number): number => round(quantile(lateMs, share), 3);
  const note = `10 ms ticks of ${SESSIONS} sessions, main thread in JSON and garbage, ${how}; p50 ${value(0.5)}, p99 ${value(0.99)}, most ${value(1)}; ${load()}`;
  emitTiming(
    emit,
    { metric: 'media.tickLateMsP999', value: value(0.999), unit: 'ms', n: lateMs.length, note },
    reference,
  );
}

const document = Array.from({ length: 200 }, (_, i) => ({
  id: i,
  name: `call ${i}`,
  times: [i, i + 1, i + 2],
  open: i % 2 === 0,
}));
let kept: unknown[] = [];

/** Some milliseconds of what a main thread does at its worst. */
function burn(): void {
  for (let i = 0; i < 20; i++) kept.push(JSON.parse(JSON.stringify(document)));
  if (kept.length > 2000) kept = [];
}

/** In the worker. */
async function tick(): Promise<void> {
  const profile = parseProfile(
    JSON.parse(readFileSync(new URL('../../../../hw/profile/ru.json', import.meta.url), 'utf8')),
  );
  const real = systemClock();
  const lateMs: number[] = [];
  let timing = false;
  // Only the ticker asks for single times; what is asked for again and again is housekeeping.
  const clock: Clock = {
    ...real,
    after(ms, fn) {
      const due = real.now() + ms;
      return real.after(ms, () => {
        if (timing) lateMs.push(real.now() - due);
        fn();
      });
    },
  };
  const polled = polledSockets(real);
  const media = new MediaEngine({
    clock,
    profile,
    options: { rtpPorts: { min: 20000, max: 59999 } },
    ...(polled ? { sockets: polled.sockets, poll: () => polled.poll() } : {}),
  });
  const legs: string[] = [];
  for (let i = 0; i < SESSIONS; i++) {
    const { endpoint } = await media.openRtp('127.0.0.1');
    // The discard port: nobody answers.
    await media.setRtp(endpoint, farSide(9, i % 2 === 0 ? 'PCMA' : 'PCMU'));
    await media.detect(endpoint, { dtmf: true, tones: 'after-answer', voice: true });
    const tone = { frequencies: [425], levelDbm0: -10, cadence: [] };
    void media.play(endpoint, { type: 'tone', tone });
    legs.push(endpoint);
  }
  for (let i = 0; i < SESSIONS; i += 2) await media.connect(legs[i]!, legs[i + 1]!);
  const refused = makeRealtime();
  parentPort!.postMessage('ready');
  setTimeout(() => {
    timing = true;
    setTimeout(async () => {
      timing = false;
      await media.close();
      parentPort!.postMessage({ refused, lateMs } satisfies Result);
      polled?.close();
    }, SECONDS * 1000);
  }, 2000);
}

if (isMainThread) serveApart(measure);
else void tick();
