import type { Socket } from 'node:net';
import Srf from 'drachtio-srf';

/*
 * The part of drachtio-srf 5.0.29 that the gateway uses, with types of our own: those in the package
 * lack most of the options and events used here and give dozens of errors under `strict`.
 */

/** Header fields by name. */
export type Headers = Record<string, string>;

/** The same, with fields that stand more than once: a list is written as so many lines. */
export type RepeatedHeaders = Record<string, string | readonly string[]>;

/** What requests and responses have in common. */
export interface SrfMessage {
  /** Value of a header, repetitions joined with commas; any capitalisation. */
  get(name: string): string | undefined;
  has(name: string): boolean;
  body: string;
  /** Address that a message from the network came from; empty for what the engine made itself. */
  source_address: string;
  source_port: number;
  protocol: string;
  /** Identifies the dialog toward the engine; empty outside of dialogs. */
  stackDialogId: string | undefined;
}

export interface SrfRequest extends SrfMessage {
  method: string;
  uri: string;
  /** `network` or `application` (what the engine sent on its own). */
  source: string;
  /**
   * Of requests outside of dialogs: SHA-256 fingerprint of the certificate of whoever opened the connection. Our engine
   * tells it where drachtio-server has a session token; nothing that a peer writes gets there.
   */
  sessionToken?: string | undefined;
  /** Outgoing INVITE only. */
  cancel(options: { headers?: Headers }, callback: (error: unknown) => void): void;
  on(
    event: 'response',
    fn: (response: SrfResponse, ack: (options?: { body?: string }) => void) => void,
  ): this;
  /** Incoming INVITE: the caller gave up. */
  on(event: 'cancel', fn: (request: SrfMessage) => void): this;
  /** INVITE without a final response: the other side sent UPDATE (RFC 3311). */
  on(event: 'update', fn: (req: SrfRequest, res: SrfResponse) => void): this;
  removeAllListeners(event: 'update'): void;
}

export interface SrfResponse extends SrfMessage {
  status: number;
  reason: string;
  /** The request it belongs to, as it was sent. */
  req: SrfRequest;
  finalResponseSent: boolean;
  /** The message in the making, and who sends it: for a status that `send` does not know. */
  readonly msg: { status: number; reason: string };
  readonly agent: {
    sendResponse(
      res: SrfResponse,
      options: { headers?: Headers; body?: string },
      callback: (error: unknown) => void,
    ): void;
  };
  /** `pracked`: called when a provisional response that was sent reliably is acknowledged. */
  send(
    status: number,
    options: { headers?: Headers; body?: string },
    callback?: (error: unknown) => void,
    pracked?: (prack: SrfRequest) => void,
  ): void;
}

export interface SrfDialog {
  readonly id: string;
  readonly type: 'uas' | 'uac';
  sip: { callId: string; localTag: string; remoteTag: string };
  local: { uri: string; sdp: string; contact: string };
  remote: { uri: string; sdp: string };
  req: SrfRequest;
  res: SrfResponse;
  on(
    event: 'modify' | 'info' | 'refer' | 'update' | 'message' | 'subscribe',
    fn: (req: SrfRequest, res: SrfResponse) => void,
  ): this;
  /** A SUBSCRIBE with Expires 0, which srf has answered. */
  on(event: 'unsubscribe', fn: (req: SrfRequest) => void): this;
  on(event: 'destroy', fn: (req: SrfRequest, reason?: string) => void): this;
  on(event: 'ack', fn: (req: SrfRequest) => void): this;
  removeAllListeners(): void;
  request(
    options: { method: string; headers?: Headers; body?: string },
    callback: (error: unknown, response?: SrfResponse) => void,
  ): void;
}

export interface SrfConnectOptions {
  host: string;
  port: number;
  secret: string;
  enablePing: boolean;
  pingInterval: number;
  reconnect: { retryMaxDelay: number };
}

/** An error of srf; `res` when a final response stands behind it. */
export interface SrfError extends Error {
  status?: number;
  res?: SrfResponse;
}

export type Middleware = (req: SrfRequest, res: SrfResponse) => void;

export interface SrfClient {
  connect(options: SrfConnectOptions): void;
  disconnect(): void;
  use(method: string, fn: Middleware): void;
  on(event: 'connect', fn: (error: unknown, hostports?: string, version?: string) => void): this;
  on(event: 'error' | 'close', fn: (error?: unknown) => void): this;
  on(event: 'reconnecting', fn: (info: { delay: number; attempt: number }) => void): this;
  request(
    uri: string,
    options: { method: string; headers: Headers; body?: string; proxy?: string },
    callback: (error: unknown, request?: SrfRequest) => void,
  ): void;
  createUAC(
    uri: string,
    options: { headers: Headers; localSdp: string; proxy?: string },
    progress: {
      cbRequest: (error: unknown, request?: SrfRequest) => void;
      cbProvisional: (response: SrfResponse) => void;
    },
    callback: (error: SrfError | null, dialog?: SrfDialog) => void,
  ): void;
  createUAS(
    req: SrfRequest,
    res: SrfResponse,
    options: { headers: Headers; localSdp: string },
    callback: (error: unknown, dialog?: SrfDialog) => void,
  ): void;
  removeDialog(dialog: SrfDialog): void;
  /** The agent underneath; only its switch against reconnecting is used. */
  readonly app: {
    client?: { wp?: { closing?: boolean; on(event: 'connect', fn: (socket: Socket) => void): unknown } };
  };
}

/** The class of srf's messages, as far as its search for a header goes. */
interface SrfMessageClass {
  prototype: { headers: Record<string, unknown>; getHeaderName(name: string): string | undefined };
}

/**
 * srf looks for a header by making a list of all names, each in small letters, some hundred times a call. Nearly all
 * names are kept in small letters anyway: asked for directly, they cost the main thread a twentieth less.
 */
(Srf as unknown as { SipMessage: SrfMessageClass }).SipMessage.prototype.getHeaderName = function (name) {
  const small = name.toLowerCase();
  if (Object.hasOwn(this.headers, small)) return small;
  for (const header in this.headers)
    if (header.length === small.length && header.toLowerCase() === small) return header;
  return undefined;
};

/** Makes a client; the tags tell our own engine what we can take. */
export const createSrf = Srf as unknown as new (tags: string[]) => SrfClient;
