import { isCallerId, MESSAGE_TYPES, parseCallerId, type ReceivedCallerId } from './caller-id.ts';
import { parseDtmfCallerId } from './caller-id-dtmf.ts';
import { DtmfMessageReader } from './dtmf-message.ts';
import { BELL202, type FskStandard, V23 } from './fsk.ts';
import { FskDemodulator } from './fsk-demodulator.ts';
import { FskMessageFinder } from './fsk-message.ts';
import { rmsOf, SAMPLES_PER_MS } from './level.ts';

/** Digits of a message follow one another; after this pause they are complete or nothing, ms. */
const DTMF_END_MS = 400;
/** The receivers of both FSK standards have read what they can of one message within this time, ms. */
const COMPARE_MS = 30;
/** So many bytes of alternating bits are the beginning of a message, not chance (on-hook there are 30). */
const SEIZURE_BYTES = 6;
const SEIZURE = 0x55;

/** Power below which there is no message (the receivers work down to -45 dBm0), and after how long all is over. */
const QUIET = rmsOf(-52) ** 2;
const QUIET_MS = 100;

/** A message with how it came. */
export interface HeardCallerId {
  info: ReceivedCallerId;
  way: 'fsk-v23' | 'fsk-bell202' | 'dtmf';
  /** As it came: bytes in hexadecimal, or digits. */
  raw: string;
}

export interface CallerIdSink {
  /** Caller ID has begun to come; whether it can be read will be seen. */
  begun(): void;
  heard(heard: HeardCallerId): void;
}

/**
 * Listens on-hook for caller ID in every scheme at once: V.23, Bell 202 and DTMF. Reports each message
 * once, by the standard that it fits best: the two are near enough for both receivers to read a clean one.
 */
export class CallerIdReceiver {
  readonly #sink: CallerIdSink;
  readonly #ears: readonly FskEar[];
  readonly #dtmf: DtmfMessageReader;
  #digits = '';
  #sinceDigit = 0;
  #begun = false;
  #compareFor: number | undefined;
  #quiet = 0;

  constructor(sink: CallerIdSink) {
    this.#sink = sink;
    this.#ears = [new FskEar('fsk-v23', V23), new FskEar('fsk-bell202', BELL202)];
    this.#dtmf = new DtmfMessageReader((digit) => {
      this.#digits += digit;
      this.#sinceDigit = 0;
    });
  }

  /** Listens to `count` samples. */
  process(pcm: Int16Array, count = pcm.length): void {
    if (this.#restful(pcm, count)) return;
    for (const ear of this.#ears) ear.demodulator.process(pcm, count);
    if (this.#compareFor !== undefined) this.#compare(count);
    else if (this.#ears.some((ear) => ear.message)) this.#compareFor = COMPARE_MS * SAMPLES_PER_MS;
    else if (this.#ears.some((ear) => ear.seized)) this.#begin();
    this.#dtmf.process(pcm, count);
    if (this.#digits === '') return;
    if (/^[ABD]/.test(this.#digits)) this.#begin();
    if (this.#dtmf.sounding) return;
    this.#sinceDigit += count;
    if (this.#sinceDigit < DTMF_END_MS * SAMPLES_PER_MS) return;
    const raw = this.#digits;
    this.#digits = '';
    this.#begun = false;
    const info = parseDtmfCallerId(raw);
    if (info) this.#sink.heard({ info, way: 'dtmf', raw });
  }

  /** Forgets what was heard in part: a new call. */
  reset(): void {
    for (const ear of this.#ears) ear.reset();
    this.#dtmf.reset();
    this.#digits = '';
    this.#begun = false;
    this.#compareFor = undefined;
  }

  /** Whether nothing sounds and nothing is under way: a line that rests all day must cost next to nothing. */
  #restful(pcm: Int16Array, count: number): boolean {
    let energy = 0;
    for (let i = 0; i < count; i++) energy += pcm[i]! * pcm[i]!;
    this.#quiet = energy < QUIET * count ? this.#quiet + count : 0;
    const rests = this.#quiet > QUIET_MS * SAMPLES_PER_MS;
    if (!rests || this.#digits !== '' || this.#compareFor !== undefined) return false;
    // A message that broke off leaves nothing behind for the next call.
    if (this.#begun) this.reset();
    return true;
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#sink.begun();
  }

  #compare(count: number): void {
    this.#compareFor! -= count;
    if (this.#compareFor! > 0) return;
    this.#compareFor = undefined;
    const best = this.#ears.filter((ear) => ear.message).reduce((a, b) => (b.fit > a.fit ? b : a));
    const bytes = best.message!;
    for (const ear of this.#ears) ear.reset();
    this.#begun = false;
    const raw = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    this.#sink.heard({ info: parseCallerId(bytes), way: best.way, raw });
  }
}

/** A receiver for one FSK standard, and what it found. */
class FskEar {
  readonly way: 'fsk-v23' | 'fsk-bell202';
  readonly demodulator: FskDemodulator;
  readonly #finder = new FskMessageFinder(MESSAGE_TYPES, isCallerId);
  message: Uint8Array | undefined;
  fit = 0;
  #alternating = 0;

  constructor(way: 'fsk-v23' | 'fsk-bell202', standard: FskStandard) {
    this.way = way;
    this.demodulator = new FskDemodulator(standard, {
      byte: (byte, sure) => {
        this.#alternating = byte === SEIZURE ? this.#alternating + 1 : 0;
        this.#keep(this.#finder.push(byte, sure));
      },
      pause: () => this.#keep(this.#finder.end()),
    });
  }

  /** Whether what comes now is the beginning of a message. */
  get seized(): boolean {
    return this.#alternating >= SEIZURE_BYTES;
  }

  reset(): void {
    this.demodulator.reset();
    this.#finder.reset();
    this.message = undefined;
    this.#alternating = 0;
  }

  #keep(message: Uint8Array | undefined): void {
    if (!message || this.message) return;
    this.message = message;
    this.fit = this.demodulator.fit;
  }
}
