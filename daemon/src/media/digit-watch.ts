import { DtmfDetector, type DtmfEvent } from './dsp/dtmf-detector.ts';
import { DTMF_COLUMNS, DTMF_KEYS, DTMF_ROWS } from './dsp/dtmf-generator.ts';
import { toneLevelDbm0 } from './dsp/level.ts';
import { FRAME_SAMPLES } from './line-audio.ts';

/** Told of each key once when it is certain, and once when it is let go. */
export type DigitSink = (kind: 'begin' | 'end', digit: string, durationMs: number) => void;

/** What is compared with what was sent: 30 ms, within the shortest digit. */
const COMPARED = 3 * FRAME_SAMPLES;
/** A hybrid returns what is sent weaker by more than this, dB; a key beside it is not weaker than its own echo. */
const HYBRID_LOSS_DB = 3;

/**
 * The one owner of DTMF on a line (C03). It listens twice: before the echo canceller, because a
 * canceller that is fed with a steady tone bends what is near it in frequency; and behind it, because
 * a weak key under a loud prompt is only heard there. Whichever hears it, a key counts once, and an
 * echo of DTMF that the far side sends is none.
 */
export class DigitWatch {
  readonly #sink: DigitSink;
  readonly #raw: DtmfDetector;
  readonly #clean: DtmfDetector;
  readonly #received = new Int16Array(COMPARED);
  readonly #sent = new Int16Array(COMPARED);
  #listensRaw = false;
  #suspectBefore = false;
  #rawEcho = false;
  #cleanEcho = false;
  #current: string | undefined;
  #durationMs = 0;

  /** `notchHz`: the dial tone that keys are pressed over. */
  constructor(sink: DigitSink, notchHz: readonly number[]) {
    this.#sink = sink;
    const measure = (event: DtmfEvent): void => {
      if (event.digit === this.#current) this.#durationMs = Math.max(this.#durationMs, event.durationMs);
    };
    this.#raw = new DtmfDetector(measure, { notchHz });
    this.#clean = new DtmfDetector(measure, { notchHz });
  }

  /** The key that sounds at the end of what was heard. */
  get digit(): string | undefined {
    return this.#current;
  }

  /** Whether a key sounds at the end of what was heard, or something that may prove to be one. */
  get suspect(): boolean {
    return (
      this.#current !== undefined ||
      (this.#raw.suspect && !this.#rawEcho) ||
      (this.#clean.suspect && !this.#cleanEcho)
    );
  }

  /**
   * Listens to a frame as it came from the line; `sent` is what was sent then. Returns true while it
   * looks like a key, and the echo canceller is to leave it alone. Not called for RTP sessions.
   */
  hearRaw(frame: Int16Array, sent: Int16Array): boolean {
    this.#listensRaw = true;
    this.#received.copyWithin(0, FRAME_SAMPLES);
    this.#received.set(frame, COMPARED - FRAME_SAMPLES);
    this.#sent.copyWithin(0, FRAME_SAMPLES);
    this.#sent.set(sent, COMPARED - FRAME_SAMPLES);
    const before = this.#raw.digit;
    this.#raw.process(frame);
    if (this.#raw.digit !== before) this.#rawEcho = this.#isEcho(this.#raw.digit);
    const suspect = this.#raw.suspect && !this.#rawEcho;
    const sure = suspect && (this.#suspectBefore || this.#raw.digit !== undefined);
    this.#suspectBefore = suspect;
    return sure;
  }

  /** Listens to a frame without echo, and tells what both have heard. */
  hear(frame: Int16Array): void {
    const before = this.#clean.digit;
    this.#clean.process(frame);
    if (this.#clean.digit !== before) this.#cleanEcho = this.#listensRaw && this.#isEcho(this.#clean.digit);
    const raw = this.#rawEcho ? undefined : this.#raw.digit;
    const now = raw ?? (this.#cleanEcho ? undefined : this.#clean.digit);
    if (now === this.#current) return;
    this.#finish();
    if (now === undefined) return;
    this.#current = now;
    this.#sink('begin', now, 0);
  }

  /** Forgets everything; a key that was told is let go. */
  reset(): void {
    this.#raw.reset();
    this.#clean.reset();
    this.#suspectBefore = false;
    this.#durationMs = 0;
    this.#finish();
  }

  #finish(): void {
    const digit = this.#current;
    if (digit === undefined) return;
    this.#current = undefined;
    this.#sink('end', digit, this.#durationMs);
    this.#durationMs = 0;
  }

  #isEcho(digit: string | undefined): boolean {
    if (digit === undefined) return false;
    const index = DTMF_KEYS.indexOf(digit);
    return this.#stronger(DTMF_ROWS[index >> 2]!) && this.#stronger(DTMF_COLUMNS[index & 3]!);
  }

  /** Whether a frequency went out stronger than it comes in. */
  #stronger(frequency: number): boolean {
    return toneLevelDbm0(this.#sent, frequency) > toneLevelDbm0(this.#received, frequency) + HYBRID_LOSS_DB;
  }
}
