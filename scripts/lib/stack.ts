/** A whole box on one machine: simulated line card, simulated operator, daemon. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoOffice } from './demo-office.ts';
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
  const temporary = options.data === undefined ? mkdtempSync(join(tmpdir(), 'linegate-')) : undefined;
  const data = options.data ?? temporary!;
  await mkdir(data, { recursive: true });
  const started: Running[] = [];
  const stop = async (): Promise<void> => {
    for (const running of started.reverse()) await running.stop();
    if (temporary) rmSync(temporary, { recursive: true, force: true });
  };
  const run = async (...args: Parameters<typeof start>): Promise<Running> => {
    const running = await start(args[0], args[1], args[2], { verbose: options.verbose ?? false, ...args[3] });
    started.push(running);
    return running;
  };
  try {
    let simulator: Running | undefined;
    let operator: Running | undefined;
    const daemonArguments = ['--data', data];
    if (options.simulated !== false) {
      const line = join(data, 'line-card');
      const page = join(import.meta.dirname, '../../hw/dist/page');
      [simulator, operator] = await Promise.all([
        run('simulator', 'hw/dist/simulator.js', ['--link', line, '--page', page]),
        run('operator', 'hw/dist/operator.js', [
          '--listen',
          '127.0.0.1:0',
          '--user',
          `${account.user}:${account.password}`,
          '--http',
          '127.0.0.1:0',
        ]),
      ]);
      daemonArguments.push('--line', line, '--simulated');
      if (options.config === undefined) {
        const config = join(data, 'first-config.json');
        const [host, port] = splitAddress(operator.ready.sip ?? '');
        const office = await demoOffice({
          operator: { host, port },
          keyFile: join(data, 'device-key'),
          account,
        });
        writeFileSync(config, JSON.stringify(office, null, 2));
        daemonArguments.push('--config', config);
      }
    }
    if (options.config !== undefined) daemonArguments.push('--config', options.config);
    daemonArguments.push('--http', options.http ?? '127.0.0.1:0');
    daemonArguments.push('--sip', options.sip ?? '127.0.0.1:0');
    const daemon = await run(
      'daemon',
      options.fromSource ? 'daemon/src/main.ts' : 'daemon/dist/main.js',
      daemonArguments,
      options.fromSource ? { nodeArguments: ['--import=tsx'] } : {},
    );
    return { daemon, simulator, operator, data, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Splits HOST:PORT. */
export function splitAddress(text: string): [host: string, port: number] {
  const at = text.lastIndexOf(':');
  return [text.slice(0, at), Number(text.slice(at + 1))];
}
