import { DEFAULT_TIMERS, type TimerConfig } from '../config.ts';

/** Timer values a machine needs, worked out once. All in ms. */
export interface Timing {
  T1: number;
  T2: number;
  T4: number;
  /** 64*T1: timers B, F, H, J, L and M. */
  give: number;
  D: number;
  /** When timer E of the peer reaches T2: from then on a request other than INVITE gets 100 (RFC 4320 4.1). */
  late: number;
}

/** Full timing from a partial configuration. */
export function timingOf(config: Partial<TimerConfig> = {}): Timing {
  const t = { ...DEFAULT_TIMERS, ...config };
  const give = t.T1 * t.give;
  // A shortened T1 shortens timer D with it unless D is given too.
  const D = config.D ?? (config.T1 === undefined ? t.D : give);
  let interval = t.T1;
  let late = interval;
  while (interval * 2 < t.T2) {
    interval *= 2;
    late += interval;
  }
  return { T1: t.T1, T2: t.T2, T4: t.T4, give, D, late };
}

/** Timers by their letters in RFC 3261 table 4 and RFC 6026. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M';

/** What a transaction is told. `respond` is a response handed down by the user of the transaction. */
export type TxEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'request' } // the same request again
  | { readonly kind: 'ack' }
  | { readonly kind: 'response'; readonly status: number } // from the network
  | { readonly kind: 'respond'; readonly status: number }
  | { readonly kind: 'timer'; readonly timer: TimerName }
  | { readonly kind: 'transport-error' };

/** What a transaction asks of its shell, in order. */
export type TxEffect =
  | 'send' // (re)transmit: the request, or the latest response
  | 'ack' // acknowledge a final response that is no success
  | 'pass' // hand the response (or ACK) up
  | 'timeout' // tell the user: no answer
  | 'failed' // tell the user: could not be sent
  | 'end' // forget the transaction
  | { readonly set: TimerName; readonly ms: number }
  | { readonly clear: TimerName };

/** States of all four machines; each uses its own. */
export type TxName =
  | 'calling'
  | 'trying'
  | 'proceeding'
  | 'accepted'
  | 'completed'
  | 'confirmed'
  | 'terminated';

/** `interval` is the present retransmission interval in ms. */
export interface TxState {
  readonly at: TxName;
  readonly interval: number;
}

export interface TxStep {
  state?: TxState;
  effects?: readonly TxEffect[];
}

/** A pure transaction machine. */
export type TxMachine = (state: TxState, event: TxEvent) => TxStep;

export const TERMINATED: TxState = { at: 'terminated', interval: 0 };
/** Nothing happens. */
export const STAY: TxStep = {};
