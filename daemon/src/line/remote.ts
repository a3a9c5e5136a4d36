import { Emitter } from '../base/emitter.ts';
import { CodedError, codeOf, messageOf } from '../base/error.ts';
import type { CardCommand, CardEvents, CardIndication, Inventory, LineCard, LinkStatistics } from './card.ts';

/** From the main thread to the thread that has the card. */
export type CardRequest =
  | { type: 'card-execute'; id: number; command: CardCommand }
  | { type: 'card-statistics'; id: number };

/** From the thread that has the card to the main thread. */
export type CardReport =
  | { type: 'card-up'; inventory: Inventory }
  | { type: 'card-down'; reason: string }
  | { type: 'card-indication'; indication: CardIndication }
  | { type: 'card-done'; id: number; statistics?: LinkStatistics }
  | { type: 'card-failed'; id: number; code: string; message: string };

/** One end of a channel between threads: posts messages of one kind, hears those of the other. */
export interface MessageChannelEnd<Out, In> {
  post(message: Out): void;
  on(fn: (message: In) => void): void;
}

/** Serves a card to a {@link RemoteCard} at the other end. Returns a function that stops it. */
export function serveCard(card: LineCard, channel: MessageChannelEnd<CardReport, CardRequest>): () => void {
  const offs = [
    card.on('up', (inventory) => channel.post({ type: 'card-up', inventory })),
    card.on('down', (reason) => channel.post({ type: 'card-down', reason })),
    card.on('indication', (indication) => channel.post({ type: 'card-indication', indication })),
  ];
  let serving = true;
  channel.on((request) => {
    if (!serving) return;
    const { id } = request;
    const fail = (error: unknown): void => {
      channel.post({
        type: 'card-failed',
        id,
        code: codeOf(error) ?? 'line/failed',
        message: messageOf(error),
      });
    };
    switch (request.type) {
      case 'card-execute':
        card.execute(request.command).then(() => channel.post({ type: 'card-done', id }), fail);
        break;
      case 'card-statistics':
        card.statistics().then((statistics) => channel.post({ type: 'card-done', id, statistics }), fail);
        break;
    }
  });
  return () => {
    serving = false;
    for (const off of offs) off();
  };
}

interface Waiting {
  resolve: (statistics: LinkStatistics | undefined) => void;
  reject: (error: CodedError) => void;
}

/** A card that lives in another thread. Make it before the other end starts the card, or `up` is missed. */
export class RemoteCard extends Emitter<CardEvents> implements LineCard {
  readonly #channel: MessageChannelEnd<CardRequest, CardReport>;
  readonly #waiting = new Map<number, Waiting>();
  #inventory: Inventory | undefined;
  #up = false;
  #nextId = 0;
  #lost: string | undefined;

  constructor(channel: MessageChannelEnd<CardRequest, CardReport>) {
    super();
    this.#channel = channel;
    channel.on((report) => this.#hear(report));
  }

  get inventory(): Inventory | undefined {
    return this.#inventory;
  }

  async execute(command: CardCommand): Promise<void> {
    await this.#request((id) => ({ type: 'card-execute', id, command }));
  }

  async statistics(): Promise<LinkStatistics> {
    const statistics = await this.#request((id) => ({ type: 'card-statistics', id }));
    if (!statistics) throw new CodedError('line/failed', 'no statistics came');
    return statistics;
  }

  /** The other thread is gone: everything that waits fails, and `down` is told. */
  lost(reason: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = reason;
    for (const { reject } of this.#waiting.values()) reject(new CodedError('line/link-down', reason));
    this.#waiting.clear();
    if (this.#up) this.#down(reason);
  }

  #request(make: (id: number) => CardRequest): Promise<LinkStatistics | undefined> {
    if (this.#lost !== undefined) return Promise.reject(new CodedError('line/link-down', this.#lost));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#channel.post(make(id));
    });
  }

  #down(reason: string): void {
    this.#up = false;
    this.emit('down', reason);
  }

  #hear(report: CardReport): void {
    switch (report.type) {
      case 'card-up':
        this.#inventory = report.inventory;
        this.#up = true;
        this.emit('up', report.inventory);
        break;
      case 'card-down':
        this.#down(report.reason);
        break;
      case 'card-indication':
        this.emit('indication', report.indication);
        break;
      case 'card-done':
      case 'card-failed': {
        const waiting = this.#waiting.get(report.id);
        this.#waiting.delete(report.id);
        if (report.type === 'card-done') waiting?.resolve(report.statistics);
        else waiting?.reject(new CodedError(report.code, report.message));
        break;
      }
    }
  }
}
