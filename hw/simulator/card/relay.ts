import type { PortEntry } from '../link/frames.ts';
import type { Load } from '../office/wire.ts';
import type { FxoCircuit } from './fxo.ts';
import type { FxsCircuit } from './fxs.ts';

interface Pair {
  fxs: number;
  fxo: number;
  joined: boolean;
  idleFor: number;
}

/** What stands on a joined pair, as the card's sensors see it. */
export interface Sensed {
  /** The telephone's loop. */
  load: Load;
  ringing: boolean;
  /** Loop current flows in any part of the pair. */
  current: boolean;
}

/** The lifeline relay: joins a telephone's pair straight to a city line's (ruling 1: goes back late). */
export class Relay {
  readonly pairs: Pair[];
  #want = true;
  #circuits: (FxsCircuit | FxoCircuit)[];
  #idleMs: number;
  #moved: (port: number, engaged: boolean) => void;

  constructor(
    ports: readonly PortEntry[],
    circuits: (FxsCircuit | FxoCircuit)[],
    idleMs: number,
    moved: (port: number, engaged: boolean) => void,
  ) {
    this.#circuits = circuits;
    this.#idleMs = idleMs;
    this.#moved = moved;
    this.pairs = ports
      .filter((p) => p.kind === 'fxs' && p.lifelinePeer !== undefined)
      .map((p) => ({ fxs: p.port, fxo: p.lifelinePeer!, joined: false, idleFor: 0 }));
  }

  /** Undefined for a port without a relay. */
  engaged(port: number): boolean | undefined {
    return this.pairs.find((p) => p.fxs === port || p.fxo === port)?.joined;
  }

  /** Joins all pairs at once. */
  join(): void {
    this.#want = true;
    for (const pair of this.pairs) if (!pair.joined) this.#move(pair, true);
  }

  /** Lets the pairs part as soon as each has been idle long enough. */
  letGo(): void {
    this.#want = false;
    for (const pair of this.pairs) pair.idleFor = 0;
  }

  /** One millisecond. */
  tick(sense: (pair: Pair) => Sensed): void {
    if (this.#want) return;
    for (const pair of this.pairs) {
      if (!pair.joined) continue;
      const { load, ringing, current } = sense(pair);
      pair.idleFor = ringing || current || load.closed ? 0 : pair.idleFor + 1;
      if (pair.idleFor >= this.#idleMs) this.#move(pair, false);
    }
  }

  #move(pair: Pair, joined: boolean): void {
    pair.joined = joined;
    pair.idleFor = 0;
    for (const port of [pair.fxs, pair.fxo]) {
      const circuit = this.#circuits.find((c) => c.port === port);
      if (!circuit) continue;
      circuit.detached = joined;
      // A city line that the relay takes over is held, or not, by the telephone from here on.
      if (joined) circuit.detach();
    }
    for (const port of [pair.fxs, pair.fxo]) this.#moved(port, joined);
  }
}
