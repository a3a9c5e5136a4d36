/** How speech of one direction arrives, as far as the network is to blame. */
export interface SpeechQuality {
  /** Transmission rating of the E-model (ITU-T G.107), 0 to 93. */
  r: number;
  /** Mean opinion score that follows from it, 1 to 4.4. */
  mos: number;
  /** Packets that were lost or came too late to be heard, percent. */
  lossPercent: number;
  jitterMs: number;
  /** From mouth to ear, ms, estimated; missing where the network's part is not known. */
  delayMs?: number;
}

/** Speech from the party as the box hears it, and what the party hears, by its own reports; missing: not known. */
export interface LegQuality {
  from?: SpeechQuality;
  to?: SpeechQuality;
}
