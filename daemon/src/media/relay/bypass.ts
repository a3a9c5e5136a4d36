import type { EndpointId, RtpParameters } from '../api.ts';
import type { RtpEndpoint } from '../rtp-endpoint.ts';

/** How long two sessions must have needed nothing of us, with packets both ways, before they may go past us, ms. */
const SETTLED_MS = 1000;
/** A side that has been silent for longer is not known to be where it says, ms. */
const SILENT_MS = 500;

/** What the bypass tells, and asks. */
export interface BypassParts {
  free(a: EndpointId, b: EndpointId): void;
  needed(endpoint: EndpointId): void;
  /** Whether the kernel relays it, so that no packet is seen here. */
  inKernel(endpoint: RtpEndpoint): boolean;
}

/**
 * Calls between two trunks whose packets need not come here at all (media path 1). Here it is only seen when that is so
 * and when it is no more; the peers are told by SIP (`sip/direct-media.ts`). Such calls keep SSRC, sequence numbers and
 * timestamps on the way through us, so that a receiver sees one stream wherever it comes from (ruling 24).
 */
export class Bypass {
  readonly #parts: BypassParts;
  readonly #freeSince = new WeakMap<RtpEndpoint, number>();
  readonly #toldFree = new WeakSet<RtpEndpoint>();
  readonly #toldNeeded = new WeakSet<RtpEndpoint>();

  constructor(parts: BypassParts) {
    this.#parts = parts;
  }

  /** Whether packets between two sessions are the same on both sides, and both may be bypassed. */
  equal(a: RtpEndpoint, b: RtpEndpoint): boolean {
    const [mine, theirs] = [a.session.parameters, b.session.parameters];
    return (
      mine !== undefined &&
      theirs !== undefined &&
      fit(mine) &&
      fit(theirs) &&
      mine.payloadType === theirs.payloadType &&
      mine.telephoneEventPayloadType === theirs.telephoneEventPayloadType
    );
  }

  /** Whether two joined sessions are both bypassed, so that what still comes is passed on as it is. */
  holds(a: RtpEndpoint, b: RtpEndpoint): boolean {
    return a.session.bypassed && b.session.bypassed && !a.fax && !b.fax;
  }

  /** Tells of pairs that have become free; to be called about every 100 ms. */
  look(endpoints: readonly RtpEndpoint[], now: number): void {
    for (const a of endpoints) {
      if (!a.session.parameters?.mayBypass || a.session.bypassed) continue;
      const b = a.peer as RtpEndpoint | undefined;
      // Each call once: at the end that stands first.
      if (!b || a.id > b.id) continue;
      if (!this.#free(a) || !this.#settled(a, now) || !this.#settled(b, now)) {
        this.#freeSince.delete(a);
        this.#toldFree.delete(a);
        continue;
      }
      const since = this.#freeSince.get(a) ?? now;
      this.#freeSince.set(a, since);
      if (now - since < SETTLED_MS || this.#toldFree.has(a)) continue;
      this.#toldFree.add(a);
      this.#parts.free(a.id, b.id);
    }
  }

  /** Something of a session, or of what it is joined to, has changed. */
  changed(endpoint: RtpEndpoint): void {
    if (!endpoint.session.bypassed) {
      this.#toldNeeded.delete(endpoint);
      return;
    }
    // Once it is back its time begins anew.
    this.#freeSince.delete(endpoint);
    this.#toldFree.delete(endpoint);
    if (!this.#free(endpoint) && !this.#toldNeeded.has(endpoint)) {
      this.#toldNeeded.add(endpoint);
      this.#parts.needed(endpoint.id);
    }
  }

  /** Nothing here has to hear, to change or to add anything of what goes between it and its peer. */
  #free(a: RtpEndpoint): boolean {
    const b = a.peer as RtpEndpoint | undefined;
    return (
      b?.session !== undefined &&
      this.equal(a, b) &&
      a.fitsRelay(b) &&
      b.fitsRelay(a) &&
      // Keys that come as events would pass unheard.
      !a.detection.dtmf &&
      !b.detection.dtmf
    );
  }

  /** It sends from where it has said, so that no NAT stands between: another than us can send there, too. */
  #settled(endpoint: RtpEndpoint, now: number): boolean {
    const { source, parameters, heardAt } = endpoint.session;
    return (
      source !== undefined &&
      source.address === parameters?.remoteAddress &&
      source.port === parameters.remotePort &&
      (this.#parts.inKernel(endpoint) || now - heardAt < SILENT_MS)
    );
  }
}

/** Plain RTP both ways, its reports on the port above, where whoever is told of the other will look for them. */
const fit = ({ mayBypass, srtp, rtcpMux, direction, remotePort, remoteRtcpPort }: RtpParameters): boolean =>
  mayBypass === true && !srtp && !rtcpMux && direction === 'sendrecv' && remoteRtcpPort === remotePort + 1;
