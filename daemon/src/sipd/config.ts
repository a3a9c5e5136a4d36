import type { Ban } from './guard/ban-list.ts';
import type { GuardSettings } from './guard/settings.ts';
import type { Lenience, Limits } from './message/limits.ts';
import type { TlsMaterial, TlsProfile } from './transport/tls.ts';

/** Transports the engine can listen on and send over. */
export type Proto = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** One address to listen on. Port 0 takes a free one; TCP and UDP given the same 0 differ. */
export interface ListenAddress {
  transport: Proto;
  /** An IP address of this machine, or `0.0.0.0` / `::` for all. */
  host: string;
  port: number;
  /** The machine may be without it, as without IPv6: then it is left out. */
  optional?: boolean;
  /** Any other port will do where this one is taken: peers come here by our Contact. */
  anyPort?: boolean;
}

/** The timer values of RFC 3261 table 4, in ms; shortened only in tests. */
export interface TimerConfig {
  /** Round-trip estimate, 500. */
  T1: number;
  /** Longest retransmission interval, 4000. */
  T2: number;
  /** Longest time a message stays in the network, 5000. */
  T4: number;
  /** Multiple of T1 after which a transaction is given up; 64 by the RFC. */
  give: number;
  /** How long timer D keeps a refused INVITE over UDP: 32 s or more (17.1.1.2). */
  D: number;
}

export const DEFAULT_TIMERS: TimerConfig = { T1: 500, T2: 4000, T4: 5000, give: 64, D: 32_000 };

/** What the engine needs to start. All of it can be structured-cloned into a worker. */
export interface EngineConfig {
  listen: ListenAddress[];
  /** Where the drachtio client connects; keep it on loopback, or give it a PEM key and certificates for TLS. */
  control: { host: string; port: number; secret: string; tls?: { key: string; cert: string } };
  /** Address that peers see instead of the bound one, for Via and Contact (no port: ours). */
  external?: { host: string; port?: number };
  /** URI that all requests outside of a dialog go to unless the client forces another. */
  outboundProxy?: string;
  /** PEM key and certificate chain for TLS and wss listeners, and CAs to trust instead of the system's. */
  tls?: TlsMaterial;
  /** How connections are secured toward next hops that name one of these by `;tls-profile=`. */
  tlsProfiles?: Readonly<Record<string, TlsProfile>>;
  /** DNS servers to ask, `address` or `address:port`; the system's, and its hosts file, by default. */
  dns?: readonly string[];
  timers?: Partial<TimerConfig>;
  limits?: Partial<EngineLimits>;
  /** What is forgiven of what RFC 3261 forbids; without it, what it asks a receiver to put up with. */
  lenient?: readonly Lenience[];
  /** Who is who, for bans and for what is refused first under load. */
  guard?: GuardSettings;
  /** Bans from before a restart. */
  bans?: readonly Ban[];
  /** Option tags accepted in Require; a request that needs another is answered 420. */
  supported?: string[];
  /**
   * How long, in ms, dialogs outlive the control connection that owned them before the engine ends
   * them with BYE (ruling 7); 10 000 by default.
   */
  orphanGraceMs?: number;
  /** The client leaves calls out where a server asks for that (RFC 7339), and requests may announce it; false by default. */
  heedsOverload?: boolean;
  /** Asked what becomes of new requests, before any client is. */
  requestHandler?: { url: string; methods?: readonly string[] };
  /** Whether CDR frames are sent to clients that ask for them; true by default. */
  cdrs?: boolean;
}

/** Bounds of every table; beyond them new work is refused with 503. */
export interface EngineLimits extends Limits {
  /** Server transactions at once. */
  serverTransactions: number;
  /** Client transactions at once. */
  clientTransactions: number;
  /** Bytes of requests that server transactions hold, together. */
  serverBytes: number;
  /** Dialogs at once. */
  dialogs: number;
  /** Stream connections at once. */
  connections: number;
  /** Stream connections at once from one address. */
  connectionsPerPeer: number;
  /** Who connects has this long to send a first whole message, ms. */
  firstMessageMs: number;
  /** A message that has begun on a connection has this long to become whole, ms. */
  wholeMessageMs: number;
  /** Messages kept in the trace, and bytes of their text. */
  trace: number;
  traceBytes: number;
}
