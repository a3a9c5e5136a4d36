/** CPU of calls between two trunks whose packets are sent on as they come, in user space. */
import { readFileSync } from 'node:fs';
import { systemClock } from '../../../../daemon/src/base/clock.ts';
import { parseProfile } from '../../../../daemon/src/media/dsp/profile.ts';
import { MediaEngine } from '../../../../daemon/src/media/engine.ts';
import { polledSockets } from '../../../../daemon/src/media/session/polled-sockets.ts';
import { makeRealtime } from '../../../../daemon/src/worker/realtime.ts';
import type { Figure } from '../../bench.ts';
import { load, quantile, round, sleep } from '../usage.ts';
import { measureApart, serveApart } from './apart.ts';
import { emitTiming, referenceUs } from './reference.ts';
import { Traffic } from './traffic.ts';

const CALLS = 100;
const RUNS = 3;
const SECONDS = 5;

export const measureRelayedCall = (emit: (figure: Figure) => void): Promise<void> =>
  measureApart(import.meta.url, emit);

async function measure(emit: (figure: Figure) => void): Promise<void> {
  const profile = parseProfile(
    JSON.parse(readFileSync(new URL('../../../../hw/profile/ru.json', import.meta.url), 'utf8')),
  );
  const clock = systemClock();
  // As the media worker runs.
  makeRealtime();
  const traffic = new Traffic();
  const engineOf = (polled: ReturnType<typeof polledSockets>): MediaEngine =>
    new MediaEngine({
      clock,
      profile,
      options: { rtpPorts: { min: 20000, max: 59999 } },
      ...(polled ? { sockets: polled.sockets, poll: () => polled.poll() } : {}),
    });
  const polled = polledSockets(clock);
  const [batched, plain] = [engineOf(polled), engineOf(undefined)];
  const shares = { batched: [] as number[], plain: [] as number[] };
  const references: number[] = [];
  try {
    for (let run = 0; run < RUNS; run++) {
      references.push(referenceUs());
      shares.batched.push(await percent(batched, traffic));
      shares.plain.push(await percent(plain, traffic));
    }
  } finally {
    traffic.close();
    await batched.close();
    await plain.close();
    polled?.close();
  }
  const value = round(quantile(shares.batched, 0.5), 3);
  const dgram = round(quantile(shares.plain, 0.5), 3);
  const note = `of one core, ${CALLS} calls at a time, ${polled ? 'in batches' : 'node:dgram'}; node:dgram in the same run ${dgram}; ${load()}`;
  emitTiming(
    emit,
    { metric: 'media.cpuPercentPerRelayedCall', value, unit: '%', n: CALLS * RUNS, note },
    quantile(references, 0.5),
  );
}

/** Share of a core that one call takes, percent. */
async function percent(media: MediaEngine, traffic: Traffic): Promise<number> {
  const legs = await traffic.open(media, 2 * CALLS, ['PCMA']);
  for (let i = 0; i < legs.length; i += 2) await media.connect(legs[i]!, legs[i + 1]!);
  await sleep(1500);
  const before = process.cpuUsage();
  const begin = performance.now();
  await sleep(SECONDS * 1000);
  const used = process.cpuUsage(before);
  const share = (used.user + used.system) / 10 / (performance.now() - begin);
  for (const leg of legs) await media.closeRtp(leg);
  return share / CALLS;
}

serveApart(measure);
