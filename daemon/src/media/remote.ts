import { Emitter } from '../base/emitter.ts';
import { CodedError, codeOf, messageOf } from '../base/error.ts';
import type {
  Detection,
  EchoSettings,
  EndpointId,
  Media,
  MediaEvents,
  MixSeat,
  ModemCare,
  PlaySource,
  PortLevels,
  RecordingOrder,
  RtpParameters,
  RtpStatistics,
  T38Parameters,
} from './api.ts';

type MediaMethod =
  | 'openRtp'
  | 'setRtp'
  | 'setT38'
  | 'bypass'
  | 'care'
  | 'closeRtp'
  | 'statistics'
  | 'statisticsOf'
  | 'levels'
  | 'connect'
  | 'disconnect'
  | 'play'
  | 'stop'
  | 'press'
  | 'setEcho'
  | 'mix'
  | 'setMusic'
  | 'record'
  | 'moveRecording'
  | 'muteRecording'
  | 'stopRecording'
  | 'detect';

/** Every event of the engine; the list decides what crosses the threads. */
const EVENTS = [
  'digit',
  'digitOut',
  'tone',
  'ringbackStopped',
  'voice',
  'silence',
  'level',
  'callerIdBegun',
  'callerId',
  'aonRequest',
  'latched',
  'rtpLost',
  'rtpResumed',
  'faxFlags',
  'faxProgress',
  'echo',
  'pathFree',
  'pathNeeded',
  'recording',
] as const satisfies readonly (keyof MediaEvents)[];

/** From the main thread to the one that has the engine. */
export interface MediaRequest {
  type: 'media-call';
  id: number;
  method: MediaMethod;
  args: unknown[];
}

/** From the thread that has the engine to the main thread. */
export type MediaReport =
  | { type: 'media-done'; id: number; value: unknown }
  | { type: 'media-failed'; id: number; code: string; message: string }
  | { type: 'media-event'; event: keyof MediaEvents; args: unknown[] };

/** What is asked for its effect: when it is known to be done, or what its figures are, nobody waits for. */
const UNHURRIED: ReadonlySet<MediaMethod> = new Set([
  'statisticsOf',
  'levels',
  'setRtp',
  'bypass',
  'care',
  'closeRtp',
  'connect',
  'disconnect',
  'stop',
  'press',
  'detect',
  'setEcho',
  'mix',
  'setMusic',
  'record',
  'moveRecording',
  'muteRecording',
  'stopRecording',
]);

/**
 * Whether a request may wait for the next one's wake-up: of a call that has ended the ports may be free, and the figures
 * be known, a moment later; and what nobody listens for any more may be heard a moment longer.
 */
function canWait(method: MediaMethod, args: readonly unknown[]): boolean {
  return (
    method === 'closeRtp' ||
    method === 'statisticsOf' ||
    (method === 'detect' && Object.keys(args[1] as Detection).length === 0)
  );
}

/** One end of a channel between threads: messages arrive in the order they were posted. */
export interface MediaChannel<Out, In> {
  post(message: Out): void;
  /** The same for what may wait some ms for the next message, so that it wakes no thread by itself. */
  postLater(message: Out): void;
  on(fn: (message: In) => void): void;
}

/** Serves an engine to a {@link RemoteMedia} at the other end. */
export function serveMedia(media: Media, channel: MediaChannel<MediaReport, MediaRequest>): void {
  for (const event of EVENTS) {
    media.on(event, (...args: unknown[]) => channel.post({ type: 'media-event', event, args }));
  }
  channel.on(({ id, method, args }) => {
    // The engine acts within this call, so that requests take effect in the order they came.
    const call = media[method] as (...args: unknown[]) => Promise<unknown>;
    call.apply(media, args).then(
      (value) => {
        const report: MediaReport = { type: 'media-done', id, value };
        if (UNHURRIED.has(method)) channel.postLater(report);
        else channel.post(report);
      },
      (error: unknown) =>
        channel.post({
          type: 'media-failed',
          id,
          code: codeOf(error) ?? 'media/failed',
          message: messageOf(error),
        }),
    );
  });
}

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: CodedError) => void;
}

/** The media engine as call control on the main thread sees it. */
export class RemoteMedia extends Emitter<MediaEvents> implements Media {
  readonly #channel: MediaChannel<MediaRequest, MediaReport>;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #lost: string | undefined;

  constructor(channel: MediaChannel<MediaRequest, MediaReport>) {
    super();
    this.#channel = channel;
    channel.on((report) => this.#hear(report));
  }

  openRtp(address: string): Promise<{ endpoint: EndpointId; port: number }> {
    return this.#call('openRtp', address);
  }

  setRtp(endpoint: EndpointId, parameters: RtpParameters): Promise<void> {
    return this.#call('setRtp', endpoint, parameters);
  }

  setT38(endpoint: EndpointId, parameters: T38Parameters): Promise<void> {
    return this.#call('setT38', endpoint, parameters);
  }

  bypass(endpoint: EndpointId, on: boolean): Promise<void> {
    return this.#call('bypass', endpoint, on);
  }

  care(endpoint: EndpointId, care: ModemCare): Promise<void> {
    return this.#call('care', endpoint, care);
  }

  closeRtp(endpoint: EndpointId): Promise<RtpStatistics | undefined> {
    return this.#call('closeRtp', endpoint);
  }

  statistics(endpoint: EndpointId): Promise<RtpStatistics | undefined> {
    return this.#call('statistics', endpoint);
  }

  statisticsOf(endpoints: readonly EndpointId[]): Promise<(RtpStatistics | undefined)[]> {
    return this.#call('statisticsOf', endpoints);
  }

  levels(endpoint: EndpointId): Promise<PortLevels | undefined> {
    return this.#call('levels', endpoint);
  }

  connect(a: EndpointId, b: EndpointId): Promise<void> {
    return this.#call('connect', a, b);
  }

  disconnect(endpoint: EndpointId): Promise<void> {
    return this.#call('disconnect', endpoint);
  }

  play(endpoint: EndpointId, source: PlaySource): Promise<boolean> {
    return this.#call('play', endpoint, source);
  }

  stop(endpoint: EndpointId): Promise<void> {
    return this.#call('stop', endpoint);
  }

  press(endpoint: EndpointId, digit: string): Promise<void> {
    return this.#call('press', endpoint, digit);
  }

  detect(endpoint: EndpointId, detection: Detection): Promise<void> {
    return this.#call('detect', endpoint, detection);
  }

  setEcho(endpoint: EndpointId, settings: EchoSettings): Promise<void> {
    return this.#call('setEcho', endpoint, settings);
  }

  mix(id: string, seats: readonly MixSeat[]): Promise<void> {
    return this.#call('mix', id, seats);
  }

  record(endpoint: EndpointId, order: RecordingOrder): Promise<void> {
    return this.#call('record', endpoint, order);
  }

  moveRecording(id: string, endpoint: EndpointId, mirrored?: boolean): Promise<void> {
    return this.#call('moveRecording', id, endpoint, mirrored);
  }

  muteRecording(id: string, muted: boolean): Promise<void> {
    return this.#call('muteRecording', id, muted);
  }

  stopRecording(id: string): Promise<void> {
    return this.#call('stopRecording', id);
  }

  setMusic(samples: Int16Array): Promise<void> {
    return this.#call('setMusic', samples);
  }

  /** The other thread is gone: everything that waits, and everything asked later, fails. */
  lost(reason: string): void {
    this.#lost ??= reason;
    for (const { reject } of this.#waiting.values()) reject(new CodedError('media/worker-lost', reason));
    this.#waiting.clear();
  }

  #call<T>(method: MediaMethod, ...args: unknown[]): Promise<T> {
    if (this.#lost !== undefined) return Promise.reject(new CodedError('media/worker-lost', this.#lost));
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const request: MediaRequest = { type: 'media-call', id, method, args };
      if (canWait(method, args)) this.#channel.postLater(request);
      else this.#channel.post(request);
    });
  }

  #hear(report: MediaReport): void {
    if (report.type === 'media-event') {
      this.emit(report.event, ...(report.args as never));
      return;
    }
    const waiting = this.#waiting.get(report.id);
    this.#waiting.delete(report.id);
    if (report.type === 'media-done') waiting?.resolve(report.value as never);
    else waiting?.reject(new CodedError(report.code, report.message));
  }
}
