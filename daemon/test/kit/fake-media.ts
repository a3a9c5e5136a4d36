import { Emitter } from '../../src/base/emitter.ts';
import type {
  Detection,
  EndpointId,
  Media,
  MediaEvents,
  MixSeat,
  ModemCare,
  PlaySource,
  RecordingOrder,
  RecordingOutcome,
  T38Parameters,
} from '../../src/media/api.ts';

/**
 * Media that only remembers what it was told, for tests of call control alone; everything that has sound
 * is tested with the real engine.
 */
export class FakeMedia extends Emitter<MediaEvents> implements Media {
  /** What plays toward each endpoint now. */
  readonly playing = new Map<EndpointId, PlaySource>();
  /** Everything that was played, in order, as `endpoint kind`. */
  readonly played: { endpoint: EndpointId; source: PlaySource }[] = [];
  readonly joined = new Map<EndpointId, EndpointId>();
  #ended = new Map<EndpointId, (whole: boolean) => void>();

  openRtp = (): Promise<{ endpoint: EndpointId; port: number }> =>
    Promise.resolve({ endpoint: 'rtp:1', port: 20000 });
  setRtp = (): Promise<void> => Promise.resolve();
  closeRtp = (): Promise<undefined> => Promise.resolve(undefined);
  statistics = (): Promise<undefined> => Promise.resolve(undefined);
  statisticsOf = (): Promise<undefined[]> => Promise.resolve([]);
  levels = (): Promise<undefined> => Promise.resolve(undefined);

  connect(a: EndpointId, b: EndpointId): Promise<void> {
    this.#part(a);
    this.#part(b);
    this.joined.set(a, b).set(b, a);
    return Promise.resolve();
  }

  disconnect(endpoint: EndpointId): Promise<void> {
    this.#part(endpoint);
    return Promise.resolve();
  }

  #part(endpoint: EndpointId): void {
    const other = this.joined.get(endpoint);
    this.joined.delete(endpoint);
    if (other) this.joined.delete(other);
  }

  play(endpoint: EndpointId, source: PlaySource): Promise<boolean> {
    this.#end(endpoint, false);
    this.playing.set(endpoint, source);
    this.played.push({ endpoint, source });
    // Digits and recordings end by themselves at once; tones go on.
    if (source.type !== 'tone' && source.type !== 'music') {
      this.playing.delete(endpoint);
      return Promise.resolve(true);
    }
    return new Promise((resolve) => this.#ended.set(endpoint, resolve));
  }

  press = (): Promise<void> => Promise.resolve();

  stop(endpoint: EndpointId): Promise<void> {
    this.#end(endpoint, false);
    return Promise.resolve();
  }

  #end(endpoint: EndpointId, whole: boolean): void {
    this.playing.delete(endpoint);
    this.#ended.get(endpoint)?.(whole);
    this.#ended.delete(endpoint);
  }

  async bypass(): Promise<void> {}
  async setEcho(): Promise<void> {}
  async setMusic(): Promise<void> {}

  /** Who hears whom, by mixer. */
  readonly mixes = new Map<string, readonly MixSeat[]>();
  /** Recordings in progress: their endpoint and orders. */
  readonly recorded = new Map<string, { endpoint: EndpointId; order: RecordingOrder; muted: boolean }>();

  mix(id: string, seats: readonly MixSeat[]): Promise<void> {
    for (const { endpoint } of seats) this.#part(endpoint);
    if (seats.length) this.mixes.set(id, seats);
    else this.mixes.delete(id);
    return Promise.resolve();
  }

  record(endpoint: EndpointId, order: RecordingOrder): Promise<void> {
    this.recorded.set(order.id, { endpoint, order, muted: false });
    return Promise.resolve();
  }

  moveRecording(id: string, endpoint: EndpointId): Promise<void> {
    const known = this.recorded.get(id);
    if (known) known.endpoint = endpoint;
    return Promise.resolve();
  }

  muteRecording(id: string, muted: boolean): Promise<void> {
    const known = this.recorded.get(id);
    if (known) known.muted = muted;
    return Promise.resolve();
  }

  stopRecording(id: string): Promise<void> {
    this.recordingOver(id);
    return Promise.resolve();
  }

  /** A recording ends, by itself where `more` says so. */
  recordingOver(id: string, more: Partial<RecordingOutcome> = {}): void {
    if (this.recorded.delete(id))
      this.emit('recording', id, { durationMs: 1000, bytes: 32_044, gapMs: 0, kept: true, ...more });
  }

  detect(_endpoint: EndpointId, _detection: Detection): Promise<void> {
    return Promise.resolve();
  }

  /** How each endpoint's audio is treated now. */
  readonly cares = new Map<EndpointId, ModemCare>();
  /** Endpoints that carry a fax by T.38. */
  readonly faxes = new Map<EndpointId, T38Parameters>();

  setT38(endpoint: EndpointId, parameters: T38Parameters): Promise<void> {
    this.faxes.set(endpoint, parameters);
    return Promise.resolve();
  }

  care(endpoint: EndpointId, care: ModemCare): Promise<void> {
    this.cares.set(endpoint, care);
    return Promise.resolve();
  }

  /** The first frequency of the tone that plays toward an endpoint, with its cadence; undefined: silence. */
  toneAt(endpoint: EndpointId): string | undefined {
    const source = this.playing.get(endpoint);
    if (source?.type !== 'tone') return undefined;
    const tone = Array.isArray(source.tone) ? source.tone[0] : source.tone;
    return `${tone.frequencies[0]}/${tone.cadence.join('-')}`;
  }
}
