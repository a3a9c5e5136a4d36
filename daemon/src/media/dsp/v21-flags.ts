import { V21_BIT, V21_CHANNEL_2_HZ, V21Runs } from './v21-runs.ts';

/** Length of the six ones of a flag, and of the zeros between them (one or two), samples. */
const ONES = [5.4 * V21_BIT, 6.6 * V21_BIT] as const;
const ZEROS = [0.5 * V21_BIT, 2.6 * V21_BIT] as const;
/** Flags in a row that make a fax: 160 ms of the second that a preamble lasts (T.30 5.3.1). */
const FLAGS = 6;

/**
 * Hears the HDLC flags with which a fax begins whatever it says by V.21 (T.30 5.3): 01111110 again and again at
 * 300 bit/s in channel 2. A called fax sends them for a second before its DIS; nothing else on a telephone line does.
 */
export class V21FlagDetector {
  readonly #onFlags: () => void;
  readonly #runs = new V21Runs(V21_CHANNEL_2_HZ, {
    run: (mark, samples) => this.#run(mark, samples),
    lost: () => this.#forget(),
  });
  #flags = 0;
  #told = false;

  /** `onFlags` is called once for each preamble. */
  constructor(onFlags: () => void) {
    this.#onFlags = onFlags;
  }

  /** Listens to the next samples. */
  process(pcm: Int16Array, count = pcm.length): void {
    this.#runs.process(pcm, count);
  }

  reset(): void {
    this.#runs.reset();
    this.#forget();
  }

  #run(mark: boolean, samples: number): void {
    const [least, most] = mark ? ONES : ZEROS;
    // Data follow the flags: what comes after them is another preamble.
    if (samples < least || samples > most) this.#flags = 0;
    else if (mark && ++this.#flags >= FLAGS && !this.#told) {
      this.#told = true;
      this.#onFlags();
    }
  }

  #forget(): void {
    this.#flags = 0;
    this.#told = false;
  }
}
