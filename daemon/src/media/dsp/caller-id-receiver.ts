import { CallerIdAssembler, parseDtmfCallerId, type ReceivedCallerId } from './caller-id.ts';
import { DtmfDetector } from './dtmf-detector.ts';
import { BELL202, V23 } from './fsk.ts';
import { FskDemodulator } from './fsk-demodulator.ts';
import { SAMPLES_PER_MS } from './level.ts';

/** Digits of a message follow one another; after this pause they are complete or nothing, ms. */
const DTMF_END_MS = 400;

/**
 * Listens on-hook for caller ID in every scheme at once: V.23, Bell 202 and DTMF. Reports each
 * message once, whichever receivers could read it; the two FSK standards are too near to tell which
 * was meant.
 */
export class CallerIdReceiver {
  readonly #onCallerId: (info: ReceivedCallerId, by: 'fsk' | 'dtmf') => void;
  readonly #v23: FskDemodulator;
  readonly #bell: FskDemodulator;
  readonly #dtmf: DtmfDetector;
  readonly #v23Bytes = new CallerIdAssembler();
  readonly #bellBytes = new CallerIdAssembler();
  #digits = '';
  #sinceDigit = 0;

  constructor(onCallerId: (info: ReceivedCallerId, by: 'fsk' | 'dtmf') => void) {
    this.#onCallerId = onCallerId;
    this.#v23 = new FskDemodulator(V23, (byte) => this.#found(this.#v23Bytes.push(byte), 'fsk'));
    this.#bell = new FskDemodulator(BELL202, (byte) => this.#found(this.#bellBytes.push(byte), 'fsk'));
    this.#dtmf = new DtmfDetector((event) => {
      if (event.kind === 'start') this.#digits += event.digit;
      this.#sinceDigit = 0;
    });
  }

  /** Listens to `count` samples. */
  process(pcm: Int16Array, count = pcm.length): void {
    this.#v23.process(pcm, count);
    this.#bell.process(pcm, count);
    this.#dtmf.process(pcm, count);
    if (this.#digits === '' || this.#dtmf.digit !== undefined) return;
    this.#sinceDigit += count;
    if (this.#sinceDigit < DTMF_END_MS * SAMPLES_PER_MS) return;
    const info = parseDtmfCallerId(this.#digits);
    this.#digits = '';
    this.#found(info, 'dtmf');
  }

  /** Forgets what was heard in part: a new call. */
  reset(): void {
    this.#v23.reset();
    this.#bell.reset();
    this.#dtmf.reset();
    this.#v23Bytes.reset();
    this.#bellBytes.reset();
    this.#digits = '';
  }

  #found(info: ReceivedCallerId | undefined, by: 'fsk' | 'dtmf'): void {
    if (!info) return;
    // The two FSK standards are near enough for both receivers to read a clean message.
    this.#v23Bytes.reset();
    this.#bellBytes.reset();
    this.#v23.reset();
    this.#bell.reset();
    this.#onCallerId(info, by);
  }
}
