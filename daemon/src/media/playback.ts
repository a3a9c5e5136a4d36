import { CodedError } from '../base/error.ts';
import type { PlaySource } from './api.ts';
import { AonSender } from './dsp/aon.ts';
import type { DtmfCallerIdCodes } from './dsp/caller-id-dtmf.ts';
import { CallerIdSender, waitingSender } from './dsp/caller-id-sender.ts';
import { DtmfGenerator } from './dsp/dtmf-generator.ts';
import { type Tone, ToneGenerator } from './dsp/tone-generator.ts';
import { FRAME_MS, FRAME_SAMPLES } from './line-audio.ts';

/** Where digits go as RFC 4733 events: the sending side of an RTP session. */
export interface EventSink {
  beginDigit(digit: string, durationMs: number): void;
  readonly eventActive: boolean;
  clearDigits(): void;
}

/** Something being played toward an endpoint. */
export interface Playback {
  /**
   * Fills 10 ms. `audio`: `frame` holds what is to be heard; `pass`: nothing is to be heard of it,
   * the joined audio goes on; `ended`: it was over before this frame.
   */
  next(frame: Int16Array): 'audio' | 'pass' | 'ended';
  /** Whether it sounds DTMF, which must not be taken for keys pressed where it echoes. */
  readonly dtmf: boolean;
  /** Called when it is stopped before its end. */
  abandon(): void;
}

/** A comma in digits to send: a pause of a second. */
const DTMF_COMMA_MS = 1000;
/** The end of an event is sent three times; the last two fall into the pause, ms at 20 ms packets. */
const EVENT_TAIL_MS = 40;

/**
 * Makes the player of a source. `events` given: DTMF goes there as RFC 4733 instead of as audio.
 * `codes`: how the country frames caller ID by DTMF.
 * @throws CodedError `media/tone`, `media/dtmf-digit`, `media/caller-id`, `media/source`.
 */
export function createPlayback(
  source: Exclude<PlaySource, { type: 'music' }>,
  events: EventSink | undefined,
  codes: DtmfCallerIdCodes,
): Playback {
  switch (source.type) {
    case 'tone':
      return new TonePlayback(source.tone);
    case 'dtmf': {
      if (!(source.onMs >= 20 && source.onMs <= 10_000 && source.offMs >= 0 && source.offMs <= 10_000)) {
        throw new CodedError(
          'media/source',
          `digits of ${source.onMs} ms with pauses of ${source.offMs} ms cannot be sent`,
        );
      }
      return events ? new EventPlayback(source, events) : new DtmfPlayback(source);
    }
    case 'pcm':
      return new PcmPlayback(source.samples, source.repeat ?? 1);
    case 'caller-id':
      return new SenderPlayback(new CallerIdSender({ ...source, codes }, source), source.scheme === 'dtmf');
    case 'message-waiting':
      return new SenderPlayback(waitingSender(source, source), false);
    case 'aon':
      return new SenderPlayback(new AonSender(source, source.repeats), false);
  }
}

class TonePlayback implements Playback {
  readonly #generator = new ToneGenerator();
  readonly dtmf = false;

  constructor(tone: Tone) {
    this.#generator.start(tone);
  }

  next(frame: Int16Array): 'audio' | 'ended' {
    if (!this.#generator.active) return 'ended';
    this.#generator.process(frame, FRAME_SAMPLES);
    return 'audio';
  }

  abandon(): void {}
}

class DtmfPlayback implements Playback {
  readonly #generator: DtmfGenerator;
  readonly dtmf = true;

  constructor(source: PlaySource & { type: 'dtmf' }) {
    const { onMs, offMs, levelDbm0 } = source;
    const timing = { onMs, offMs, commaMs: DTMF_COMMA_MS };
    this.#generator = new DtmfGenerator(levelDbm0 === undefined ? timing : { ...timing, levelDbm0 });
    this.#generator.enqueue(source.digits);
  }

  next(frame: Int16Array): 'audio' | 'ended' {
    if (!this.#generator.active) return 'ended';
    this.#generator.process(frame, FRAME_SAMPLES);
    return 'audio';
  }

  abandon(): void {}
}

class EventPlayback implements Playback {
  readonly #sink: EventSink;
  readonly #digits: string;
  readonly #onMs: number;
  readonly #offMs: number;
  readonly dtmf = false;
  #next = 0;
  #wait = 0;

  constructor(source: PlaySource & { type: 'dtmf' }, sink: EventSink) {
    this.#sink = sink;
    this.#digits = source.digits.toUpperCase();
    this.#onMs = source.onMs;
    this.#offMs = source.offMs;
    if (!/^[0-9A-D*#,]*$/.test(this.#digits)) {
      // Not repeated here: the digits may be a PIN.
      throw new CodedError('media/dtmf-digit', 'digits to send are 0-9 * # A-D and the comma');
    }
  }

  next(_frame: Int16Array): 'pass' | 'ended' {
    if (this.#sink.eventActive) return 'pass';
    if (this.#wait > 0) {
      this.#wait -= FRAME_MS;
      return 'pass';
    }
    const digit = this.#digits[this.#next++];
    if (digit === undefined) return 'ended';
    if (digit === ',') this.#wait = DTMF_COMMA_MS;
    else {
      this.#sink.beginDigit(digit, this.#onMs);
      this.#wait = Math.max(0, this.#offMs - EVENT_TAIL_MS);
    }
    return 'pass';
  }

  abandon(): void {
    this.#sink.clearDigits();
  }
}

class PcmPlayback implements Playback {
  readonly #samples: Int16Array;
  readonly dtmf = false;
  #left: number;
  #at = 0;

  constructor(samples: Int16Array, repeat: number) {
    this.#samples = samples;
    this.#left = samples.length === 0 ? 0 : repeat;
  }

  next(frame: Int16Array): 'audio' | 'ended' {
    if (this.#left <= 0) return 'ended';
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      if (this.#left <= 0) {
        frame[i] = 0;
        continue;
      }
      frame[i] = this.#samples[this.#at++]!;
      if (this.#at === this.#samples.length) {
        this.#at = 0;
        this.#left--;
      }
    }
    return 'audio';
  }

  abandon(): void {}
}

/** Plays what goes round for all, from where it is now, until it is stopped. */
export class MusicPlayback implements Playback {
  readonly #music: () => Int16Array;
  readonly dtmf = false;
  #at: number;

  /** @param now clock ms, which says where the music is */
  constructor(music: () => Int16Array, now: number) {
    this.#music = music;
    this.#at = Math.floor((now * FRAME_SAMPLES) / FRAME_MS);
  }

  next(frame: Int16Array): 'audio' {
    const music = this.#music();
    this.#at %= music.length;
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      frame[i] = music[this.#at]!;
      this.#at = (this.#at + 1) % music.length;
    }
    return 'audio';
  }

  abandon(): void {}
}

/** Plays data: anything that fills samples until it is over. */
interface Sender {
  readonly active: boolean;
  process(out: Int16Array, count: number): number;
}

class SenderPlayback implements Playback {
  readonly #sender: Sender;
  readonly dtmf: boolean;

  constructor(sender: Sender, dtmf: boolean) {
    this.#sender = sender;
    this.dtmf = dtmf;
  }

  next(frame: Int16Array): 'audio' | 'ended' {
    if (!this.#sender.active) return 'ended';
    this.#sender.process(frame, FRAME_SAMPLES);
    return 'audio';
  }

  abandon(): void {}
}
