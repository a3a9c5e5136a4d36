/*
 * SIP messages of a call or a trunk as the page shows them; types only, re-exported by contract.ts.
 */

/** What a message is, for its colour and shape. */
export type TraceKind = 'request' | 'provisional' | 'success' | 'refusal';

/** One message as it passed our socket, without secrets. */
export interface TraceMessage {
  id: string;
  /** Wall-clock ms, microseconds behind the point. */
  at: number;
  direction: 'in' | 'out';
  /** `udp`, `tcp`, `tls`. */
  transport: string;
  /** `host:port`: ours, and the other side's. */
  local: string;
  remote: string;
  callId: string;
  /** Whom we spoke with: the place of the leg (`trunk:acme`); empty where no leg is known. */
  place: string;
  kind: TraceKind;
  /** Of the request, or the one that is answered. */
  method: string;
  /** Of a response. */
  status?: number;
  /** `INVITE`, `180 Ringing`. */
  summary: string;
  /** It describes audio (SDP). */
  sdp?: boolean;
  /** The same message went the same way before. */
  repeated?: boolean;
  /** The whole message; undecodable bytes as U+FFFD. */
  text: string;
}

/** GET /api/v1/calls/:id/trace and /api/v1/trunks/:id/trace. */
export interface TraceView {
  /** False with a SIP engine that is not ours: what it sends is not known here. */
  available: boolean;
  /** In the order of time. Empty: no SIP, or forgotten by now. */
  messages: TraceMessage[];
}
