import type { Media } from '../media/api.ts';
import type { Leg } from './leg.ts';
import { type ToneSet, toneSource } from './tones.ts';

/**
 * What a caller hears until somebody answers: ringback of ours, or what the network of whoever is called plays. The media
 * worker does things in the order it is asked to, so that nothing here waits until it says that they are done.
 */
export class CallerEar {
  readonly #media: Media;
  readonly #tones: ToneSet;
  readonly #call: { readonly caller: Leg; readonly state: string };
  /** The leg whose audio the caller hears. */
  #early: Leg | undefined;
  /** A speech path toward the caller was opened before the answer: it now hears us and nothing of its own. */
  #path = false;
  #ringback = false;
  /** The caller hears a service of ours, and nothing of who is rung. */
  aside = false;

  constructor(media: Media, tones: ToneSet, call: { readonly caller: Leg; readonly state: string }) {
    this.#media = media;
    this.#tones = tones;
    this.#call = call;
  }

  /** `leg` is being alerted; `early`: with sound of its own. The first with some is what the caller hears. */
  alerting(leg: Leg, early: boolean): void {
    if (this.aside) return;
    if (early && leg.endpoint && !this.#early) void this.#hear(leg);
    else if (!this.#early) this.#ring();
  }

  /** The leg that was heard is gone and others may still ring: no caller waits in silence. */
  gone(leg: Leg): void {
    if (leg !== this.#early) return;
    this.#early = undefined;
    if (this.#call.state !== 'alerting') return;
    const { endpoint } = this.#call.caller;
    if (endpoint) void this.#media.disconnect(endpoint).catch(() => {});
    this.#ring();
  }

  /** Somebody else, who has answered long ago, waits from now on. Before: {@link hush} for the one who leaves. */
  passOn(): void {
    this.#path = true;
    if (this.#early) this.join(this.#early);
    else if (this.#call.state === 'alerting' && !this.aside) this.#ring();
  }

  /** Ends our ringback. */
  hush(): void {
    const { endpoint } = this.#call.caller;
    if (!this.#ringback || !endpoint) return;
    this.#ringback = false;
    void this.#media.stop(endpoint).catch(() => {});
  }

  /** Joins the caller to `leg`. */
  join(leg: Leg): void {
    const [a, b] = [this.#call.caller.endpoint, leg.endpoint];
    if (a && b && this.#call.state !== 'ended') void this.#media.connect(a, b).catch(() => {});
  }

  /** Lets the caller hear the network's own ringback or message. */
  async #hear(leg: Leg): Promise<void> {
    this.#early = leg;
    this.hush();
    try {
      await this.#call.caller.openEarlyMedia();
    } catch {
      // The caller is gone, and says so by itself.
      return;
    }
    this.#path = true;
    // Meanwhile somebody may have answered, or this leg may be gone.
    if (this.#early === leg && this.#call.state === 'alerting') this.join(leg);
  }

  #ring(): void {
    const { caller } = this.#call;
    const { endpoint } = caller;
    if (this.#ringback || !endpoint) return;
    // A SIP caller that we have not answered is told by 180 and makes its own ringback, until it hears us.
    if (caller.kind === 'sip' && caller.state !== 'answered' && !this.#path) return;
    // A city line that we have not answered still hears its exchange's ringback.
    if (caller.kind === 'fxo' && caller.state !== 'answered') return;
    this.#ringback = true;
    void this.#media.play(endpoint, toneSource(this.#tones, 'ringback')).catch(() => {});
  }
}
