/** One "on" of a tone and the pause after it, as measured. */
export interface ToneCycleRecord {
  onMs: number;
  /** 0: the pause had not ended, or there was none. */
  offMs: number;
  frequencyHz: number;
  levelDbm0: number;
  /** Part of the energy in the tone's own frequencies, 0 to 1. */
  purity: number;
}

/** The tone that a release was recognised by. */
export interface ToneRecord {
  frequencyHz: number;
  levelDbm0: number;
  /** Cycles in a row. */
  count: number;
  /** The last of them, oldest first. */
  cycles: ToneCycleRecord[];
}

/**
 * What an answer or a release on a line was recognised by (ruling 20): figures only, never sound. Doubts are codes that
 * the page has words for.
 */
export interface LineAccountRecord {
  /** What it was taken for: `busy-tone`, `polarity`, `voice`... */
  as: string;
  doubts: string[];
  tone?: ToneRecord;
  breakMs?: number;
  polarityTurns: number;
  milliamps?: number;
  sinceDialedMs?: number;
  sinceAnswerMs?: number;
  /** How long before a voice was heard on the line. */
  voiceBeforeMs?: number;
  silenceMs?: number;
  /** What the admin said of it. */
  verdict?: 'right' | 'wrong';
}
