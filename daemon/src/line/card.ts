import type { Events } from '../base/emitter.ts';

/** What a socket is. FXS feeds a telephone (or an office PBX's city-line port); FXO is a telephone to a line. */
export type PortKind = 'fxs' | 'fxo';

/** Number of a port on the card, counted from 1 as printed on the box. */
export type PortNumber = number;

/** One socket of the card as its inventory tells it. */
export interface PortInfo {
  port: PortNumber;
  kind: PortKind;
  /** The port that the lifeline relay joins this one to when the box is dead; absent: no relay. */
  lifelinePeer?: PortNumber;
}

/** What the card says of itself in the handshake. */
export interface Inventory {
  /** Name of the board, for people. */
  board: string;
  serial: string;
  firmware: string;
  /** Negotiated protocol version. */
  protocol: number;
  /** Ports in order of their numbers, 2 to 16. */
  ports: PortInfo[];
  /** Coding of audio on the link (ruling 22): linear 16 bit, or A-law where the link is slow. */
  audio: 'linear' | 'alaw';
}

/** Timing windows that the card applies to a port's hook, all in milliseconds. */
export interface HookTiming {
  /** Whether breaks are counted as dial pulses at all. */
  pulseDialing: boolean;
  /** Shortest and longest break that is a dial pulse (10 pps: 60 ms nominal). */
  pulseBreakMin: number;
  pulseBreakMax: number;
  /** A make longer than this ends a pulse digit. */
  interDigit: number;
  /** Shortest and longest break that is a hook flash; a longer one is a hang-up. */
  flashMin: number;
  flashMax: number;
}

/** What ends a pair: resistive, or 270 ohm + (750 ohm || 150 nF). */
export type Termination = '600r' | '900r' | 'tbr21';

/** What a line test may measure: V, mA, ohm, V, kilohm, REN, V. */
export type Measurable =
  | 'feed-voltage'
  | 'loop-current'
  | 'loop-resistance'
  | 'foreign-voltage'
  | 'insulation'
  | 'ringer-load'
  | 'line-voltage';

/** Ring cadence: on, off, on, off... in ms, repeated until stopped. */
export type RingCadence = readonly number[];

/** A command to the card; each is acknowledged, and timed by the card itself (ruling 21). */
export type CardCommand =
  /** Sets a port up. `country` picks impedance, ring frequency and thresholds on the card. */
  | {
      type: 'configure';
      port: PortNumber;
      country: string;
      rxGainDb: number;
      txGainDb: number;
      hook?: HookTiming;
    }
  /** Starts or stops the stream of audio frames of a port, in both directions. */
  | { type: 'audio'; port: PortNumber; on: boolean }
  /** FXS: rings with the cadence until `ring-stop` or off-hook (ring trip). */
  | { type: 'ring'; port: PortNumber; cadence: RingCadence }
  | { type: 'ring-stop'; port: PortNumber }
  /** FXS: battery normal or reversed (answer supervision toward a PBX or a pay phone). */
  | { type: 'polarity'; port: PortNumber; reversed: boolean }
  /** FXS: cuts the loop current for `ms`, then feeds again (release supervision, CPC). */
  | { type: 'current-break'; port: PortNumber; ms: number }
  /** FXO: closes the loop. Answered when the card has done it, with what it then measured in an indication. */
  | { type: 'seize'; port: PortNumber }
  /** FXO: opens the loop. */
  | { type: 'release'; port: PortNumber }
  /** FXO: opens the loop for `ms` and closes it again. */
  | { type: 'flash'; port: PortNumber; ms: number }
  /** FXO: dials digits by loop breaks; `pulses-sent` is indicated at the end. */
  | {
      type: 'pulse-dial';
      port: PortNumber;
      digits: string;
      breakMs: number;
      makeMs: number;
      interDigitMs: number;
    }
  /** FXS, off-hook: takes the feed down until the handset is put back, or gives it back at once. */
  | { type: 'power-denial'; port: PortNumber; denied: boolean }
  /** Measures the pair: each figure comes as `measured`, and `line-test-done` at the end. */
  | { type: 'line-test'; port: PortNumber }
  /** Terminates the pair otherwise than the country does, until `configure`. */
  | { type: 'impedance'; port: PortNumber; termination: Termination }
  /** Joins or parts the lifeline relay of all pairs. The card delays parting until the pair is idle (ruling 1). */
  | { type: 'lifeline'; engaged: boolean };

/** What a port of the card reports. `at` is the card's sample clock, 8000 per second, extended to never wrap. */
export type CardIndication = { port: PortNumber; at: number } & (
  | { type: 'off-hook' }
  | { type: 'on-hook' }
  /** The loop was open for `ms`, within the flash window. */
  | { type: 'flash'; ms: number }
  /** One digit dialed by pulses: '1'..'9', '0' for ten. */
  | { type: 'pulse-digit'; digit: string }
  /** FXS: a ring burst began (`on`) or ended; caller ID is sent after the first one's end. */
  | { type: 'ring-phase'; on: boolean }
  /** FXO: a validated ring burst began or ended. */
  | { type: 'ring'; on: boolean }
  /** FXO: the line's polarity turned. */
  | { type: 'polarity'; reversed: boolean }
  /** FXO, seized: loop current was away for `ms` and came back (current disconnect). */
  | { type: 'loop-break'; ms: number }
  /** FXO: state of the line while not seized by us; volts across the pair (absolute value). */
  | { type: 'line-state'; state: LineState; volts: number }
  /** FXO, seized: loop current in mA; 0 means no line. FXS, off-hook: current fed. */
  | { type: 'loop-current'; milliamps: number }
  | { type: 'pulses-sent' }
  /** FXS: a voltage that is not ours stands on the port: plugged into the wrong socket. */
  | { type: 'foreign-voltage'; present: boolean; volts: number }
  /** The lifeline relay of this port moved. */
  | { type: 'lifeline'; engaged: boolean }
  /** A figure of a line test; 6553.5: that or more. */
  | { type: 'measured'; item: Measurable; value: number }
  | { type: 'line-test-done' }
);

/** Condition of a line on an FXO port: no line, on-hook voltage there, or held by a parallel telephone. */
export type LineState = 'dead' | 'idle' | 'in-use';

/** Figures of the link, for the page and for alarms. */
export interface LinkStatistics {
  up: boolean;
  framesReceived: number;
  framesSent: number;
  checksumErrors: number;
  retries: number;
  resets: number;
  /** Audio frames missing by sequence number, and frames sent late because none was ready. */
  audioLost: number;
  audioUnderruns: number;
}

/** Events of a card. */
export type CardEvents = {
  /** Handshake done (first time, after a reset of the card, or after the link came back). */
  up: [inventory: Inventory];
  /** Link lost; every call on its ports is gone, the card is going to its safe state by itself. */
  down: [reason: string];
  indication: [indication: CardIndication];
};

/** A line card as call control sees it: commands down, indications up. Audio does not pass here. */
export interface LineCard extends Events<CardEvents> {
  /** The last inventory, undefined while the link was never up. */
  readonly inventory: Inventory | undefined;
  /**
   * Sends a command; resolves when the card has acknowledged it.
   * @throws CodedError `line/link-down`, `line/ack-timeout`, `line/refused` (with the card's reason).
   */
  execute(command: CardCommand): Promise<void>;
  statistics(): Promise<LinkStatistics>;
}
