/** What the engine's tests share: engines on free ports, real drachtio-srf clients, event waits. */
import { createRequire } from 'node:module';
import { patient } from '../../../hw/simulator/office/patience.ts';
import type { EngineConfig } from '../../src/sipd/config.ts';
import { type Engine, start } from '../../src/sipd/engine.ts';
import { hostPort } from '../../src/sipd/message/uri.ts';

const require = createRequire(import.meta.url);
// biome-ignore lint/suspicious/noExplicitAny: the types that come with drachtio-srf refuse ordinary use of it
const Srf: any = require('drachtio-srf');

// biome-ignore lint/suspicious/noExplicitAny: see above
export type Any = any;

/** Timers shortened eightfold: 64*T1 is 4 s. */
export const QUICK = { T1: 62.5, T2: 500, T4: 625 };

export const SECRET = 'cymru';

/** A test shares its thread with the engine: how busy that is says nothing of the engine. */
export const idle = (): { utilization: number; lagMs: number } => ({ utilization: 0, lagMs: 0 });

/** An engine on loopback with UDP and TCP on free ports. */
export function startEngine(config: Partial<EngineConfig> = {}): Promise<Engine> {
  return start(
    {
      listen: [
        { transport: 'udp', host: '127.0.0.1', port: 0 },
        { transport: 'tcp', host: '127.0.0.1', port: 0 },
      ],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
      ...config,
    },
    { load: idle },
  );
}

/** `host:port` of the engine on that transport. */
export function at(engine: Engine, transport: 'udp' | 'tcp' | 'tls' = 'udp'): string {
  const a = engine.sip.find((s) => s.transport === transport)!;
  return hostPort(a.host, a.port);
}

/** A connected drachtio-srf client. */
export async function client(
  engine: { control: { host: string; port: number } },
  secret = SECRET,
): Promise<Any> {
  const srf = new Srf();
  srf.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    srf.connect({ ...engine.control, secret }, (error: Error | null) => (error ? reject(error) : resolve()));
  });
  return srf;
}

/** Rejects if `promise` is not settled within `ms`. */
export async function within(promise: Promise<Any>, ms: number, what: string): Promise<Any> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms} ms`)), patient(ms));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The next `event` of an emitter. */
export function next(emitter: Any, event: string, ms = 3000): Promise<Any[]> {
  return within(new Promise((resolve) => emitter.once(event, (...args: Any[]) => resolve(args))), ms, event);
}

/** Resolves once `probe` is true; looks again every few ms. */
export async function until(probe: () => boolean, ms: number, what: string): Promise<void> {
  const end = Date.now() + patient(ms);
  while (!probe()) {
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A plain offer or answer. */
export function sdp(port = 4000): string {
  return [
    'v=0',
    `o=- ${port} 1 IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 8`,
    'a=rtpmap:8 PCMA/8000',
    'a=sendrecv',
    '',
  ].join('\r\n');
}
