import type { Clock, Timer } from '../base/clock.ts';
import { CodedError, messageOf } from '../base/error.ts';
import type { Transport, TransportFactory } from './transport.ts';

/** First and longest pause between attempts to open, ms; it doubles. A tty that was unplugged is back soon. */
const BACKOFF_FIRST_MS = 250;
const BACKOFF_LAST_MS = 5000;

export interface OpenerOptions {
  factory: TransportFactory;
  clock: Clock;
  opened: (transport: Transport) => void;
  /** Called at the first failure of a row, not at each. */
  failed: (error: CodedError) => void;
}

/** Keeps a transport open: opens it anew, with growing pauses, whenever it ends. */
export class Opener {
  readonly #options: OpenerOptions;
  #transport: Transport | undefined;
  #timer: Timer | undefined;
  #backoff = BACKOFF_FIRST_MS;
  #told = false;
  #running = false;

  constructor(options: OpenerOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#open();
  }

  /** The stream carries a card: the next failure begins with the shortest pause again. */
  proved(): void {
    this.#backoff = BACKOFF_FIRST_MS;
    this.#told = false;
  }

  close(): void {
    this.#running = false;
    this.#timer?.cancel();
    this.#transport?.close();
    this.#transport = undefined;
  }

  async #open(): Promise<void> {
    const { factory, opened, failed } = this.#options;
    try {
      const transport = await factory.open();
      if (!this.#running) {
        transport.close();
        return;
      }
      this.#transport = transport;
      transport.once('closed', () => {
        if (this.#transport !== transport) return;
        this.#transport = undefined;
        this.#again();
      });
      opened(transport);
    } catch (error) {
      if (!this.#running) return;
      if (!this.#told) {
        this.#told = true;
        failed(
          error instanceof CodedError
            ? error
            : new CodedError('line/transport', `${factory.name}: ${messageOf(error)}`, { cause: error }),
        );
      }
      this.#again();
    }
  }

  #again(): void {
    if (!this.#running) return;
    const pause = this.#backoff;
    this.#backoff = Math.min(this.#backoff * 2, BACKOFF_LAST_MS);
    this.#timer = this.#options.clock.after(pause, () => void this.#open());
  }
}
