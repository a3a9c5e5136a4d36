import type { Clock, Timer } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { CodedError } from '../base/error.ts';
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
import type { EchoCanceller } from './dsp/echo/canceller.ts';
import type { CountryProfile } from './dsp/profile.ts';
import { EchoControl } from './echo-control.ts';
import type { Endpoint } from './endpoint.ts';
import { FaxChannel } from './fax/channel.ts';
import type { GatewayMaker } from './fax/gateway.ts';
import { FRAME_SAMPLES, type LineAudio } from './line-audio.ts';
import { LineEndpoint } from './line-endpoint.ts';
import { Listener, type ListenerSink } from './listener.ts';
import { type Hears, Mixer } from './mixer.ts';
import { DEFAULT_MEDIA_OPTIONS, type MediaOptions } from './options.ts';
import { createPlayback, MusicPlayback } from './playback.ts';
import { Recordings } from './recording/recordings.ts';
import type { Recorder } from './recording/remote.ts';
import { Bypass } from './relay/bypass.ts';
import type { KernelPaths } from './relay/kernel-paths.ts';
import { RtpEndpoint } from './rtp-endpoint.ts';
import { nodeSockets, type SocketFactory } from './session/datagram.ts';
import { type PortPair, PortPairPool } from './session/port-pair.ts';
import { random32 } from './session/random32.ts';
import { RtpSession } from './session/rtp-session.ts';
import { Ticker } from './ticker.ts';

/** What the engine stands on. */
export interface EngineParts {
  clock: Clock;
  profile: CountryProfile;
  options?: MediaOptions;
  /** Audio of the card; absent where there is no card. */
  line?: LineAudio;
  sockets?: SocketFactory;
  /** Takes what has come to the sockets by now, where they do not tell it by themselves. */
  poll?: () => void;
  /** Makes an echo canceller for a port; absent: none is used. */
  echoCanceller?: (tailMs: number) => EchoCanceller;
  /** Makes gateways between audio and T.38; absent: faxes go as audio. */
  fax?: GatewayMaker;
  /** Writes recordings; absent: nothing is recorded. */
  recorder?: Recorder;
}

/** Interval of what is not tied to audio: reports, silence watch, lost ends of events; ms. */
const HOUSEKEEPING_MS = 100;
/** Ports of the largest card. */
const MAX_PORTS = 16;

/** A key that came beside the media is sounded so long, with so much silence after it (ITU-T Q.24: 40 and 40), ms. */
const PRESSED = { onMs: 80, offMs: 60 } as const;

/**
 * The media engine: endpoints, what joins them, and the clocks that move audio. The frames of the
 * card are the clock of all that is joined with a port; a timer is that of everything else, and
 * takes over when frames stop (ruling 24). Audio between two RTP sessions that nothing has to listen
 * to takes neither clock: packets are sent on as they come.
 */
export class MediaEngine extends Emitter<MediaEvents> implements Media {
  /** Keys on their way to what an endpoint is joined to. */
  readonly #presses = new WeakMap<Endpoint, Promise<void>>();
  readonly #clock: Clock;
  readonly #profile: CountryProfile;
  readonly #options: Required<MediaOptions>;
  readonly #line: LineAudio | undefined;
  readonly #echo: ((tailMs: number) => EchoCanceller) | undefined;
  readonly #fax: GatewayMaker | undefined;
  readonly #pool: PortPairPool;
  readonly #endpoints = new Map<EndpointId, Endpoint>();
  readonly #pairs = new Map<RtpEndpoint, PortPair>();
  readonly #lines: (LineEndpoint | undefined)[] = [];
  /** The same endpoints as in the map, to go through at each tick without making an iterator. */
  #rtp: RtpEndpoint[] = [];
  readonly #ticker: Ticker;
  readonly #housekeeping: Timer;
  readonly #unsubscribe: (() => void) | undefined;
  readonly #poll: (() => void) | undefined;
  #kernel: KernelPaths | undefined;
  readonly #bypass = new Bypass({
    free: (a, b) => this.emit('pathFree', a, b),
    needed: (endpoint) => this.emit('pathNeeded', endpoint),
    inKernel: (endpoint) => this.#kernel?.has(endpoint) === true,
  });
  readonly #recordings: Recordings;
  readonly #mixers = new Map<string, Mixer>();
  #music: Int16Array = new Int16Array(FRAME_SAMPLES);
  #number = 0;
  /** Card sample of the frames that came last. */
  #frameAt = -1;

  /** @throws CodedError `media/port-range`. */
  constructor(parts: EngineParts) {
    super();
    this.#clock = parts.clock;
    this.#profile = parts.profile;
    this.#options = { ...DEFAULT_MEDIA_OPTIONS, ...parts.options };
    this.#line = parts.line;
    this.#echo = this.#options.echoCanceller ? parts.echoCanceller : undefined;
    this.#fax = parts.fax;
    this.#poll = parts.poll;
    this.#recordings = new Recordings(this.#clock, parts.recorder, {
      changed: (endpoint) => this.#arrange(endpoint),
      ended: (id, outcome) => this.emit('recording', id, outcome),
    });
    this.#pool = new PortPairPool(this.#options.rtpPorts, {
      sockets: parts.sockets ?? nodeSockets,
      now: () => this.#clock.now(),
    });
    this.#ticker = new Ticker(this.#clock, (now, lateMs) => this.#tick(now, lateMs));
    this.#housekeeping = this.#clock.every(HOUSEKEEPING_MS, () => this.#housekeep());
    this.#unsubscribe = this.#line?.onFrame((port, at, samples) => this.#onFrame(port, at, samples));
  }

  /** Lets the kernel relay calls from now on; the paths end with the engine. */
  useKernel(paths: KernelPaths): void {
    this.#kernel = paths;
    for (const endpoint of this.#rtp) this.#arrange(endpoint);
  }

  async openRtp(address: string): Promise<{ endpoint: EndpointId; port: number }> {
    const id: EndpointId = `rtp:${++this.#number}`;
    let pair: PortPair | undefined;
    const session = new RtpSession(
      () => pair!,
      this.#options,
      {
        latched: (source) => this.emit('latched', id, source),
        lost: () => this.emit('rtpLost', id),
        resumed: () => this.emit('rtpResumed', id),
        digit: (kind, digit, ms) => this.#onEventDigit(endpoint, kind, digit, ms),
        unfitForRelay: () => {
          endpoint.unfit = true;
          this.#arrange(endpoint);
        },
      },
      random32,
    );
    const endpoint = new RtpEndpoint(
      id,
      this.#listener(id, () => endpoint),
      session,
      (digit) => this.emit('digitOut', id, digit),
    );
    pair = await this.#pool.open(
      address,
      (data, from, port) =>
        endpoint.fax
          ? // Packets of a fax are kept to repair later ones by; the memory they came in is used again at once.
            endpoint.fax.datagram(Buffer.from(data), from, port, this.#clock.now())
          : session.onRtp(data, from, port, this.#clock.now(), this.#clock.wall()),
      (data, from, port) => session.onRtcp(data, from, port, this.#clock.now(), this.#clock.wall()),
    );
    endpoint.local = { address, port: pair.rtp.port };
    this.#endpoints.set(id, endpoint);
    this.#pairs.set(endpoint, pair);
    this.#rtp.push(endpoint);
    return { endpoint: id, port: pair.rtp.port };
  }

  async setRtp(id: EndpointId, parameters: RtpParameters): Promise<void> {
    const endpoint = this.#rtpEndpoint(id);
    this.#kernel?.leave(endpoint);
    endpoint.set(parameters, this.#clock.now());
    endpoint.fax?.close();
    endpoint.fax = undefined;
    this.#arrange(endpoint);
  }

  async setT38(id: EndpointId, parameters: T38Parameters): Promise<void> {
    const endpoint = this.#rtpEndpoint(id);
    const pair = this.#pairs.get(endpoint);
    if (!this.#fax || !pair) throw new CodedError('media/no-fax', 'there is no gateway for T.38');
    const now = this.#clock.now();
    if (endpoint.fax) {
      endpoint.fax.set(parameters, now);
      return;
    }
    endpoint.relay(undefined);
    endpoint.session.suspend(now);
    endpoint.fax = new FaxChannel(
      {
        socket: () => pair.rtp,
        gateways: this.#fax,
        latch: this.#options.latch,
        onProgress: (progress) => this.emit('faxProgress', id, progress),
      },
      parameters,
      now,
    );
    this.#arrange(endpoint);
  }

  async bypass(id: EndpointId, on: boolean): Promise<void> {
    const endpoint = this.#endpoints.get(id);
    if (!(endpoint instanceof RtpEndpoint)) return;
    this.#kernel?.leave(endpoint);
    endpoint.session.bypass(on, this.#clock.now());
    this.#arrange(endpoint);
  }

  async care(id: EndpointId, care: ModemCare): Promise<void> {
    const endpoint = this.#endpoint(id);
    endpoint.care = care;
    endpoint.onFlags = () => {
      this.#fax?.warm();
      this.emit('faxFlags', id);
    };
    this.#arrange(endpoint);
  }

  async closeRtp(id: EndpointId): Promise<RtpStatistics | undefined> {
    const endpoint = this.#endpoints.get(id);
    if (!(endpoint instanceof RtpEndpoint)) return undefined;
    this.#part(endpoint);
    this.#recordings.left(endpoint);
    endpoint.stop();
    endpoint.fax?.close();
    const figures = endpoint.session.close(this.#clock.now(), this.#clock.wall());
    this.#endpoints.delete(id);
    this.#rtp = this.#rtp.filter((other) => other !== endpoint);
    const pair = this.#pairs.get(endpoint);
    this.#pairs.delete(endpoint);
    if (pair) this.#pool.close(pair);
    this.#wind();
    return figures;
  }

  async statistics(id: EndpointId): Promise<RtpStatistics | undefined> {
    const endpoint = this.#endpoints.get(id);
    if (endpoint instanceof RtpEndpoint) this.#kernel?.refresh(endpoint);
    return endpoint instanceof RtpEndpoint ? endpoint.session.statistics() : undefined;
  }

  async statisticsOf(ids: readonly EndpointId[]): Promise<(RtpStatistics | undefined)[]> {
    const sessions = ids
      .map((id) => this.#endpoints.get(id))
      .map((one) => (one instanceof RtpEndpoint ? one : undefined));
    // The kernel counts all that pass there in one go.
    const passing = sessions.find((one) => one && this.#kernel?.has(one));
    if (passing) this.#kernel?.refresh(passing);
    return sessions.map((one) => one?.session.statistics());
  }

  async levels(id: EndpointId): Promise<PortLevels | undefined> {
    const endpoint = this.#endpoints.get(id);
    return endpoint instanceof LineEndpoint ? endpoint.levels(this.#clock.now()) : undefined;
  }

  async connect(a: EndpointId, b: EndpointId): Promise<void> {
    const first = this.#endpoint(a);
    const second = this.#endpoint(b);
    if (first === second) throw new CodedError('media/loop', `${a} cannot be joined to itself`);
    if (first.peer === second) return;
    this.#part(first);
    this.#part(second);
    first.peer = second;
    second.peer = first;
    this.#arrange(first);
    this.#arrange(second);
  }

  async mix(id: string, seats: readonly MixSeat[]): Promise<void> {
    const wanted = new Map<Endpoint, Hears[]>();
    for (const { endpoint, hears } of seats)
      wanted.set(
        this.#endpoint(endpoint),
        hears.map(({ from, gainDb = 0 }) => ({ from, gain: 10 ** (gainDb / 20) })),
      );
    const mixer = this.#mixers.get(id) ?? new Mixer();
    for (const endpoint of wanted.keys()) if (endpoint.seat?.mixer !== mixer) this.#part(endpoint);
    const left = mixer.arrange(wanted);
    if (mixer.seats.length > 0) this.#mixers.set(id, mixer);
    else this.#mixers.delete(id);
    for (const endpoint of [...wanted.keys(), ...left]) this.#arrange(endpoint);
  }

  async setMusic(samples: Int16Array): Promise<void> {
    this.#music = samples.length > 0 ? samples : new Int16Array(FRAME_SAMPLES);
  }

  async record(id: EndpointId, order: RecordingOrder): Promise<void> {
    this.#recordings.begin(this.#endpoint(id), order);
  }

  async moveRecording(recording: string, id: EndpointId, mirrored?: boolean): Promise<void> {
    this.#recordings.move(recording, this.#endpoint(id), mirrored);
  }

  async muteRecording(recording: string, muted: boolean): Promise<void> {
    this.#recordings.mute(recording, muted);
  }

  async stopRecording(recording: string): Promise<void> {
    this.#recordings.stop(recording);
  }

  async disconnect(id: EndpointId): Promise<void> {
    // An RTP session may have gone with its call a moment ago; then there is nothing left to part.
    const endpoint = this.#endpoints.get(id);
    if (endpoint) this.#part(endpoint);
  }

  play(id: EndpointId, source: PlaySource): Promise<boolean> {
    return new Promise((resolve) => {
      const endpoint = this.#endpoint(id);
      const sink = endpoint instanceof RtpEndpoint ? endpoint.eventSink : undefined;
      const playback =
        source.type === 'music'
          ? new MusicPlayback(() => this.#music, this.#clock.now())
          : createPlayback(source, sink, this.#profile.callerId.dtmf);
      endpoint.play(playback, (completed) => {
        resolve(completed);
        this.#arrange(endpoint);
      });
      this.#arrange(endpoint);
    });
  }

  async stop(id: EndpointId): Promise<void> {
    this.#endpoints.get(id)?.stop();
  }

  async press(id: EndpointId, digit: string): Promise<void> {
    const endpoint = this.#endpoint(id);
    // One key after the other: a burst must not cut its own tones short.
    const before = this.#presses.get(endpoint) ?? Promise.resolve();
    const pressed = before.then(() => this.#pass(endpoint.peer, digit)).catch(() => {});
    this.#presses.set(endpoint, pressed);
  }

  /** Brings a key to an endpoint in the way that it takes them. */
  async #pass(peer: Endpoint | undefined, digit: string): Promise<void> {
    if (!peer) return;
    if (peer.digitsAside) peer.beginDigit(digit);
    else await this.play(peer.id, { type: 'dtmf', digits: digit, ...PRESSED });
  }

  async detect(id: EndpointId, detection: Detection): Promise<void> {
    const endpoint = this.#endpoint(id);
    endpoint.detection = detection;
    this.#arrange(endpoint);
  }

  async setEcho(id: EndpointId, settings: EchoSettings): Promise<void> {
    const endpoint = this.#endpoint(id);
    if (!(endpoint instanceof LineEndpoint)) throw new CodedError('media/no-endpoint', `${id} is no port`);
    const echo = this.#makeEcho(settings);
    if (echo) endpoint.setEcho(echo);
  }

  /** Closes every session and stops all timers. */
  async close(): Promise<void> {
    this.#unsubscribe?.();
    await this.#recordings.close();
    for (const endpoint of [...this.#rtp]) await this.closeRtp(endpoint.id);
    for (const endpoint of this.#lines) endpoint?.stop();
    this.#housekeeping.cancel();
    this.#ticker.stop();
    this.#pool.closeResting();
    this.#kernel?.close();
  }

  #endpoint(id: EndpointId): Endpoint {
    const known = this.#endpoints.get(id);
    if (known) return known;
    const port = /^line:([1-9]\d?)$/.exec(id)?.[1];
    if (port !== undefined && Number(port) <= MAX_PORTS && this.#line)
      return this.#openLine(Number(port), this.#line);
    throw new CodedError('media/no-endpoint', `there is no endpoint ${id}`);
  }

  #rtpEndpoint(id: EndpointId): RtpEndpoint {
    const endpoint = this.#endpoint(id);
    if (endpoint instanceof RtpEndpoint) return endpoint;
    throw new CodedError('media/no-endpoint', `${id} is no RTP session`);
  }

  #openLine(port: number, line: LineAudio): LineEndpoint {
    const id: EndpointId = `line:${port}`;
    const endpoint: LineEndpoint = new LineEndpoint(
      id,
      port,
      line,
      this.#listener(id, () => endpoint),
      this.#makeEcho({}),
    );
    this.#endpoints.set(id, endpoint);
    this.#lines[port] = endpoint;
    return endpoint;
  }

  #makeEcho({ tailMs, suppress }: EchoSettings): EchoControl | undefined {
    const canceller = this.#echo?.(tailMs ?? this.#options.echoTailMs);
    return canceller && new EchoControl(canceller, suppress ?? this.#options.echoSuppressor);
  }

  #listener(id: EndpointId, self: () => Endpoint): Listener {
    const sink: ListenerSink = {
      digit: (kind, digit, ms) => this.#onToneDigit(self(), kind, digit, ms),
      tone: (tone, evidence) => this.emit('tone', id, tone, evidence),
      ringbackStopped: () => this.emit('ringbackStopped', id),
      voice: () => this.emit('voice', id),
      silence: () => this.emit('silence', id),
      level: (tone, total) => this.emit('level', id, tone, total),
      callerIdBegun: () => this.emit('callerIdBegun', id),
      callerId: (heard) => this.emit('callerId', id, heard),
      aonRequest: () => this.emit('aonRequest', id),
    };
    return new Listener(this.#profile, sink);
  }

  /** A digit heard as tones: told upward, and on to a peer that takes events. */
  #onToneDigit(endpoint: Endpoint, kind: 'begin' | 'end', digit: string, ms: number): void {
    // Keys that come beside the media go on from there: what is left of them in the audio is none.
    const peer = endpoint.detection.aside || endpoint.digitsAside ? undefined : endpoint.peer;
    if (peer?.takesEvents && !endpoint.care.clear) {
      if (kind === 'begin') peer.beginDigit(digit);
      else peer.endDigit();
    }
    if (kind === 'end' && ms > 0 && endpoint.detection.dtmf)
      this.emit('digit', endpoint.id, digit, ms, 'dtmf');
  }

  /** A digit that came as RFC 4733 event. Relayed packets carry it on themselves. */
  #onEventDigit(endpoint: RtpEndpoint, kind: 'begin' | 'end', digit: string, ms: number): void {
    const peer = endpoint.peer;
    if (peer?.takesEvents && !endpoint.relayed) {
      if (kind === 'begin') peer.beginDigit(digit);
      else peer.endDigit();
    }
    if (kind === 'end' && endpoint.detection.dtmf) this.emit('digit', endpoint.id, digit, ms, 'rfc4733');
  }

  #part(endpoint: Endpoint): void {
    if (endpoint.seat) {
      endpoint.seat.mixer.leave(endpoint);
      this.#arrange(endpoint);
    }
    const peer = endpoint.peer;
    if (!peer) return;
    for (const side of [endpoint, peer]) {
      // A digit under way ends here, not when its key is let go.
      if (side.takesEvents) side.endDigit();
      side.peer = undefined;
    }
    for (const side of [endpoint, peer]) {
      if (side instanceof LineEndpoint) side.emptyInbox();
      this.#arrange(side);
    }
  }

  /** Sets up what follows from an endpoint's state and its peer's: detectors, relaying, the timer. */
  #arrange(endpoint: Endpoint): void {
    const peer = endpoint.peer;
    this.#arrangeSide(endpoint);
    if (peer) this.#arrangeSide(peer);
    this.#wind();
  }

  #arrangeSide(endpoint: Endpoint): void {
    const peer = endpoint.peer;
    const forEvents =
      peer?.takesEvents === true && !(endpoint instanceof RtpEndpoint && endpoint.takesEvents);
    // What a modem says stays sound, and an alarm panel's tones are its data.
    const lineToEvents =
      forEvents &&
      !endpoint.care.clear &&
      (endpoint instanceof LineEndpoint || endpoint.detection.dtmf === true);
    const aside = endpoint.digitsAside && !endpoint.care.clear;
    endpoint.listener.set(endpoint.detection, lineToEvents || aside);
    if (!(endpoint instanceof RtpEndpoint)) return;
    if (endpoint.fax) endpoint.fax.partner = peer instanceof RtpEndpoint ? peer.fax : undefined;
    endpoint.session.inlet.tones = endpoint.seat !== undefined || (peer !== undefined && !peer.takesEvents);
    const other = peer instanceof RtpEndpoint ? peer : undefined;
    const past = other !== undefined && this.#bypass.holds(endpoint, other);
    const relay = other && (past || endpoint.fitsRelay(other)) ? other.session : undefined;
    const asIs =
      other !== undefined &&
      relay !== undefined &&
      (past || this.#kernel?.equal(endpoint, other) === true || this.#bypass.equal(endpoint, other));
    if (!asIs || endpoint.detection.dtmf || relay !== endpoint.session.relayTo) this.#kernel?.leave(endpoint);
    endpoint.relay(relay, asIs);
    this.#bypass.changed(endpoint);
  }

  /** Runs the timer while anything needs it. */
  #wind(): void {
    const needed = this.#rtp.some((e) => this.#needsTimer(e)) || this.#lines.some((e) => e?.playing === true);
    if (needed) this.#ticker.start();
    else this.#ticker.stop();
  }

  /** Whether audio to or from a session goes frame by frame. */
  #needsTimer(endpoint: RtpEndpoint): boolean {
    if (!endpoint.session.parameters) return false;
    const { peer } = endpoint;
    return !(peer instanceof RtpEndpoint && endpoint.relayed && peer.relayed);
  }

  #onFrame(port: number, at: number, samples: Int16Array): void {
    if (at !== this.#frameAt) {
      // The first port's of this time: what has come until now is what the answers are made of.
      this.#frameAt = at;
      this.#poll?.();
    }
    const endpoint = this.#lines[port] ?? (this.#endpoint(`line:${port}`) as LineEndpoint);
    endpoint.onFrame(at, samples, this.#clock.now());
  }

  /** @param lateMs this thread was away for so long: frames of the card may wait unread, and are no stall. */
  #tick(now: number, lateMs: number): void {
    this.#poll?.();
    const sessions = this.#rtp;
    const seen = now - lateMs;
    // All are heard before anything is sent, so that both ways of a pair have the same delay.
    for (let i = 0; i < sessions.length; i++) {
      const endpoint = sessions[i]!;
      if (this.#timed(endpoint, seen) && !endpoint.relayed) endpoint.capture(now);
    }
    for (let i = 0; i < sessions.length; i++) {
      const endpoint = sessions[i]!;
      if (!this.#timed(endpoint, seen)) continue;
      const peer = endpoint.peer;
      if (endpoint.seat) endpoint.transmitMixed(now);
      else if (!(peer instanceof RtpEndpoint)) endpoint.transmit(undefined, now);
      else if (!peer.relayed) endpoint.transmit(peer.heard, now);
    }
    for (let i = 0; i < this.#lines.length; i++) this.#lines[i]?.idle(now);
  }

  /** Whether the timer is the clock of a session now. */
  #timed(endpoint: RtpEndpoint, now: number): boolean {
    if (!endpoint.session.parameters) return false;
    const { peer, seat } = endpoint;
    if (seat) return seat.mixer.leader(now) === undefined;
    const modem = endpoint.fax !== undefined || endpoint.care.clear === true;
    return peer?.live(now, modem) !== true;
  }

  #housekeep(): void {
    this.#pool.tidy();
    const now = this.#clock.now();
    const wall = this.#clock.wall();
    for (const endpoint of this.#rtp) {
      endpoint.session.housekeep(now, wall);
      // An event sent for a play keeps its packets in a row; once it is out, relaying may begin again.
      const peer = endpoint.peer;
      if (peer instanceof RtpEndpoint && !endpoint.relayed && endpoint.fitsRelay(peer))
        this.#arrange(endpoint);
    }
    for (const endpoint of this.#lines) {
      const figures = endpoint?.echoNews(now);
      if (endpoint && figures) this.emit('echo', endpoint.id, figures);
    }
    this.#kernel?.look(this.#rtp);
    this.#bypass.look(this.#rtp, now);
    this.#recordings.flush(now);
  }
}
