import type { EchoDisabled, EchoFigures } from './api.ts';
import { AnswerTone } from './dsp/echo/answer-tone.ts';
import type { EchoCanceller } from './dsp/echo/canceller.ts';
import { ResidualSuppressor } from './dsp/echo/residual-suppressor.ts';
import { rmsOf } from './dsp/level.ts';
import { FRAME_MS, FRAME_SAMPLES } from './line-audio.ts';

/** G.168 7.4: below -36 dBm0 both ways, what was switched off comes back after 250 ms. */
const HOLDING = rmsOf(-36) ** 2;
const RELEASE_FRAMES = 250 / FRAME_MS;

/**
 * A port's echo: the canceller, the suppressor of what it leaves, and what switches them off. A plain
 * answer tone (a fax machine's CED) takes the suppressor away, one that turns its phase (a modem's)
 * the canceller too (ruling 25, ITU-T G.168 7); silence both ways brings them back.
 */
export class EchoControl {
  readonly #canceller: EchoCanceller;
  readonly #suppressor: ResidualSuppressor | undefined;
  readonly #sent = new AnswerTone();
  readonly #received = new AnswerTone();
  readonly #unheard = new Int16Array(FRAME_SAMPLES);
  #disabled: EchoDisabled | undefined;
  #silent = 0;

  /** `suppress`: whether what the canceller leaves gives way to comfort noise. */
  constructor(canceller: EchoCanceller, suppress = true) {
    this.#canceller = canceller;
    this.#suppressor = suppress ? new ResidualSuppressor() : undefined;
  }

  get disabled(): EchoDisabled | undefined {
    return this.#disabled;
  }

  figures(): EchoFigures {
    const { erlDb, erleDb, converged, kernel } = this.#canceller;
    return {
      tailMs: kernel.taps / (FRAME_SAMPLES / FRAME_MS),
      ...(erlDb === undefined ? {} : { erlDb: round(erlDb) }),
      ...(erleDb === undefined ? {} : { erleDb: round(erleDb) }),
      converged,
      ...(this.#disabled ? { disabled: this.#disabled } : {}),
    };
  }

  /** Takes the echo of `reference` out of `frame`, in place. `key`: DTMF is being keyed in it. */
  process(reference: Int16Array, frame: Int16Array, key: boolean): void {
    this.#sent.process(reference);
    this.#received.process(frame);
    this.#switch();
    const canceller = this.#canceller;
    if (this.#disabled === 'canceller') {
      // The reference goes on, so that the filter fits at once when it is back.
      canceller.process(reference, frame, this.#unheard, FRAME_SAMPLES, false);
      return;
    }
    canceller.process(reference, frame, frame, FRAME_SAMPLES, !key);
    const allowed = !key && this.#disabled === undefined;
    this.#suppressor?.process(frame, canceller.kernel.figures, canceller.sounding, allowed);
  }

  /** Gives back what it works in; it is not used again. */
  close(): void {
    this.#canceller.kernel.close();
  }

  /** Forgets the line: a new call. */
  reset(): void {
    this.#canceller.reset();
    this.#suppressor?.reset();
    this.#sent.reset();
    this.#received.reset();
    this.#disabled = undefined;
    this.#silent = 0;
  }

  #switch(): void {
    if (this.#sent.reversing || this.#received.reversing) this.#disabled = 'canceller';
    else if (this.#sent.present || this.#received.present) this.#disabled ??= 'suppressor';
    else if (!this.#disabled) return;
    const quiet = this.#sent.meanSquare < HOLDING && this.#received.meanSquare < HOLDING;
    this.#silent = quiet ? this.#silent + 1 : 0;
    if (this.#silent < RELEASE_FRAMES) return;
    this.#disabled = undefined;
    this.#silent = 0;
  }
}

const round = (v: number): number => Math.round(v * 10) / 10;
