import { FakeClock } from '../../src/base/clock.ts';
import { Emitter } from '../../src/base/emitter.ts';
import type { CodedError } from '../../src/base/error.ts';
import type {
  CardCommand,
  CardEvents,
  CardIndication,
  Inventory,
  LineCard,
  LinkStatistics,
} from '../../src/line/card.ts';
import type { Detection, EndpointId, Media, MediaEvents, PlaySource } from '../../src/media/api.ts';

/** Lets promises settle. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

type Body = CardIndication extends infer I
  ? I extends CardIndication
    ? Omit<I, 'port' | 'at'>
    : never
  : never;

/** A card that acknowledges every command, unless told to fail it. */
export class FakeCard extends Emitter<CardEvents> implements LineCard {
  inventory: Inventory | undefined;
  readonly commands: CardCommand[] = [];
  /** Fails a command, or holds its answer back until the promise is settled. */
  intercept: (command: CardCommand) => CodedError | Promise<void> | undefined = () => undefined;

  async execute(command: CardCommand): Promise<void> {
    this.commands.push(command);
    const verdict = this.intercept(command);
    if (verdict instanceof Error) throw verdict;
    await verdict;
  }

  statistics(): Promise<LinkStatistics> {
    throw new Error('not used here');
  }

  come(): void {
    this.inventory = {
      board: 'TEST',
      serial: '1',
      firmware: '1',
      protocol: 1,
      audio: 'linear',
      ports: [
        { port: 1, kind: 'fxs', lifelinePeer: 2 },
        { port: 2, kind: 'fxo', lifelinePeer: 1 },
      ],
    };
    this.emit('up', this.inventory);
  }

  indicate(port: number, body: Body, at = 0): void {
    this.emit('indication', { ...body, port, at } as CardIndication);
  }

  /** Types of the commands to a port since the last call. */
  take(): string[] {
    const types = this.commands.map((command) => {
      switch (command.type) {
        case 'audio':
          return `audio ${command.on ? 'on' : 'off'}`;
        case 'polarity':
          return `polarity ${command.reversed ? 'reversed' : 'normal'}`;
        case 'pulse-dial':
          return `pulse-dial ${command.digits}`;
        case 'current-break':
          return `current-break ${command.ms}`;
        default:
          return command.type;
      }
    });
    this.commands.length = 0;
    return types;
  }
}

/** Media that plays for ever until told that it has ended. */
export class FakeMedia extends Emitter<MediaEvents> implements Media {
  readonly detections: Detection[] = [];
  readonly played: PlaySource[] = [];
  #playing: ((finished: boolean) => void) | undefined;

  /** What is listened for now. */
  get detection(): Detection | undefined {
    return this.detections.at(-1);
  }

  get playing(): boolean {
    return this.#playing !== undefined;
  }

  play(_endpoint: EndpointId, source: PlaySource): Promise<boolean> {
    this.#playing?.(false);
    this.played.push(source);
    return new Promise((resolve) => {
      this.#playing = resolve;
    });
  }

  /** The signal being played comes to its end. */
  async finish(finished = true): Promise<void> {
    this.#playing?.(finished);
    this.#playing = undefined;
    await settle();
  }

  async press(): Promise<void> {}

  async stop(): Promise<void> {
    this.#playing?.(false);
    this.#playing = undefined;
  }

  async bypass(): Promise<void> {}
  async setEcho(): Promise<void> {}
  async setMusic(): Promise<void> {}
  async mix(): Promise<void> {}
  async record(): Promise<void> {}
  async moveRecording(): Promise<void> {}
  async muteRecording(): Promise<void> {}
  async stopRecording(): Promise<void> {}

  async detect(_endpoint: EndpointId, detection: Detection): Promise<void> {
    this.detections.push(detection);
  }

  async care(): Promise<void> {}
  async setT38(): Promise<void> {}
  async connect(): Promise<void> {}
  async disconnect(): Promise<void> {}
  openRtp(): Promise<never> {
    throw new Error('not used here');
  }
  setRtp(): Promise<never> {
    throw new Error('not used here');
  }
  async closeRtp(): Promise<undefined> {}
  async statistics(): Promise<undefined> {}
  async statisticsOf(): Promise<undefined[]> {
    return [];
  }
  async levels(): Promise<undefined> {}
}

/** A clock, a card and media for one test of a port. */
export function environment() {
  const errors: unknown[] = [];
  return {
    clock: new FakeClock(),
    card: new FakeCard(),
    media: new FakeMedia(),
    errors,
    onError: (error: unknown): void => void errors.push(error),
  };
}
