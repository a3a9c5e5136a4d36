import type { Clock } from '../base/clock.ts';
import type { PriceConfig } from '../config/schema.ts';
import type { Media, PlaySource } from '../media/api.ts';
import type { CallRecord, CallRecorder } from '../records/call-record.ts';
import type { Call } from './call.ts';
import type { Leg, ReleaseCause } from './leg.ts';
import type { ToneSet } from './tones.ts';

/** What a call needs from the daemon. */
export interface CallContext {
  clock: Clock;
  media: Media;
  tones: ToneSet;
  recorder: CallRecorder;
  /** Price in the site's currency of `talkMs` of conversation; zero or more. */
  priceOf(price: PriceConfig, talkMs: number): number;
  /** What a held party hears; missing, or nothing: the hold tone of the country. */
  holdSound?: () => PlaySource | undefined;
}

/** Who ended a call. */
export type ReleasedBy = NonNullable<CallRecord['releasedBy']>;

/** What the owner of a caller's leg is told: that the leg's part is over. */
export type Done = (released: ReleaseCause, by: ReleasedBy) => void;

/** `served`: a service of ours speaks to the caller. */
export type CallState = 'seeking' | 'alerting' | 'served' | 'talking' | 'held' | 'ended';

export type CallEvents = {
  /** Anything the page shows has changed. */
  changed: [];
  answered: [called: Leg];
  /** A service of ours, `flow:main`, has answered the caller. */
  served: [by: string];
  /** `next` has taken the place of `leaving`. */
  replaced: [leaving: Leg, next: Leg];
  /** By a transfer `party` goes on in another call; `ended` follows. */
  handedOver: [party: Leg, into: Call];
  /**
   * The end; comes once, and after a transfer also to the call that was left. The called leg is released already; the
   * caller's leg is its owner's to release, who learns of its end by {@link Call.whenDone}.
   */
  ended: [released: ReleaseCause, by: ReleasedBy];
};
