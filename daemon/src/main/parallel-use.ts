import type { Clock, Timer } from '../base/clock.ts';
import type { Config } from '../config/schema.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { LineCard } from '../line/card.ts';

/** Nobody talks for so long on a parallel telephone, ms: a handset lies beside its set, or the pair is wet. */
export const parallelLimitMs = 12 * 3_600_000;

/** Watches lines that are held by somebody else on the same pair, and raises an alarm where that does not end. */
export class ParallelUse {
  readonly #alarms: AlarmBoard;
  readonly #config: () => Config;
  readonly #clock: Clock;
  readonly #timers = new Map<number, Timer>();
  readonly #offs: (() => void)[];

  constructor(of: { card: LineCard; clock: Clock; alarms: AlarmBoard; config: () => Config }) {
    this.#alarms = of.alarms;
    this.#config = of.config;
    this.#clock = of.clock;
    this.#offs = [
      of.card.on('indication', (indication) => {
        if (indication.type !== 'line-state') return;
        if (indication.state === 'in-use') this.#begin(indication.port);
        else this.#over(indication.port);
      }),
      of.card.on('down', () => {
        for (const port of [...this.#timers.keys()]) this.#over(port);
      }),
    ];
  }

  close(): void {
    for (const off of this.#offs) off();
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #begin(port: number): void {
    if (this.#timers.has(port)) return;
    this.#timers.set(
      port,
      this.#clock.after(parallelLimitMs, () => this.#tell(port)),
    );
  }

  #over(port: number): void {
    this.#timers.get(port)?.cancel();
    if (this.#timers.delete(port)) this.#alarms.clear(`line-in-use-${port}`);
  }

  #tell(port: number): void {
    const name = this.#config().ports.find(({ number }) => number === port)?.name;
    const called = name ? ` (${name})` : '';
    this.#alarms.raise({
      id: `line-in-use-${port}`,
      severity: 'warning',
      place: `port:${port}`,
      said: {
        ru: `Гнездо ${port}${called}. Линия занята параллельным аппаратом больше 12 часов.`,
        en: `Socket ${port}${called}. The line has been held by a parallel telephone for more than 12 hours.`,
      },
      cure: {
        ru: 'Проверьте, не лежит ли трубка рядом с аппаратом и не замкнут ли шнур; звонки пока идут по другим линиям.',
        en: 'See whether a handset lies off its hook, or the cord is shorted; calls take other lines meanwhile.',
      },
    });
  }
}
