import type { ToneEvidence } from '../media/api.ts';
import type { FxoEvent } from './fxo-state.ts';

/**
 * What a line had shown when a call on it was answered or released, so that this can be judged afterwards (ruling 20):
 * figures only, nothing of what was said.
 */
export interface LineEvidence {
  /** The tone that it was, with each of its last cycles. */
  tone?: ToneEvidence;
  /** The last loop break that the card told in this call, ms. */
  breakMs?: number;
  /** Turns of polarity since the loop was closed. */
  polarityTurns: number;
  /** Current in the loop as last told, mA. */
  milliamps?: number;
  /** From the last digit, or from our answering an incoming call, ms. */
  sinceDialedMs?: number;
  /** From the far end's answer, ms; missing before it. */
  sinceAnswerMs?: number;
  /** How long before this a voice was heard on the line, ms; missing: none was. */
  voiceBeforeMs?: number;
  /** The silence that it was, ms. */
  silenceMs?: number;
}

/** Follows one line's call, and says what it has shown. Knows nothing of what follows from that. */
export class EvidenceKeeper {
  #closedAt: number | undefined;
  #dialedAt: number | undefined;
  #answeredAt: number | undefined;
  #voiceAt: number | undefined;
  #turns = 0;
  #reversed: boolean | undefined;
  #breakMs: number | undefined;
  #milliamps: number | undefined;
  #tone: ToneEvidence | undefined;

  /** A call begins: nothing of the one before counts any more. */
  begin(now: number): void {
    this.#closedAt = now;
    this.#dialedAt = undefined;
    this.#answeredAt = undefined;
    this.#voiceAt = undefined;
    this.#turns = 0;
    this.#breakMs = undefined;
    this.#milliamps = undefined;
    this.#tone = undefined;
  }

  /** The last digit is out, or an incoming call was answered by us. */
  dialed(now: number): void {
    this.#dialedAt = now;
  }

  answered(now: number): void {
    this.#answeredAt = now;
  }

  /** Takes note of what the port hears; before the port itself acts on it. */
  hear(event: FxoEvent, now: number): void {
    switch (event.type) {
      case 'dial':
      case 'answer':
        this.begin(now);
        break;
      case 'tone':
        this.#tone = event.evidence;
        break;
      case 'voice':
        this.#voiceAt = now;
        break;
      case 'indication': {
        const { indication } = event;
        if (indication.type === 'loop-break') this.#breakMs = indication.ms;
        else if (indication.type === 'loop-current') this.#milliamps = indication.milliamps;
        else if (indication.type === 'polarity') {
          if (this.#reversed !== undefined && indication.reversed === this.#reversed) break;
          this.#reversed = indication.reversed;
          if (this.#closedAt !== undefined) this.#turns++;
        }
        break;
      }
    }
  }

  /** What has been shown up to now; `of` says which of it belongs to what has just happened. */
  told(now: number, of: { tone?: boolean; silenceMs?: number } = {}): LineEvidence {
    const since = (at: number | undefined): number | undefined =>
      at === undefined ? undefined : Math.round(now - at);
    const [sinceDialedMs, sinceAnswerMs, voiceBeforeMs] = [
      since(this.#dialedAt),
      since(this.#answeredAt),
      since(this.#voiceAt),
    ];
    return {
      ...(of.tone && this.#tone ? { tone: this.#tone } : {}),
      ...(this.#breakMs === undefined ? {} : { breakMs: this.#breakMs }),
      polarityTurns: this.#turns,
      ...(this.#milliamps === undefined ? {} : { milliamps: this.#milliamps }),
      ...(sinceDialedMs === undefined ? {} : { sinceDialedMs }),
      ...(sinceAnswerMs === undefined ? {} : { sinceAnswerMs }),
      ...(voiceBeforeMs === undefined ? {} : { voiceBeforeMs }),
      ...(of.silenceMs ? { silenceMs: of.silenceMs } : {}),
    };
  }
}
