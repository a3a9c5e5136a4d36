import { createSocket } from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeTcpPort, type Peer, startPeer, whenBound } from './process.ts';

export interface KamailioOptions {
  /** Password of every user; REGISTER, and INVITE of whoever registered, must show it by digest (RFC 7616, MD5). */
  password?: string;
  /** Where calls go whose number nobody registered: `host:port`, and whether by TCP. */
  elsewhere?: string;
  elsewhereTransport?: 'udp' | 'tcp';
}

/** Kamailio (Debian: kamailio) as registrar, and as proxy that stays in the way by Record-Route. */
export interface Kamailio {
  readonly peer: Peer;
  readonly host: string;
  /** The same for UDP and TCP. */
  readonly port: number;
}

interface Test {
  teardown(fn: () => unknown): void;
}

/** A port that was free for UDP and TCP alike a moment ago. */
async function freePort(host: string): Promise<number> {
  for (;;) {
    const port = await freeTcpPort(host);
    const socket = createSocket('udp4');
    const bound = new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.bind(port, host, () => resolve(true));
    });
    const free = await bound;
    if (!free) continue;
    await new Promise<void>((resolve) => socket.close(resolve));
    return port;
  }
}

/** Starts Kamailio in the foreground, with a configuration of its own, and waits until it listens. */
export function startKamailio(t: Test, options: KamailioOptions = {}): Promise<Kamailio> {
  return runKamailio(t, (host, port) => configuration(host, port, options));
}

/** The same with any configuration that listens at `host` and `port` by UDP and TCP. */
export async function runKamailio(
  t: Test,
  configured: (host: string, port: number) => string,
  host = '127.0.0.1',
): Promise<Kamailio> {
  const port = await freePort(host);
  const run = await mkdtemp(join(tmpdir(), 'linegate-kamailio-'));
  const file = join(run, 'kamailio.cfg');
  await writeFile(file, configured(host, port));
  const args = ['-f', file, '-DD', '-E', '-e', '-m', '32', '-M', '4', '-Y', run, '-w', run];
  t.teardown(() => rm(run, { recursive: true, force: true }));
  const peer = startPeer(t, 'kamailio', args, { cwd: run });
  await Promise.race([
    Promise.all([whenBound('udp', port), whenBound('tcp', port)]),
    peer.exited.then(() => Promise.reject(new Error(`kamailio ended:\n${peer.output()}`))),
  ]);
  return { peer, host, port };
}

/** What every configuration begins with: one worker each for UDP and TCP, both at `port`, and the modules. */
export const kamailioHead = (host: string, port: number, modules: readonly string[]): string => `#!KAMAILIO
debug = 1
log_stderror = yes
children = 1
tcp_children = 1
auto_aliases = no
disable_sctp = yes
listen = udp:${host}:${port}
listen = tcp:${host}:${port}
${modules.map((name) => `loadmodule "${name}.so"`).join('\n')}
`;

/** What every proxy does at first: hops counted, CANCEL and requests within dialogs by the recorded route. */
export const KAMAILIO_IN_DIALOGS = `  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404", "Not here");
    exit;
  }
  t_check_trans();
`;

function configuration(host: string, port: number, options: KamailioOptions): string {
  const modules = [
    'tm',
    'sl',
    'rr',
    'pv',
    'maxfwd',
    'textops',
    'siputils',
    'usrloc',
    'registrar',
    'auth',
    'kex',
  ];
  const { password } = options;
  const ask = (kind: 'www' | 'proxy'): string =>
    `if (!pv_${kind}_authenticate("kamailio", "${password}", "0")) { ${kind}_challenge("kamailio", "1"); exit; }`;
  const registering = password === undefined ? '' : ask('www');
  const calling =
    password === undefined
      ? ''
      : `if (is_method("INVITE") && registered("location", "$fu")) { ${ask('proxy')} consume_credentials(); }`;
  const tcp = options.elsewhereTransport === 'tcp' ? ';transport=tcp' : '';
  const elsewhere = options.elsewhere
    ? `$du = "sip:${options.elsewhere}${tcp}";`
    : 'sl_send_reply("404", "Not Found"); exit;';
  return `${kamailioHead(host, port, modules)}
modparam("usrloc", "db_mode", 0)
modparam("registrar", "method_filtering", 0)
modparam("rr", "enable_full_lr", 1)
modparam("tm", "fr_timer", 4000)

request_route {
${KAMAILIO_IN_DIALOGS}
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (is_method("REGISTER")) {
    ${registering}
    save("location");
    exit;
  }
  ${calling}
  record_route();
  if (!lookup("location")) { ${elsewhere} }
  t_relay();
}
`;
}
