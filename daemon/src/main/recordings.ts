import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../base/error.ts';
import type { PlaySource } from '../media/api.ts';
import { PCMA } from '../media/dsp/g711.ts';
import type { PromptName, Prompts } from '../service/prompts.ts';

/** Files of recordings, A-law at 8 kHz without a header: `FOLDER/LANGUAGE/NAME.al`. Read when first needed. */
export class Recordings implements Prompts {
  readonly #folder: string;
  readonly #language: () => 'ru' | 'en';
  #read = new Map<string, Int16Array>();

  constructor(folder: string, language: () => 'ru' | 'en') {
    this.#folder = folder;
    this.#language = language;
  }

  source(name: PromptName, language = this.#language()): PlaySource {
    return { type: 'pcm', samples: this.#samples(join(language, `${name}.al`)) };
  }

  /** @throws CodedError `main/recording` if a file of the product is missing. */
  #samples(file: string): Int16Array {
    const known = this.#read.get(file);
    if (known) return known;
    try {
      const coded = readFileSync(join(this.#folder, file));
      const samples = new Int16Array(coded.length);
      PCMA.decode(coded, samples);
      this.#read.set(file, samples);
      return samples;
    } catch (cause) {
      throw new CodedError('main/recording', `recording ${file} cannot be read`, { cause });
    }
  }
}
