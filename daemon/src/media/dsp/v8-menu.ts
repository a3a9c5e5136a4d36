import { V21_BIT, V21_CHANNEL_1_HZ, V21Runs } from './v21-runs.ts';

/**
 * Runs of a call menu's beginning (V.8 5.1): ten ones, then 0000001111. What follows the last one may be a mark, too,
 * so that its length has no upper end; before the ten stands the stop bit of the menu before.
 */
const PREAMBLE = 9 * V21_BIT;
const SYNC_ZEROS = [5.4 * V21_BIT, 6.6 * V21_BIT] as const;
const SYNC_ONES = 3.4 * V21_BIT;
/** After the last of it the menu is taken to go on for so long, samples: 50 ms. */
const HANGOVER = 400;

/**
 * Hears the call menu (CM) with which a calling fax of the V.34 kind answers ANSam, in channel 1 of V.21, and takes it
 * out of the audio: unanswered, both machines go on as T.30 faxes, which T.38 carries (ruling 25). What has gone out
 * before it is known for one is a third of a menu; the other side wants two alike (V.8 7.2).
 */
export class V8MenuFilter {
  readonly #runs = new V21Runs(V21_CHANNEL_1_HZ, {
    run: (mark, samples) => this.#run(mark, samples),
    lost: () => {
      this.#step = 0;
      this.#signal = false;
    },
  });
  #step = 0;
  #signal = false;
  #silent = 0;

  /** Whether a menu is being taken out. */
  get active(): boolean {
    return this.#silent > 0;
  }

  /** Takes a call menu out of the samples, in place. */
  process(pcm: Int16Array): void {
    this.#signal = true;
    this.#runs.process(pcm);
    if (this.#silent === 0) return;
    pcm.fill(0);
    this.#silent = this.#signal ? HANGOVER : Math.max(0, this.#silent - pcm.length);
  }

  #run(mark: boolean, samples: number): void {
    const [least, most] = SYNC_ZEROS;
    if (this.#step === 1 && !mark && samples >= least && samples <= most) this.#step = 2;
    else if (this.#step === 2 && mark && samples >= SYNC_ONES) {
      this.#silent = HANGOVER;
      this.#step = samples >= PREAMBLE ? 1 : 0;
    } else this.#step = mark && samples >= PREAMBLE ? 1 : 0;
  }
}
