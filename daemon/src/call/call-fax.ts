import type { Clock, Timer } from '../base/clock.ts';
import type { EndpointId, FaxProgress, Media, ModemCare } from '../media/api.ts';
import type { FaxRecord } from '../records/call-record.ts';
import type { FaxCarrier, Leg } from './leg.ts';

/** How long after a fax said that it hangs up the call may stand before audio comes back, ms: most hang up at once. */
const AUDIO_AGAIN_MS = 5000;

/** The call as its fax sees it. */
export interface FaxCall {
  readonly caller: Leg;
  readonly called: Leg | undefined;
}

/**
 * Faxes and modems of one call. A fax is known by the V.21 flags with which it begins to speak (ruling 25): from then on
 * the audio is left as it is, and SIP legs are asked to go over to T.38. Where they do not, the fax goes on as sound.
 */
export class CallFax {
  readonly #media: Media;
  readonly #clock: Clock;
  readonly #call: FaxCall;
  readonly #note: (fax: FaxRecord) => void;
  #off: (() => void)[] = [];
  #asked = false;
  #clear = false;
  #record: FaxRecord | undefined;
  #later: Timer | undefined;

  /** `note` is given what the record is to tell, again at each change. */
  constructor(media: Media, clock: Clock, call: FaxCall, note: (fax: FaxRecord) => void) {
    this.#media = media;
    this.#clock = clock;
    this.#call = call;
    this.#note = note;
  }

  /** Both parties are there and joined. */
  begin(): void {
    this.#stop();
    const legs = this.#legs;
    const sockets = legs.map(({ modem }) => modem);
    this.#clear = sockets.some((modem) => modem !== undefined);
    const data = sockets.includes('data');
    this.#care(this.#clear, !data);
    for (const leg of legs) this.#off.push(leg.on('fax', (by) => this.#carried(leg, by)));
    if (data) return;
    this.#off.push(
      this.#media.on('faxFlags', (endpoint) => this.#heard(endpoint)),
      this.#media.on('faxProgress', (endpoint, progress) => this.#progressed(endpoint, progress)),
    );
  }

  /** The call is over, or one of its parties leaves it. */
  end(): void {
    if (this.#off.length === 0) return;
    this.#stop();
    // A port stays when the call has gone; a session of RTP does not.
    for (const leg of this.#legs) if (leg.kind !== 'sip') this.#set(leg, {});
    const fax = this.#record;
    if (fax?.pages === undefined || fax.result !== undefined) return;
    this.#tell({ ...fax, result: fax.pages > 0 ? 'partial' : 'failed' });
  }

  get #legs(): Leg[] {
    return [this.#call.caller, this.#call.called].filter((leg) => leg !== undefined);
  }

  #of(endpoint: EndpointId): Leg | undefined {
    return this.#legs.find((leg) => leg.endpoint === endpoint);
  }

  /** A fax speaks on `endpoint`'s side: the first in a call is the one that answers. */
  #heard(endpoint: EndpointId): void {
    const leg = this.#of(endpoint);
    if (!leg) return;
    this.#later?.cancel();
    this.#care(true, true);
    if (!this.#record) this.#tell({ by: 'g711' });
    if (this.#asked) return;
    this.#asked = true;
    for (const other of this.#legs) void other.toFax?.(other !== leg).catch(() => {});
  }

  #carried(leg: Leg, by: FaxCarrier): void {
    if (by === 'audio') {
      // Whatever comes now is heard as at the beginning, and another fax may come.
      this.#asked = false;
      this.#care(this.#clear, true);
      return;
    }
    this.#care(true, true);
    this.#tell({ pages: 0, ...this.#record, by: 't38' });
    if (this.#asked) return;
    this.#asked = true;
    // The peer went over by itself: the other side of the call may be able to, too, and no modem is then in between.
    for (const other of this.#legs) if (other !== leg) void other.toFax?.(true).catch(() => {});
  }

  #progressed(endpoint: EndpointId, { pages, complete, over, bitRate, errorCorrection }: FaxProgress): void {
    const leg = this.#of(endpoint);
    if (!leg) return;
    this.#tell({
      by: 't38',
      pages,
      ...(complete ? { result: 'ok' } : {}),
      ...(bitRate === undefined ? {} : { bitRate }),
      ...(errorCorrection === undefined ? {} : { errorCorrection }),
    });
    this.#later?.cancel();
    if (over)
      this.#later = this.#clock.after(AUDIO_AGAIN_MS, () => {
        for (const other of this.#legs) void other.toAudio?.().catch(() => {});
      });
  }

  #tell(fax: FaxRecord): void {
    this.#record = fax;
    this.#note(fax);
  }

  /** Between two SIP legs nothing is listened for: their gateways do, and the packets need not be looked at. */
  #care(clear: boolean, flags: boolean): void {
    const legs = this.#legs;
    const analog = legs.some((leg) => leg.kind !== 'sip');
    const withholdV8 = flags && analog && legs.some((leg) => leg.faxable);
    for (const leg of legs) this.#set(leg, { flags: flags && analog, clear, withholdV8 });
  }

  #set(leg: Leg, care: ModemCare): void {
    if (leg.endpoint) void this.#media.care(leg.endpoint, care).catch(() => {});
  }

  #stop(): void {
    for (const off of this.#off) off();
    this.#off = [];
    this.#later?.cancel();
    this.#asked = false;
  }
}
