import type { DiversionReason, Party, ReleaseCause, RingClass } from '../call/leg.ts';
import type { CodecName } from '../media/api.ts';
import { joinHostPort } from './address.ts';
import type { Carried } from './carried.ts';
import type { DigestProgress } from './credentials.ts';
import type { Headers, SrfMessage, SrfResponse } from './srf-types.ts';
import type { SrtpWishes } from './srtp-terms.ts';

/** What a leg may speak with its peer. */
export interface AudioWishes {
  /** The preferred first. */
  codecs: readonly CodecName[];
  ptimeMs: 10 | 20 | 30;
  /** Address that the peer is told to send media to, if that is not the one it is bound to. */
  announced?: string;
  /** Digits go as tones in the audio, or by SIP INFO; missing: as RFC 4733 events where the peer takes them. */
  digits?: 'inband' | 'info';
  /** SRTP; missing: plain RTP only. */
  srtp?: SrtpWishes;
  /** Its packets may go past us, to and from the other party's peer. */
  direct?: boolean;
}

/** How digits go, as a part of {@link AudioWishes}. */
export const digitWish = (dtmf: 'auto' | 'inband' | 'info'): Pick<AudioWishes, 'digits'> =>
  dtmf === 'auto' ? {} : { digits: dtmf };

/** A request that the peer has answered with a challenge. */
export interface ChallengedRequest {
  method: string;
  body?: string;
  /** `outside`: of dialogs; `ours`, `theirs`: in a dialog that we, that they began. */
  dialog: 'outside' | 'ours' | 'theirs';
}

/** Whom SIP legs talk to: an operator behind a trunk, or a device of the office network. */
export interface Peer {
  /** `trunk:acme`, `device:anna`; for records and the page. */
  readonly place: string;
  /** A device of the office: its people may hold, transfer and be told of messages; an operator may not (ruling 8). */
  readonly inside: boolean;
  /** What it sends while it holds is music, to be heard: so with operators and PBXs. A telephone that holds has nothing to say. */
  readonly ownMusic: boolean;
  /** An operator whose REFER is heard all the same, since the trunk says so. */
  readonly mayTransfer?: boolean;
  /** Our Contact toward it; the engine writes its own address in place of `localhost`. */
  readonly contact: string;
  /** Local address for media toward it; undefined until one is known. */
  readonly localAddress: string | undefined;
  readonly audio: AudioWishes;
  /** How it takes digits that we send. */
  readonly dtmf: 'auto' | 'inband' | 'info';
  /**
   * How faxes go: `auto` by T.38 where the peer can, offered by whoever has the fax that answers; `t38`: offered by us
   * whoever has it; `g711` as sound, always.
   */
  readonly fax: 'auto' | 't38' | 'g711';
  /** A party as it is shown to this peer, a name-addr; missing: it is shown nobody in the middle of a call. */
  shown?(party: Party): string;
  /** Who is at the peer's end as a message of its says, if it is to be believed; `from`: its From, where that is the peer's. */
  partyIn?(message: Pick<SrfMessage, 'get'>, from: string | undefined): Party | undefined;
  /** A call with it begins, ends; for the limit of calls at once. */
  callBegan(): void;
  callEnded(): void;
  /** The credentials with which a challenged request is sent again; undefined if there are none for it. */
  answerChallenge(
    response: SrfResponse,
    progress: DigestProgress,
    request: ChallengedRequest,
  ): DigestProgress | undefined;
}

/** The next hop toward a peer. */
export interface Way {
  address: string;
  port: number;
  /** `udp`, `tcp`, `tls`. */
  transport: string;
  /** UDP that may give way to TCP where a request is too large for it (RFC 3261 18.1.1, ruling 16). */
  free?: boolean;
  /** How TLS is secured: the engine's name of it. */
  profile?: string;
}

/** Whom to call, and as whom. */
export interface OutgoingCall {
  /** E.164 with +, a short code, or digits of an operator's service. */
  number: string;
  caller: Party;
  /** An emergency call, and the number to show (E.164) if the site has one (ruling 6). */
  emergency?: { callerNumber?: string | undefined };
  /** Forwarded by one of ours (ruling 14). */
  diversion?: { reason: DiversionReason; number?: string };
  /** What a forwarded call brought along. */
  carried?: Carried;
  /** What a transferor wants told to the called (RFC 7433 4.1). */
  userToUser?: string;
  /** Where the call comes from, for telephones that ring accordingly (RFC 7462). */
  ring?: RingClass;
}

/** A peer that can be called. */
export interface CalledPeer extends Peer {
  /** The call is to stay on the flow that its INVITE takes: edge proxies look for the option beside `ob` (RFC 5626 4.3). */
  readonly outbound?: boolean;
  /** How long any sign of life may take after the INVITE, ms. */
  readonly noAnswerMs: number;
  /** Why no call may go there now; undefined if one may. */
  refusal(emergency: boolean): ReleaseCause | undefined;
  /** Where requests go now; undefined while no address is known. */
  way(): Way | undefined;
  /** The same with what is tried if that fails, in order (RFC 3263 4.3); missing: there is nothing else. */
  ways?(): readonly Way[];
  /** The call is sent by this way now, one of {@link ways}: what is said of the peer from here on is of that. */
  goes?(way: Way): void;
  /** Request-URI and the headers that say who calls whom: From (without tag), P-Asserted-Identity... */
  address(call: OutgoingCall): { uri: string; from: string; headers: Headers };
  /** Every response of the peer's to our INVITE. */
  heard?(response: SrfResponse): void;
  /** How an INVITE ended; `answered`: by the peer and not by silence. */
  saw(way: Way, status: number, text: string, answered: boolean): void;
}

/** Whether a peer may have us call others (ruling 8). */
export const mayTransfer = (peer: Peer): boolean => peer.inside || (peer.mayTransfer ?? false);

/** Allow toward a peer (RFC 3261 20.5). */
export const allowedBy = (peer: Peer): string =>
  `INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE${mayTransfer(peer) ? ', REFER, NOTIFY' : ''}`;

/** A way as the engine wants it for `proxy`, so that no name is looked up on the way. */
export function proxyOf(way: Way): string {
  const transport = way.free ? '' : `;transport=${way.transport}`;
  const profile = way.profile === undefined ? '' : `;tls-profile=${way.profile}`;
  return `sip:${joinHostPort(way.address, way.port)}${transport}${profile}`;
}

/** A way as the journal of dialogs keeps it. */
export function nextHopOf(way: Way): string {
  return `${way.transport}/${joinHostPort(way.address, way.port)}`;
}
