import type { Place } from './endpoint.ts';
import type { Message } from './message.ts';
import type { RtpReport, RtpSession } from './rtp.ts';
import type { CryptoLine } from './srtp.ts';

/** A call as the operator sees it. */
export interface CallReport {
  id: string;
  callId: string;
  direction: 'from-box' | 'to-box';
  number: string;
  caller: string;
  state: 'ringing' | 'answered' | 'ended';
  /** Final status, once there is one. */
  status: number;
  /** Ms from the INVITE to its answer. */
  answeredAfterMs?: number;
  endedBy?: 'box' | 'operator';
  /** Reason header of the box's BYE or CANCEL, or of its refusal. */
  reason?: string;
  rtp: RtpReport;
}

/** A call as the operator holds it. */
export interface Call {
  report: CallReport;
  began: number;
  rtp: RtpSession;
  sdp: string;
  /** Our keys, as offered or answered. */
  lines: readonly CryptoLine[];
  /** The INVITE that began it. */
  invite: Message;
  from: Place;
  local: string;
  remote: string;
  target: string;
  routes: string[];
  sequence: number;
  timers: Set<NodeJS.Timeout>;
  acknowledged: boolean;
  /** CANCEL is out; an answer that crosses it is ended by BYE (RFC 3261 9.1). */
  cancelled: boolean;
}

/** One contact of a user's (RFC 3261 10.3). */
export interface Binding {
  contact: string;
  from: Place;
  until: number;
}
