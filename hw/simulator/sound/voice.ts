import { amplitudeOf, RATE } from './level.ts';

/** One piece of sound. `ms` of Infinity goes on until something else is played. */
export type Sound =
  | { type: 'tone'; frequencies: readonly number[]; level: number; ms: number }
  | { type: 'silence'; ms: number }
  | { type: 'pcm'; samples: Int16Array };

interface Playing {
  sounds: readonly Sound[];
  repeat: boolean;
  index: number;
  at: number;
  phases: number[];
  done: (ended: boolean) => void;
}

/** What somebody says into a pair: a queue of tones and recordings, made block by block. */
export class Voice {
  #playing: Playing | undefined;

  get silent(): boolean {
    return this.#playing === undefined;
  }

  /** Plays in place of what was played; resolves true at the end, false when replaced or stopped. */
  play(sounds: readonly Sound[], repeat = false): Promise<boolean> {
    this.stop();
    return new Promise((done) => {
      this.#playing = { sounds, repeat, index: 0, at: 0, phases: [0, 0, 0, 0], done };
    });
  }

  stop(): void {
    const playing = this.#playing;
    this.#playing = undefined;
    playing?.done(false);
  }

  /** Fills the block with the next samples, silence if there is nothing to say. */
  fill(out: Int16Array): void {
    let o = 0;
    while (o < out.length && this.#playing) o = this.#some(this.#playing, out, o);
    if (o < out.length) out.fill(0, o);
  }

  #some(p: Playing, out: Int16Array, from: number): number {
    const sound = p.sounds[p.index];
    if (!sound) {
      if (p.repeat && p.sounds.length > 0) {
        p.index = 0;
        return from;
      }
      this.#playing = undefined;
      p.done(true);
      return from;
    }
    const length = sound.type === 'pcm' ? sound.samples.length : Math.round((sound.ms * RATE) / 1000);
    const n = Math.min(out.length - from, length - p.at);
    if (sound.type === 'pcm') out.set(sound.samples.subarray(p.at, p.at + n), from);
    else if (sound.type === 'silence') out.fill(0, from, from + n);
    else this.#tone(p, sound, out, from, n);
    p.at += n;
    if (p.at >= length) {
      p.index++;
      p.at = 0;
    }
    return from + n;
  }

  #tone(p: Playing, sound: Sound & { type: 'tone' }, out: Int16Array, from: number, n: number): void {
    const amplitude = amplitudeOf(sound.level);
    const steps = sound.frequencies.map((f) => (2 * Math.PI * f) / RATE);
    for (let i = from; i < from + n; i++) {
      let v = 0;
      for (let f = 0; f < steps.length; f++) {
        v += amplitude * Math.sin(p.phases[f]!);
        p.phases[f]! += steps[f]!;
      }
      out[i] = v > 32767 ? 32767 : Math.max(v, -32768);
    }
  }
}
