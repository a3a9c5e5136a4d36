import { CodedError } from '../../base/error.ts';
import { Resampler } from './resampler.ts';
import { openWav } from './wav.ts';

const RATE = 8000;
/** Less than this is no message, s. */
const SHORTEST = 0.1;

/** Gathers sound of one rate, piece by piece, at 8 kHz. */
export class Narrowed {
  readonly #rate: number;
  readonly #most: number;
  readonly #resampler: Resampler;
  readonly #parts: Float32Array[] = [];
  #length = 0;

  /** @param longest s; more is refused as soon as it is known */
  constructor(rate: number, longest: number) {
    this.#rate = rate;
    this.#most = longest * RATE;
    this.#resampler = new Resampler(rate);
  }

  get rate(): number {
    return this.#rate;
  }

  /** @throws CodedError `media/sound-long` */
  push(samples: Float32Array): void {
    this.#take(this.#resampler.push(samples));
  }

  /** @throws CodedError `media/sound-empty`, `media/sound-long` */
  end(): Float32Array {
    this.#take(this.#resampler.end());
    if (this.#length < SHORTEST * RATE)
      throw new CodedError('media/sound-empty', 'there is too little sound in it');
    const whole = new Float32Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #take(samples: Float32Array): void {
    this.#length += samples.length;
    if (this.#length > this.#most)
      throw new CodedError('media/sound-long', `more than ${this.#most / RATE} s are not taken`);
    this.#parts.push(samples);
  }
}

/**
 * A WAV file at 8 kHz, one channel, in 16-bit units.
 * @throws CodedError `media/sound-...`
 */
export function narrowWav(data: Buffer, longest: number): Float32Array {
  const wav = openWav(data);
  if (wav.frames / wav.rate > longest)
    throw new CodedError('media/sound-long', `more than ${longest} s are not taken`);
  const out = new Narrowed(wav.rate, longest);
  for (const block of wav.blocks()) out.push(block);
  return out.end();
}
