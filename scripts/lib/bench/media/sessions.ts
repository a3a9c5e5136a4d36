/** CPU of the media engine for sessions of each kind, system calls included, the traffic's own cost not. */
import { readFileSync } from 'node:fs';
import { systemClock } from '../../../../daemon/src/base/clock.ts';
import type { CodecName } from '../../../../daemon/src/media/api.ts';
import { echoCancellers } from '../../../../daemon/src/media/dsp/echo/echo-cancellers.ts';
import { parseProfile } from '../../../../daemon/src/media/dsp/profile.ts';
import { MediaEngine } from '../../../../daemon/src/media/engine.ts';
import type { LineAudio } from '../../../../daemon/src/media/line-audio.ts';
import { polledSockets } from '../../../../daemon/src/media/session/polled-sockets.ts';
import type { Figure } from '../../bench.ts';
import { round, sleep } from '../usage.ts';
import { emitTiming } from './reference.ts';
import { farSide, Traffic } from './traffic.ts';

/** Legs of traffic, and how long each case runs once it flows. */
const LEGS = 40;
const SECONDS = 5;
/** Ports of the card in the line case. */
const PORTS = 16;

/** Audio of a card in memory: frames by the clock, answers dropped. */
class CardLoad implements LineAudio {
  readonly lead = 240;
  #listeners = new Set<(port: number, at: number, samples: Int16Array) => void>();
  #at = 0;
  readonly #noise = Int16Array.from({ length: 8000 }, (_, i) => Math.round(3000 * Math.sin(i * i)));

  onFrame(fn: (port: number, at: number, samples: Int16Array) => void): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }

  write(): void {}

  frame(): void {
    const samples = this.#noise.subarray(this.#at % 7920, (this.#at % 7920) + 80);
    for (let port = 1; port <= PORTS; port++) for (const fn of this.#listeners) fn(port, this.#at, samples);
    this.#at += 80;
  }
}

export async function measureSessions(emit: (figure: Figure) => void): Promise<void> {
  const profile = parseProfile(
    JSON.parse(readFileSync(new URL('../../../../hw/profile/ru.json', import.meta.url), 'utf8')),
  );
  const line = new CardLoad();
  const clock = systemClock();
  const polled = polledSockets(clock);
  const media = new MediaEngine({
    clock,
    ...(polled ? { sockets: polled.sockets, poll: () => polled.poll() } : {}),
    profile,
    options: { rtpPorts: { min: 20000, max: 59999 } },
    echoCanceller: echoCancellers(console.error),
    line,
  });
  const traffic = new Traffic();
  try {
    const relay = ['media.rtpRelayCpuMsPerLegSecond', 'packets sent on as they come'] as const;
    emitTiming(emit, await rtpCase(media, traffic, ['PCMA', 'PCMA'], ...relay));
    const transcode = ['media.rtpTranscodeCpuMsPerLegSecond', 'jitter buffer, A-law to mu-law'] as const;
    emitTiming(emit, await rtpCase(media, traffic, ['PCMA', 'PCMU'], ...transcode));
    emitTiming(emit, await lineCase(media, line, traffic));
    emitTiming(emit, await sessionCase(media));
  } finally {
    traffic.close();
    await media.close();
    polled?.close();
  }
}

/** CPU of this process over the measured time, ms. */
async function cpuMs(work?: () => void): Promise<number> {
  await sleep(1500);
  const before = process.cpuUsage();
  const timer = work && setInterval(work, 10);
  await sleep(SECONDS * 1000);
  clearInterval(timer);
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000;
}

async function rtpCase(
  media: MediaEngine,
  traffic: Traffic,
  codecs: readonly [CodecName, CodecName],
  metric: string,
  note: string,
): Promise<Figure> {
  const legs = await traffic.open(media, LEGS, codecs);
  for (let i = 0; i < LEGS; i += 2) await media.connect(legs[i]!, legs[i + 1]!);
  const used = await cpuMs();
  let received = 0;
  for (const leg of legs) received += (await media.closeRtp(leg))?.packetsReceived ?? 0;
  const value = used / (LEGS * SECONDS);
  return { metric, value: round(value, 3), unit: 'ms', n: LEGS, note: `${note}; ${received} packets in` };
}

async function lineCase(media: MediaEngine, line: CardLoad, traffic: Traffic): Promise<Figure> {
  const legs = await traffic.open(media, PORTS, ['PCMA']);
  for (let port = 1; port <= PORTS; port++) {
    await media.detect(`line:${port}`, { dtmf: true, tones: 'after-answer' });
    await media.connect(`line:${port}`, legs[port - 1]!);
  }
  const begin = performance.now();
  let sent = 0;
  const used = await cpuMs(() => {
    while (sent * 10 < performance.now() - begin - 1500) {
      line.frame();
      sent++;
    }
  });
  for (const leg of legs) await media.closeRtp(leg);
  return {
    metric: 'media.lineCallCpuMsPerSecond',
    value: round(used / (PORTS * SECONDS), 3),
    unit: 'ms',
    n: PORTS,
    note: 'port to trunk: echo canceller, DTMF, tones, jitter buffer, G.711; serial link not included',
  };
}

async function sessionCase(media: MediaEngine): Promise<Figure> {
  const calls = 200;
  const cycle = async (): Promise<void> => {
    const [a, b] = await Promise.all([media.openRtp('127.0.0.1'), media.openRtp('127.0.0.1')]);
    await media.setRtp(a.endpoint, farSide(9, 'PCMA'));
    await media.setRtp(b.endpoint, farSide(9, 'PCMA'));
    await media.connect(a.endpoint, b.endpoint);
    await media.closeRtp(a.endpoint);
    await media.closeRtp(b.endpoint);
  };
  for (let i = 0; i < calls; i++) await cycle();
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) await cycle();
  const used = process.cpuUsage(before);
  const value = (used.user + used.system) / 1000 / calls;
  const note = 'two sessions opened, joined and closed; no audio';
  return { metric: 'media.callSetupCpuMs', value: round(value, 3), unit: 'ms', n: calls, note };
}
