import { EventEmitter } from 'node:events';
import { powerLevel, toneLevel } from '../sound/level.ts';
import { Recorder } from '../sound/recorder.ts';
import { type Sound, Voice } from '../sound/voice.ts';
import { patient } from './patience.ts';
import type { Timeline } from './timeline.ts';
import { BLOCK } from './wire.ts';

/** Something a device did or noticed. `at` is in ms of the office's time. */
export interface OfficeEvent {
  device: string;
  type: string;
  at: number;
  [detail: string]: unknown;
}

export type Report = (event: OfficeEvent) => void;

/** What may be said into a pair. */
export type Speech =
  | { tone: number | readonly number[]; level?: number; ms?: number }
  | { samples: Int16Array; repeat?: boolean };

/** What every device at the end of a pair has: a voice, ears with a memory, and a log of events. */
export abstract class Device {
  readonly id: string;
  readonly port: number;
  readonly voice = new Voice();
  readonly heard = new Recorder();
  /** The last 500 events. */
  readonly log: OfficeEvent[] = [];
  protected readonly time: Timeline;
  #events = new EventEmitter();
  #report: Report;

  constructor(id: string, port: number, time: Timeline, report: Report) {
    this.id = id;
    this.port = port;
    this.time = time;
    this.#report = report;
    this.#events.setMaxListeners(0);
  }

  /** What kind it is, for the page. */
  abstract readonly kind: string;
  /** Everything to be shown, as JSON. */
  abstract state(): Record<string, unknown>;

  protected tell(type: string, details: Record<string, unknown> = {}): void {
    const event: OfficeEvent = { ...details, device: this.id, type, at: this.time.ms };
    this.log.push(event);
    if (this.log.length > 500) this.log.shift();
    this.#events.emit('event', event);
    this.#report(event);
  }

  /**
   * Resolves with the next event of that type (for which `match` holds).
   * @throws Error after `timeoutMs` of wall time, with the events seen meanwhile.
   */
  next(type: string, timeoutMs = 5000, match?: (event: OfficeEvent) => boolean): Promise<OfficeEvent> {
    return new Promise((resolve, reject) => {
      const from = this.log.length;
      const listener = (event: OfficeEvent) => {
        if (event.type !== type || (match && !match(event))) return;
        finish();
        resolve(event);
      };
      const finish = () => {
        clearTimeout(timer);
        this.#events.off('event', listener);
      };
      const timer = setTimeout(() => {
        finish();
        const seen = this.log.slice(from).map((e) => e.type);
        reject(
          new Error(`${this.id}: no '${type}' within ${timeoutMs} ms; seen: ${seen.join(', ') || 'nothing'}`),
        );
      }, patient(timeoutMs));
      this.#events.on('event', listener);
    });
  }

  /** Says a tone or a recording; false when it was replaced before its end. */
  speak(what: Speech): Promise<boolean> {
    if ('samples' in what)
      return this.voice.play([{ type: 'pcm', samples: what.samples }], what.repeat ?? false);
    const frequencies = typeof what.tone === 'number' ? [what.tone] : what.tone;
    const sound: Sound = { type: 'tone', frequencies, level: what.level ?? -10, ms: what.ms ?? Infinity };
    return this.voice.play([sound]);
  }

  hush(): void {
    this.voice.stop();
  }

  /** Listens for `ms` and measures: one frequency if given, all power otherwise; dBm0. */
  async hear(ms = 500, freq?: number): Promise<number> {
    const samples = await this.heard.next(ms);
    return freq === undefined ? powerLevel(samples) : toneLevel(samples, freq);
  }

  /** Level over the last `ms` already heard. */
  level(ms = 200, freq?: number): number {
    const samples = this.heard.last(ms);
    return freq === undefined ? powerLevel(samples) : toneLevel(samples, freq);
  }

  /**
   * Waits until `freq` is heard at `dbm0` or more over 200 ms.
   * @throws Error after `timeoutMs` of wall time.
   */
  async waitForTone(freq: number, dbm0 = -30, timeoutMs = 5000): Promise<number> {
    const until = Date.now() + patient(timeoutMs);
    let best = -120;
    while (Date.now() < until) {
      const level = await this.hear(200, freq);
      // A tone that begins within the piece measured is heard whole in the next.
      if (level >= dbm0) return level > dbm0 + 2 ? level : Math.max(level, await this.hear(200, freq));
      best = Math.max(best, level);
    }
    throw new Error(
      `${this.id}: ${freq} Hz not heard at ${dbm0} dBm0 within ${timeoutMs} ms; at most ${best.toFixed(1)}`,
    );
  }
}

const silence = new Int16Array(BLOCK);
/** A block of nothing, not to be written to. */
export const SILENCE: Int16Array = silence;
