import { patient } from '../../../hw/simulator/office/patience.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { Emitter } from '../../src/base/emitter.ts';
import type { Leg, LegEvents } from '../../src/call/leg.ts';
import { configSchema, type TrunkConfig } from '../../src/config/schema.ts';
import { trunkResolver } from '../../src/main/trunk-resolver.ts';
import type {
  EndpointId,
  Media,
  MediaEvents,
  PlaySource,
  RtpParameters,
  T38Parameters,
} from '../../src/media/api.ts';
import {
  type Resolver,
  type SipEvents,
  type SipGateway,
  type SipOptions,
  startSip,
  type TrunkCallRequest,
  trunkTimes,
} from '../../src/sip/index.ts';
import type { EngineConfig, TimerConfig } from '../../src/sipd/config.ts';
import { type Engine, type EngineParts, start } from '../../src/sipd/engine.ts';

interface Test {
  teardown(fn: () => unknown): void;
}

/** Media that gives out endpoints and remembers what it was told; SIP alone is under test. */
export class SilentMedia extends Emitter<MediaEvents> implements Media {
  readonly set: { endpoint: EndpointId; parameters: RtpParameters }[] = [];
  readonly open = new Set<EndpointId>();
  readonly played: { endpoint: EndpointId; source: PlaySource }[] = [];
  /** Local addresses of the sessions opened so far. */
  readonly bound: string[] = [];
  /** How long binding a session takes, ms. */
  openMs = 0;
  #next = 1;

  async openRtp(address = ''): Promise<{ endpoint: EndpointId; port: number }> {
    this.bound.push(address);
    const number = this.#next++;
    const endpoint = `rtp:${number}`;
    if (this.openMs) await new Promise((resolve) => setTimeout(resolve, this.openMs));
    this.open.add(endpoint);
    return { endpoint, port: 20000 + 2 * number };
  }

  async setRtp(endpoint: EndpointId, parameters: RtpParameters): Promise<void> {
    this.set.push({ endpoint, parameters });
  }

  async closeRtp(endpoint: EndpointId): Promise<undefined> {
    this.open.delete(endpoint);
  }

  async statistics(): Promise<undefined> {}
  async statisticsOf(): Promise<undefined[]> {
    return [];
  }
  async levels(): Promise<undefined> {}
  async connect(): Promise<void> {}
  async disconnect(): Promise<void> {}
  async stop(): Promise<void> {}
  readonly pressed: string[] = [];
  async press(endpoint: EndpointId, digit: string): Promise<void> {
    this.pressed.push(`${endpoint} ${digit}`);
  }
  async detect(): Promise<void> {}
  /** Sessions whose packets go past us, or come here, in order. */
  readonly bypasses: { endpoint: EndpointId; on: boolean }[] = [];

  async bypass(endpoint: EndpointId, on: boolean): Promise<void> {
    this.bypasses.push({ endpoint, on });
  }

  async setEcho(): Promise<void> {}
  async setMusic(): Promise<void> {}
  async mix(): Promise<void> {}
  async record(): Promise<void> {}
  async moveRecording(): Promise<void> {}
  async muteRecording(): Promise<void> {}
  async stopRecording(): Promise<void> {}
  async care(): Promise<void> {}
  /** T.38 as it was set, in order. */
  readonly faxes: { endpoint: EndpointId; parameters: T38Parameters }[] = [];

  async setT38(endpoint: EndpointId, parameters: T38Parameters): Promise<void> {
    this.faxes.push({ endpoint, parameters });
  }

  async play(endpoint: EndpointId, source: PlaySource): Promise<boolean> {
    this.played.push({ endpoint, source });
    return true;
  }

  /** What a session was told last. */
  last(endpoint: EndpointId | undefined): RtpParameters | undefined {
    return this.set.findLast((entry) => entry.endpoint === endpoint)?.parameters;
  }
}

/** A trunk as the configuration would have it. */
export function trunkConfig(change: Partial<TrunkConfig> & { server: string }): TrunkConfig {
  const config = configSchema.parse({
    version: 1,
    trunks: [{ id: 'acme', name: 'Acme', mode: 'static', optionsSeconds: 0, ...change }],
  });
  return config.trunks[0]!;
}

/** Name service as the daemon's own, over answers that a test gives. */
export function resolverOf(
  answers: {
    addresses(host: string): Promise<string[]>;
    services(name: string): Promise<{ name: string; port: number; priority: number; weight: number }[]>;
  },
  clock: Clock = systemClock({ unref: true }),
): Resolver {
  return trunkResolver(clock, () => ({ v4: true, v6: false }), {
    naptr: async () => [],
    srv: (name) => answers.services(name),
    addresses: (name) => answers.addresses(name),
  });
}

/** Timers of the engine at an eighth: 64*T1 is 4 s. */
export const QUICK: Partial<TimerConfig> = { T1: 62.5, T2: 500, T4: 625, D: 4000 };

/** Trunk times for tests: seconds become tens of ms. */
export const quickTimes = {
  ...trunkTimes,
  registration: (expiresSeconds: number) => ({
    expiresSeconds,
    backoffMs: 100,
    maxBackoffMs: 800,
    refusedMs: 300,
    maxRefusedMs: 1200,
  }),
  optionsAnswerMs: 300,
  optionsRetryMs: 100,
  optionsScale: 0.01,
  keepOpenMs: 200,
  unregisterMs: 200,
};

/** Our own engine on loopback, in this process. */
export async function startEngine(
  t: Test,
  change: Partial<EngineConfig> = {},
  parts: EngineParts = {},
): Promise<Engine> {
  const config = {
    listen: [
      { transport: 'udp', host: '127.0.0.1', port: 0 },
      { transport: 'tcp', host: '127.0.0.1', port: 0 },
    ],
    control: { host: '127.0.0.1', port: 0, secret: 'cymru' },
    ...change,
  };
  // The test shares its thread with the engine: how busy that is says nothing of the engine.
  const load = (): { utilization: number; lagMs: number } => ({ utilization: 0, lagMs: 0 });
  const engine = await start(config as EngineConfig, { load, ...parts });
  // A test may have closed it by itself.
  t.teardown(() => engine.close().catch(() => {}));
  return engine;
}

/** `host:port` that the engine listens on. */
export function sipAddress(engine: Engine, transport: 'udp' | 'tcp' = 'udp'): string {
  const found = engine.sip.find((entry) => entry.transport === transport)!;
  return `${found.host}:${found.port}`;
}

/** A gateway on that engine. */
export async function startGateway(
  t: Test,
  engine: Engine,
  trunks: TrunkConfig[],
  change: Partial<SipOptions> = {},
): Promise<{ gateway: SipGateway; media: SilentMedia }> {
  const media = new SilentMedia();
  const gateway = await startSip({
    clock: systemClock(),
    media,
    engine: { ...engine.control, secret: 'cymru' },
    trunks,
    times: quickTimes,
    ...change,
  });
  t.teardown(() => gateway.close());
  return { gateway, media };
}

type Match<A extends unknown[]> = (...args: A) => boolean;

/** The next event for which `match` holds; rejects after `ms`. */
export function next<K extends keyof SipEvents>(
  source: SipGateway,
  event: K,
  match?: Match<SipEvents[K]>,
  ms?: number,
): Promise<SipEvents[K]>;
export function next<K extends keyof LegEvents>(
  source: Leg,
  event: K,
  match?: Match<LegEvents[K]>,
  ms?: number,
): Promise<LegEvents[K]>;
export function next(
  source: { on(event: never, fn: (...args: unknown[]) => void): () => void },
  event: string,
  match: (...args: never[]) => boolean = () => true,
  ms = 5000,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      off();
      reject(new Error(`no ${event} within ${ms} ms`));
    }, patient(ms));
    const off = source.on(event as never, (...args) => {
      if (!match(...(args as never[]))) return;
      clearTimeout(timer);
      off();
      resolve(args);
    });
  });
}

/** A leg on the trunk `acme`, as soon as that can be called. */
export function makeLeg(gateway: SipGateway, change: Partial<TrunkCallRequest> = {}): Promise<Leg> {
  const request = { trunkId: 'acme', number: '+78121234567', caller: { number: '101' }, ...change };
  return until(() => {
    const made = gateway.call(request);
    return 'start' in made ? made : undefined;
  });
}

/** Waits until `probe` gives something; for what is only seen from outside. */
export async function until<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 5000,
): Promise<T> {
  const end = performance.now() + patient(ms);
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > end) throw new Error(`not so within ${ms} ms: ${probe}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A trunk that can be called. */
export const ready = (gateway: SipGateway, state: string, id = 'acme'): Promise<unknown> =>
  until(() => gateway.trunks().some((trunk) => trunk.trunkId === id && trunk.state === state));
