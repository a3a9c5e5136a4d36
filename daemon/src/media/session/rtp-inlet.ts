import type { AudioCodec } from '../dsp/g711.ts';
import { PacketLossConcealer } from '../dsp/plc.ts';
import { FRAME_SAMPLES } from '../line-audio.ts';
import { JitterBuffer } from '../rtp/jitter-buffer.ts';
import type { RtpHeader } from '../rtp/packet.ts';
import { digitOfEvent, TelephoneEventReceiver } from '../rtp/telephone-event.ts';
import { DigitRegenerator } from './digit-regenerator.ts';

/** For fax and modem: a delay that no network worth faxing over exceeds, and never changed, ms. */
const STEADY = { minDelayMs: 100, initialDelayMs: 100, fixed: true } as const;
/** Longest packet that is taken: 100 ms of G.711, far beyond the 30 ms anybody asks for. */
const MAX_SAMPLES = 800;
/** How much longer than its event a tone in the audio is muted, ms: one packet. */
const TAIL_MS = 20;
/** One packet decoded; used up within the call that fills it, so one for all sessions. */
const pcm = new Int16Array(MAX_SAMPLES);

/** A digit that came as RFC 4733 event; `durationMs` is known at its end. */
export type DigitHandler = (kind: 'begin' | 'end', digit: string, durationMs: number) => void;

/**
 * The receiving side of one RTP session: from packets in any order to an even flow of 10 ms frames,
 * with gaps concealed, and RFC 4733 digits beside it or, where the far side can only hear, as tones in it.
 */
export class RtpInlet {
  readonly regenerator = new DigitRegenerator();
  /** Made when audio first comes this way: many sessions are relayed for their whole life. */
  #jitter: JitterBuffer | undefined;
  #concealer: PacketLossConcealer | undefined;
  readonly #events: TelephoneEventReceiver;
  #sawEvents = false;
  #steady = false;
  #now = 0;
  #muteUntil = 0;
  /** Whether digits are to sound in the audio pulled. */
  tones = false;

  constructor(onDigit: DigitHandler) {
    this.#events = new TelephoneEventReceiver((event) => {
      const digit = digitOfEvent(event.code);
      if (digit === undefined) return;
      this.#sawEvents = true;
      if (event.kind === 'start') {
        if (this.tones) this.regenerator.begin(digit);
        onDigit('begin', digit, event.durationMs);
      } else {
        this.regenerator.end(event.durationMs);
        // Audio is behind events by the buffer's delay; a tone that was left in it ends as much later.
        this.#muteUntil = this.#now + (this.#jitter?.targetMs ?? 0) + TAIL_MS;
        onDigit('end', digit, event.durationMs);
      }
    });
  }

  /** Whether the peer has ever sent a digit as event: then tones in its audio are not digits again (C03). */
  get sawEvents(): boolean {
    return this.#sawEvents;
  }

  /** Packets that came too late to be heard. */
  get packetsLate(): number {
    return this.#jitter?.stats.late ?? 0;
  }

  /** Delay that the buffer aims at, ms; undefined before any audio has come this way. */
  get playoutMs(): number | undefined {
    return this.#jitter?.targetMs;
  }

  /** Whether a digit is under way, as event or still as tone. */
  get digitActive(): boolean {
    return this.#events.current !== undefined || this.regenerator.active;
  }

  /** What a modem says: the delay stays as it is, and nothing is made up where a packet is missing. */
  set steady(steady: boolean) {
    if (steady === this.#steady) return;
    this.#steady = steady;
    this.#jitter = undefined;
    this.#concealer?.reset();
  }

  /** Takes a packet of audio that came at `now` ms. */
  pushAudio(data: Uint8Array, header: RtpHeader, codec: AudioCodec, now: number): void {
    const count = Math.min(header.payloadLength, MAX_SAMPLES);
    codec.decode(data, pcm, header.payloadOffset, count);
    this.#jitter ??= new JitterBuffer(this.#steady ? STEADY : {});
    this.#jitter.push(header.timestamp, pcm, count, now, header.marker);
  }

  /** Takes a packet of an event. */
  pushEvent(data: Uint8Array, header: RtpHeader, now: number): void {
    this.#now = now;
    this.#events.receive(header.timestamp, data, header.payloadOffset, header.payloadLength, now);
  }

  /** Ends an event whose end was lost. */
  poll(now: number): void {
    this.#now = now;
    this.#events.poll(now);
  }

  /** Gives the next 10 ms of audio. */
  pull(out: Int16Array, now: number): void {
    if (!this.#jitter) out.fill(0);
    else if (this.#steady) {
      if (this.#jitter.pull(out, FRAME_SAMPLES, now) !== 'audio') out.fill(0);
    } else {
      this.#concealer ??= new PacketLossConcealer();
      if (this.#jitter.pull(out, FRAME_SAMPLES, now) === 'audio')
        this.#concealer.received(out, FRAME_SAMPLES);
      else this.#concealer.conceal(out, FRAME_SAMPLES);
    }
    if (this.regenerator.active) this.regenerator.process(out, FRAME_SAMPLES);
    else if (this.#events.current !== undefined || now < this.#muteUntil) out.fill(0);
  }

  /** Forgets the audio held, as the stream now goes another way or is another stream. */
  resetAudio(): void {
    this.#jitter?.reset();
    this.#concealer?.reset();
    this.regenerator.clear();
  }

  /** The stream is another one: events, too, begin anew. */
  resetStream(): void {
    this.resetAudio();
    this.#events.reset();
  }
}
