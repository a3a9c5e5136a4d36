import type { TollClass } from '../config/schema.ts';
import type { DialedCode } from './feature-codes.ts';
import type { CallPrice } from './price.ts';

/** A sentence in both languages of the box. */
export interface Said {
  ru: string;
  en: string;
}

/** What a dialed number is. */
export type NumberClass =
  | TollClass
  | 'emergency'
  | 'feature'
  | 'extension'
  | 'access'
  | 'blocked'
  | 'invalid';

/** Whether the called is shown who calls. */
export type Presentation = 'hidden' | 'shown';

/** A number after normalising and classifying. */
export interface ClassifiedNumber {
  /** Digits as dialed, pauses removed. */
  dialed: string;
  /** A code before the number says whether the caller's own is shown in this call. */
  presentation?: Presentation;
  class: NumberClass;
  /** E.164 with +, for everything that has one. */
  e164?: string;
  /** For `emergency` and `special`: the short code after mapping (01 -> 101). */
  shortCode?: string;
  /** For `extension`: which one; for `access`: id of the access number; for `feature`: what it does, if it is a {@link Presentation}. */
  target?: string;
  /** For `feature`: the code of the table that it is, with what was dialed behind it. */
  feature?: DialedCode;
  /** Whether the number is complete, might go on, or is only a beginning. */
  completeness: 'complete' | 'may-continue' | 'partial' | 'impossible';
  /** Two-digit carrier code chosen by the caller; such a call goes over a city line only. */
  carrier?: string;
  /** Only the long-distance prefix has come, and the office wants dial tone again now. */
  secondDialTone?: true;
  /** Dialed the way toll-fraud scanners do; the peer that sent it deserves a bad mark. */
  suspicious?: boolean;
  /** What the digits belong to, where it is worth saying: a country, a paid service. */
  name?: Said;
}

/** Where a call may be sent, one attempt. */
export interface RouteStep {
  routeId: string;
  via: { kind: 'trunk'; trunk: string } | { kind: 'line'; ports: readonly number[] };
  /** Number to dial that way: E.164 with + on a trunk (the trunk writes it its own way), digits with pauses on a line. */
  number: string;
  price: CallPrice | undefined;
  /** Why this step stands where it stands, for the page. */
  why: Said;
}

/** The dial plan's answer to "this port dialed that". Pure data; nothing has been done yet. */
export interface RoutePlan {
  number: ClassifiedNumber;
  /** Steps in the order they are to be tried; empty when refused. */
  steps: RouteStep[];
  /** Set when the call may not be made as it stands. */
  refusal?: {
    reason:
      | 'class'
      | 'schedule'
      | 'blocked'
      | 'no-route'
      | 'invalid'
      | 'pin-required'
      | 'incomplete'
      /** The fraud guard: a country that is not open, the night, its lock; a PIN for other numbers. */
      | 'country'
      | 'night'
      | 'locked'
      | 'pin-numbers';
    said: Said;
    /** Q.850 cause for the record: 21 call rejected, 28 invalid number, 3 no route... */
    q850: number;
  };
  /** The whole decision in sentences, for "what would happen if I dial…". */
  explanation: Said[];
}
