/**
 * The engine as a process of its own:
 * `sipd --sip HOST:PORT --control HOST:PORT --secret S [--external HOST] [--dns SERVER] [--handler URL]
 *  [--ws HOST:PORT] [--wss HOST:PORT --key FILE --cert FILE]`.
 * Listens on UDP and TCP at the SIP address; prints one line when ready.
 */

import { readFileSync } from 'node:fs';
import type { EngineConfig } from './config.ts';
import { start } from './engine.ts';
import { hostPort } from './message/uri.ts';

const USAGE = `Usage: sipd --sip HOST:PORT --control HOST:PORT --secret SECRET [--external HOST] [--dns SERVER[,SERVER]]
            [--handler URL] [--ws HOST:PORT] [--wss HOST:PORT --key FILE --cert FILE]
Runs the SIP engine alone. drachtio clients connect to the control address.
SECRET can also be given in the environment as SIPD_SECRET.
--ws and --wss listen for SIP over WebSocket too (RFC 7118); key and certificate are PEM files.
SERVER is the address of a DNS server, with :PORT if that is not 53; by default the system's are asked.`;

const OPTIONS = ['sip', 'control', 'secret', 'external', 'dns', 'handler', 'ws', 'wss', 'key', 'cert'].map(
  (name) => `--${name}`,
);

function fail(message: string): never {
  process.stderr.write(`sipd: ${message}\n${USAGE}\n`);
  process.exit(2);
}

function options(args: readonly string[]): Map<string, string> {
  const out = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--help' || arg === '-h') {
      process.stdout.write(`${USAGE}\n`);
      process.exit(0);
    }
    const eq = arg.indexOf('=');
    const name = eq < 0 ? arg : arg.slice(0, eq);
    const value = eq < 0 ? args[++i] : arg.slice(eq + 1);
    if (!OPTIONS.includes(name)) fail(`unknown option ${name}`);
    if (value === undefined || value === '') fail(`${name} needs a value`);
    out.set(name.slice(2), value);
  }
  return out;
}

/** `HOST:PORT` or `[V6]:PORT`. */
function address(text: string, option: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  const host = text.slice(0, colon).replace(/^\[|\]$/g, '');
  if (colon < 1 || !Number.isInteger(port) || port < 0 || port > 65_535)
    fail(`--${option} must be HOST:PORT, got ${text}`);
  return { host, port };
}

const given = options(process.argv.slice(2));
const sip = address(given.get('sip') ?? fail('--sip is required'), 'sip');
const control = address(given.get('control') ?? fail('--control is required'), 'control');
const secret = given.get('secret') ?? process.env.SIPD_SECRET ?? fail('--secret is required');
const external = given.get('external');
const web = (['ws', 'wss'] as const).flatMap((transport) =>
  given.has(transport) ? { transport, ...address(given.get(transport)!, transport) } : [],
);
if (given.has('wss') && !(given.has('key') && given.has('cert'))) fail('--wss needs --key and --cert');

/** The text of a PEM file. */
function file(option: 'key' | 'cert'): string {
  try {
    return readFileSync(given.get(option)!, 'utf8');
  } catch (e) {
    return fail(`--${option}: ${(e as Error).message}`);
  }
}

const config: EngineConfig = {
  listen: [{ transport: 'udp', ...sip }, { transport: 'tcp', ...sip }, ...web],
  control: { ...control, secret },
  // Nobody can look at the trace of an engine that runs alone.
  limits: { trace: 1, traceBytes: 1 },
  ...(given.has('wss') ? { tls: { key: file('key'), cert: file('cert') } } : {}),
  ...(external ? { external: { host: external } } : {}),
  ...(given.has('handler') ? { requestHandler: { url: given.get('handler')! } } : {}),
  ...(given.has('dns') ? { dns: given.get('dns')!.split(',') } : {}),
};

try {
  const engine = await start(config);
  const list = engine.sip.map((a) => `${a.transport}/${hostPort(a.host, a.port)}`).join(',');
  process.stdout.write(
    `ready sip=${list} control=${hostPort(engine.control.host, engine.control.port)} pid=${process.pid}\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void engine.close().then(() => process.exit(0)));
} catch (e) {
  process.stderr.write(`sipd: ${e instanceof Error ? e.message : String(e)}\n`);
  process.exit(1);
}
