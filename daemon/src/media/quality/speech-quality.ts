import type { RtpStatistics } from '../api.ts';
import { G711_CONCEALED, opinionOf, rating } from './e-model.ts';

/** How speech of one direction arrives, as far as the network is to blame. */
export interface SpeechQuality {
  /** Transmission rating of the E-model (ITU-T G.107), 0 to 93. */
  r: number;
  /** Mean opinion score that follows from it, 1 to 4.4. */
  mos: number;
  /** Packets that were lost or came too late to be heard, percent. */
  lossPercent: number;
  jitterMs: number;
  /** From mouth to ear, ms, estimated; undefined where the network's part is not known. */
  delayMs?: number;
}

/** Speech from the peer as we hear it, and ours as the peer does; each missing while nothing is known. */
export interface LegQuality {
  from?: SpeechQuality;
  to?: SpeechQuality;
}

/** What a packet takes to fill before it can leave, ms: 20 ms of speech in each, as nearly everybody sends. */
const PACKET_MS = 20;
/** Delay of the playout at a peer that tells nothing of it, ms: our own buffer's at the beginning of a call. */
const USUAL_PLAYOUT_MS = 40;
/** Packets of which a part can be told, half a second's; fewer would make one lost packet a bad call. */
const FEWEST = 25;

/**
 * Quality of a leg from the figures of its RTP, for all of the call or, with the figures of `before`, since then. What
 * came too late for the jitter buffer counts as lost. Telephones are taken to conceal losses, as ours does.
 */
export function qualityOf(now: RtpStatistics, before?: RtpStatistics): LegQuality {
  const trip = now.roundTripMs;
  const received = now.packetsReceived - (before?.packetsReceived ?? 0);
  const lost = Math.max(0, now.packetsLost - (before?.packetsLost ?? 0));
  const late = Math.max(0, now.packetsLate - (before?.packetsLate ?? 0));
  const from =
    received + lost >= FEWEST
      ? quality(percent(lost + late, received + lost), now.jitterMs, trip, now.playoutMs)
      : undefined;
  const { peer } = now;
  const sent = now.packetsSent;
  // A report tells of the time before it: of a part of the call it tells best by its own part.
  const part = peer && (before ? 100 * peer.lostPart : percent(peer.packetsLost, sent));
  const to = peer && part !== undefined && sent >= FEWEST ? quality(part, peer.jitterMs, trip) : undefined;
  return { ...(from ? { from } : {}), ...(to ? { to } : {}) };
}

function quality(
  lossPercent: number,
  jitterMs: number,
  roundTripMs: number | undefined,
  playoutMs = USUAL_PLAYOUT_MS,
): SpeechQuality {
  const delayMs = (roundTripMs ?? 0) / 2 + playoutMs + PACKET_MS;
  const r = rating({ ...G711_CONCEALED, lossPercent, delayMs });
  return {
    r: tenth(r),
    mos: hundredth(opinionOf(r)),
    lossPercent: hundredth(lossPercent),
    jitterMs: tenth(jitterMs),
    ...(roundTripMs === undefined ? {} : { delayMs: Math.round(delayMs) }),
  };
}

const percent = (part: number, of: number): number => (of > 0 ? Math.min(100, (100 * part) / of) : 0);
const tenth = (v: number): number => Math.round(v * 10) / 10;
const hundredth = (v: number): number => Math.round(v * 100) / 100;
