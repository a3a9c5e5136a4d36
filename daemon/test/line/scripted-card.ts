import type { Frame } from '../../../hw/simulator/link/frames.ts';
import { decodeFrame, encodeFrame } from '../../../hw/simulator/link/frames.ts';
import { FrameReader, seal } from '../../../hw/simulator/link/framing.ts';
import type { Transport } from '../../src/line/transport.ts';

/**
 * A card for tests that answers as frame.md says, one deviation at a time: `behaviour` sees every
 * frame of the host first and may answer it itself (true) or not. It speaks the simulator's codec,
 * which shares nothing with the driver's.
 */
export class ScriptedCard {
  readonly heard: Frame[] = [];
  /** Commands carried out, repetitions not counted. */
  readonly executed: { type: string; [field: string]: unknown }[] = [];
  behaviour: (message: Frame) => boolean = () => false;
  bootId = 1000;
  session = 0;
  clock = 8000;
  coding: 'linear' | 'alaw' = 'linear';
  playoutLead = 160;
  #transport: Transport | undefined;
  #expected = 0;
  #lastAnswer: Frame | undefined;
  #indicationSeq = 0;

  /** Joins the card to its end of a stream. */
  attach(transport: Transport): void {
    this.#transport = transport;
    const reader = new FrameReader(
      (body) => {
        const message = decodeFrame(body, this.coding);
        this.heard.push(message);
        if (!this.behaviour(message)) this.#answer(message);
      },
      () => undefined,
    );
    transport.on('data', (bytes) => reader.push(bytes));
  }

  /** Sends a frame as it is. */
  send(frame: Frame): void {
    this.#transport?.write(seal(encodeFrame(frame)));
  }

  sendRaw(bytes: Uint8Array): void {
    this.#transport?.write(bytes);
  }

  /** Sends an indication under the next number and returns that number. */
  indicate(indication: { type: string; port: number; at: number; [field: string]: unknown }): number {
    const seq = this.#indicationSeq;
    this.#indicationSeq = (seq + 1) & 0xff;
    this.send({ type: 'indication', seq, indication });
    return seq;
  }

  keepalive(): void {
    this.send({
      type: 'card-keepalive',
      session: this.session,
      bootId: this.bootId,
      clock: this.clock,
      framesReceived: 0,
      checksumErrors: 0,
      audioLost: 3,
      audioLate: 4,
    });
  }

  welcome(session: number): void {
    this.send({
      type: 'welcome',
      protocol: 1,
      cardMin: 1,
      cardMax: 1,
      coding: this.coding,
      bandwidth: 0,
      session,
      bootId: this.bootId,
      clock: this.clock,
      playoutLead: this.playoutLead,
      board: 'TEST',
      serial: 'T-1',
      firmware: '1.0.0',
      ports: [
        { port: 1, kind: 'fxs', lifelinePeer: 2 },
        { port: 2, kind: 'fxo', lifelinePeer: 1 },
      ],
    });
  }

  /** Loses everything, as after a reset. */
  reboot(): void {
    this.bootId++;
    this.session = 0;
    this.clock = 16;
    this.welcome(0);
  }

  count(type: string): number {
    return this.heard.filter((message) => message.type === type).length;
  }

  #answer(message: Frame): void {
    switch (message.type) {
      case 'hello':
        if (message.session !== this.session) {
          this.session = message.session;
          this.#expected = 0;
          this.#indicationSeq = 0;
          this.#lastAnswer = undefined;
        }
        this.welcome(message.session);
        break;
      case 'command':
        if (message.seq === this.#expected) {
          this.#expected = (this.#expected + 1) & 0xff;
          this.executed.push(message.command);
          this.#lastAnswer = { type: 'ack', seq: message.seq };
          this.send(this.#lastAnswer);
        } else if (this.#lastAnswer && message.seq === ((this.#expected + 255) & 0xff))
          this.send(this.#lastAnswer);
        else this.send({ type: 'nack', seq: message.seq, reason: 'sequence' });
        break;
      default:
        break;
    }
  }
}
