import { ECHO_BLOCK, type EchoKernel, TONAL } from './kernel.ts';

/** Smoothing of the figures that decide: about 30 ms. */
const SMOOTH = 0.3;
/** Mean square below which nothing is decided: about -60 dBm0. */
const QUIET = 500 * ECHO_BLOCK;
/** An echo is at least 3 dB weaker than what was sent (the worst hybrid): what is louder has the near end in it (Geigel). */
const LOUDEST_ECHO = 0.5;
/** How long that is taken to go on, blocks. */
const HANGOVER = 8;
/** The canceller takes away less than 13 dB: the path may be another one, or the near end speaks. */
const POOR = 0.05;
/** And more is left than this factor times the least there was lately: it is not the noise of the line alone. */
const ABOVE_NOISE = 6;
/** How fast that least rises, per block: 3 dB in two seconds. */
const NOISE_RISE = 1.0035;
/** The filter does not expect that itself: less than this part of the residual. */
const UNEXPECTED = 0.25;
/** Poor blocks in a row before a trial begins: soon where the canceller was good before, late while it still learns. */
const POOR_BLOCKS = 6;
const POOR_BLOCKS_AT_FIRST = 50;
/** Good: more than 17 dB are taken away, in so many more blocks than not. */
const GOOD = 0.02;
const GOOD_BLOCKS = 20;
/** A trial wins when its error is 3 dB smaller in so many more blocks than not. */
const TRIAL_BETTER = 0.5;
const TRIAL_WINS = 8;
/** Blocks that a trial may take, and the rest after one that has failed. */
const TRIAL_BLOCKS = 40;
const REST_BLOCKS = 10;
/** The filter adds to the echo instead of taking it away: more than 6 dB for 100 ms. */
const DIVERGED = 4;
const DIVERGED_BLOCKS = 10;
/** Smoothing of what is shown, per block with an echo: about a second of far-end speech. */
const SHOWN = 0.02;
/** Once the path is known, a block shows the echo alone when the estimate explains it to this part. */
const EXPLAINED = 0.1;

/** Takes the echo of what is sent to a line out of what comes from it. */
export class EchoCanceller {
  readonly kernel: EchoKernel;
  #received = 0;
  #residual = 0;
  #least = Number.POSITIVE_INFINITY;
  #poor = 0;
  #trial = 0;
  #wins = 0;
  #rest = 0;
  #shown: number | undefined;
  /** Blocks for which what was sent can still come back. */
  #sounding = 0;
  /** Energies of the blocks sent last, as many as the tail holds. */
  readonly #sent: Float64Array;
  #next = 0;
  #near = 0;
  #good = 0;
  #diverged = 0;

  constructor(kernel: EchoKernel) {
    this.kernel = kernel;
    this.#sent = new Float64Array(Math.ceil(kernel.taps / ECHO_BLOCK) + 1);
  }

  /** Echo return loss, dB: how much weaker the echo comes back than it was sent, as learnt; undefined: nothing learnt yet. */
  get erlDb(): number | undefined {
    const gain = this.kernel.pathGain();
    return gain > 1e-6 ? -10 * Math.log10(gain) : undefined;
  }

  /** Echo return loss enhancement over the last second or so of far-end sound, dB; undefined: there was none. */
  get erleDb(): number | undefined {
    return this.#shown;
  }

  /** Whether the far end is heard through a path that the filter knows. */
  get converged(): boolean {
    return this.#good === GOOD_BLOCKS;
  }

  /** Whether what was sent could come back in the last block. */
  get sounding(): boolean {
    return this.#sounding > 0;
  }

  /**
   * One or more blocks of 80 samples. `reference`: what went to the line, aligned to `received` by the
   * card's sample index (ruling 22); `out`: `received` without the echo, and may be the same array.
   * `adapt` false: cancel, but learn nothing.
   */
  process(
    reference: Int16Array,
    received: Int16Array,
    out: Int16Array,
    count = received.length,
    adapt = true,
  ): void {
    for (let from = 0; from + ECHO_BLOCK <= count; from += ECHO_BLOCK)
      this.#block(reference, received, out, from, adapt);
  }

  /** Forgets the line: a new call. */
  reset(): void {
    this.kernel.reset();
    this.#received = this.#residual = 0;
    this.#least = Number.POSITIVE_INFINITY;
    this.#shown = undefined;
    this.#sounding = this.#near = 0;
    this.#sent.fill(0);
    this.#begin();
  }

  /** Nothing is known of the path. */
  #begin(): void {
    this.#endTrial();
    this.#rest = this.#good = this.#diverged = 0;
  }

  #block(reference: Int16Array, received: Int16Array, out: Int16Array, from: number, adapt: boolean): void {
    const { kernel } = this;
    const { figures } = kernel;
    const learn = this.#echoOnly(reference, received, from) && adapt;
    const work = learn ? 'learn' : this.#sounding > 0 ? 'measure' : 'idle';
    const noise = Number.isFinite(this.#least) ? this.#least / ECHO_BLOCK : 0;
    kernel.block(reference, received, out, from, work, noise);
    this.#received += SMOOTH * (figures.received - this.#received);
    this.#residual += SMOOTH * (figures.residual - this.#residual);
    this.#least = Math.min(this.#residual, this.#least * NOISE_RISE);
    if (!learn || figures.predictability >= TONAL) return;
    this.#show();
    this.#decide();
  }

  /** Whether there can be an echo in a block, and nothing louder than one. */
  #echoOnly(reference: Int16Array, received: Int16Array, from: number): boolean {
    const sent = energy(reference, from);
    this.#sent[this.#next] = sent;
    this.#next = (this.#next + 1) % this.#sent.length;
    if (sent > QUIET) this.#sounding = this.#sent.length;
    else if (this.#sounding > 0) this.#sounding--;
    let loudest = 0;
    for (let i = 0; i < this.#sent.length; i++) loudest = Math.max(loudest, this.#sent[i]!);
    if (energy(received, from) > Math.max(QUIET, LOUDEST_ECHO * loudest)) this.#near = HANGOVER;
    else if (this.#near > 0) this.#near--;
    return this.#sounding > 0 && this.#near === 0;
  }

  /** What is shown counts echo only: once the path is known, not what the near end adds. */
  #show(): void {
    const { received, residual, estimate } = this.kernel.figures;
    if (received < QUIET) return;
    if (this.converged && Math.abs(received - estimate) > EXPLAINED * received) return;
    const db = 10 * Math.log10(received / Math.max(residual, 1));
    this.#shown = this.#shown === undefined ? db : this.#shown + SHOWN * (db - this.#shown);
  }

  #decide(): void {
    const { kernel } = this;
    const { figures } = kernel;
    const diverged = this.#residual > DIVERGED * this.#received && this.#residual > QUIET;
    this.#diverged = diverged ? this.#diverged + 1 : 0;
    if (this.#diverged >= DIVERGED_BLOCKS) {
      kernel.forget();
      this.#begin();
      return;
    }
    if (this.#trial > 0) {
      this.#judge();
      return;
    }
    if (this.#rest > 0) this.#rest--;
    if (this.#received < QUIET) return;
    if (this.#residual < GOOD * this.#received) this.#good = Math.min(GOOD_BLOCKS, this.#good + 1);
    else if (this.#good < GOOD_BLOCKS) this.#good = Math.max(0, this.#good - 1);
    const poor =
      this.#residual > POOR * this.#received &&
      this.#residual > ABOVE_NOISE * this.#least &&
      figures.whiteExpected < UNEXPECTED * figures.whiteResidual;
    this.#poor = poor ? this.#poor + 1 : 0;
    const patience = this.converged ? POOR_BLOCKS : POOR_BLOCKS_AT_FIRST;
    if (this.#poor >= patience && this.#rest === 0) {
      kernel.beginTrial();
      this.#trial = TRIAL_BLOCKS;
      this.#wins = 0;
    }
  }

  #judge(): void {
    const { kernel } = this;
    const { figures } = kernel;
    if (figures.whiteTrial < TRIAL_BETTER * figures.whiteResidual) this.#wins++;
    else this.#wins = Math.max(0, this.#wins - 1);
    const won = this.#wins >= TRIAL_WINS;
    if (won || --this.#trial === 0) {
      kernel.endTrial(won);
      this.#endTrial();
      if (!won) this.#rest = REST_BLOCKS;
    }
  }

  #endTrial(): void {
    this.#trial = 0;
    this.#wins = 0;
    this.#poor = 0;
  }
}

function energy(x: Int16Array, from: number): number {
  let sum = 0;
  for (let i = from; i < from + ECHO_BLOCK; i++) sum += x[i]! * x[i]!;
  return sum;
}
