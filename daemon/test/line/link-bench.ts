import { FakeClock } from '../../src/base/clock.ts';
import type { CardIndication, Inventory } from '../../src/line/card.ts';
import type { CardAudio } from '../../src/line/card-link.ts';
import { CardLink } from '../../src/line/card-link.ts';
import { MemoryTransport } from '../../src/line/transport.ts';
import { ScriptedCard } from './scripted-card.ts';

/** Lets everything that is on its way over memory arrive. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** The driver and a scripted card over memory, on a clock that stands still until told. */
export class LinkBench {
  readonly clock = new FakeClock();
  readonly card = new ScriptedCard();
  readonly ups: Inventory[] = [];
  readonly downs: string[] = [];
  readonly problems: string[] = [];
  readonly indications: CardIndication[] = [];
  readonly audio: CardAudio[] = [];
  readonly link: CardLink;
  opens = 0;
  /** The card's end of the present stream. */
  wire: MemoryTransport | undefined;
  /** Whether the transport can be opened now. */
  plugged = true;
  #session = 0;

  constructor() {
    this.link = new CardLink({
      clock: this.clock,
      newSession: () => ++this.#session,
      transport: {
        name: 'memory',
        bandwidth: 0,
        open: async () => {
          this.opens++;
          if (!this.plugged) throw new Error('no such device');
          const [host, card] = MemoryTransport.pair();
          this.wire = card;
          this.card.attach(card);
          return host;
        },
      },
    });
    this.link.on('up', (inventory) => this.ups.push(inventory));
    this.link.on('down', (reason) => this.downs.push(reason));
    this.link.on('problem', (error) => this.problems.push(error.code));
    this.link.on('indication', (indication) => this.indications.push(indication));
    this.link.on('audio', (audio) => this.audio.push(audio));
  }

  /** Starts the link and brings it up. */
  async connect(): Promise<void> {
    this.link.start();
    await settle();
    await this.pass(0);
  }

  /** Lets time pass in steps of 50 ms; the card sends its keepalives meanwhile unless told otherwise. */
  async pass(ms: number, options: { keepalive?: boolean } = {}): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.clock.advance(Math.min(50, ms - passed));
      if (options.keepalive !== false && passed % 250 === 0 && this.card.session) this.card.keepalive();
      await settle();
    }
    await settle();
  }
}
