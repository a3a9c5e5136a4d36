import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

/** A UDP port on `host` that was free a moment ago. */
export function freeUdpPort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', reject);
    socket.bind(0, host, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

/** A TCP port on `host` that was free a moment ago. */
export function freeTcpPort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/**
 * Waits until something is bound to a local port, on the IPv4 address `host` if given, as the kernel tells;
 * rejects after `ms`.
 */
export async function whenBound(
  protocol: 'udp' | 'tcp',
  port: number,
  ms = 5000,
  host?: string,
): Promise<void> {
  // The table has addresses as numbers in the order of the machine's bytes.
  const address =
    host === undefined ? '' : Buffer.from(host.split('.').reverse().map(Number)).toString('hex');
  const hex = `${address.toUpperCase()}:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const end = performance.now() + ms;
  for (;;) {
    const tables = await Promise.all(
      [`/proc/net/${protocol}`, `/proc/net/${protocol}6`].map((file) =>
        readFile(file, 'latin1').catch(() => ''),
      ),
    );
    // Second column: local address.
    if (
      tables.some((table) =>
        table.split('\n').some((line) => (line.trim().split(/\s+/)[1] ?? '').concat(' ').endsWith(hex)),
      )
    )
      return;
    if (performance.now() > end) throw new Error(`nothing bound ${protocol} port ${port} within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A foreign program under a test's control. */
export interface Peer {
  readonly child: ChildProcess;
  /** Everything it wrote to standard output and error. */
  output(): string;
  /** Exit code; -1 if it was killed by a signal. */
  readonly exited: Promise<number>;
  /** Ends it, at first kindly. */
  stop(): Promise<number>;
}

/** Starts a program whose life ends with the test at the latest. */
export function startPeer(
  t: { teardown(fn: () => unknown): void },
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; stdin?: boolean } = {},
): Peer {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: [options.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    // A group of its own, by which what it started can be ended with it.
    detached: true,
  });
  let text = '';
  const keep = (chunk: Buffer): void => {
    // A peer gone mad must not fill the memory; the last half megabyte tells enough.
    text = (text + chunk.toString('latin1')).slice(-500_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const exited = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      text += `\n${error.message}`;
      resolve(-1);
    });
    child.once('exit', (code) => resolve(code ?? -1));
  });
  const stop = async (): Promise<number> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
      await exited;
      clearTimeout(timer);
    }
    try {
      // Kamailio, ended by force, leaves its children behind, and with them our end of their output.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of it was left.
    }
    return exited;
  };
  t.teardown(stop);
  return { child, output: () => text, exited, stop };
}
