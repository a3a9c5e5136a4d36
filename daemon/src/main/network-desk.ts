import { createSocket } from 'node:dgram';
import { existsSync, readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { ConfigIssue, Said } from '../api/contract.ts';
import type { NetworkView } from '../api/network-contract.ts';
import { gatewaysIn } from '../api/on-link.ts';
import type { NetworkAccess } from '../api/trial-deps.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import type { Config } from '../config/schema.ts';

type Network = Config['network'];

/** Where the system of an appliance lays what carries the settings out, and what became of them. */
export const applianceFiles = { helper: '/usr/lib/linegate/network', result: '/run/linegate-network/result' };

/** How long a neighbour has to answer who has an address, ms; ARP asks three times within 3 s, the first is enough on a LAN. */
const neighbourMs = 1500;

export interface NetworkParts {
  folder: string;
  clock: Clock;
  config(): Config;
  files?: { helper: string; result: string };
  warn(message: string): void;
}

/**
 * Hands the settings of the network to a helper of the system, which alone has the right to carry them out: the daemon
 * only writes lines `key=value` into a file of its folder, and the helper looks at each of them itself. Where there is
 * no such helper the computer's own system sees to its network.
 */
export class NetworkDesk implements NetworkAccess {
  readonly managed: boolean;
  readonly #parts: NetworkParts;
  readonly #files: { helper: string; result: string };
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: NetworkParts) {
    this.#parts = parts;
    this.#files = parts.files ?? applianceFiles;
    this.managed = existsSync(this.#files.helper);
  }

  /** Another configuration is in force. Resolves when the helper has been told. */
  apply(): Promise<void> {
    if (!this.managed) return this.#writing;
    const path = join(this.#parts.folder, 'network.wanted');
    const text = wantedLines(this.#parts.config().network);
    if (this.#wanted(path) === text) return this.#writing;
    this.#writing = this.#writing
      .then(() => writeAtomic(path, text))
      .catch((error: unknown) => this.#parts.warn(`the network stays as it is: ${messageOf(error)}`));
    return this.#writing;
  }

  view(): NetworkView {
    const said = this.managed ? this.#result() : undefined;
    return {
      managed: this.managed,
      name: hostname().split('.')[0] ?? '',
      addresses: Object.entries(networkInterfaces()).flatMap(([name, list = []]) =>
        list
          .filter(({ internal, family }) => !internal && family === 'IPv4')
          .map(({ cidr, address }) => ({ interface: name, address: cidr ?? address })),
      ),
      gateways: gatewaysIn(readText('/proc/net/route'), ''),
      ...(said ? { said } : {}),
    };
  }

  /** An address that somebody else in the network has is not taken. */
  async hindrance(network: Network, before: Network): Promise<ConfigIssue | undefined> {
    const ip = network.address?.split('/')[0];
    if (!this.managed || network.mode !== 'static' || ip === undefined) return undefined;
    if (before.mode === 'static' && before.address?.split('/')[0] === ip) return undefined;
    const own = Object.values(networkInterfaces()).some((list) =>
      list?.some(({ address }) => address === ip),
    );
    if (own || !(await this.#answers(ip))) return undefined;
    return {
      path: '/network/address',
      said: {
        ru: `Адрес ${ip} уже занят другим устройством в сети. Возьмите свободный.`,
        en: `Another device of the network has the address ${ip} already. Take a free one.`,
      },
    };
  }

  /** Whether a neighbour has that address: sending to it makes the kernel ask by ARP, and the answer stands in its table. */
  async #answers(ip: string): Promise<boolean> {
    const socket = createSocket('udp4');
    socket.on('error', () => {});
    // The discard port (RFC 863): nobody minds.
    socket.send('', 9, ip, () => {});
    await new Promise<void>((resolve) => void this.#parts.clock.after(neighbourMs, resolve));
    socket.close();
    return hasNeighbour(readText('/proc/net/arp'), ip);
  }

  #wanted(path: string): string {
    return readText(path);
  }

  #result(): Said | undefined {
    const text = readText(this.#files.result).trim();
    if (text === '' || text === 'ok') return undefined;
    return {
      ru: `Система не приняла настройки сети (${text}). Действуют прежние.`,
      en: `The system has not taken the settings of the network (${text}). Those before hold.`,
    };
  }
}

/** The settings as the helper reads them: one line each, no quotes, nothing to be evaluated. */
export function wantedLines(network: Network): string {
  const fixed = network.mode === 'static';
  const { address, gateway, vlan, name } = network;
  const lines = {
    mode: network.mode,
    address: fixed ? (address ?? '') : '',
    gateway: fixed ? (gateway ?? '') : '',
    dns: (network.dns.length === 0 && fixed && gateway ? [gateway] : network.dns).join(' '),
    vlan: vlan === undefined ? '' : String(vlan),
    name: name ?? '',
    ntp: network.timeServers.join(' '),
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Whether /proc/net/arp knows a neighbour at that address; ATF_COM (0x2) of if_arp.h says that it has answered. */
export function hasNeighbour(table: string, ip: string): boolean {
  return table.split('\n').some((line) => {
    const [address, , flags] = line.split(/\s+/);
    return address === ip && (Number(flags) & 2) !== 0;
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
