import { clip16 } from './level.ts';

/** ITU-T G.711 Appendix I: pitch is looked for from 66 to 200 Hz. */
const PITCH_MIN = 40;
const PITCH_MAX = 120;
/** Samples compared in the search: 20 ms (Appendix I.2.2). */
const CORRELATION = 160;
/** What is kept of the past: three periods of the lowest pitch and a fade (Appendix I: 390 samples). */
const HISTORY = 390;
/** After 10 ms the concealment begins to fade, and is silent after 60 ms (Appendix I.2.7). */
const FADE_FROM = 80;
const FADE_LENGTH = 400;
/** Cross-fade back into received speech: 4 ms, plus 4 ms for each further 10 ms lost, up to 10 ms (Appendix I.2.8). */
const BLEND_FIRST = 32;
const BLEND_MORE = 32;
const BLEND_MAX = 80;

/**
 * Packet-loss concealment after the idea of ITU-T G.711 Appendix I: what is lost is replaced by the
 * last pitch periods, the more of them the longer it lasts, fading to silence. Unlike the appendix
 * it adds no delay: the seam lies within the repeated period instead of in audio held back.
 */
export class PacketLossConcealer {
  readonly #history = new Float64Array(HISTORY);
  readonly #cycle = new Float64Array(PITCH_MAX * 3);
  #pitch = 0;
  #length = 0;
  #position = 0;
  #lost = 0;

  /** Whether the last frame was made up. */
  get concealing(): boolean {
    return this.#lost > 0;
  }

  /** Passes received audio through, blending its beginning with the concealment before it. In place. */
  received(frame: Int16Array, count = frame.length): void {
    if (this.#lost > 0) {
      const more = Math.floor((this.#lost - 1) / 80) * BLEND_MORE;
      const blend = Math.min(BLEND_FIRST + more, BLEND_MAX, count);
      for (let i = 0; i < blend; i++) {
        const w = (i + 1) / (blend + 1);
        frame[i] = clip16(frame[i]! * w + this.#next() * (1 - w));
      }
      this.#lost = 0;
    }
    this.#remember(frame, count);
  }

  /** Makes up `count` samples for audio that did not come. */
  conceal(out: Int16Array, count = out.length): void {
    if (this.#lost === 0) this.#begin();
    for (let i = 0; i < count; i++) {
      // Appendix I.2.6: longer losses draw on two, then three periods, or they would buzz.
      if (this.#lost === 80) this.#takePeriods(2);
      else if (this.#lost === 160) this.#takePeriods(3);
      out[i] = clip16(this.#next());
    }
    this.#remember(out, count);
  }

  reset(): void {
    this.#history.fill(0);
    this.#lost = 0;
  }

  /** One more sample of the repeated cycle, faded. */
  #next(): number {
    const gain = this.#lost < FADE_FROM ? 1 : Math.max(0, 1 - (this.#lost - FADE_FROM) / FADE_LENGTH);
    const v = this.#cycle[this.#position]! * gain;
    this.#position = this.#position + 1 === this.#length ? 0 : this.#position + 1;
    this.#lost++;
    return v;
  }

  #begin(): void {
    this.#pitch = this.#findPitch();
    this.#saved.set(this.#history);
    this.#length = 0;
    this.#position = 0;
    this.#takePeriods(1);
  }

  /** The past as it was when the loss began; the history goes on with what is made up. */
  readonly #saved = new Float64Array(HISTORY);

  /** Makes the cycle of the last `periods` periods, its end blended into what preceded its start. */
  #takePeriods(periods: number): void {
    const past = this.#saved;
    const length = this.#pitch * periods;
    const begin = HISTORY - length;
    const blend = this.#pitch >> 2;
    for (let i = 0; i < length; i++) this.#cycle[i] = past[begin + i]!;
    for (let i = 0; i < blend; i++) {
      const at = length - blend + i;
      const before = begin - blend + i;
      const w = (i + 1) / (blend + 1);
      if (before >= 0) this.#cycle[at] = past[begin + at]! * (1 - w) + past[before]! * w;
    }
    // The last period of the longer cycle is the old one: go on at the same place in it.
    this.#position =
      this.#length === 0 ? 0 : (length - this.#pitch + (this.#position % this.#pitch)) % length;
    this.#length = length;
  }

  #findPitch(): number {
    const past = this.#history;
    const from = HISTORY - CORRELATION;
    let best = PITCH_MIN;
    let bestScore = -1;
    // Every second lag first, then the neighbours of the best (Appendix I.2.2 does the same).
    for (let lag = PITCH_MIN; lag <= PITCH_MAX; lag += 2) {
      const score = this.#score(past, from, lag);
      if (score > bestScore) {
        bestScore = score;
        best = lag;
      }
    }
    for (const lag of [best - 1, best + 1]) {
      if (lag < PITCH_MIN || lag > PITCH_MAX) continue;
      const score = this.#score(past, from, lag);
      if (score > bestScore) {
        bestScore = score;
        best = lag;
      }
    }
    return best;
  }

  /** Squared normalised correlation of the newest 20 ms with what was `lag` samples before; 0 if negative. */
  #score(past: Float64Array, from: number, lag: number): number {
    let cross = 0;
    let energy = 1;
    for (let i = from; i < HISTORY; i += 2) {
      const b = past[i - lag]!;
      cross += past[i]! * b;
      energy += b * b;
    }
    return cross > 0 ? (cross * cross) / energy : 0;
  }

  #remember(frame: Int16Array, count: number): void {
    const h = this.#history;
    const n = Math.min(count, HISTORY);
    h.copyWithin(0, n);
    for (let i = 0; i < n; i++) h[HISTORY - n + i] = frame[count - n + i]!;
  }
}
