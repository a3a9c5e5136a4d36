import type { EndpointId, ModemCare, RtpParameters } from './api.ts';
import { Endpoint, SILENT_FRAME } from './endpoint.ts';
import type { FaxChannel } from './fax/channel.ts';
import { FRAME_SAMPLES } from './line-audio.ts';
import type { Listener } from './listener.ts';
import type { EventSink } from './playback.ts';
import type { RtpSession } from './session/rtp-session.ts';

/** What is played in one 10 ms; used up within the call that fills it. */
const played = new Int16Array(FRAME_SAMPLES);
/** What a seat hears in one 10 ms, likewise. */
const mixed = new Int16Array(FRAME_SAMPLES);

/** An RTP session as an end of a media path. */
export class RtpEndpoint extends Endpoint {
  readonly session: RtpSession;
  /** The last 10 ms received; filled by {@link capture}. */
  readonly heard = new Int16Array(FRAME_SAMPLES);
  /** Set when its packets proved to be of a length that cannot be relayed as they are. */
  unfit = false;
  /** Where its packets arrive; known once its ports are bound. */
  local = { address: '', port: 0 };
  /** T.38 in the place of audio. */
  fax: FaxChannel | undefined;

  readonly #onDigitOut: (digit: string) => void;

  /** `onDigitOut`: a digit is to go to the peer by signalling. */
  constructor(
    id: EndpointId,
    listener: Listener,
    session: RtpSession,
    onDigitOut: (digit: string) => void = () => {},
  ) {
    super(id, listener);
    this.session = session;
    this.#onDigitOut = onDigitOut;
  }

  get takesEvents(): boolean {
    return (this.session.outlet.hasEvents || this.digitsAside) && this.session.sending && !this.fax;
  }

  override get care(): ModemCare {
    return super.care;
  }

  override set care(care: ModemCare) {
    super.care = care;
    this.session.inlet.steady = care.clear === true;
  }

  override get digitsAside(): boolean {
    return this.session.parameters?.digitsAside === true;
  }

  beginDigit(digit: string): void {
    if (this.digitsAside) this.#onDigitOut(digit);
    else this.session.outlet.beginDigit(digit, 'hold');
  }

  endDigit(): void {
    if (!this.digitsAside) this.session.outlet.endDigit();
  }

  override get soundsDigit(): boolean {
    return this.session.inlet.regenerator.active;
  }

  /** Where DTMF played toward it goes as events; undefined: it is to be played as tones. */
  get eventSink(): EventSink | undefined {
    const { outlet } = this.session;
    if (!outlet.hasEvents || this.fax) return undefined;
    const session = this.session;
    return {
      beginDigit: (digit, ms) => outlet.beginDigit(digit, ms),
      clearDigits: () => outlet.clearDigits(),
      // On hold no packet leaves: digits are then dropped in their own time instead of waiting for ever.
      get eventActive() {
        if (!session.sending) outlet.clearDigits();
        return session.sending && outlet.eventActive;
      },
    };
  }

  set(parameters: RtpParameters, now: number): void {
    this.session.set(parameters, now);
    this.unfit = false;
  }

  /** Whether its audio goes straight to the peer, packet by packet. */
  get relayed(): boolean {
    return this.session.relayTo !== undefined;
  }

  /**
   * Whether audio from here may go to `peer` as the packets are (ruling 24: equal coding, nothing to
   * listen for, nothing to put in its place).
   */
  fitsRelay(peer: RtpEndpoint): boolean {
    const mine = this.session.parameters;
    const theirs = peer.session.parameters;
    return (
      mine !== undefined &&
      theirs !== undefined &&
      !this.unfit &&
      !this.fax &&
      !peer.fax &&
      mine.codec === theirs.codec &&
      (mine.telephoneEventPayloadType === undefined || theirs.telephoneEventPayloadType !== undefined) &&
      !this.needsAudio &&
      !peer.recording &&
      !peer.playing &&
      !peer.session.outlet.eventActive
    );
  }

  /** Whether something listens to its audio itself; digits that come as events need no ears. */
  get needsAudio(): boolean {
    if (this.digitsAside) return true;
    const { detection } = this;
    if (this.care.flags || this.recording) return true;
    if (detection.voice || detection.silenceMs || detection.callerId || (detection.tones ?? 'off') !== 'off')
      return true;
    return detection.dtmf === true && this.session.parameters?.telephoneEventPayloadType === undefined;
  }

  /** Whether its audio goes to the peer with nothing in it changed. */
  get relayedAsIs(): boolean {
    return this.relayed && this.session.asIs && !this.session.bypassed;
  }

  /**
   * Starts or stops relaying to `target`; the other way of carrying the audio begins with an empty buffer.
   * `asIs`: with nothing in the packets changed.
   */
  relay(target: RtpSession | undefined, asIs = false): void {
    const { session } = this;
    const old = session.relayTo;
    if (old === target && session.asIs === asIs) return;
    old?.outlet.endRelay();
    session.relayTo = target;
    session.asIs = asIs;
    session.inlet.resetAudio();
  }

  /** Takes 10 ms of what came from the peer into {@link heard}. */
  capture(now: number): void {
    if (this.fax) this.fax.pull(this.heard);
    else {
      this.session.inlet.poll(now);
      this.session.inlet.pull(this.heard, now);
      // A peer that sends digits as events may leave them in the audio, too: they count once (C03).
      this.hear(this.heard, this.session.inlet.sawEvents);
    }
    this.recording?.said(this.heard, now);
    this.seat?.said(this.heard);
  }

  /** Sends 10 ms: what is played, else `frame`, else silence. */
  transmit(frame: Int16Array | undefined, now: number): void {
    // The peer hears the other one past us: two streams at once would be neither.
    if (this.session.bypassed) return;
    const playing = this.nextPlayed(played);
    const out = playing ? played : (frame ?? SILENT_FRAME);
    this.recording?.heard(out, now);
    if (this.fax) {
      this.fax.push(playing ? played : frame, now);
      return;
    }
    if (!this.session.sending) return;
    this.session.outlet.push(out, now);
  }

  /** Sends 10 ms of what its seat hears. */
  transmitMixed(now: number): void {
    this.seat?.mix(mixed);
    this.transmit(mixed, now);
  }
}
