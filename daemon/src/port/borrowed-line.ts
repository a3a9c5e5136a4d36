import { Emitter } from '../base/emitter.ts';
import type { Detection, EndpointId, PlaySource } from '../media/api.ts';
import { type PortCommandBody, type PortEvent, portCommand } from './effect.ts';
import type { PortEnvironment } from './effect-runner.ts';

/** What a borrower of a line hears: all that the port would, and that the line was taken back. */
export type BorrowedEvents = {
  heard: [event: PortEvent];
  /** The line is no longer the borrower's: it was taken back, or the card went. Comes once. */
  lost: [];
};

/**
 * A line that somebody has to himself for measuring: nothing that it shows is acted on, and nothing calls on it. It ends
 * by {@link giveBack}, or is taken back at any time.
 */
export class BorrowedLine extends Emitter<BorrowedEvents> {
  readonly number: number;
  readonly endpoint: EndpointId;
  readonly #environment: PortEnvironment;
  readonly #giveBack: () => void;
  #mine = true;

  constructor(environment: PortEnvironment, number: number, endpoint: EndpointId, giveBack: () => void) {
    super();
    this.number = number;
    this.endpoint = endpoint;
    this.#environment = environment;
    this.#giveBack = giveBack;
  }

  /** Whether the line still is the borrower's. */
  get mine(): boolean {
    return this.#mine;
  }

  /** Resolves when the card has acknowledged it. Does nothing on a line that is lost. */
  async command(body: PortCommandBody): Promise<void> {
    if (this.#mine) await this.#environment.card.execute(portCommand(this.number)(body).command);
  }

  async detect(detection: Detection): Promise<void> {
    if (this.#mine) await this.#environment.media.detect(this.endpoint, detection);
  }

  async play(source: PlaySource): Promise<boolean> {
    return this.#mine && (await this.#environment.media.play(this.endpoint, source));
  }

  async stop(): Promise<void> {
    if (this.#mine) await this.#environment.media.stop(this.endpoint);
  }

  /** Opens the loop and gives the line back to its port; twice is no error. */
  giveBack(): void {
    if (!this.#mine) return;
    this.#mine = false;
    this.#giveBack();
    this.off();
  }

  /** Called by the port: the line has been taken back. */
  lose(): void {
    if (!this.#mine) return;
    this.#mine = false;
    this.emit('lost');
    this.off();
  }
}
