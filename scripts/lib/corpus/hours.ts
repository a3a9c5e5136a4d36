import { rmsOf } from '../../../daemon/src/media/dsp/level.ts';
import { Line } from './line.ts';
import { Music } from './music.ts';
import { Dice } from './random.ts';

/** What gives audio second by second, 8000 samples each, without end. */
export interface Stream {
  next(): Int16Array;
}

/** Line conditions drawn anew for each stretch. */
function lineOf(dice: Dice): Line {
  const options = {
    noiseDbm0: dice.between(-70, -42),
    ...(dice.chance(0.2) ? { humDbm0: dice.between(-60, -38) } : {}),
    ...(dice.chance(0.1) ? { clicks: dice.between(0.1, 2) } : {}),
    law: dice.chance(0.7),
  };
  return new Line(options, dice.below(2 ** 31));
}

/** One talker: clips in any order, each at its own rate and level. */
class Talker {
  readonly #dice: Dice;
  readonly #clips: readonly Int16Array[];
  #clip: Int16Array = new Int16Array(2);
  #place = Infinity;
  #rate = 1;
  #gain = 1;
  #pause = 0;

  constructor(clips: readonly Int16Array[], dice: Dice) {
    this.#clips = clips;
    this.#dice = dice;
  }

  addTo(out: Float64Array, weight: number): void {
    for (let i = 0; i < out.length; i++) {
      if (this.#pause > 0) {
        this.#pause--;
        continue;
      }
      const at = Math.floor(this.#place);
      if (!(at + 1 < this.#clip.length)) {
        this.#begin();
        continue;
      }
      const part = this.#place - at;
      const v = this.#clip[at]! * (1 - part) + this.#clip[at + 1]! * part;
      out[i] = out[i]! + v * this.#gain * weight;
      this.#place += this.#rate;
    }
  }

  /** A stretch of a clip begins: resampled, so that pitch, formants and pace are new. */
  #begin(): void {
    const d = this.#dice;
    const clip = d.pick(this.#clips);
    const length = Math.min(clip.length, Math.round(d.between(8, 40) * 8000));
    const from = d.below(clip.length - length + 1);
    this.#clip = clip.subarray(from, from + length);
    this.#place = d.next();
    this.#rate = d.between(0.7, 1.55);
    this.#pause = d.chance(0.3) ? Math.round(d.between(0, 1.5) * 8000) : 0;
    let energy = 0;
    for (const v of this.#clip) energy += v * v;
    this.#gain = rmsOf(d.between(-28, -9)) / Math.max(1, Math.sqrt(energy / length));
  }
}

/** Speech without end, no two hours alike: clips resampled, at all levels, one in five minutes of two at once. */
export class SpeechHours implements Stream {
  readonly #dice: Dice;
  readonly #one: Talker;
  readonly #other: Talker;
  #line: Line;
  #second = 0;
  #both = false;

  constructor(clips: readonly Int16Array[], seed: number) {
    this.#dice = new Dice(seed);
    this.#one = new Talker(clips, new Dice(seed + 1));
    this.#other = new Talker(clips, new Dice(seed + 2));
    this.#line = lineOf(this.#dice);
  }

  next(): Int16Array {
    if (this.#second++ % 60 === 0) {
      this.#line = lineOf(this.#dice);
      this.#both = this.#dice.chance(0.2);
    }
    const out = new Float64Array(8000);
    this.#one.addTo(out, 1);
    if (this.#both) this.#other.addTo(out, 0.6);
    return this.#line.pass(out);
  }
}

/** Music without end: on hold, live, through lines good and bad; now and then somebody speaks over it. */
export class MusicHours implements Stream {
  readonly #dice: Dice;
  readonly #music: Music;
  readonly #talker: Talker | undefined;
  #line: Line;
  #second = 0;
  #spoken = false;

  constructor(clips: readonly Int16Array[], seed: number) {
    this.#dice = new Dice(seed);
    this.#music = new Music(seed + 1);
    this.#talker = clips.length > 0 ? new Talker(clips, new Dice(seed + 2)) : undefined;
    this.#line = lineOf(this.#dice);
  }

  next(): Int16Array {
    if (this.#second++ % 60 === 0) {
      this.#line = lineOf(this.#dice);
      this.#spoken = this.#dice.chance(0.1);
    }
    const out = this.#music.next();
    if (this.#spoken) this.#talker?.addTo(out, 1);
    return this.#line.pass(out);
  }
}
