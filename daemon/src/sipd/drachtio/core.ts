import type { Clock } from '../../base/clock.ts';
import type { Leg } from '../dialog/leg.ts';
import type { Legs } from '../dialog/legs.ts';
import type { SessionTerms } from '../dialog/session-timer.ts';
import type { Guard } from '../guard/guard.ts';
import type { LenienceCounter } from '../message/limits.ts';
import type { Ids } from '../random.ts';
import type { AttemptContext } from '../resolve/attempts.ts';
import type { LocateContext } from '../resolve/locate.ts';
import type { ClientTransaction } from '../transaction/client.ts';
import type { TransactionTable } from '../transaction/table.ts';
import type { Flow } from '../transport/flow.ts';
import type { Transport } from '../transport/transport.ts';
import type { RouteHandler } from './route-handler.ts';
import type { Session } from './session.ts';
import { timeToken } from './wire.ts';

/** Everything the two halves of the user agent share. */
export interface Core {
  clock: Clock;
  ids: Ids;
  transport: Transport;
  table: TransactionTable;
  legs: Legs;
  lenient: LenienceCounter;
  guard: Guard;
  locate: LocateContext;
  attempts: AttemptContext;
  outboundProxy: string | undefined;
  /** Option tags accepted in Require. */
  supported: ReadonlySet<string>;
  maxDialogs: number;
  /** The control session to offer a request outside of dialogs to. */
  pick(verb: string): Session | undefined;
  /** A session that carries a tag; a connection to an application that waits for one. */
  tagged(tag: string): Session | undefined;
  dial(host: string, port: number): Promise<Session | undefined>;
  /** Decides what becomes of new requests, where one is configured. */
  handler: RouteHandler | undefined;
  /** The session a leg's requests go to: its owner, or any other that can take over. */
  ownerOf(leg: { owner: unknown }): Session | undefined;
  /** The dialog that an answered INVITE made or changed is over; `ack` was the ACK of its 2xx. */
  retire(tx: ClientTransaction, remoteTag: string, ack: { text: string; flow: Flow } | undefined): void;
  /** Begins, renews or ends a dialog's session timer. */
  setSession(leg: Leg, terms: SessionTerms | undefined): void;
  cdr: CdrSink;
  /** Counts of things that happened, by name. */
  count(what: string): void;
}

/** Where call records of the engine go; see cdr.ts. */
export interface CdrSink {
  attempt(source: 'network' | 'application', message: string): void;
  start(source: 'network' | 'application', role: CdrRole, message: string): void;
  stop(source: 'network' | 'application', reason: CdrReason, message: string): void;
}

export type CdrRole = 'uac' | 'uas' | 'proxy-uac' | 'proxy-uas';
export type CdrReason =
  | 'call-rejected'
  | 'call-canceled'
  | 'normal-release'
  | 'session-expired'
  | 'system-initiated-termination';

/** The words of a `sip` frame up to and including the time. */
export function sipLeader(core: Core, source: 'network' | 'application', flow: Flow, bytes: number): string {
  const { host, port } = flow.remote;
  return `${core.ids.uuid()}|sip|${source}|${bytes}|${flow.proto}|${host}|${port}|${timeToken(core.clock.wall())}`;
}

/** The words of a reply's description of what was sent, from OK to the time. */
export function sentWords(core: Core, flow: Flow, bytes: number): string {
  // As drachtio-server does: our own address for UDP, the peer's for connections.
  const { host, port } = flow.proto === 'udp' ? core.transport.localOf(flow) : flow.remote;
  return `OK|application|${bytes}|${flow.proto}|${host}|${port}|${timeToken(core.clock.wall())}`;
}
