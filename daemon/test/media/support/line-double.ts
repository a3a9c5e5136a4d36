import type { LineAudio } from '../../../src/media/line-audio.ts';

/** A line card's audio side in memory: the test moves its clock. */
export class LineDouble implements LineAudio {
  readonly lead = 240;
  /** As what its link carries samples; what is written is kept as it was. */
  readonly coding: 'linear' | 'alaw';
  /** What was written to each port, in order. */
  readonly played = new Map<number, { at: number; samples: Int16Array }[]>();
  at = 1_000_000;
  #listeners = new Set<(port: number, at: number, samples: Int16Array) => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(coding: 'linear' | 'alaw' = 'linear') {
    this.coding = coding;
  }

  onFrame(fn: (port: number, at: number, samples: Int16Array) => void): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }

  write(port: number, at: number, samples: Int16Array): void {
    let list = this.played.get(port);
    if (!list) this.played.set(port, (list = []));
    list.push({ at, samples: Int16Array.from(samples) });
  }

  /** One frame of 10 ms from each port; what each says is a function of the card's sample number. */
  frame(signals: ReadonlyMap<number, (n: number) => number>): void {
    const samples = new Int16Array(80);
    for (const [port, signal] of signals) {
      for (let i = 0; i < 80; i++) samples[i] = signal(this.at + i);
      for (const fn of this.#listeners) fn(port, this.at, samples);
    }
    this.at += 80;
  }

  /** Sends frames in real time until {@link stop}. */
  run(signals: ReadonlyMap<number, (n: number) => number>): void {
    this.stop();
    let sent = 0;
    const begin = performance.now();
    this.#timer = setInterval(() => {
      while (sent * 10 <= performance.now() - begin) {
        this.frame(signals);
        sent++;
      }
    }, 5);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** All that was played to a port since frame `from`, as one row of samples. */
  heard(port: number, from = 0): Int16Array {
    const frames = (this.played.get(port) ?? []).slice(from);
    const out = new Int16Array(frames.length * 80);
    for (const [i, f] of frames.entries()) out.set(f.samples, i * 80);
    return out;
  }
}

export const silence = (): number => 0;
