import type { Clock, Timer } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/error.ts';
import type { LineCard } from '../line/card.ts';
import type { EndpointId, Media } from '../media/api.ts';
import type { PortEffect, PortEvent } from './effect.ts';

/** What a port stands on. */
export interface PortEnvironment {
  card: LineCard;
  media: Media;
  clock: Clock;
  /** Hears of a command or media request that failed where nobody waits for its outcome. */
  onError?: (error: unknown, what: string) => void;
}

/** Carries out the effects of one port's machine and hands outcomes back to it. */
export class EffectRunner {
  readonly #environment: PortEnvironment;
  readonly #endpoint: EndpointId;
  readonly #send: (event: PortEvent) => void;
  readonly #timers = new Map<string, Timer>();
  #closed = false;

  constructor(environment: PortEnvironment, endpoint: EndpointId, send: (event: PortEvent) => void) {
    this.#environment = environment;
    this.#endpoint = endpoint;
    this.#send = (event) => {
      if (!this.#closed) send(event);
    };
  }

  run(effect: PortEffect): void {
    const { card, media, clock } = this.#environment;
    switch (effect.type) {
      case 'timer':
        this.#timers.get(effect.name)?.cancel();
        this.#timers.set(
          effect.name,
          clock.after(effect.ms, () => {
            this.#timers.delete(effect.name);
            this.#send({ type: 'timer', name: effect.name });
          }),
        );
        return;
      case 'cancel':
        for (const name of effect.names) {
          this.#timers.get(name)?.cancel();
          this.#timers.delete(name);
        }
        return;
      case 'command':
        this.#outcome(
          card.execute(effect.command),
          effect.tag,
          `${effect.command.type} on ${this.#endpoint}`,
        );
        return;
      case 'detect':
        this.#outcome(
          media.detect(this.#endpoint, effect.detection),
          undefined,
          `detect on ${this.#endpoint}`,
        );
        return;
      case 'stop':
        this.#outcome(media.stop(this.#endpoint), undefined, `stop on ${this.#endpoint}`);
        return;
      case 'play':
        this.#outcome(
          media.play(this.#endpoint, effect.source).then((finished) => {
            if (!finished && effect.tag) throw new Error('stopped or replaced');
          }),
          effect.tag,
          `play on ${this.#endpoint}`,
        );
        return;
    }
  }

  /** Stops all timers; nothing is handed back any more. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #outcome(promise: Promise<unknown>, tag: string | undefined, what: string): void {
    promise.then(
      () => {
        if (tag) this.#send({ type: 'done', tag });
      },
      (error: unknown) => {
        if (tag)
          this.#send({
            type: 'failed',
            tag,
            code: codeOf(error) ?? 'port/failed',
            message: messageOf(error),
          });
        else if (!this.#closed) this.#environment.onError?.(error, what);
      },
    );
  }
}
