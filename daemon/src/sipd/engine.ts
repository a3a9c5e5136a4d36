import type { LocalAddress } from '../base/address-watch.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { systemClock } from '../base/clock.ts';
import type { EngineConfig, EngineLimits, Proto } from './config.ts';
import { Legs } from './dialog/legs.ts';
import { Bridge } from './drachtio/bridge.ts';
import { Cdrs } from './drachtio/cdr.ts';
import type { Core } from './drachtio/core.ts';
import { Hub } from './drachtio/hub.ts';
import { RouteHandler } from './drachtio/route-handler.ts';
import type { Ban } from './guard/ban-list.ts';
import type { Load } from './guard/governor.ts';
import { Guard, type GuardStats } from './guard/guard.ts';
import { systemLoad } from './guard/load.ts';
import { OverloadWord } from './guard/overload-word.ts';
import type { GuardSettings } from './guard/settings.ts';
import { DEFAULT_LIMITS, FORGIVEN, type Leaning, type Lenience, LenienceCounter } from './message/limits.ts';
import { parse } from './message/parse.ts';
import type { NetworkEvent } from './network.ts';
import { type Ids, systemIds } from './random.ts';
import { cachedDns } from './resolve/cache.ts';
import { type Dns, systemDns } from './resolve/dns.ts';
import { Quarantine, type TargetTrouble } from './resolve/quarantine.ts';
import type { CaptureSettings } from './trace/hep.ts';
import { belongs, Trace, type TraceEntry, type TraceQuery } from './trace/ring.ts';
import { TransactionTable } from './transaction/table.ts';
import { isWeb } from './transport/flow.ts';
import { Keepalives } from './transport/keepalive.ts';
import { type TlsProfile, TlsProfiles } from './transport/tls.ts';
import { Transport } from './transport/transport.ts';

const LIMITS: EngineLimits = {
  ...DEFAULT_LIMITS,
  serverTransactions: 20_000,
  clientTransactions: 20_000,
  serverBytes: 48 * 1024 * 1024,
  dialogs: 5000,
  connections: 1000,
  connectionsPerPeer: 100,
  // An open connection alone is of no use to anyone, and slow senders must not hold buffers.
  firstMessageMs: 15_000,
  wholeMessageMs: 10_000,
  trace: 8000,
  traceBytes: 6 * 1024 * 1024,
};

/** How often the load is looked at, ms. */
const SAMPLE_MS = 250;

/** Option tags a client of ours can be expected to handle. */
const SUPPORTED = [
  '100rel',
  'timer',
  'replaces',
  'norefersub',
  'tdialog',
  'from-change',
  'path',
  'outbound',
  'histinfo',
  'early-session',
  'answermode',
];

/** Numbers for health and metrics. */
export interface EngineStats {
  serverTransactions: number;
  clientTransactions: number;
  dialogs: number;
  connections: number;
  /** Flows that are kept alive by pings or STUN. */
  keptAlive: number;
  sessions: number;
  /** Targets that failed lately. */
  troubled: TargetTrouble[];
  /** What was counted: refusals, bad messages by code, strays. */
  counts: Record<string, number>;
  /** What the parser forgave, by name. */
  lenient: Record<string, number>;
  /** Which peers need forgiveness, given or not. */
  leanings: Leaning[];
  guard: GuardStats;
}

/** A running engine. */
export interface Engine {
  /** Where drachtio clients connect. */
  control: { host: string; port: number };
  /** Bound SIP addresses, in the order of the configuration as long as none went and came back. */
  sip: { transport: Proto; host: string; port: number }[];
  stats(): EngineStats;
  /** The last messages, oldest first, secrets masked; those that are asked for, or that hold a text. */
  trace(query?: string | TraceQuery): TraceEntry[];
  /** From now on tells a collector of every message (HEP), without secrets; undefined: nobody any more. */
  capture(settings: CaptureSettings | undefined): void;
  /** Takes new terms: who is who, what is forgiven. */
  protect(terms: Protection): void;
  /** Takes a ban back; false if there is none of that source. */
  lift(source: string): boolean;
  /** Replaces the TLS profiles, which next hops name by `;tls-profile=`. */
  setTls(profiles: Readonly<Record<string, TlsProfile>>): void;
  close(): Promise<void>;
}

/** What may change of the engine's defences while it runs. */
export interface Protection {
  guard: GuardSettings;
  lenient?: readonly Lenience[];
}

/** Parts a test may replace. */
export interface EngineParts {
  clock?: Clock;
  ids?: Ids;
  dns?: Dns;
  /** Addresses of this machine; the system's by default. */
  interfaces?: () => LocalAddress[];
  /** Hears of addresses that came or went and of connections that died. */
  onNetwork?: (event: NetworkEvent) => void;
  /** What the machine feels; of this thread by default. */
  load?: () => Pick<Load, 'utilization' | 'lagMs'>;
  /** Hears when a source is banned or bans were lifted, with all that is worth keeping over a restart. */
  onBans?: (keep: Ban[], begun: Ban | undefined) => void;
  /** Hears of a message that made the engine fail; written to standard error by default. */
  onError?: (error: unknown) => void;
}

const named = (a: { transport: Proto; host: string; port: number }) => ({
  protocol: a.transport,
  host: a.host,
  port: a.port,
});

function reportError(error: unknown): void {
  process.stderr.write(`sipd: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

/**
 * Starts the engine. Resolves when every address is bound.
 * @throws the system's error of an address that cannot be bound; nothing stays open then.
 */
export async function start(config: EngineConfig, parts: EngineParts = {}): Promise<Engine> {
  const clock = parts.clock ?? systemClock({ unref: true });
  const ids = parts.ids ?? systemIds();
  const limits: EngineLimits = { ...LIMITS, ...config.limits };
  const lenient = new LenienceCounter(config.lenient ?? FORGIVEN);
  const trace = new Trace(limits, {
    now: () => clock.now(),
    wall: () => clock.wall(),
    localOf: (flow) => transport.localOf(flow),
  });
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  /** One message that goes wrong must not take all calls with it: it is counted and told. */
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (e) {
      count('internal.error');
      (parts.onError ?? reportError)(e);
    }
  };
  const legs = new Legs();
  const orphans = new Map<object, Timer>();
  let bridge: Bridge | undefined;
  const guard = new Guard({
    now: () => clock.now(),
    wall: () => clock.wall(),
    settings: config.guard,
    count,
    banned: (begun) => parts.onBans?.(guard.record(), begun),
    hangUp: (belongs) => transport.hangUp(belongs),
  });
  guard.restore(config.bans ?? []);
  const overload = new OverloadWord({
    now: () => clock.now(),
    wall: () => clock.wall(),
    loss: () => guard.loss,
  });

  const profiles = new TlsProfiles(config.tls);
  profiles.set(config.tlsProfiles ?? {});
  const transport = await Transport.open({
    config,
    profiles,
    limits,
    clock,
    interfaces: parts.interfaces,
    moved: (change) =>
      parts.onNetwork?.({ kind: 'addresses', bound: transport.addresses().map(named), ...change }),
    handler: {
      received(bytes, flow) {
        guarded(() => {
          if (!guard.admits(flow, bytes)) return;
          lenient.peer = flow.remote.host;
          const result = parse(bytes, lenient, limits);
          if (result.ok) {
            const m = result.message;
            if (isWeb(flow.proto) && m.isRequest && m.via.host.endsWith('.invalid'))
              transport.named(flow, m.via.host);
            trace.add('in', flow, m.text, belongs(m.cseqMethod, m.status > 0), m.callId);
            bridge?.received(m, flow);
          } else {
            // What is too broken to be answered may be anything: it would only wash calls away.
            if (result.partial)
              trace.add('in', flow, result.partial.text, belongs(result.partial.method, false));
            bridge?.refused(result, flow);
          }
        });
      },
      closed: (flow, reason) =>
        guarded(() => {
          table.flowClosed(flow, reason);
          keepalives.closed(flow, reason);
        }),
      admitsStun: (flow) => guard.admitsStun(flow),
      nuisance: (flow, what) => guarded(() => guard.offence(flow, what)),
      stun: (bytes, flow) => guarded(() => keepalives.stun(bytes, flow)),
      welcome: (host) => guard.welcome(host),
    },
  });

  const table = new TransactionTable(clock, config.timers, limits, {
    transmit(flow, text, onError) {
      trace.add('out', flow, text, belongs(text.slice(0, text.indexOf(' ')), true));
      flow.send(text, onError);
    },
    reply(request, flow, text) {
      const told = overload.written(request, text);
      trace.add('out', flow, told, belongs(request.method, false), request.callId);
      transport.reply(request, flow, told);
    },
  });

  const hub = new Hub(config.control.secret, {
    addresses: () => ({ advertised: transport.advertised(), bound: transport.bound() }),
    frame: (session, frame) => {
      let known = true;
      guarded(() => {
        known = bridge?.frame(session, frame) ?? false;
      });
      return known;
    },
    opened: () => {},
    closed: (session) => {
      bridge?.sessionClosed(session);
      endOrphansLater();
    },
    uuid: () => ids.uuid(),
  });

  /** Ruling 7: what nobody has taken over after a while is ended. */
  function endOrphansLater(): void {
    const key = {};
    orphans.set(
      key,
      clock.after(config.orphanGraceMs ?? 10_000, () => {
        orphans.delete(key);
        for (const leg of [...legs.values()])
          if (leg.owner === undefined) bridge?.endDialog(leg, 'controller lost');
      }),
    );
  }

  const keepalives = new Keepalives({
    clock,
    random: () => ids.number(2 ** 24) / 2 ** 24,
    sendStun: (flow, bytes) => transport.sendRaw(flow, bytes),
    failed: (flow, reason) =>
      parts.onNetwork?.({ kind: 'flow-failed', protocol: flow.proto, ...flow.remote, reason }),
  });
  const quarantine = new Quarantine(() => clock.now());
  const core: Core = {
    clock,
    ids,
    transport,
    table,
    legs,
    lenient,
    guard,
    locate: {
      dns: cachedDns(parts.dns ?? systemDns(config.dns), clock),
      has: (proto) => transport.has(proto),
      alias: (name) => transport.alias(name),
      get v6() {
        return transport.addresses().some((a) => a.host.includes(':'));
      },
      get v4() {
        return transport.addresses().some((a) => !a.host.includes(':'));
      },
      random: () => ids.number(2 ** 24) / 2 ** 24,
    },
    attempts: {
      transport,
      table,
      quarantine,
      keepalives,
      lenient,
      branch: () => ids.branch(),
      heedsOverload: config.heedsOverload ?? false,
      abandon: (tx) => bridge?.abandoned.add(tx),
    },
    outboundProxy: config.outboundProxy,
    supported: new Set((config.supported ?? SUPPORTED).map((s) => s.toLowerCase())),
    maxDialogs: limits.dialogs,
    pick: (verb) => hub.pick(verb),
    tagged: (tag) => hub.tagged(tag),
    dial: (host, port) => hub.dial(host, port),
    handler: config.requestHandler && new RouteHandler(config.requestHandler),
    ownerOf: (leg) => (leg.owner as ReturnType<Hub['any']>) ?? hub.any(),
    retire: (tx, remoteTag, ack) => bridge?.abandoned.retire(tx, remoteTag, ack),
    setSession: (leg, terms) => bridge?.setSession(leg, terms),
    cdr: new Cdrs({
      listeners: (verb) => (config.cdrs === false ? [] : hub.all(verb)),
      uuid: () => ids.uuid(),
      wall: () => clock.wall(),
    }),
    count,
  };
  bridge = new Bridge(core);
  const load = parts.load ?? systemLoad();
  const sampling = clock.every(SAMPLE_MS, () => {
    const waiting = bridge?.uas.waiting ?? 0;
    guard.sample({ ...load(), waiting, filled: Math.max(table.filled, legs.size / limits.dialogs) });
  });

  let control: { host: string; port: number };
  try {
    control = await hub.listen(config.control.host, config.control.port, config.control.tls);
  } catch (e) {
    await transport.close();
    throw e;
  }

  return {
    control,
    get sip() {
      return transport.addresses();
    },
    stats: () => ({
      serverTransactions: table.sizes.server,
      clientTransactions: table.sizes.client,
      dialogs: legs.size,
      connections: transport.connections,
      keptAlive: keepalives.size,
      sessions: hub.size,
      troubled: quarantine.troubled,
      counts: Object.fromEntries(counts),
      lenient: lenient.snapshot(),
      leanings: lenient.leanings(),
      guard: guard.stats,
    }),
    trace: (query) => trace.entries(query),
    capture: (settings) => trace.capture(settings),
    protect({ guard: settings, lenient: forgiven = FORGIVEN }) {
      guard.configure(settings);
      lenient.allow(forgiven);
    },
    lift: (source) => guard.lift(source),
    setTls: (next) => profiles.set(next),
    async close() {
      trace.capture(undefined);
      bridge = undefined;
      keepalives.close();
      sampling.cancel();
      for (const timer of orphans.values()) timer.cancel();
      await hub.close();
      table.close();
      for (const leg of [...legs.values()]) legs.remove(leg);
      await transport.close();
    },
  };
}
