import type { Clock } from '../base/clock.ts';
import type { Media } from '../media/api.ts';
import type { DialogJournal } from '../records/call-record.ts';
import type { RtpPool } from './rtp-pool.ts';
import type { SipLeg } from './sip-leg.ts';
import type { SrfFacade } from './srf-facade.ts';

/** A dialog as sip/ knows it; the owner of call records adds which record it belongs to. */
export type OpenDialog = Omit<DialogJournal, 'callRecordId'>;

/** What a leg needs from the gateway. */
export interface LegHost {
  facade: SrfFacade;
  media: Media;
  pool: RtpPool;
  clock: Clock;
  /** Whether there is a gateway between audio and T.38 on this machine; asked only when a fax comes. */
  fax(): boolean;
  /** The packets of a leg that went past us must come here again, as its session has changed. */
  returned(leg: SipLeg): void;
  /** A dialog stands and would outlive us (ruling 7). */
  dialogOpened(leg: SipLeg, dialog: OpenDialog): void;
  /** It has ended, or its BYE is answered. */
  dialogClosed(callId: string): void;
  /** The engine is gone with the dialog in it: it must be ended from outside. */
  dialogOrphaned(dialog: OpenDialog): void;
  /** The leg is gone. */
  ended(leg: SipLeg): void;
}
