import type { OfficeEvent } from './device.ts';
import { Telephone } from './telephone.ts';
import type { Feed } from './wire.ts';

/** A burst as an automatic route selection sends it (P04). */
export interface Burst {
  digits: string;
  /** Wait between seizing the line and the first digit. */
  delayMs?: number;
  onMs?: number;
  offMs?: number;
  level?: number;
}

/** An old PBX's city-line input on one of our FXS ports (wire A): seizes, dials, believes polarity and current. */
export class PbxTrunk extends Telephone {
  override readonly kind = 'pbx-trunk';
  /** Answers ringing by itself after so many bursts; 0: never. */
  autoAnswerBursts = 0;
  /** Digits that the page offers to send. */
  usualBurst = '';
  /** Loss of current that is taken as the exchange's release, ms. */
  releaseMs = 90;
  #billing = false;
  #base = false;
  #gone = 0;

  /** The PBX believes that the call has been answered (polarity reversed while off-hook). */
  get billing(): boolean {
    return this.#billing;
  }

  override lift(): void {
    if (!this.offHook) this.#base = this.reversed;
    super.lift();
  }

  /** Seizes and sends the burst; resolves when the last digit is out. */
  async seizeAndDial(burst: Burst): Promise<void> {
    this.lift();
    await this.time.sleep(burst.delayMs ?? 300);
    await this.dial(burst.digits, {
      onMs: burst.onMs ?? 70,
      offMs: burst.offMs ?? 70,
      ...(burst.level === undefined ? {} : { level: burst.level }),
    });
  }

  override state(): Record<string, unknown> {
    return { ...super.state(), billing: this.#billing, burst: this.usualBurst };
  }

  override tick(feed: Feed): void {
    super.tick(feed);
    if (!this.offHook) {
      this.#gone = 0;
      if (this.#billing) this.#bill(false);
      if (this.autoAnswerBursts > 0 && this.ringing && this.bursts >= this.autoAnswerBursts) {
        this.lift();
      }
      return;
    }
    this.#gone = this.milliamps < 1 ? this.#gone + 1 : 0;
    if (this.#gone >= this.releaseMs) {
      this.tell('released-by-line');
      this.hangup();
      return;
    }
    if (feed.volts > 0 && this.reversed !== this.#base && !this.#billing) this.#bill(true);
    else if (feed.volts > 0 && this.reversed === this.#base && this.#billing) this.#bill(false);
  }

  /** Waits until the PBX sees the answer. */
  answered(timeoutMs?: number): Promise<OfficeEvent> {
    return this.next('billing-started', timeoutMs);
  }

  #bill(on: boolean): void {
    this.#billing = on;
    this.tell(on ? 'billing-started' : 'billing-stopped');
  }
}
