import type { Socket } from 'node:net';
import type { EngineLimits } from '../config.ts';
import type { FlowHandler } from './flow.ts';
import { sourceKey } from './source-key.ts';

/** Share of all connections that strangers may hold: the rest is kept for those we know. */
const STRANGERS_SHARE = 0.75;
/** Connections of one stranger. */
const STRANGER_CONNECTIONS = 20;

/**
 * Counts the connections that others have opened, those still in their TLS handshake among them, and turns
 * away what is banned or too many.
 */
export class ConnectionGate {
  readonly #limits: Pick<EngineLimits, 'connections' | 'connectionsPerPeer'>;
  readonly #welcome: NonNullable<FlowHandler['welcome']>;
  readonly #perSource = new Map<string, number>();
  #open = 0;

  constructor(
    limits: Pick<EngineLimits, 'connections' | 'connectionsPerPeer'>,
    welcome: FlowHandler['welcome'],
  ) {
    this.#limits = limits;
    this.#welcome = welcome ?? (() => 'known');
  }

  /** How many are open. */
  get open(): number {
    return this.#open;
  }

  /** Takes a new connection in, or closes it. */
  admit(socket: Socket): boolean {
    const host = socket.remoteAddress;
    if (host === undefined || !this.#hasRoom(host)) {
      socket.on('error', () => {});
      socket.destroy();
      return false;
    }
    const key = sourceKey(host);
    this.#open++;
    this.#perSource.set(key, (this.#perSource.get(key) ?? 0) + 1);
    socket.once('close', () => {
      this.#open--;
      const left = (this.#perSource.get(key) ?? 1) - 1;
      if (left > 0) this.#perSource.set(key, left);
      else this.#perSource.delete(key);
    });
    return true;
  }

  #hasRoom(host: string): boolean {
    const { connections, connectionsPerPeer } = this.#limits;
    const mine = this.#perSource.get(sourceKey(host)) ?? 0;
    const welcome = this.#welcome(host);
    if (welcome === 'known') return this.#open < connections && mine < connectionsPerPeer;
    if (welcome === 'banned') return false;
    return (
      this.#open < connections * STRANGERS_SHARE && mine < Math.min(connectionsPerPeer, STRANGER_CONNECTIONS)
    );
  }
}
