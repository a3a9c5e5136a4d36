/** Samples of an audio block: 10 ms. */
export const BLOCK = 80;

/** The feeding end of a pair: an exchange, or an FXS port. */
export interface Feed {
  /** Open-circuit voltage; 0: cut or dead. */
  volts: number;
  reversed: boolean;
  /** Ringing voltage (25 Hz, 90 V) stands on the pair. */
  ringing: boolean;
  /** What the line is matched to; 600 ohms unless said. */
  impedance?: '600r' | '900r' | 'tbr21';
  /** Its frequency and voltage where they are others. */
  ringHz?: number;
  ringVolts?: number;
  /** Feed and wire resistance, both legs together. */
  ohms: number;
  /** Current limit of the feed. */
  limitMa: number;
  /** A second telephone across the same pair is off-hook. */
  parallel: boolean;
  /** What this end says in the present block. */
  readonly audio: Int16Array;
}

/** The terminal end of a pair: a telephone, or an FXO port. */
export interface Load {
  closed: boolean;
  /** DC resistance while closed. */
  ohms: number;
  /** Ringers across the pair, in ringer equivalents. */
  ren: number;
  /** Leakage between the wires or to earth, kilohms. */
  leakKohm: number;
  readonly audio: Int16Array;
}

/** DC resistance of a telephone or line interface while its loop is closed. */
const TERMINAL_OHMS = 300;

export const openLoad = (): Load => ({
  closed: false,
  ohms: TERMINAL_OHMS,
  ren: 0,
  leakKohm: Number.POSITIVE_INFINITY,
  audio: new Int16Array(BLOCK),
});

/** What is wrong with a pair between the card and the telephone. */
export type PairFault = 'open' | 'short';

/** The pair as the card sees it with that fault: nothing behind a cut wire, a closed loop in a short. */
export const faultyLoad = (fault: PairFault): Load => ({ ...openLoad(), closed: fault === 'short', ohms: 5 });

export const deadFeed = (): Feed => ({
  volts: 0,
  reversed: false,
  ringing: false,
  ohms: 500,
  limitMa: 0,
  parallel: false,
  audio: new Int16Array(BLOCK),
});

/** Current in mA through the terminal, and volts across the pair at the terminal. */
export function measure(feed: Feed, load: Load): { volts: number; milliamps: number } {
  const terminals = (load.closed ? 1 : 0) + (feed.parallel ? 1 : 0);
  if (feed.volts === 0) return { volts: 0, milliamps: 0 };
  if (terminals === 0) return { volts: feed.volts, milliamps: 0 };
  const across = (load.closed ? load.ohms : TERMINAL_OHMS) / terminals;
  const total = Math.min(feed.limitMa, (feed.volts / (feed.ohms + across)) * 1000);
  return { volts: (total * across) / 1000, milliamps: load.closed ? total / terminals : 0 };
}

/** Something at the end of a pair, moved along by the office. */
export interface Terminal {
  readonly load: Load;
  /** One millisecond; `feed` is the other end. */
  tick(feed: Feed): void;
  /** Fills `load.audio` for the next block. */
  speakBlock(): void;
  /** Hears the block the other end said (silence while there is no connection). */
  hearBlock(feed: Feed): void;
}

/** The other kind of end. */
export interface Feeder {
  readonly feed: Feed;
  tick(load: Load): void;
  speakBlock(): void;
  hearBlock(load: Load): void;
}

/** Adds `share` of `own` to `other`: what a two-wire hybrid lets back (ERL). */
export function withEcho(other: Int16Array, own: Int16Array, share: number, out: Int16Array): void {
  for (let i = 0; i < BLOCK; i++) {
    const v = other[i]! + own[i]! * share;
    out[i] = v > 32767 ? 32767 : Math.max(v, -32768);
  }
}
