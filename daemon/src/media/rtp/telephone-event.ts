import { CodedError } from '../../base/error.ts';
import { timestampDelta } from './sequence.ts';

/** Bytes of a telephone-event payload (RFC 4733 2.3). */
export const EVENT_BYTES = 4;
/** The payload type everybody proposes; the answer of the SDP decides. */
export const DEFAULT_EVENT_PAYLOAD_TYPE = 101;

/** RFC 4733 table 7: the codes 0-15 in order. */
export const EVENT_DIGITS = '0123456789*#ABCD';
/** RFC 4733 table 7: hook flash. */
export const EVENT_FLASH = 16;

/** The largest duration one event, or one segment of a long one, can tell (RFC 4733 2.3.5). */
const MAX_DURATION = 0xffff;
/** RFC 4733 2.5.1.4: the last packet is sent three times. */
const END_PACKETS = 3;

/**
 * The event code of a digit.
 * @throws CodedError `media/dtmf-digit`
 */
export function eventOfDigit(digit: string): number {
  const code = digit.length === 1 ? EVENT_DIGITS.indexOf(digit.toUpperCase()) : -1;
  if (code < 0) throw new CodedError('media/dtmf-digit', 'not one of 0-9 * # A-D');
  return code;
}

/** The digit of an event code, or undefined for a code that is no digit. */
export function digitOfEvent(code: number): string | undefined {
  return EVENT_DIGITS[code];
}

/** What to put into the next packet in place of audio. */
export interface OutgoingEvent {
  /** RTP timestamp: that of the event's (or segment's) beginning, in every one of its packets. */
  timestamp: number;
  /** Set on the first packet of an event only (RFC 4733 2.5.1.1). */
  marker: boolean;
}

/** How events are sent. */
export interface EventSenderOptions {
  /** Samples per packet: 8 times the packet time in ms. */
  readonly samplesPerPacket?: number;
  /** Power level to tell, dBm0 without its sign, 0-63 (RFC 4733 2.3.4). */
  readonly volume?: number;
  /** Least pause between events, ms. */
  readonly gapMs?: number;
}

interface Queued {
  code: number;
  /** Samples; Infinity until released. */
  duration: number;
}

/**
 * Sender of RFC 4733 events, paced by the leg's packets: call {@link next} once for each packet
 * interval; when it returns something, send that payload instead of audio.
 */
export class TelephoneEventSender {
  readonly #step: number;
  readonly #volume: number;
  readonly #gap: number;
  readonly #queue: Queued[] = [];
  readonly #out: OutgoingEvent = { timestamp: 0, marker: false };
  #current: Queued | undefined;
  #startTimestamp = 0;
  /** Samples of the event that earlier segments have told. */
  #told = 0;
  #elapsed = 0;
  #ends = 0;
  #gapLeft = 0;
  #segment = false;

  constructor(options: EventSenderOptions = {}) {
    this.#step = options.samplesPerPacket ?? 160;
    this.#volume = Math.min(63, Math.max(0, Math.round(options.volume ?? 10)));
    this.#gap = (options.gapMs ?? 60) * 8;
  }

  /** Adds an event of `durationMs` after those waiting; `hold`: until {@link release}. */
  enqueue(code: number, durationMs: number | 'hold'): void {
    if (!(Number.isInteger(code) && code >= 0 && code <= 255)) {
      throw new CodedError('media/event-code', `event code ${code} is not within 0..255`);
    }
    this.#queue.push({
      code,
      duration: durationMs === 'hold' ? Infinity : Math.max(1, Math.round(durationMs * 8)),
    });
  }

  /** Ends the held event, sent or waiting: it lasts until the next packet. */
  release(): void {
    if (this.#current?.duration === Infinity)
      this.#current.duration = this.#told + this.#elapsed + this.#step;
    for (const waiting of this.#queue) if (waiting.duration === Infinity) waiting.duration = this.#step * 2;
  }

  /** Drops what waits and ends what is being sent. */
  clear(): void {
    this.#queue.length = 0;
    this.release();
  }

  /** Whether an event is being sent or waits. */
  get active(): boolean {
    return this.#current !== undefined || this.#queue.length > 0;
  }

  /**
   * One packet interval. `timestamp` is the one that an audio packet would carry now. Writes four
   * bytes into `payload` from `at` on and returns the header's fields (the same object each time),
   * or returns undefined when audio is to be sent.
   */
  next(timestamp: number, payload: Uint8Array, at: number): OutgoingEvent | undefined {
    let first = false;
    if (!this.#current) {
      if (this.#gapLeft > 0) {
        this.#gapLeft -= this.#step;
        return undefined;
      }
      this.#current = this.#queue.shift();
      if (!this.#current) return undefined;
      this.#startTimestamp = timestamp >>> 0;
      this.#told = 0;
      this.#elapsed = 0;
      this.#ends = 0;
      this.#segment = false;
      first = true;
    }
    const event = this.#current;
    if (this.#segment) {
      // RFC 4733 2.5.1.3: a longer event goes on as a new segment that begins where the last one ended.
      this.#startTimestamp = (this.#startTimestamp + this.#elapsed) >>> 0;
      this.#told += this.#elapsed;
      this.#elapsed = 0;
      this.#segment = false;
    }
    if (this.#ends === 0) {
      const remaining = event.duration - this.#told;
      this.#elapsed = Math.min(this.#elapsed + this.#step, remaining, MAX_DURATION);
      if (this.#elapsed >= remaining) this.#ends = 1;
      else if (this.#elapsed === MAX_DURATION) this.#segment = true;
    } else {
      this.#ends++;
    }
    payload[at] = event.code;
    payload[at + 1] = (this.#ends > 0 ? 0x80 : 0) | this.#volume;
    payload[at + 2] = this.#elapsed >> 8;
    payload[at + 3] = this.#elapsed;
    if (this.#ends === END_PACKETS) {
      this.#current = undefined;
      // The repeated end packets already took two intervals of the pause.
      this.#gapLeft = this.#gap - (END_PACKETS - 1) * this.#step;
    }
    this.#out.timestamp = this.#startTimestamp;
    this.#out.marker = first;
    return this.#out;
  }
}

/** An event received. */
export interface IncomingEvent {
  readonly kind: 'start' | 'end';
  readonly code: number;
  /** RTP timestamp of its beginning. */
  readonly timestamp: number;
  /** So far at `start`, in all at `end`. */
  readonly durationMs: number;
  /** How the end was learnt: told, taken from the next event, or from silence. */
  readonly endedBy?: 'end-bit' | 'next-event' | 'timeout';
}

export interface EventReceiverOptions {
  /** An event of which nothing more comes for this long is over (its end was lost), ms. */
  readonly timeoutMs?: number;
}

/**
 * Receiver of RFC 4733 events. An event is known by its RTP timestamp alone: the marker bit may be
 * missing, packets may be lost (the first and the last included), doubled or out of order, and
 * every event still counts once.
 */
export class TelephoneEventReceiver {
  readonly #onEvent: (event: IncomingEvent) => void;
  readonly #timeoutMs: number;
  #code = -1;
  #open = false;
  #seen = false;
  /** Timestamp of the event's beginning, and of its latest segment. */
  #begin = 0;
  #segment = 0;
  /** Samples of the latest segment. */
  #duration = 0;
  #lastMs = 0;

  constructor(onEvent: (event: IncomingEvent) => void, options: EventReceiverOptions = {}) {
    this.#onEvent = onEvent;
    this.#timeoutMs = options.timeoutMs ?? 150;
  }

  /** The code of the event under way, or undefined. */
  get current(): number | undefined {
    return this.#open ? this.#code : undefined;
  }

  /**
   * Takes one packet: its RTP timestamp, its payload `data[at..at+length)` and when it came.
   * Returns false if the payload is too short to be an event.
   */
  receive(timestamp: number, data: Uint8Array, at: number, length: number, nowMs: number): boolean {
    if (length < EVENT_BYTES) return false;
    this.poll(nowMs);
    const code = data[at]!;
    const end = (data[at + 1]! & 0x80) !== 0;
    const duration = (data[at + 2]! << 8) | data[at + 3]!;
    if (!this.#belongs(timestamp, code)) {
      // RFC 4733 2.5.2.2: what is older than the event under way, or than the last one, says nothing new.
      if (this.#seen && timestampDelta(this.#segment, timestamp) <= 0) return true;
      this.#end('next-event');
      this.#begin = this.#segment = timestamp >>> 0;
      this.#code = code;
      this.#duration = duration;
      this.#open = true;
      this.#seen = true;
      this.#emit('start');
    } else if (!this.#open) {
      return true;
    }
    if (timestampDelta(this.#segment, timestamp) > 0) {
      this.#segment = timestamp >>> 0;
      this.#duration = duration;
    } else if (duration > this.#duration) {
      this.#duration = duration;
    }
    this.#lastMs = nowMs;
    if (end) this.#end('end-bit');
    return true;
  }

  /** Ends an event of which nothing has come for the timeout; call it every 10 or 20 ms. */
  poll(nowMs: number): void {
    if (this.#open && nowMs - this.#lastMs >= this.#timeoutMs) this.#end('timeout');
  }

  /** Forgets everything (new SSRC, re-negotiation), ending the event under way. */
  reset(): void {
    this.#end('timeout');
    this.#seen = false;
    this.#code = -1;
  }

  /**
   * Whether a packet is of the event last begun: the same timestamp; or one within the time already
   * told of, where no other event can begin - a sender that wrongly moves the timestamp on with each
   * packet; or, while it is open, one just at that time's end: the next segment of a long event
   * (RFC 4733 2.5.1.3).
   */
  #belongs(timestamp: number, code: number): boolean {
    if (!this.#seen || code !== this.#code) return false;
    const ahead = timestampDelta(this.#segment, timestamp);
    return ahead === 0 || (ahead > 0 && (ahead < this.#duration || (this.#open && ahead === this.#duration)));
  }

  #end(endedBy: 'end-bit' | 'next-event' | 'timeout'): void {
    if (!this.#open) return;
    this.#open = false;
    this.#emit('end', endedBy);
  }

  #emit(kind: 'start' | 'end', endedBy?: 'end-bit' | 'next-event' | 'timeout'): void {
    const samples = timestampDelta(this.#begin, this.#segment) + this.#duration;
    const event = { kind, code: this.#code, timestamp: this.#begin, durationMs: Math.round(samples / 8) };
    this.#onEvent(endedBy ? { ...event, endedBy } : event);
  }
}
