/** A whole box on one machine: simulated line card, simulated operator, daemon. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoOffice } from './demo-office.ts';
import { daemonStart } from './node-flags.ts';
import { type Running, start } from './processes.ts';

export interface StackOptions {
  /** Where the box keeps its data; a temporary folder if absent, removed at the end. */
  data?: string;
  /** Configuration to begin with; the demo office if absent. */
  config?: string;
  http?: string;
  sip?: string;
  /** False: a real line card and a real operator, as configured. */
  simulated?: boolean;
  /** Logs of all programs go to standard error. */
  verbose?: boolean;
  /** Runs the daemon's sources instead of its bundle. */
  fromSource?: boolean;
  /** Ends everything while it is still starting. */
  signal?: AbortSignal;
}

export interface Stack {
  daemon: Running;
  simulator: Running | undefined;
  operator: Running | undefined;
  data: string;
  stop(): Promise<void>;
}

/** The SIP account of the simulated operator. */
const account = { user: '74951110000', password: 'demo-trunk-secret' };

/** Starts everything; what was started is stopped again if a part fails. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  // What only this run needs: two runs on one data folder must not take each other's line card.
  const runtime = mkdtempSync(join(tmpdir(), 'linegate-'));
  const data = options.data ?? join(runtime, 'data');
  const started: Running[] = [];
  const stop = async (): Promise<void> => {
    for (const running of started.reverse()) await running.stop();
    rmSync(runtime, { recursive: true, force: true });
  };
  const run = async (...[name, file, args, more]: Parameters<typeof start>): Promise<Running> => {
    const { verbose = false, signal } = options;
    const running = await start(name, file, args, { verbose, ...(signal ? { signal } : {}), ...more });
    started.push(running);
    return running;
  };
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    let simulator: Running | undefined;
    let operator: Running | undefined;
    const daemonArguments = ['--data', data];
    if (options.config !== undefined) daemonArguments.push('--config', options.config);
    if (options.simulated !== false) {
      const line = join(runtime, 'line-card');
      const page = join(import.meta.dirname, '../../hw/dist/page');
      const user = `${account.user}:${account.password}`;
      const startOperator = (listen: string): Promise<Running> =>
        run('operator', 'hw/dist/operator.js', ['--listen', listen, '--user', user, '--http', '127.0.0.1:0']);
      const known = operatorOf(data, options.config);
      const parts = await Promise.allSettled([
        run('simulator', 'hw/dist/simulator.js', ['--link', line, '--page', page]),
        // Where the box expects it from an earlier run, if that is still free.
        startOperator(known ?? '127.0.0.1:0').catch(() => startOperator('127.0.0.1:0')),
      ]);
      for (const part of parts) if (part.status === 'rejected') throw part.reason;
      [simulator, operator] = parts.map((part) => (part as PromiseFulfilledResult<Running>).value);
      daemonArguments.push('--line', line, '--simulated');
      if (options.config === undefined && !existsSync(join(data, 'config.json'))) {
        const config = join(runtime, 'first-config.json');
        const [host, port] = splitAddress(operator?.ready.sip ?? '');
        const office = await demoOffice({
          operator: { host, port },
          keyFile: join(data, 'device-key'),
          account,
        });
        writeFileSync(config, JSON.stringify(office, null, 2), { mode: 0o600 });
        daemonArguments.push('--config', config);
      }
    }
    daemonArguments.push('--http', options.http ?? '127.0.0.1:0');
    daemonArguments.push('--sip', options.sip ?? '127.0.0.1:0');
    const daemon = await run(
      'daemon',
      options.fromSource ? 'daemon/src/main.ts' : 'daemon/dist/main.js',
      daemonArguments,
      options.fromSource ? { nodeArguments: ['--import=tsx'] } : daemonStart(),
    );
    return { daemon, simulator, operator, data, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** HOST:PORT at which the settings of an earlier run, or those to begin with, expect an operator on this machine. */
function operatorOf(data: string, config: string | undefined): string | undefined {
  for (const file of [join(data, 'config.json'), config]) {
    if (file === undefined || !existsSync(file)) continue;
    try {
      const { trunks } = JSON.parse(readFileSync(file, 'utf8')) as { trunks?: { server?: string }[] };
      return trunks?.map((trunk) => trunk.server).find((server) => /^127\.0\.0\.1:\d+$/.test(server ?? ''));
    } catch {
      // The daemon says what is wrong with it.
      return undefined;
    }
  }
  return undefined;
}

/** Splits HOST:PORT. */
export function splitAddress(text: string): [host: string, port: number] {
  const at = text.lastIndexOf(':');
  return [text.slice(0, at), Number(text.slice(at + 1))];
}
