import type { Events } from '../base/emitter.ts';
import type { CallerIdInfo, EndpointId } from '../media/api.ts';
import type { BorrowedLine } from './borrowed-line.ts';
import type { CallerLearning } from './caller-learning.ts';
import type { Doubt } from './doubt.ts';
import type { LineEvidence } from './evidence.ts';

/** How an FXO port dials. */
export type DialMethod = 'dtmf' | 'pulse';

/** Why a line was released by its far end (G05), or why it could not be used. */
export type LineRelease =
  | 'loop-break'
  | 'polarity'
  | 'busy-tone'
  | 'congestion-tone'
  | 'dial-tone'
  | 'sit'
  | 'silence'
  | 'max-time'
  | 'link-lost'
  | 'no-line';

/**
 * Where a call comes from, as the bell tells it: from outside, from inside, back to the telephone that had to do with
 * it, or from outside to several at once.
 */
export type RingClass = 'external' | 'internal' | 'recall' | 'group';

/** How the answer of the far end was recognised (G04), for the record. */
export type AnswerSource = 'polarity' | 'ringback-stop' | 'voice' | 'timer' | 'sip';

/** What an answer or a release on a line was recognised by, and what is doubtful in it (ruling 20). */
export interface LineAccount {
  evidence: LineEvidence;
  doubts: readonly Doubt[];
}

export type FxsEvents = {
  /** The telephone was lifted by itself (not in answer to a ring). */
  seized: [];
  /** The telephone was lifted while ringing. */
  answered: [];
  /** On-hook for longer than a flash. */
  hungUp: [];
  flashed: [];
  /** A digit dialed, by tones or by pulses. */
  digit: [key: string];
  /** The handset lies beside the telephone after its call, and the howler does not help; or is put back. */
  leftOffHook: [left: boolean];
  /** The port came or went (link lost, wrong voltage), or stays away for another reason. */
  available: [available: boolean, reason: string];
};

/** A telephone, a fax, or an office PBX's city-line input: our port is the exchange (wires A and D). */
export interface FxsPort extends Events<FxsEvents> {
  readonly number: number;
  readonly endpoint: EndpointId;
  readonly available: boolean;
  readonly offHook: boolean;
  readonly ringing: boolean;
  /** What is plugged in, where that is not for people's ears: a fax, or a modem or alarm panel. */
  readonly modem?: 'fax' | 'data' | undefined;
  /** Rings as the port is set up for calls of that class, `external` unless told; caller ID goes out as set up. */
  ring(caller: CallerIdInfo, as?: RingClass): void;
  stopRinging(): void;
  /** Answer supervision toward the port: polarity reversed while `on` (if the port is set up so). */
  answerSignal(on: boolean): void;
  /** Release supervision: cuts the current as configured; then the line is normal again. */
  currentBreak(): void;
  /** The call is over and the handset still lifted: the howler calls in time, then the port sleeps until on-hook. */
  leftAlone(): void;
  /** Switches the message-waiting lamp, when the telephone is next at rest (if the port is set up so). */
  messageWaiting(waiting: boolean, count: number): void;
  /** Off-hook, and set up to be told of another call. */
  readonly takesCallWaiting: boolean;
  /** Tells a telephone in a call of another, by a tone and, if it can show it, the number, until it is over. */
  callWaiting(caller: CallerIdInfo): void;
  callWaitingOver(): void;
}

export type FxoEvents = {
  /** A ring was validated; caller ID may still follow. */
  ringing: [];
  /** Caller ID was read, or its time is over (`undefined`). Comes once per incoming call, after `ringing` or with it. */
  caller: [caller: CallerIdInfo | undefined];
  /** Something more is known of how the line sends caller ID. */
  callerLearnt: [learning: CallerLearning];
  /** The ringing stopped for longer than a cadence: the caller gave up. */
  ringingStopped: [];
  /** The far end answered our call. */
  answered: [source: AnswerSource, account?: LineAccount];
  /** Early sign of life after dialing: ringback heard. */
  alerting: [];
  /** The far end (or the line) released; the loop is already open again. */
  released: [cause: LineRelease, account?: LineAccount];
  digit: [key: string];
  available: [available: boolean, reason: string];
  /** The line has given no dial tone in its time (true), or is known to live again (false). */
  doubted: [doubtful: boolean];
  /** Somebody has borrowed it for measuring, or given it back. */
  lent: [lent: boolean];
};

/** A line to a city exchange or to an extension port of the office PBX: we are the telephone (wires B and C). */
export interface FxoPort extends Events<FxoEvents> {
  readonly number: number;
  readonly endpoint: EndpointId;
  /** False while the line is dead, the link is lost, or a fault is flagged. */
  readonly available: boolean;
  /** Free for a new call: available, not seized, not ringing, not in use by a parallel set, idle guard over. */
  readonly idle: boolean;
  /** It gave no dial tone when it was last wanted (G03): hunting takes it after all others. */
  readonly doubtful: boolean;
  /**
   * Seizes, waits for dial tone as configured, dials. ',' is a pause of 1 s, 'w' waits for another
   * dial tone. Resolves when the last digit is out.
   * @throws CodedError `port/no-dial-tone`, `port/glare` (a ring came; the incoming call is then
   * reported as `ringing`), `port/no-line`, `port/busy`, `port/released`, `port/fault` (the card
   * refused), `port/bad-digits`. The loop is then open; no `released` follows.
   * `emergency`: real dial tone is waited for, and no timer, tone or silence releases the call (ruling 5).
   */
  dial(digits: string, options?: { emergency?: boolean }): Promise<void>;
  /** Answers a ringing line. @throws CodedError `port/not-ringing`, and those of `dial`. */
  answer(): Promise<void>;
  /** Opens the loop; the port is idle after its guard time. */
  release(): void;
  /**
   * Gives a free line to somebody who measures it; the port is not idle meanwhile.
   * @throws CodedError `port/no-line`, `port/busy`
   */
  borrow(): Promise<BorrowedLine>;
  /** Takes a borrowed line back at once; nothing happens on one that is not. */
  reclaim(): void;
  flash(): void;
  /** Sends digits in the call, as tones. */
  sendDigits(digits: string): Promise<void>;
}
