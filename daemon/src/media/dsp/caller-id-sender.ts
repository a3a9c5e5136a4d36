import {
  buildMdmf,
  buildSdmf,
  buildWaiting,
  type CallerIdData,
  type CallerIdScheme,
  type WaitingData,
} from './caller-id.ts';
import { buildDtmfCallerId, type DtmfCallerIdCodes } from './caller-id-dtmf.ts';
import { DtmfGenerator } from './dtmf-generator.ts';
import { BELL202, V23 } from './fsk.ts';
import { FskModulator } from './fsk-modulator.ts';

/** EN 300 659-1 6.1.1 (on-hook): 300 alternating bits, then mark for 180 +-25 bits. GR-30-CORE says the same. */
const ON_HOOK = { seizureBits: 300, markBits: 180 };
/** EN 300 659-2 (off-hook): no seizure, mark for 80 +-25 bits. */
const OFF_HOOK = { seizureBits: 0, markBits: 80 };
/** ETS 300 659-1 annex C: digits and pauses of 70 ms suit every display seen. */
const DTMF_TIMING = { onMs: 70, offMs: 70, levelDbm0: -10, twistDb: 1 };

/** How a message is put. */
export interface CallerIdForm {
  scheme: CallerIdScheme;
  /** Message format of FSK; missing: multiple. */
  format?: 'mdmf' | 'sdmf';
  /** To a telephone in a call, which waits for nothing but the data. */
  offHook?: boolean;
  /** Codes of the DTMF scheme, from the country profile. */
  codes?: DtmfCallerIdCodes;
}

/** Plays caller ID toward a telephone. */
export class CallerIdSender {
  readonly #source: FskModulator | DtmfGenerator;

  /** @throws CodedError `media/caller-id` */
  constructor(form: CallerIdForm, data: CallerIdData) {
    if (form.scheme === 'dtmf') {
      const dtmf = new DtmfGenerator(DTMF_TIMING);
      dtmf.enqueue(buildDtmfCallerId(data, form.codes));
      this.#source = dtmf;
    } else this.#source = modulator(form, form.format === 'sdmf' ? buildSdmf(data) : buildMdmf(data));
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

/** A modulator that plays what a message-waiting lamp is to show. */
export function waitingSender(
  form: { scheme: 'fsk-v23' | 'fsk-bell202'; format?: 'mdmf' | 'sdmf' },
  data: WaitingData,
): FskModulator {
  return modulator(form, buildWaiting(data, form.format));
}

function modulator(form: Omit<CallerIdForm, 'codes'>, bytes: Uint8Array): FskModulator {
  const fsk = new FskModulator(form.scheme === 'fsk-v23' ? V23 : BELL202);
  fsk.start(bytes, form.offHook ? OFF_HOOK : ON_HOOK);
  return fsk;
}
