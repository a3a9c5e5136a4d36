import type { LegQuality } from './leg-quality.ts';
import type { LineAccountRecord } from './line-account.ts';

/** How a call stood when its record was last written; `interrupted`: the daemon died in mid-call. */
export type CallRecordState = 'active' | 'ended' | 'interrupted';

/** One leg as the record keeps it. */
export interface LegRecord {
  id: string;
  kind: 'fxs' | 'fxo' | 'sip';
  /** `port:3`, `trunk:acme`. */
  place: string;
  direction: 'incoming' | 'outgoing';
  number?: string;
  /** Wall-clock ms since 1970. */
  startedAt: number;
  alertedAt?: number;
  answeredAt?: number;
  endedAt?: number;
  answerSource?: string;
  q850?: number;
  sipStatus?: number;
  sipCallId?: string;
  /** English technical text of the release. */
  causeText?: string;
  /** A line: what the far end's answer, and its release, were recognised by. */
  lineAnswer?: LineAccountRecord;
  lineRelease?: LineAccountRecord;
  /** Figures of RTP, if the leg had any; `late`: came too late to be heard, and is not in `lost`. */
  rtp?: {
    sent: number;
    received: number;
    lost: number;
    late?: number;
    jitterMs: number;
    roundTripMs?: number;
  };
  /** How it sounded, over all of the call. */
  quality?: LegQuality;
}

/** Somebody who diverted a call before it came to us. */
export interface DiversionRecord {
  number?: string;
  /** He wants not to be named. */
  hidden?: true;
  /** A word of RFC 5806 4: `user-busy`, `no-answer`, `unconditional`... */
  reason: string;
  times: number;
}

/** A fax in a call. */
export interface FaxRecord {
  /** How it went: by T.38, or as sound, of which nothing more is known. */
  by: 't38' | 'g711';
  /** Pages that the receiver has confirmed. */
  pages?: number;
  /** `ok`: the last page is confirmed, too; `partial`: some pages are; `failed`: none is. */
  result?: 'ok' | 'partial' | 'failed';
  /** bit/s. */
  bitRate?: number;
  errorCorrection?: boolean;
}

/** What was recorded of a call: the caller on the left, the called on the right. */
export interface RecordingRecord {
  /** Name of the file; the page asks for it by that. */
  file: string;
  /** Wall-clock ms of its beginning. */
  at: number;
  /** What it was begun by: a rule of the settings, the code during the call, the page. */
  by?: 'rule' | 'code' | 'page';
  /** Undefined while it goes on, and after a crash. */
  seconds?: number;
  bytes?: number;
  /** Silence in it where the disk was too slow, s. */
  gapSeconds?: number;
  /** Why it ended before its call: `disk-full`, `write`, `too-long`, `recorder-lost`, `no-opus`. */
  failed?: string;
  /** There is no file, or no more. */
  gone?: true;
}

/** One attempt at a call, answered or not. No digit of a PIN is ever in it. */
export interface CallRecord {
  id: string;
  state: CallRecordState;
  direction: 'outgoing' | 'incoming' | 'internal' | 'transit';
  /** What kind of service handled it: 'plain', 'access', 'forward', 'emergency', 'incoming'... */
  service: string;
  callerNumber?: string;
  callerName?: string;
  callerAbsence?: 'private' | 'unavailable';
  /** Category of the caller, one digit, where an exchange tells it (classic АОН). */
  callerCategory?: string;
  /** Who had sent the call on before it came here, the first first, as the network told it; nothing rests on it. */
  diversions?: DiversionRecord[];
  /** Who is really spoken to, where the network has told that it is not who was called (RFC 4916). */
  connectedNumber?: string;
  connectedName?: string;
  /** As dialed, without access number and PIN. */
  dialed?: string;
  /** E.164 or extension finally called. */
  calledNumber?: string;
  tollClass?: string;
  routeId?: string;
  /** The trunk it went out on, or, where it went out on none, the one it came in on; the legs tell both. */
  trunkId?: string;
  costCentre?: string;
  /** Of a call from outside: the destination that it was for, by id. */
  destination?: string;
  /** Which PIN was used (its id, never its digits). */
  pinId?: string;
  startedAt: number;
  /** Somebody has answered; a service of ours that speaks to the caller is not somebody. */
  answeredAt?: number;
  /** In which person's name it was made, by id. */
  calledBy?: string;
  /** Which person's telephone it was, by id. */
  answeredBy?: string;
  /** A service of ours has answered the caller, and which did so last: `flow:main`, `voicemail:anna`. */
  servedAt?: number;
  servedBy?: string;
  endedAt?: number;
  /** Time the called was rung, ms. */
  ringMs?: number;
  /** Answered duration, ms. */
  talkMs?: number;
  /** Post-dial delay: last digit recognised to INVITE or seizure, ms (ruling 32). */
  postDialDelayMs?: number;
  answerSource?: string;
  q850?: number;
  causeText?: string;
  /** Who hung up: 'caller', 'called', 'box'. */
  releasedBy?: 'caller' | 'called' | 'box';
  /** The record in which the other party of a transfer went on. */
  transferredTo?: string;
  /** The record from which a party came here by transfer. */
  transferredFrom?: string;
  /** Who had that party put through, and pays for it: `port:3`, `device:anna-desk` (ruling 8). */
  transferredBy?: string;
  /** The other record of a conference. */
  conferenceWith?: string;
  /** What the caller has answered to questions of menus, in order. */
  answers?: { flow: string; name: string; value: string }[];
  fax?: FaxRecord;
  recordings?: RecordingRecord[];
  /** Whose budgets it counts against: `person:anna`, `cost-centre:sales`, `pin:guest`. */
  accounts?: string[];
  /** What it had cost when that was last noted in the call; what counts of a call that a crash cut off. */
  charged?: { ms: number; price: number };
  price?: number;
  currency?: string;
  legs: LegRecord[];
  /** Path of the call: what was tried and why it moved on. English codes, translated on the page. */
  events: { at: number; what: string; detail?: string }[];
}

/** SIP dialog state journalled so that an orphan can be ended after a crash (ruling 7). */
export interface DialogJournal {
  callRecordId: string;
  callId: string;
  localUri: string;
  remoteUri: string;
  localTag: string;
  remoteTag: string;
  localSeq: number;
  remoteTarget: string;
  routeSet: string[];
  /** Next hop used: `udp/host:port`. */
  nextHop: string;
}

/** What call control writes; the store behind it journals before anything leaves the box. */
export interface CallRecorder {
  /** Opens a record; returns when it is safe on disk's way (journalled). */
  begin(record: CallRecord): void;
  /** Replaces the record's present state. */
  update(record: CallRecord): void;
  /** Closes it for good. */
  end(record: CallRecord): void;
  saveDialog(dialog: DialogJournal): void;
  forgetDialog(callId: string): void;
}
