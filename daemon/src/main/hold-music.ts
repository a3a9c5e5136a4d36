import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../base/error.ts';
import type { Media } from '../media/api.ts';
import { levelled } from '../media/sound/loudness.ts';
import { narrowWav } from '../media/sound/narrow.ts';
import { writeWav } from '../media/sound/wav.ts';
import { decodeAside } from '../worker/sound-thread.ts';

const RATE = 8000;
/** Mean level of what is played to held parties, dBm0: as loud as somebody who speaks softly. */
const LEVEL_DBM0 = -20;
/** The longest music, s: 10 minutes of it take 9.6 MB of memory. */
const MAX_SECONDS = 600;

/** Music on hold: the box's own melody, or a file that the admin has put in its place. */
export class HoldMusic {
  readonly #path: string;
  readonly #media: Pick<Media, 'setMusic'>;
  readonly #log: (message: string) => void;

  constructor(data: string, media: Pick<Media, 'setMusic'>, log: (message: string) => void) {
    this.#path = join(data, 'hold-music.wav');
    this.#media = media;
    this.#log = log;
    this.reload();
  }

  /** Plays what lies in the folder now. */
  reload(): void {
    try {
      this.#play(existsSync(this.#path) ? narrowWav(readFileSync(this.#path), MAX_SECONDS) : melody());
    } catch (error) {
      this.#log(`the music on hold cannot be used: ${messageOf(error)}`);
      this.#play(melody());
    }
  }

  /** The admin's own file, if there is one. */
  get own(): { bytes: number } | undefined {
    const stat = statSync(this.#path, { throwIfNoEntry: false });
    return stat && { bytes: stat.size };
  }

  /**
   * Takes music of any format that prompts may have.
   * @throws CodedError `media/sound-...` of what is wrong with the file
   */
  async replace(file: Buffer): Promise<void> {
    const samples = await decodeAside(file, { longest: MAX_SECONDS, levelDbm0: LEVEL_DBM0 });
    // Whole or not at all, whatever happens to the power meanwhile.
    const fresh = await open(`${this.#path}.new`, 'w', 0o600);
    try {
      await fresh.writeFile(writeWav(samples));
      await fresh.sync();
    } finally {
      await fresh.close();
    }
    await rename(`${this.#path}.new`, this.#path);
    this.#play(samples);
  }

  /** Back to the box's own melody. */
  restore(): void {
    rmSync(this.#path, { force: true });
    this.#play(melody());
  }

  #play(samples: Int16Array | Float32Array): void {
    void this.#media.setMusic(levelled(new Float32Array(samples), LEVEL_DBM0)).catch(() => {});
  }
}

/** Notes of the melody, semitones from C4, a broken chord to the bar; written for this box. */
const bars = [
  [0, 4, 7, 12, 7, 4],
  [-3, 0, 4, 9, 4, 0],
  [-7, -3, 0, 5, 0, -3],
  [-5, -1, 2, 7, 2, -1],
  [0, 4, 7, 16, 12, 7],
  [-3, 0, 4, 12, 9, 4],
  [-7, 0, 5, 9, 5, 0],
  [-5, 2, 7, 11, 7, 2],
];
const NOTE_S = 0.36;

/** A quiet melody of some 17 s that goes round: plucked tones, each fading into the next. */
export function melody(): Int16Array {
  const notes = bars.flat();
  const step = Math.round(NOTE_S * RATE);
  const out = new Float64Array(notes.length * step);
  for (const [i, semitone] of notes.entries()) {
    const hertz = 261.63 * 2 ** (semitone / 12);
    for (let n = 0; n < 4 * step; n++) {
      const time = n / RATE;
      const fade = Math.exp(-time * 3.2) * Math.min(1, time / 0.008);
      const phase = 2 * Math.PI * hertz * time;
      const sound = Math.sin(phase) + 0.35 * Math.sin(2 * phase) + 0.12 * Math.sin(3 * phase);
      out[(i * step + n) % out.length]! += fade * sound;
    }
  }
  return Int16Array.from(out, (value) => Math.round(value * 6000));
}
