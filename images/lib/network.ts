import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

/** A computer of the office; the router, whose own address is nobody of the office (ruling 18); a place on the Internet (RFC 5737). */
export const OFFICE = '192.168.77.2';
export const ROUTER = '192.168.77.1';
export const INTERNET = '203.0.113.5';
/** What the office's router gives the box. */
export const BOX = '192.168.77.10';
/** The wire's name, for QEMU. */
export const TAP = 'tap0';

/**
 * Runs a program in a network of its own: one wire to the machine, at whose end we are the office's router, its
 * DHCP server, and a stranger on the Internet. Speech needs no address translation this way.
 * @returns the program's exit status
 */
export async function inOwnNetwork(words: readonly string[]): Promise<number> {
  const name = `lgi${process.pid.toString(36)}`;
  const folder = mkdtempSync(join(tmpdir(), 'linegate-network-'));
  const ip = (...args: string[]): string => run('ip', args);
  let router: ChildProcess | undefined;
  ip('netns', 'add', name);
  try {
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', name, 'tuntap', 'add', TAP, 'mode', 'tap');
    // The first one is where everything comes from that does not say otherwise.
    for (const address of [OFFICE, ROUTER]) ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', TAP);
    ip('-n', name, 'addr', 'add', `${INTERNET}/32`, 'dev', TAP);
    ip('-n', name, 'link', 'set', TAP, 'up');
    router = spawn(
      'ip',
      [
        ...['netns', 'exec', name, 'dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--user=root'],
        ...['--port=0', '--bind-dynamic', `--interface=${TAP}`, `--dhcp-range=${BOX},${BOX},12h`],
        ...[`--dhcp-option=option:router,${ROUTER}`, '--dhcp-authoritative', '--no-ping'],
        ...[`--dhcp-leasefile=${join(folder, 'leases')}`, `--pid-file=${join(folder, 'pid')}`],
      ],
      { stdio: 'ignore' },
    );
    const program = spawn('ip', ['netns', 'exec', name, ...words], { stdio: 'inherit' });
    const end = (): void => void program.kill('SIGTERM');
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
    return await new Promise((resolve) => program.once('exit', (code) => resolve(code ?? 1)));
  } finally {
    router?.kill('SIGKILL');
    ip('netns', 'del', name);
    rmSync(folder, { recursive: true, force: true });
  }
}
