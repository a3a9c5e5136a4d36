import type { Events } from '../base/emitter.ts';
import type { EndpointId, RtpStatistics } from '../media/api.ts';
import type { LineAccountRecord } from '../records/line-account.ts';

export type { RingClass } from '../port/port.ts';

/** Why a call or leg ended: Q.850 cause, with the words for the record. */
export interface ReleaseCause {
  /** ITU-T Q.850 cause value, 1 to 127. */
  q850: number;
  /** The SIP status that came or will go out, if SIP was concerned. */
  sip?: number;
  /** English text for the log and the record's technical details. */
  text: string;
  /** Who released: the far side of this leg, or we. */
  by: 'remote' | 'local';
  /** Set when the leg may not be tried on another route although nobody was reached (ruling 15). */
  final?: boolean;
}

/** How the answer was recognised; `sip` is a 200 OK, the rest is G04's order on an analog line. */
export type LegAnswerSource = 'sip' | 'off-hook' | 'polarity' | 'ringback-stop' | 'voice' | 'timer';

/** The other party as this leg knows it; numbers in E.164 with + where known, else as received. */
export interface Party {
  number?: string;
  name?: string;
  /** The name is what the office calls a stranger: its telephones show it, no operator is told it. */
  nameForOffice?: boolean;
  /** `private`: withheld by the caller; `unavailable`: the network did not say. */
  absence?: 'private' | 'unavailable';
  /** As the exchange of a city line told it by classic АОН: one digit. */
  category?: string;
}

/** Why a call was diverted (RFC 5806 4). */
export type DiversionReason =
  | 'unknown'
  | 'unconditional'
  | 'user-busy'
  | 'no-answer'
  | 'unavailable'
  | 'deflection'
  | 'time-of-day'
  | 'do-not-disturb'
  | 'follow-me'
  | 'out-of-service'
  | 'away';

/** Somebody who sent a call on before it came here, as the network tells it: for people to read, nothing rests on it. */
export interface Diversion {
  /** Who it is; missing where the network does not say. */
  number?: string;
  /** He wants not to be named. */
  hidden?: true;
  reason: DiversionReason;
  /** How often he did. */
  times: number;
}

/** What carries a fax between a SIP leg and its peer. */
export type FaxCarrier = 't38' | 'audio';

export type LegEvents = {
  /** Outgoing: the far side is being alerted. `earlyMedia`: its endpoint already carries the network's audio. */
  alerting: [earlyMedia: boolean];
  answered: [source: LegAnswerSource];
  /** The far side ended the leg, or it failed. Always the last event; comes once. */
  released: [cause: ReleaseCause];
  digit: [key: string];
  /** Analog telephones: hook flash. */
  flashed: [];
  /** SIP: the far side put us on hold, or took us back. `music`: it goes on sending, and what it sends is meant to be heard. */
  held: [held: boolean, music?: boolean];
  /** SIP: T.38 has taken the place of the audio, or audio is back. */
  fax: [by: FaxCarrier];
  /** SIP: the party's packets go to the other party directly, past us; or come to us again. */
  path: [direct: boolean];
  /** SIP: the network says who is really spoken to (RFC 3325 9.1, RFC 4916), whoever was called. */
  connected: [party: Party];
  /** SIP: the party asks to be put through to somebody else, and to be out of the call (RFC 3515). */
  transferAsked: [order: TransferOrder];
};

/** What a party asks for with a transfer; whoever takes the order answers it with `accept` or `refuse`, once. */
export interface TransferOrder {
  /** Whom to reach, as dialed: the user part of Refer-To. */
  readonly to: string;
  /** The call that the party has with that somebody already: attended transfer (RFC 5589 7.3). */
  readonly replaces?: ReplacedDialog;
  /** Who says to be the transferor (RFC 3892); a claim for the record, nothing rests on it. */
  readonly referredBy?: string;
  /** What the party wants told to whom it is put through to (User-to-User in Refer-To, RFC 7433 4.1). */
  readonly userToUser?: string;
  /** The order is not carried out; instead of `accept`. */
  refuse(cause: ReleaseCause): void;
  /** The order is taken on; what becomes of it is told by the following. */
  accept(): void;
  /** Whom the party is put through to is being alerted. */
  ringing(): void;
  /** Done: the party is out of the call. */
  done(): void;
  /** It came to nothing; the call is as it was. */
  failed(cause: ReleaseCause): void;
}

/** A dialog as Replaces names it (RFC 3891 6.1), from the point of view of who received the header. */
export interface ReplacedDialog {
  readonly callId: string;
  /** `to-tag`: our own tag. */
  readonly localTag: string;
  /** `from-tag`: the other side's. */
  readonly remoteTag: string;
  /** Only while it has not been answered. */
  readonly earlyOnly: boolean;
}

/** A dialog with whoever is rung, as that side sees it (RFC 4235 4.1.1). */
export interface EarlyDialog {
  callId: string;
  /** Missing until the rung side has answered anything. */
  localTag?: string;
  remoteTag: string;
}

export type LegState = 'idle' | 'trying' | 'alerting' | 'answered' | 'released';

/**
 * One party's side of a call. `call/` owns this interface; `sip/` and the analog ports provide it,
 * and neither knows the other.
 */
export interface Leg extends Events<LegEvents> {
  readonly id: string;
  readonly kind: 'fxs' | 'fxo' | 'sip';
  /** `incoming`: it called us; `outgoing`: we call it. */
  readonly direction: 'incoming' | 'outgoing';
  /** Where it is, for the record: `port:3`, `trunk:acme`. */
  readonly place: string;
  readonly state: LegState;
  /** Its media endpoint; undefined until there is one (SIP before SDP). */
  readonly endpoint: EndpointId | undefined;
  /** SIP Call-ID; undefined on analog legs. */
  readonly callId: string | undefined;
  /** What is known to be plugged in where the leg is: a fax, or a modem or alarm panel (`data`). */
  readonly modem?: 'fax' | 'data' | undefined;
  /** Clock ms when the request that opens the leg went out (INVITE sent, line seized); for post-dial delay. */
  readonly startedAt: number | undefined;

  /** Outgoing only: begins the attempt. Failure comes as `released`, never as a throw. */
  start(): void;
  /** Incoming only: tells the caller that somebody is being alerted (180; ringback on analog is the call's to play). */
  alert(): void;
  /** Incoming only: opens the speech path before answer, so that tones or the far network can be heard (183). */
  openEarlyMedia(): Promise<void>;
  /** Incoming only: answers. Rejects if the leg is gone. */
  answer(): Promise<void>;
  /** Ends the leg from our side, in any state; a second call does nothing. `released` follows. */
  release(cause: ReleaseCause): void;
  /** Sends DTMF toward the party. */
  sendDigits(digits: string): Promise<void>;
  /** Puts the party on hold or takes it back (re-INVITE; on analog legs nothing but state). */
  hold(on: boolean): Promise<void>;
  /** Nobody is there yet: the caller of a call that the box makes (`call/stand-in-leg.ts`). */
  readonly standsIn?: boolean;
  /** SIP: how many more times the call may be passed on (Max-Forwards); undefined on other legs. */
  readonly hopsLeft?: number;
  /** Outgoing only, before `start`: the leg carries `caller`'s call on, so that one that goes in a circle ends. */
  follows?(caller: Leg): void;
  /**
   * SIP: a fax has been heard; the leg goes over to T.38 if it can. `near`: the fax that answers is on our side of it.
   * Resolves with what carries the fax from now on.
   */
  toFax?(near: boolean): Promise<FaxCarrier>;
  /** SIP: whether a fax could go by T.38 here. */
  readonly faxable?: boolean;
  /** SIP: the fax is over, and audio is to come back. */
  toAudio?(): Promise<void>;
  /** SIP: whether this leg is the dialog that a Replaces header names. */
  isDialog?(dialog: ReplacedDialog): boolean;
  /** SIP, while the party is rung: the dialog as that party sees it, by which another may pick the call up. */
  readonly ringingDialog?: EarlyDialog | undefined;
  /** SIP: tells the party, if it can show it, whom it talks to now. */
  show?(party: Party): void;
  /** A line: what the answer and the release were recognised by, as far as they have come. */
  readonly lineAccounts?: { answer?: LineAccountRecord; release?: LineAccountRecord };
  /** Figures of the leg's RTP, last ones once it is released; absent on legs that have none. */
  statistics?(): Promise<RtpStatistics | undefined>;
}
