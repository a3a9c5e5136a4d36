import type { Detection, HeardCallerId, ProgressTone, ToneEvidence } from './api.ts';
import { DigitWatch } from './digit-watch.ts';
import { AonReader, AonRequestDetector } from './dsp/aon.ts';
import { CallerIdReceiver, type HeardCallerId as Read } from './dsp/caller-id-receiver.ts';
import { type CountryProfile, dialToneFrequencies } from './dsp/profile.ts';
import { SilenceWatch } from './dsp/silence-watch.ts';
import { ToneDetector } from './dsp/tone-detector.ts';
import { VoiceDetector } from './dsp/voice-detector.ts';
import { LevelWatch } from './level-watch.ts';

/** What a listener has heard. */
export interface ListenerSink {
  digit(kind: 'begin' | 'end', digit: string, durationMs: number): void;
  tone(tone: ProgressTone, evidence: ToneEvidence): void;
  ringbackStopped(): void;
  voice(): void;
  silence(): void;
  level?(toneDbm0: number, totalDbm0: number): void;
  callerIdBegun(): void;
  callerId(heard: HeardCallerId): void;
  aonRequest(): void;
}

/** The detectors of one endpoint, each made when it is first wanted and run only while it is. */
export class Listener {
  readonly #profile: CountryProfile;
  readonly #sink: ListenerSink;
  #detection: Detection = {};
  #digits = false;
  #dtmf: DigitWatch | undefined;
  #tones: ToneDetector | undefined;
  #voice: VoiceDetector | undefined;
  #speaking = false;
  #silence: SilenceWatch | undefined;
  #level: LevelWatch | undefined;
  #callerId: CallerIdReceiver | undefined;
  #aon: AonReader | undefined;
  #aonRequest: AonRequestDetector | undefined;
  #deaf = false;

  constructor(profile: CountryProfile, sink: ListenerSink) {
    this.#profile = profile;
    this.#sink = sink;
  }

  /** Sets what is listened for. `digits`: DTMF is looked for even if nobody asked to be told of it. */
  set(detection: Detection, digits: boolean): void {
    const { dtmf = false, tones = 'off' } = detection;
    const wantDigits = dtmf || digits;
    if (wantDigits && !this.#digits) this.#dtmf?.reset();
    this.#digits = wantDigits;
    if (wantDigits) this.#dtmf ??= this.#makeDigits();
    if (detection.toneHz !== this.#detection.toneHz) this.#tones = undefined;
    if (tones !== 'off') this.#tones ??= this.#makeTones(detection.toneHz);
    if (this.#tones) this.#tones.context = tones;
    if (detection.voice && !this.#detection.voice) {
      this.#voice ??= new VoiceDetector();
      this.#voice.reset();
      this.#speaking = false;
    }
    const { silenceMs = 0 } = detection;
    if (silenceMs !== (this.#detection.silenceMs ?? 0)) {
      this.#silence = silenceMs > 0 ? new SilenceWatch(silenceMs, () => this.#sink.silence()) : undefined;
    }
    const { levelHz } = detection;
    if (levelHz !== this.#detection.levelHz) {
      const told = (tone: number, total: number): void => this.#sink.level?.(tone, total);
      this.#level = levelHz === undefined ? undefined : new LevelWatch(levelHz, told);
    }
    if (detection.callerId && !this.#detection.callerId) {
      this.#callerId ??= this.#makeCallerId();
      this.#callerId.reset();
    }
    if (detection.aon && !this.#detection.aon) {
      this.#aon ??= new AonReader((caller, raw) => this.#sink.callerId({ ...caller, way: 'aon', raw }));
      this.#aon.reset();
    }
    if (detection.aonRequest && !this.#detection.aonRequest) {
      this.#aonRequest ??= new AonRequestDetector(() => this.#sink.aonRequest());
      this.#aonRequest.reset();
    }
    this.#detection = detection;
  }

  /** Whether anything is listened for. */
  get active(): boolean {
    return (
      this.#digits ||
      (this.#tones !== undefined && this.#tones.context !== 'off') ||
      this.#detection.voice === true ||
      this.#silence !== undefined ||
      this.#level !== undefined ||
      this.#detection.callerId === true ||
      this.#detection.aon === true ||
      this.#detection.aonRequest === true
    );
  }

  get hearsDigits(): boolean {
    return this.#digits;
  }

  /** The digit that sounds at the end of what was heard. */
  get digit(): string | undefined {
    return this.#deaf ? undefined : this.#dtmf?.digit;
  }

  /** Whether the end of what was heard is a digit, or may prove to be one. */
  get suspectsDigit(): boolean {
    return !this.#deaf && this.#dtmf?.suspect === true;
  }

  /**
   * Listens to 10 ms as they came from a line, with what was sent to it then. True while they look
   * like a key pressed, and are to be left as they are.
   */
  hearRaw(frame: Int16Array, sent: Int16Array): boolean {
    return this.#digits && !this.#deaf && this.#dtmf?.hearRaw(frame, sent) === true;
  }

  /** Listens to 10 ms without echo. `deaf`: DTMF in it does not count. */
  process(frame: Int16Array, deaf: boolean): void {
    if (this.#digits) {
      if (!deaf) this.#dtmf?.hear(frame);
      else if (!this.#deaf) this.#dtmf?.reset();
      this.#deaf = deaf;
    }
    this.#tones?.process(frame);
    if (this.#detection.voice) this.#hearVoice(frame);
    this.#silence?.process(frame);
    this.#level?.process(frame);
    if (this.#detection.callerId) this.#callerId?.process(frame);
    if (this.#detection.aon) this.#aon?.process(frame);
    if (this.#detection.aonRequest) this.#aonRequest?.process(frame);
  }

  #hearVoice(frame: Int16Array): void {
    const speaking = this.#voice?.process(frame) === true;
    if (speaking && !this.#speaking) this.#sink.voice();
    this.#speaking = speaking;
  }

  #makeCallerId(): CallerIdReceiver {
    return new CallerIdReceiver({
      begun: () => this.#sink.callerIdBegun(),
      heard: (heard) => {
        // A message about a lamp tells of no caller.
        if (heard.info.waiting === undefined) this.#sink.callerId(plain(heard));
      },
    });
  }

  #makeDigits(): DigitWatch {
    return new DigitWatch(
      (kind, digit, ms) => this.#sink.digit(kind, digit, ms),
      dialToneFrequencies(this.#profile),
    );
  }

  #makeTones(learntHz: number | undefined): ToneDetector {
    return new ToneDetector(
      this.#profile.detect,
      (event) => {
        if (event.kind === 'detected') this.#sink.tone(event.tone, event.evidence);
        else if (event.kind === 'ended' && event.tone === 'ringback') this.#sink.ringbackStopped();
      },
      learntHz === undefined ? {} : { learntHz },
    );
  }
}

/** What the contract tells of a message that was read. */
function plain({ info, way, raw }: Read): HeardCallerId {
  return {
    ...(info.number === undefined ? {} : { number: info.number }),
    ...(info.name === undefined ? {} : { name: info.name }),
    ...(info.absence === undefined ? {} : { absence: info.absence }),
    way,
    raw,
  };
}
