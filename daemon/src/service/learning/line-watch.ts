import type { Clock } from '../../base/clock.ts';
import { CodedError } from '../../base/error.ts';
import type { Detection } from '../../media/api.ts';
import type { BorrowedLine } from '../../port/borrowed-line.ts';
import type { PortEvent } from '../../port/effect.ts';

/** Something a line showed, and when (clock ms). */
export interface Shown {
  at: number;
  event: PortEvent;
}

type CardIndication = Extract<PortEvent, { type: 'indication' }>['indication'];

type Match<T> = (event: PortEvent, at: number) => T | undefined;

/** A borrowed line, what it has shown, and waiting for what it will show. */
export class LineWatch {
  readonly line: BorrowedLine;
  /** All since {@link mark}. */
  shown: Shown[] = [];
  /** A ring is the lesson's own; any other is somebody who calls, and the lesson gives way. */
  expectsRing = false;
  readonly #clock: Clock;
  readonly #waiting = new Set<(shown: Shown) => void>();
  readonly #enders = new Set<(error: CodedError) => void>();
  readonly #offs: (() => void)[];
  #reversed: boolean | undefined;
  #over: CodedError | undefined;

  constructor(line: BorrowedLine, clock: Clock) {
    this.line = line;
    this.#clock = clock;
    this.#offs = [
      line.on('heard', (event) => this.#hear(event)),
      line.on('lost', () => this.end(new CodedError('learning/line-lost', 'the line was taken back'))),
    ];
  }

  /** Whatever waits, and whatever will wait, is refused. */
  end(error: CodedError): void {
    this.#over ??= error;
    for (const end of [...this.#enders]) end(error);
  }

  /** Gives the line back. */
  close(): void {
    for (const off of this.#offs) off();
    this.line.giveBack();
  }

  /** What was shown before is forgotten. Returns the time. */
  mark(): number {
    this.shown = [];
    return this.#clock.now();
  }

  /** Looks through what has been shown since the mark, then waits. Undefined: it did not come in `ms`. */
  find<T>(match: Match<T>, ms: number): Promise<T | undefined> {
    for (const { event, at } of this.shown) {
      const found = match(event, at);
      if (found !== undefined) return Promise.resolve(found);
    }
    return new Promise((resolve, reject) => {
      if (this.#over) {
        reject(this.#over);
        return;
      }
      const done = (settle: () => void): void => {
        timer.cancel();
        this.#waiting.delete(hear);
        this.#enders.delete(end);
        settle();
      };
      const hear = ({ event, at }: Shown): void => {
        const found = match(event, at);
        if (found !== undefined) done(() => resolve(found));
      };
      const end = (error: CodedError): void => done(() => reject(error));
      const timer = this.#clock.after(ms, () => done(() => resolve(undefined)));
      this.#waiting.add(hear);
      this.#enders.add(end);
    });
  }

  /** Waits; nothing that the line shows ends it. */
  async pause(ms: number): Promise<void> {
    await this.find(() => undefined, ms);
  }

  /** Waits for an indication of the card. */
  indication<K extends CardIndication['type']>(
    type: K,
    ms: number,
    fits: (indication: Extract<CardIndication, { type: K }>) => boolean = () => true,
  ): Promise<{ indication: Extract<CardIndication, { type: K }>; at: number } | undefined> {
    return this.find((event, at) => {
      if (event.type !== 'indication' || event.indication.type !== type) return undefined;
      const indication = event.indication as Extract<CardIndication, { type: K }>;
      return fits(indication) ? { indication, at } : undefined;
    }, ms);
  }

  async seize(detection: Detection): Promise<number> {
    const at = this.mark();
    await this.line.detect(detection);
    await this.line.command({ type: 'seize' });
    return at;
  }

  async release(): Promise<number> {
    await this.line.stop();
    const at = this.mark();
    await this.line.detect({});
    await this.line.command({ type: 'release' });
    return at;
  }

  #hear(event: PortEvent): void {
    const shown = { at: this.#clock.now(), event };
    const ring = event.type === 'indication' && event.indication.type === 'ring' && event.indication.on;
    if (ring && !this.expectsRing) {
      this.end(new CodedError('learning/line-lost', 'somebody called on the line'));
      return;
    }
    if (event.type === 'indication' && event.indication.type === 'polarity') {
      // The card tells it anew after a reset; that is no turn.
      const { reversed } = event.indication;
      const turned = this.#reversed === undefined || reversed !== this.#reversed;
      this.#reversed = reversed;
      if (!turned) return;
    }
    this.shown.push(shown);
    for (const hear of [...this.#waiting]) hear(shown);
  }
}
