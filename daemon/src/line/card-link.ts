import type { Clock, Timer } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { CodedError } from '../base/error.ts';
import { Machine } from '../base/machine.ts';
import type { CardCommand, CardEvents, Inventory, LineCard, LinkStatistics, PortNumber } from './card.ts';
import { encodeCommand } from './command-codec.ts';
import type { AudioChannel, AudioCoding, CardFrame } from './frame.ts';
import { FRAME_SAMPLES } from './frame.ts';
import { decodeFrame, encodeAudio, encodeFrame } from './frame-codec.ts';
import { FrameReader } from './framing.ts';
import type { CommandOutcome, LinkEffect, LinkEvent, LinkState, LinkTimer, Present } from './link-machine.ts';
import { initialLinkState, linkTransition, SILENCE_MS } from './link-machine.ts';
import { Opener } from './opener.ts';
import { SampleClock } from './sample-clock.ts';
import type { Transport, TransportFactory } from './transport.ts';

/** The 10 ms of every port whose audio is on, as they came from the card. */
export interface CardAudio {
  /** Sample clock of the first sample, extended to never wrap; in step with indications' `at`. */
  at: number;
  channels: AudioChannel[];
}

export type CardLinkEvents = CardEvents & {
  /** Every 10 ms while audio is on for some port: the media clock. */
  audio: [audio: CardAudio];
  /** For the log: the transport cannot be opened, or the card speaks another protocol. */
  problem: [error: CodedError];
};

export interface CardLinkOptions {
  transport: TransportFactory;
  clock: Clock;
  /** Name of the host, for the card's log. */
  name?: string;
  /** Codings offered; both unless told. */
  codings?: readonly AudioCoding[];
  /** A random number of 1 to 2^32 - 1 for a new session. */
  newSession?: () => number;
}

/** A silent card's transport is opened anew after this long: it may be a tty whose device is gone. Longer than the pause between hellos to an incompatible card. */
const REOPEN_AFTER_MS = 6000;

/** Audio is dropped rather than queued behind this much, ms of the link's own capacity for it. */
const AUDIO_BACKLOG_FRAMES = 4;

/** Margin for the silence watch: frames that came while this thread was busy are read first, ms. */
const SILENCE_GRACE_MS = 40;

const randomSession = (): number => 1 + Math.floor(Math.random() * 0xffff_fffe);

/** The driver of a line card over one byte stream. Lives in the media worker; see `remote.ts` for the main thread. */
export class CardLink extends Emitter<CardLinkEvents> implements LineCard {
  readonly #clock: Clock;
  readonly #machine: Machine<LinkState, LinkEvent, LinkEffect>;
  readonly #opener: Opener;
  readonly #reader: FrameReader;
  readonly #newSession: () => number;
  readonly #timers = new Map<LinkTimer, Timer>();
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: CodedError) => void }>();
  readonly #sampleClock = new SampleClock();
  #transport: Transport | undefined;
  #watch: Timer | undefined;
  #silentSince = 0;
  #heardAt = 0;
  #alive: () => boolean = () => true;
  #inventory: Inventory | undefined;
  #bootId: number | undefined;
  #nextId = 0;
  #audioOut = 0;
  #audioIn: number | undefined;
  /** Channels written for the frame that is to sound at `at`, until it is sent. */
  #pending: { at: number; channels: AudioChannel[] } | undefined;
  #delivering = false;
  #framesReceived = 0;
  #framesSent = 0;
  #checksumErrors = 0;
  #malformed = 0;
  #audioLost = 0;

  constructor(options: CardLinkOptions) {
    super();
    const { transport, clock } = options;
    this.#clock = clock;
    this.#newSession = options.newSession ?? randomSession;
    this.#machine = new Machine(
      initialLinkState,
      linkTransition({
        name: options.name ?? 'linegate',
        codings: options.codings ?? ['linear', 'alaw'],
        bandwidth: transport.bandwidth,
      }),
      (effect) => this.#run(effect),
      () => clock.now(),
    );
    this.#reader = new FrameReader(
      (body) => this.#body(body),
      () => {
        this.#checksumErrors++;
      },
    );
    this.#opener = new Opener({
      factory: transport,
      clock,
      opened: (opened) => this.#opened(opened),
      failed: (error) => this.emit('problem', error),
    });
  }

  get inventory(): Inventory | undefined {
    return this.#inventory;
  }

  get up(): boolean {
    return this.#machine.state.phase === 'up';
  }

  /** The card's sample clock as last heard, extended. */
  get sampleClock(): number {
    return this.#sampleClock.latest;
  }

  /** Opens the transport and keeps it open until `close()`. */
  start(): void {
    this.#opener.start();
  }

  /**
   * Ties the keepalive to call control (ruling 2): while `alive` returns false neither keepalive nor
   * hello is sent, so that a hung daemon drops the relay as a dead one does. Until set: always alive.
   */
  setAlive(alive: () => boolean): void {
    this.#alive = alive;
  }

  execute(command: CardCommand): Promise<void> {
    return new Promise((resolve, reject) => {
      let payload: Uint8Array;
      try {
        payload = encodeCommand(command);
      } catch (error) {
        reject(new CodedError('line/refused', 'refused: out-of-range', { cause: error }));
        return;
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#machine.send({ type: 'execute', command: { id, payload } });
    });
  }

  async statistics(): Promise<LinkStatistics> {
    const { retries, resets, card } = this.#machine.state;
    return {
      up: this.up,
      framesReceived: this.#framesReceived,
      framesSent: this.#framesSent,
      checksumErrors: this.#checksumErrors,
      retries,
      resets,
      audioLost: this.#audioLost,
      audioUnderruns: card ? card.audioLost + card.audioLate : 0,
    };
  }

  /** Frames with a good checksum that meant nothing; a card that speaks otherwise than it says. */
  get malformed(): number {
    return this.#malformed;
  }

  /**
   * Samples from the start of a received audio frame to the start of the one that answers it: one
   * frame and the card's playout buffer (frame.md section 6). 0 while the link is down.
   */
  get lead(): number {
    const { up } = this.#machine.state;
    return up ? FRAME_SAMPLES + up.playoutLead : 0;
  }

  /** As what samples go over the link. */
  get coding(): AudioCoding {
    return this.#machine.state.up?.inventory.audio ?? 'linear';
  }

  /** Calls `fn` with each port's 80 samples of every audio frame; returns a function that stops it. */
  onFrame(fn: (port: PortNumber, at: number, samples: Int16Array) => void): () => void {
    return this.on('audio', ({ at, channels }) => {
      for (const { port, samples } of channels) fn(port, at, samples);
    });
  }

  /**
   * Writes 80 samples that port `port` shall play from card time `at`; they are copied. Ports written
   * for the same time go in one frame: at the end of the `audio` event under way, or else of this turn
   * of the event loop.
   */
  write(port: PortNumber, at: number, samples: Int16Array): void {
    if (this.#pending && this.#pending.at !== at) this.#flush();
    if (!this.#pending) {
      this.#pending = { at, channels: [] };
      if (!this.#delivering) queueMicrotask(() => this.#flush());
    }
    this.#pending.channels.push({ port, samples: samples.slice(0, FRAME_SAMPLES) });
  }

  /** Sends one frame that shall be played from card time `at`, for any number of ports. */
  sendAudio(at: number, channels: readonly AudioChannel[]): void {
    const { up } = this.#machine.state;
    const transport = this.#transport;
    if (!up || !transport) return;
    const sorted = [...channels].sort((a, b) => a.port - b.port);
    const wire = encodeAudio(this.#audioOut, at, sorted, up.inventory.audio);
    this.#audioOut = (this.#audioOut + 1) & 0xff;
    // A stalled link would play the past: what cannot go now is left out, and told by its number.
    if (transport.backlog > AUDIO_BACKLOG_FRAMES * wire.length) return;
    this.#framesSent++;
    transport.write(wire);
  }

  /** Ends the link; the card goes to its safe state by itself. */
  close(): void {
    this.#opener.close();
    this.#ended('closed');
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #opened(transport: Transport): void {
    this.#transport = transport;
    this.#reader.reset();
    transport.on('data', (bytes) => {
      if (this.#transport === transport) this.#reader.push(bytes);
    });
    transport.once('closed', (reason) => {
      if (this.#transport === transport) this.#ended(reason);
    });
    // Line noise before us shall not be glued to the first frame (frame.md section 1).
    transport.write(new Uint8Array(1));
    this.#heardAt = this.#silentSince = this.#clock.now();
    this.#machine.send({ type: 'opened', present: this.#present() });
    this.#armWatch(SILENCE_MS);
  }

  #ended(reason: string): void {
    this.#transport = undefined;
    this.#watch?.cancel();
    this.#machine.send({ type: 'closed', reason });
  }

  #present(): Present {
    return { session: this.#newSession(), alive: this.#alive() };
  }

  #armWatch(ms: number): void {
    this.#watch?.cancel();
    this.#watch = this.#clock.after(ms, () => this.#watchSilence(false));
  }

  #watchSilence(second: boolean): void {
    const quiet = this.#clock.now() - this.#heardAt;
    if (quiet < SILENCE_MS) {
      this.#armWatch(SILENCE_MS - quiet);
    } else if (!second && this.up) {
      // Timers run before input: give frames that lie unread the chance to be heard.
      this.#watch = this.#clock.after(SILENCE_GRACE_MS, () => this.#watchSilence(true));
    } else {
      this.#machine.send({ type: 'silent', present: this.#present() });
      if (this.#clock.now() - Math.max(this.#heardAt, this.#silentSince) >= REOPEN_AFTER_MS)
        this.#transport?.close();
      else this.#armWatch(SILENCE_MS);
    }
  }

  #body(body: Uint8Array): void {
    const frame = decodeFrame(body, this.#machine.state.up?.inventory.audio ?? 'linear');
    if (typeof frame === 'string') {
      this.#malformed++;
      return;
    }
    this.#framesReceived++;
    this.#heardAt = this.#clock.now();
    if (frame.type === 'audio') this.#audio(frame);
    else {
      if (frame.type === 'unreadable-indication') this.#malformed++;
      this.#machine.send({ type: 'frame', frame, present: this.#present() });
    }
  }

  #audio(frame: Extract<CardFrame, { type: 'audio' }>): void {
    if (!this.up) return;
    if (this.#audioIn !== undefined) {
      const missing = (frame.seq - this.#audioIn - 1) & 0xff;
      // A number that goes back is a frame repeated by the wire, not 255 frames lost.
      if (missing < 0x80) this.#audioLost += missing;
    }
    this.#audioIn = frame.seq;
    this.#delivering = true;
    try {
      this.emit('audio', { at: this.#sampleClock.extend(frame.timestamp), channels: frame.channels });
    } finally {
      this.#delivering = false;
      this.#flush();
    }
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) this.sendAudio(pending.at, pending.channels);
  }

  #run(effect: LinkEffect): void {
    switch (effect.type) {
      case 'send':
        this.#framesSent++;
        this.#transport?.write(encodeFrame(effect.frame));
        break;
      case 'timer':
        this.#timers.get(effect.name)?.cancel();
        this.#timers.set(
          effect.name,
          this.#clock.after(effect.ms, () => {
            this.#machine.send({ type: 'timer', name: effect.name, present: this.#present() });
          }),
        );
        break;
      case 'cancel':
        this.#timers.get(effect.name)?.cancel();
        break;
      case 'up':
        this.#inventory = effect.session.inventory;
        if (effect.session.bootId === this.#bootId) this.#sampleClock.extend(effect.clock);
        else this.#sampleClock.start(effect.clock);
        this.#bootId = effect.session.bootId;
        this.#audioIn = undefined;
        this.#audioOut = 0;
        this.#opener.proved();
        this.emit('up', this.#inventory);
        break;
      case 'down':
        this.#pending = undefined;
        this.#silentSince = this.#clock.now();
        this.emit('down', effect.reason);
        break;
      case 'indication':
        this.emit('indication', { ...effect.indication, at: this.#sampleClock.extend(effect.indication.at) });
        break;
      case 'clock':
        this.#sampleClock.extend(effect.clock);
        break;
      case 'settle':
        this.#settle(effect.id, effect.outcome);
        break;
      case 'problem':
        this.emit('problem', new CodedError('line/version', effect.message));
        break;
    }
  }

  #settle(id: number, outcome: CommandOutcome): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (outcome === 'done') waiting?.resolve();
    else waiting?.reject(new CodedError(outcome.code, outcome.message));
  }
}
