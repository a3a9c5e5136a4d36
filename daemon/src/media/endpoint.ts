import type { Detection, EndpointId, ModemCare } from './api.ts';
import { V8MenuFilter } from './dsp/v8-menu.ts';
import { V21FlagDetector } from './dsp/v21-flags.ts';
import { FRAME_SAMPLES } from './line-audio.ts';
import type { Listener } from './listener.ts';
import type { Seat } from './mixer.ts';
import type { Playback } from './playback.ts';
import type { Recording } from './recording/recording.ts';
import { Squelch } from './squelch.ts';

/** A playback under way and who waits for its end. */
export interface Playing {
  playback: Playback;
  /** `true`: played to its end. */
  done: (completed: boolean) => void;
}

/** What every end of a media path has: a peer, something played toward it, and ears for its own side. */
export abstract class Endpoint {
  readonly id: EndpointId;
  readonly listener: Listener;
  #squelch: Squelch | undefined;
  #squelching = false;
  #playing: Playing | undefined;
  peer: Endpoint | undefined;
  /** Its place among more than two, in the stead of a peer. */
  seat: Seat | undefined;
  /** Takes down what it says and hears. */
  recording: Recording | undefined;
  detection: Detection = {};
  #care: ModemCare = {};
  #flags: V21FlagDetector | undefined;
  #menu: V8MenuFilter | undefined;
  /** Told of a fax on its own side, while that is asked for. */
  onFlags: () => void = () => {};

  constructor(id: EndpointId, listener: Listener) {
    this.id = id;
    this.listener = listener;
  }

  /** Whether digits from it and to it travel beside the media, by signalling. */
  get digitsAside(): boolean {
    return false;
  }

  /** Whether digits that go to it travel as events beside the audio. */
  abstract readonly takesEvents: boolean;
  /** Begins and ends a digit toward it, where {@link takesEvents}. */
  abstract beginDigit(digit: string): void;
  abstract endDigit(): void;

  /** Whether frames come from it by themselves, which are then the clock of what it is joined to. */
  live(_now: number, _patient?: boolean): boolean {
    return false;
  }

  /** Whether what comes from it is a digit just now that was made of an event. */
  get soundsDigit(): boolean {
    return false;
  }

  get care(): ModemCare {
    return this.#care;
  }

  set care(care: ModemCare) {
    this.#care = care;
    if (!care.withholdV8) this.#menu = undefined;
    else this.#menu ??= new V8MenuFilter();
    if (!care.flags) this.#flags = undefined;
    else this.#flags ??= new V21FlagDetector(() => this.onFlags());
  }

  get playing(): boolean {
    return this.#playing !== undefined;
  }

  /** Whether DTMF is being sounded toward it. */
  get sounding(): boolean {
    return this.#playing?.playback.dtmf ?? false;
  }

  /** Starts playing; what was played before is told that it was replaced. */
  play(playback: Playback, done: (completed: boolean) => void): void {
    this.stop();
    this.#playing = { playback, done };
  }

  stop(): void {
    const playing = this.#playing;
    if (!playing) return;
    this.#playing = undefined;
    playing.playback.abandon();
    playing.done(false);
  }

  /**
   * Gives 10 ms of what is played. False: nothing of it is to be heard, and `frame` is untouched.
   * At the end its waiter is told.
   */
  protected nextPlayed(frame: Int16Array): boolean {
    const playing = this.#playing;
    if (!playing) return false;
    const what = playing.playback.next(frame);
    if (what !== 'ended') return what === 'audio';
    this.#playing = undefined;
    playing.done(true);
    return false;
  }

  /**
   * Listens to 10 ms that came from its own side, and takes digits out of them if the peer gets
   * those as events. In place. `deaf`: DTMF in it is not a key pressed on this side.
   */
  protected hear(frame: Int16Array, deaf: boolean): void {
    this.#flags?.process(frame);
    this.#menu?.process(frame);
    const apart = this.peer?.takesEvents === true || this.digitsAside;
    const events = apart && this.listener.hearsDigits && !this.#care.clear;
    this.listener.process(frame, deaf);
    if (events) {
      this.#squelch ??= new Squelch();
      this.#squelch.process(frame, this.listener.suspectsDigit);
    } else if (this.#squelching) this.#squelch?.reset();
    this.#squelching = events;
    if (this.detection.aside) frame.fill(0);
  }
}

/** A frame of silence that nobody writes to. */
export const SILENT_FRAME = new Int16Array(FRAME_SAMPLES);
