import { readFileSync } from 'node:fs';
import { systemClock } from '../../../src/base/clock.ts';
import type { CodecName, RtpParameters } from '../../../src/media/api.ts';
import { echoCancellers } from '../../../src/media/dsp/echo/echo-cancellers.ts';
import { toneLevelDbm0 } from '../../../src/media/dsp/level.ts';
import { parseProfile } from '../../../src/media/dsp/profile.ts';
import { MediaEngine } from '../../../src/media/engine.ts';
import type { LineAudio } from '../../../src/media/line-audio.ts';
import type { MediaOptions } from '../../../src/media/options.ts';
import type { Recorder } from '../../../src/media/recording/remote.ts';
import type { RtpPeer } from './rtp-peer.ts';

export const russia = parseProfile(
  JSON.parse(readFileSync(new URL('../../../../hw/profile/ru.json', import.meta.url), 'utf8')),
);

/** An engine on real sockets and real time, ended with the test. */
export function engine(
  t: { teardown: (fn: () => Promise<void>) => void },
  options: MediaOptions = {},
  line?: LineAudio,
  recorder?: Recorder,
): MediaEngine {
  const media = new MediaEngine({
    clock: systemClock(),
    profile: russia,
    options: { rtpPorts: { min: 20000, max: 59999 }, ...options },
    echoCanceller: echoCancellers(() => {}),
    ...(line ? { line } : {}),
    ...(recorder ? { recorder } : {}),
  });
  t.teardown(() => media.close());
  return media;
}

/** The answer that a peer on loopback gives. */
export function toward(peer: RtpPeer, changes: Partial<RtpParameters> = {}): RtpParameters {
  const codec: CodecName = peer.codec;
  return {
    remoteAddress: '127.0.0.1',
    remotePort: peer.port,
    remoteRtcpPort: peer.port + 1,
    rtcpMux: false,
    codec,
    payloadType: codec === 'PCMA' ? 8 : 0,
    ptimeMs: 20,
    direction: 'sendrecv',
    ...changes,
  };
}

/** Waits for an event whose arguments fit; rejects after `ms`. */
export function event<A extends unknown[]>(
  subscribe: (fn: (...args: A) => void) => () => void,
  fits: (...args: A) => boolean = () => true,
  ms = 4000,
): Promise<A> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      off();
      reject(new Error(`no such event within ${ms} ms`));
    }, ms);
    const off = subscribe((...args) => {
      if (!fits(...args)) return;
      clearTimeout(timer);
      off();
      resolve(args);
    });
  });
}

/**
 * Level of a tone in audio that came in real time: the median over windows of 100 ms, so that a stall of
 * a busy machine, which makes the jitter buffer move, does not count as a wrong level.
 */
export function steadyLevel(samples: Int16Array, frequency: number): number {
  const levels: number[] = [];
  for (let at = 0; at + 800 <= samples.length; at += 400)
    levels.push(toneLevelDbm0(samples, frequency, at, at + 800));
  levels.sort((x, y) => x - y);
  return levels[levels.length >> 1] ?? -100;
}

/** Session terms of a peer on a port of this host, A-law in packets of 20 ms. */
export const terms = (port: number, changes: Partial<RtpParameters> = {}): RtpParameters => ({
  remoteAddress: '127.0.0.1',
  remotePort: port,
  remoteRtcpPort: port + 1,
  rtcpMux: false,
  codec: 'PCMA',
  payloadType: 8,
  telephoneEventPayloadType: 101,
  ptimeMs: 20,
  direction: 'sendrecv',
  ...changes,
});
