import { DEFAULT_LATCH_TIMING, type LatchTiming } from './session/latch.ts';
import type { PortRange } from './session/port-pair.ts';

/** What the media engine is told at its start. All of it is plain data: it crosses into the worker. */
export interface MediaOptions {
  /** UDP ports for RTP (even) and RTCP (odd). */
  rtpPorts?: PortRange;
  /** Interval of RTCP reports, ms (RFC 3550 6.2: 5 s). */
  rtcpIntervalMs?: number;
  /** Silence of RTP and RTCP after which `rtpLost` is emitted, ms; 0: never. `RtpParameters.lossMs` replaces it per session. */
  rtpLossMs?: number;
  latch?: LatchTiming;
  /** Whether the kernel may relay calls between trunks where it can (relay/kernel-relay.ts). */
  kernelRelay?: boolean;
  /** Whether the echo canceller runs on line ports. */
  echoCanceller?: boolean;
  /** Length of the echo tail it covers, ms. */
  echoTailMs?: number;
  /** Whether what it leaves gives way to comfort noise. */
  echoSuppressor?: boolean;
}

export const DEFAULT_MEDIA_OPTIONS: Required<MediaOptions> = {
  rtpPorts: { min: 16384, max: 32767 },
  rtcpIntervalMs: 5000,
  rtpLossMs: 30_000,
  latch: DEFAULT_LATCH_TIMING,
  kernelRelay: true,
  echoCanceller: true,
  echoTailMs: 64,
  echoSuppressor: true,
};
