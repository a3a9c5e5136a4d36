/** What the watch has just found. */
export type LossFinding = 'lost' | 'resumed';

/**
 * Tells when the media of a session has gone silent (ruling 23): neither RTP nor RTCP for a stated
 * time while both sides agreed to send and receive. A peer that uses comfort noise may be silent for
 * as long as its user is, so it is not watched after its last packet was comfort noise.
 */
export class LossWatch {
  #watching = false;
  #lost = false;
  #lastAt = 0;
  #comfortNoise = false;

  /** Starts or stops watching; it is never on during hold, for emergency calls, or before there is a peer. */
  watch(on: boolean, now: number): void {
    if (on && !this.#watching) this.#lastAt = now;
    this.#watching = on;
    if (!on) this.#lost = false;
  }

  /** RTP came. Returns `resumed` if it had been reported lost. */
  rtp(now: number, comfortNoise: boolean): LossFinding | undefined {
    this.#lastAt = now;
    this.#comfortNoise = comfortNoise;
    if (!this.#lost) return undefined;
    this.#lost = false;
    return 'resumed';
  }

  /** RTCP came: the peer lives, though it says nothing. */
  rtcp(now: number): void {
    this.#lastAt = now;
  }

  /** Looks whether `limitMs` have passed in silence; tells it once. */
  check(now: number, limitMs: number): LossFinding | undefined {
    if (!this.#watching || this.#lost || this.#comfortNoise || limitMs <= 0) return undefined;
    if (now - this.#lastAt < limitMs) return undefined;
    this.#lost = true;
    return 'lost';
  }
}
