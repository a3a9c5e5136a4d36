import {
  buildDtmfCallerId,
  buildMdmf,
  type CallerIdData,
  type CallerIdScheme,
  type DtmfCallerIdCodes,
} from './caller-id.ts';
import { DtmfGenerator } from './dtmf-generator.ts';
import { BELL202, V23 } from './fsk.ts';
import { FskModulator } from './fsk-modulator.ts';

/** EN 300 659-1 6.1.1 (on-hook, with ringing): 300 alternating bits, then mark for 180 +-25 bits. GR-30-CORE says the same. */
const PREAMBLE = { seizureBits: 300, markBits: 180 };
/** EN 300 659-1 annex on DTMF: digits and pauses of 70 ms suit every display seen. */
const DTMF_TIMING = { onMs: 70, offMs: 70, levelDbm0: -10, twistDb: 1 };

/** Plays caller ID toward an on-hook telephone, for the pause between its first two rings. */
export class CallerIdSender {
  readonly #source: FskModulator | DtmfGenerator;

  /**
   * @param scheme how to tell it
   * @param data whom to tell
   * @param codes of the DTMF scheme, from the country profile
   * @throws CodedError `media/caller-id`
   */
  constructor(scheme: CallerIdScheme, data: CallerIdData, codes?: DtmfCallerIdCodes) {
    if (scheme === 'dtmf') {
      const dtmf = new DtmfGenerator(DTMF_TIMING);
      dtmf.enqueue(buildDtmfCallerId(data, codes));
      this.#source = dtmf;
    } else {
      const fsk = new FskModulator(scheme === 'fsk-v23' ? V23 : BELL202);
      fsk.start(buildMdmf(data), PREAMBLE);
      this.#source = fsk;
    }
  }

  /** Whether something is still to be played. */
  get active(): boolean {
    return this.#source.active;
  }

  /** Fills `out` (`count` samples), with silence after the end. Returns how many samples were signal. */
  process(out: Int16Array, count = out.length): number {
    return this.#source.process(out, count);
  }
}
