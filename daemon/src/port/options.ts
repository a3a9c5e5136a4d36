import type { Termination } from '../line/card.ts';
import type { ToneSpec } from '../media/api.ts';
import type { DetectProfile } from '../media/dsp/profile.ts';
import type { CallerIdListening } from './caller-learning.ts';
import type { DialMethod, RingClass } from './port.ts';

/** How a telephone's or a PBX's socket behaves; every time in milliseconds. */
export interface FxsOptions {
  /** Port number on the card. */
  number: number;
  /** Country code of the profile that the card applies (impedance, ring frequency, thresholds). */
  country: string;
  rxGainDb: number;
  txGainDb: number;
  /** What is plugged in; decides who wins when both ends begin at once (G07). */
  farEnd: 'telephone' | 'pbx';
  /** What is plugged in, where that is not for people's ears. */
  modem?: 'fax' | 'data';
  /** On, off, on, off... of the ordinary ring. */
  ringCadence: readonly number[];
  /** The cadences of calls that are to be told from the ordinary. */
  distinctiveRing?: Partial<Record<RingClass, readonly number[]>>;
  /** Caller ID; undefined: none. */
  callerId?: CallerIdSending;
  /** A telephone with classic АОН is told the number when it asks. */
  aonReply: boolean;
  /** What tells a telephone in a call of another; undefined: it is busy. */
  callWaiting?: CallWaitingSignal;
  /** How the message-waiting lamp is switched; undefined: there is none. */
  lamp?: LampSignal;
  /** Reverse the battery when the called party answers (wire A, pay phones). */
  polarityOnAnswer: boolean;
  /** Length of the current break at release, ms; 0: none. */
  currentBreakMs: number;
  /** Played after the current break to a set that stays off-hook; undefined: call control's business. */
  releaseTone?: ToneSpec;
  /** What a handset left off the hook gets; undefined: the release tone, for ever. */
  howler?: Howler;
  /** Whether breaks are counted as dial pulses; decides the flash window too (ruling 12). */
  pulseDialing: boolean;
  /** Overrides of the hook windows that follow from `pulseDialing`. */
  hook?: Partial<HookWindows>;
}

export interface CallerIdSending {
  scheme: 'fsk-v23' | 'fsk-bell202' | 'dtmf';
  /** Silence between the end of the first ring and the data, ms (ETSI EN 300 659-1 clause 6.1.1: 500 to 2000). */
  delayMs: number;
  /** Before the ring it follows a reversal of polarity (data before ringing). */
  when: 'after-first-ring' | 'before-ring';
  format: 'mdmf' | 'sdmf';
  letters: 'latin' | 'cp1251' | 'none';
}

/** The call of a handset left off the hook: half of `afterMs` the release tone, half of it silence, then this. */
export interface Howler {
  tone: ToneSpec | readonly ToneSpec[];
  /** From the end of the call, ms. */
  afterMs: number;
  /** How long it sounds until power is denied, ms. */
  lengthMs: number;
}

/** The tone of call waiting. */
export interface CallWaitingSignal {
  /** Played once at a time. */
  tone: ToneSpec;
  /** From the end of one to the beginning of the next, ms. */
  pauseMs: number;
}

/** Message waiting by data on-hook: EN 300 659-1, GR-30-CORE. */
export interface LampSignal {
  scheme: 'fsk-v23' | 'fsk-bell202';
  format: 'mdmf' | 'sdmf';
  /** What makes the telephone listen. */
  alert: 'none' | 'polarity' | 'ring-pulse';
}

export interface HookWindows {
  pulseBreakMin: number;
  pulseBreakMax: number;
  interDigit: number;
  flashMin: number;
  flashMax: number;
}

/**
 * The hook windows of a port. Ruling 12: where pulses are dialed, a break up to 110 ms is a pulse and
 * 120 to 900 ms a flash; where they are not, a flash begins at 80 ms (the 100 ms "R" key).
 */
export function hookWindows(pulseDialing: boolean, overrides: Partial<HookWindows> = {}): HookWindows {
  const flashMin = pulseDialing ? 120 : 80;
  return { pulseBreakMin: 20, pulseBreakMax: 110, interDigit: 250, flashMin, flashMax: 900, ...overrides };
}

/** How a line to a city exchange or to a PBX extension behaves; every time in milliseconds. */
export interface FxoOptions {
  number: number;
  country: string;
  rxGainDb: number;
  txGainDb: number;
  role: 'city-line' | 'pbx-extension';
  dialMethod: DialMethod;
  /** `timeoutMs` 0: do not listen, dial after `dialDelayMs`. */
  waitForDialTone: { timeoutMs: number; otherwise: 'dial' | 'fail' };
  /** Least pause between seizing (or hearing the dial tone) and the first digit, ms. */
  dialDelayMs: number;
  dtmf: { onMs: number; offMs: number };
  /** Pulse dialing: 60/40 ms is 10 pulses a second. */
  pulse: { breakMs: number; makeMs: number; interDigitMs: number };
  answerSupervision: AnswerSupervision;
  releaseSupervision: ReleaseSupervision;
  /** Longest call, ms; 0: no limit. */
  maxCallMs: number;
  /** Silence after a ring burst that means the caller gave up, ms. */
  ringTimeoutMs: number;
  /** Time after a release before the line is taken for a new call, ms. */
  idleGuardMs: number;
  callerId: CallerIdReceiving;
  /** Length of a flash sent toward the line, ms. */
  flashMs: number;
  /** A ring counts with its second burst, or with caller ID: the line has noise that looks like one. */
  ringConfirmed?: boolean;
  /** What ends the line; undefined: the country's own. */
  termination?: Termination;
}

/** Incoming caller ID. */
export interface CallerIdReceiving {
  mode: CallerIdListening;
  /** Exchanges of the country may send it before the ring: `auto` goes on listening for it where none came. */
  early: boolean;
  /** The telephones wait so long after the ring began, ms; 0: they do not. See {@link callerWait}. */
  waitMs: number;
  /** Classic АОН is asked for where nothing else came; undefined: never. It answers the call. */
  aon?: AonRequest;
}

/** How classic АОН is asked for: sources differ, so everything is a setting. */
export interface AonRequest {
  /** Between answer and request, ms (250 to 275). */
  delayMs: number;
  /** Length of the request, ms (100 to 200). */
  toneMs: number;
  levelDbm0: number;
  /** Most requests. */
  requests: number;
  /** What the caller hears afterwards. */
  ringback: ToneSpec | readonly ToneSpec[];
}

/** What counts as the far end's answer (G04); the first to come wins. */
export interface AnswerSupervision {
  polarity: boolean;
  ringbackStop: boolean;
  voice: boolean;
  /** Answered this long after the last digit if nothing else was recognised, ms; 0: off. */
  timerMs: number;
}

/** What counts as the far end's release (G05). */
export interface ReleaseSupervision {
  /** What counts as a tone here, for telling which release was doubtful; undefined: it is not judged by limits. */
  tones?: DetectProfile;
  /** The line's own tone frequency as learnt, Hz: tones then count within 20 Hz of it. */
  toneHz?: number;
  /** A loop break of `minMs` and more; without current for `maxMs` and half a second, the line is gone. */
  loopBreak: { minMs: number; maxMs: number };
  polarity: boolean;
  /** Busy and congestion tone, and the special information tone. */
  busyTone: boolean;
  dialTone: boolean;
  /** No sound from the line for this long, ms; 0: off. */
  silenceMs: number;
}

/** An FXS port as shipped for Russia; country profiles override it. */
export function defaultFxsOptions(number: number): FxsOptions {
  return {
    number,
    country: 'ru',
    rxGainDb: 0,
    txGainDb: 0,
    farEnd: 'telephone',
    ringCadence: [1000, 4000],
    callerId: {
      scheme: 'fsk-v23',
      delayMs: 500,
      when: 'after-first-ring',
      format: 'mdmf',
      letters: 'latin',
    },
    aonReply: false,
    polarityOnAnswer: false,
    currentBreakMs: 500,
    pulseDialing: true,
  };
}

/** An FXO port as shipped for Russia; country profiles override it. */
export function defaultFxoOptions(number: number): FxoOptions {
  return {
    number,
    country: 'ru',
    rxGainDb: 0,
    txGainDb: 0,
    role: 'city-line',
    dialMethod: 'dtmf',
    waitForDialTone: { timeoutMs: 4000, otherwise: 'fail' },
    dialDelayMs: 100,
    dtmf: { onMs: 80, offMs: 80 },
    pulse: { breakMs: 60, makeMs: 40, interDigitMs: 800 },
    answerSupervision: { polarity: true, ringbackStop: true, voice: true, timerMs: 0 },
    releaseSupervision: {
      loopBreak: { minMs: 90, maxMs: 1500 },
      polarity: true,
      busyTone: true,
      dialTone: true,
      silenceMs: 0,
    },
    maxCallMs: 4 * 3600_000,
    ringTimeoutMs: 7000,
    idleGuardMs: 2000,
    callerId: { mode: 'between-rings', early: false, waitMs: 3000 },
    flashMs: 100,
  };
}
