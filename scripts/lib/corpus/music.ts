import { Dice } from './random.ts';

const RATE = 8000;

/** How an instrument sounds: weights of its harmonics, and how a note goes. */
interface Instrument {
  readonly name: string;
  readonly harmonics: readonly number[];
  readonly attackMs: number;
  /** Time in which a held note falls by 60 dB, ms; Infinity: it stands. */
  readonly fallMs: number;
  readonly releaseMs: number;
  /** Depth in cents and rate in hertz. */
  readonly vibrato: readonly [cents: number, hz: number];
}

const saw = (count: number): number[] => Array.from({ length: count }, (_, i) => 1 / (i + 1));
const odd = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 / (i + 1) : 0));

// biome-ignore format: a table
export const INSTRUMENTS: readonly Instrument[] = [
  { name: 'organ', harmonics: [1, 0.8, 0.5, 0.6, 0, 0.35, 0, 0.3], attackMs: 15, fallMs: Infinity, releaseMs: 30, vibrato: [0, 0] },
  { name: 'organ flute stop', harmonics: [1, 0.12, 0.04], attackMs: 25, fallMs: Infinity, releaseMs: 40, vibrato: [0, 0] },
  { name: 'violin', harmonics: saw(8), attackMs: 60, fallMs: Infinity, releaseMs: 80, vibrato: [25, 5.5] },
  { name: 'flute', harmonics: [1, 0.3, 0.12, 0.05], attackMs: 50, fallMs: Infinity, releaseMs: 60, vibrato: [10, 5] },
  { name: 'piano', harmonics: [1, 0.6, 0.35, 0.25, 0.15, 0.1], attackMs: 4, fallMs: 3500, releaseMs: 90, vibrato: [0, 0] },
  { name: 'clarinet', harmonics: odd(9), attackMs: 30, fallMs: Infinity, releaseMs: 40, vibrato: [0, 0] },
  { name: 'marimba', harmonics: [1, 0, 0, 0.25], attackMs: 2, fallMs: 900, releaseMs: 60, vibrato: [0, 0] },
  { name: 'brass', harmonics: [0.7, 1, 0.9, 0.6, 0.4, 0.3, 0.2], attackMs: 40, fallMs: Infinity, releaseMs: 60, vibrato: [8, 5] },
  { name: 'square wave', harmonics: odd(15), attackMs: 2, fallMs: Infinity, releaseMs: 4, vibrato: [0, 0] },
  { name: 'guitar', harmonics: [1, 0.7, 0.5, 0.2, 0.2, 0.1], attackMs: 3, fallMs: 2200, releaseMs: 50, vibrato: [0, 0] },
  { name: 'voice oo', harmonics: [1, 0.5, 0.08, 0.04], attackMs: 90, fallMs: Infinity, releaseMs: 90, vibrato: [35, 5.8] },
];

/** One sine of a note. */
class Partial {
  re = 0;
  im = 0;
  cos = 1;
  sin = 0;
}

class Note {
  readonly #partials: Partial[] = [];
  readonly #instrument: Instrument;
  readonly #frequency: number;
  #age = 0;
  #gain = 0;
  readonly #held: number;
  readonly #fall: number;
  done = false;

  constructor(instrument: Instrument, frequency: number, amplitude: number, heldMs: number, dice: Dice) {
    this.#instrument = instrument;
    this.#frequency = frequency;
    this.#held = (heldMs * RATE) / 1000;
    this.#fall = instrument.fallMs === Infinity ? 1 : 10 ** (-3 / ((instrument.fallMs * RATE) / 1000));
    const sum = Math.hypot(...instrument.harmonics);
    instrument.harmonics.forEach((weight, k) => {
      if (weight === 0 || frequency * (k + 1) > 3700) return;
      const p = new Partial();
      const phase = dice.between(0, 2 * Math.PI);
      p.re = (Math.cos(phase) * weight * amplitude) / sum;
      p.im = (Math.sin(phase) * weight * amplitude) / sum;
      this.#partials.push(p);
      this.#harmonics.push(k + 1);
    });
  }

  readonly #harmonics: number[] = [];

  /** Adds the note to `out` from `from` on. */
  addTo(out: Float64Array, from: number, count: number): void {
    const { attackMs, releaseMs, vibrato } = this.#instrument;
    const up = 1000 / (attackMs * RATE);
    const down = 1000 / (releaseMs * RATE);
    for (let i = from; i < from + count; i++) {
      if (this.#age % 80 === 0) this.#tune(vibrato);
      if (this.#age < this.#held) this.#gain = Math.min(1, this.#gain + up);
      else if ((this.#gain -= down) <= 0) {
        this.done = true;
        return;
      }
      this.#age++;
      let sum = 0;
      for (const p of this.#partials) {
        const re = p.re * p.cos - p.im * p.sin;
        p.im = p.re * p.sin + p.im * p.cos;
        p.re = re;
        sum += re;
      }
      out[i] = out[i]! + sum * this.#gain;
    }
  }

  /** Each 10 ms: vibrato, and what a struck note has lost by now. */
  #tune([cents, hz]: readonly [number, number]): void {
    const bend = cents === 0 ? 1 : 2 ** ((cents * Math.sin((2 * Math.PI * hz * this.#age) / RATE)) / 1200);
    const loss = this.#age === 0 ? 1 : this.#fall ** 80;
    this.#partials.forEach((p, k) => {
      const w = (2 * Math.PI * this.#frequency * bend * this.#harmonics[k]!) / RATE;
      p.cos = Math.cos(w);
      p.sin = Math.sin(w);
      p.re *= loss;
      p.im *= loss;
    });
  }
}

const SCALES = [
  [0, 2, 4, 5, 7, 9, 11],
  [0, 2, 3, 5, 7, 8, 10],
  [0, 2, 4, 7, 9],
];
const LENGTHS = [0.5, 0.5, 1, 1, 1, 1.5, 2, 3, 4];

/**
 * Music without end, piece after piece: a melody with repeated notes, staccato and rests, mostly around
 * the octave that the tones of exchanges lie in; chords or none; beats or none. `next` gives a second.
 */
export class Music {
  readonly #dice: Dice;
  #notes: { note: Note; at: number }[] = [];
  #now = 0;
  #pieceEnd = 0;
  #melodyAt = 0;
  #chordAt = 0;
  #beatAt = 0;
  #beat = RATE;
  #degree = 0;
  #scale: readonly number[] = SCALES[0]!;
  #base = 261.6;
  #melody: Instrument = INSTRUMENTS[0]!;
  #chords: Instrument | undefined;
  #drums = false;
  #staccato = 1;
  #even = false;
  #amplitude = 4000;
  #noiseLeft = 0;

  constructor(seed: number) {
    this.#dice = new Dice(seed);
  }

  /** The next second, in 16-bit units. */
  next(): Float64Array {
    const out = new Float64Array(RATE);
    const end = this.#now + RATE;
    while (this.#now < end) {
      const until = Math.min(end, this.#upcoming());
      this.#sound(out, this.#now - (end - RATE), until - this.#now);
      this.#now = until;
      this.#compose();
    }
    return out;
  }

  #upcoming(): number {
    const chord = this.#chords ? this.#chordAt : Infinity;
    const beat = this.#drums ? this.#beatAt : Infinity;
    return Math.max(this.#now + 1, Math.min(this.#pieceEnd, this.#melodyAt, chord, beat));
  }

  #sound(out: Float64Array, from: number, count: number): void {
    for (const { note } of this.#notes) note.addTo(out, from, count);
    this.#notes = this.#notes.filter(({ note }) => !note.done);
    for (let i = from; i < from + count && this.#noiseLeft > 0; i++) {
      out[i] = out[i]! + this.#dice.between(-1, 1) * this.#amplitude * (this.#noiseLeft-- / 400);
    }
  }

  #compose(): void {
    if (this.#now >= this.#pieceEnd) this.#begin();
    if (this.#now >= this.#melodyAt) this.#melodyNote();
    if (this.#chords && this.#now >= this.#chordAt) this.#chord(this.#chords);
    if (this.#drums && this.#now >= this.#beatAt) {
      this.#noiseLeft = 400;
      this.#beatAt = this.#now + this.#beat;
    }
  }

  /** A new piece of 20 to 60 s: key, tempo, instruments. */
  #begin(): void {
    const d = this.#dice;
    this.#pieceEnd = this.#now + Math.round(d.between(20, 60) * RATE);
    this.#beat = Math.round((60 / d.between(55, 190)) * RATE);
    this.#scale = d.pick(SCALES);
    // From C4 up, at a pitch of 440 Hz that is off by up to a third of a semitone.
    this.#base = 261.63 * 2 ** ((d.below(12) + d.between(-0.35, 0.35)) / 12) * (d.chance(0.2) ? 2 : 1);
    this.#melody = d.pick(INSTRUMENTS);
    this.#chords = d.chance(0.55) ? d.pick(INSTRUMENTS) : undefined;
    this.#drums = d.chance(0.35);
    this.#staccato = d.pick([1, 0.95, 0.8, 0.6, 0.5, 0.4]);
    // One in three is played by a machine: every note of one strength.
    this.#even = d.chance(0.33);
    this.#amplitude = 10 ** d.between(3, 4);
    this.#melodyAt = this.#chordAt = this.#beatAt = this.#now;
  }

  #melodyNote(): void {
    const d = this.#dice;
    if (!d.chance(0.25)) this.#degree += d.pick([-3, -2, -1, -1, 1, 1, 2, 3, 4]);
    this.#degree = Math.max(-4, Math.min(11, this.#degree));
    const length = this.#beat * d.pick(LENGTHS);
    if (!d.chance(0.1)) {
      const strength = this.#amplitude * (this.#even ? 1 : 10 ** (d.between(-5, 1) / 20));
      const held = (length / RATE) * 1000 * this.#staccato;
      this.#play(this.#melody, this.#degree, strength, held);
    }
    this.#melodyAt = this.#now + Math.round(length);
  }

  #chord(instrument: Instrument): void {
    const d = this.#dice;
    const root = d.pick([-7, -4, -3, 0, 1, 3, 4]);
    const ms = ((this.#beat * 4) / RATE) * 1000;
    for (const step of [0, 2, 4]) this.#play(instrument, root + step, this.#amplitude * 0.35, ms * 0.95);
    this.#chordAt = this.#now + this.#beat * 4;
  }

  #play(instrument: Instrument, degree: number, amplitude: number, heldMs: number): void {
    const n = this.#scale.length;
    const semitones = this.#scale[((degree % n) + n) % n]! + 12 * Math.floor(degree / n);
    const frequency = this.#base * 2 ** (semitones / 12);
    this.#notes.push({ note: new Note(instrument, frequency, amplitude, heldMs, this.#dice), at: this.#now });
  }
}
