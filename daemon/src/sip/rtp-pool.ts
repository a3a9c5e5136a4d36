import type { EndpointId, Media } from '../media/api.ts';

/** An RTP session that is bound and waits for its peer. */
export interface OpenRtp {
  endpoint: EndpointId;
  port: number;
  address: string;
}

/**
 * Keeps a few RTP sessions bound in advance for each local address, so that an INVITE with its SDP
 * leaves in the same turn of the event loop as the last digit came (ruling 32).
 */
export class RtpPool {
  readonly #media: Pick<Media, 'openRtp' | 'closeRtp'>;
  readonly #spare: number;
  #ready = new Map<string, OpenRtp[]>();
  #opening = new Map<string, number>();
  #closed = false;

  /** `spare`: sessions kept ready per address, at least; when fewer are left, as many again are asked for at once. */
  constructor(media: Pick<Media, 'openRtp' | 'closeRtp'>, spare = 2) {
    this.#media = media;
    this.#spare = spare;
  }

  /** Gets sessions ready on an address that calls will use. */
  warm(address: string): void {
    const ready = this.#ready.get(address) ?? [];
    this.#ready.set(address, ready);
    const opening = this.#opening.get(address) ?? 0;
    const there = ready.length + opening;
    if (there < this.#spare) for (let i = there; i < 2 * this.#spare; i++) this.#open(address);
  }

  /** A session at once if one is ready. */
  take(address: string): OpenRtp | undefined {
    const rtp = this.#ready.get(address)?.shift();
    if (rtp) queueMicrotask(() => !this.#closed && this.warm(address));
    return rtp;
  }

  /** A session, bound now if none is ready. Rejects with the media worker's error. */
  async obtain(address: string): Promise<OpenRtp> {
    return this.take(address) ?? { ...(await this.#media.openRtp(address)), address };
  }

  close(): void {
    this.#closed = true;
    for (const ready of this.#ready.values()) for (const rtp of ready) this.#discard(rtp);
    this.#ready.clear();
  }

  #open(address: string): void {
    this.#opening.set(address, (this.#opening.get(address) ?? 0) + 1);
    this.#media
      .openRtp(address)
      .then((session) => {
        const rtp = { ...session, address };
        if (this.#closed) this.#discard(rtp);
        else this.#ready.get(address)?.push(rtp);
      })
      // Calls then open their own session and learn the reason.
      .catch(() => {})
      .finally(() => this.#opening.set(address, (this.#opening.get(address) ?? 1) - 1));
  }

  #discard(rtp: OpenRtp): void {
    this.#media.closeRtp(rtp.endpoint).catch(() => {});
  }
}
