import { RingBuffer } from '../../base/ring-buffer.ts';
import type { Flow } from '../transport/flow.ts';
import { masked } from './mask.ts';

/** One message as it passed a socket. */
export interface TraceEntry {
  /** Wall-clock time, ms since 1970. */
  at: number;
  direction: 'in' | 'out';
  proto: string;
  local: string;
  remote: string;
  text: string;
}

interface Kept {
  at: number;
  direction: 'in' | 'out';
  flow: Flow;
  text: string;
}

/**
 * The last messages. Only references are kept; text is made, and secrets masked, when someone
 * looks, so that a call pays nothing for it.
 */
export class Trace {
  readonly #ring: RingBuffer<Kept>;
  readonly #wall: () => number;

  constructor(capacity: number, wall: () => number) {
    this.#ring = new RingBuffer(capacity);
    this.#wall = wall;
  }

  add(direction: 'in' | 'out', flow: Flow, text: string): void {
    this.#ring.push({ at: this.#wall(), direction, flow, text });
  }

  /** Oldest first; those whose text holds `filter` (a Call-ID, say) if given. */
  entries(filter?: string): TraceEntry[] {
    const kept = this.#ring.toArray();
    return (filter ? kept.filter((k) => k.text.includes(filter)) : kept).map((k) => ({
      at: k.at,
      direction: k.direction,
      proto: k.flow.proto,
      local: `${k.flow.local.host}:${k.flow.local.port}`,
      remote: `${k.flow.remote.host}:${k.flow.remote.port}`,
      text: masked(k.text),
    }));
  }
}
