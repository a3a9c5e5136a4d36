import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import type { CardIndication } from '../line/card.ts';
import type { CallerIdInfo, EndpointId } from '../media/api.ts';
import { lineEndpoint } from '../media/api.ts';
import type { PortEnvironment } from './effect-runner.ts';
import { EffectRunner } from './effect-runner.ts';
import { isLeftOffHook } from './fxs-left.ts';
import { fxsTransition } from './fxs-machine.ts';
import type { FxsEffect, FxsEvent, FxsState } from './fxs-state.ts';
import { fxsTrouble, initialFxsState } from './fxs-state.ts';
import type { FxsOptions } from './options.ts';
import type { FxsEvents, FxsPort, RingClass } from './port.ts';

/** The shell of an FXS port: its machine over the card and media. */
export class Fxs extends Emitter<FxsEvents> implements FxsPort {
  readonly kind = 'fxs';
  readonly number: number;
  readonly endpoint: EndpointId;
  #options: FxsOptions;
  #nextOptions: FxsOptions | undefined;
  #transition: ReturnType<typeof fxsTransition>;
  readonly #environment: PortEnvironment;
  readonly #machine: Machine<FxsState, FxsEvent, FxsEffect>;
  readonly #runner: EffectRunner;
  readonly #offs: (() => void)[];

  constructor(environment: PortEnvironment, options: FxsOptions) {
    super();
    this.number = options.number;
    this.endpoint = lineEndpoint(options.number);
    this.#options = options;
    this.#transition = fxsTransition(options);
    this.#environment = environment;
    this.#runner = new EffectRunner(environment, this.endpoint, (event) => this.#send(event));
    this.#machine = new Machine(
      initialFxsState,
      (state, event, now) => this.#transition(state, event, now),
      (effect) => this.#run(effect),
      () => environment.clock.now(),
    );
    this.#offs = [
      environment.media.on('digit', (endpoint, key) => {
        if (endpoint === this.endpoint) this.#send({ type: 'digit', key });
      }),
      environment.media.on('aonRequest', (endpoint) => {
        if (endpoint === this.endpoint) this.#send({ type: 'aon-request' });
      }),
    ];
  }

  get available(): boolean {
    return fxsTrouble(this.#machine.state) === undefined;
  }

  /** Why the port is unavailable, for the page; undefined: it is available. */
  get trouble(): string | undefined {
    return fxsTrouble(this.#machine.state);
  }

  get offHook(): boolean {
    const { phase, foundOffHook } = this.#machine.state;
    return foundOffHook || phase === 'off-hook' || phase === 'breaking';
  }

  get modem(): 'fax' | 'data' | undefined {
    return this.#options.modem;
  }

  get ringing(): boolean {
    return this.#machine.state.phase === 'ringing';
  }

  ring(caller: CallerIdInfo, as: RingClass = 'external'): void {
    this.#send({ type: 'ring', caller, as });
  }

  stopRinging(): void {
    this.#send({ type: 'stop-ringing' });
  }

  answerSignal(on: boolean): void {
    this.#send({ type: 'answer-signal', on });
  }

  currentBreak(): void {
    this.#send({ type: 'current-break' });
  }

  /** A handset off the hook after its call, which the howler could not call back. */
  get leftOffHook(): boolean {
    return isLeftOffHook(this.#machine.state);
  }

  leftAlone(): void {
    this.#send({ type: 'left-alone' });
  }

  messageWaiting(waiting: boolean, count: number): void {
    this.#send({ type: 'message-waiting', waiting, count });
  }

  get takesCallWaiting(): boolean {
    return this.#options.callWaiting !== undefined && this.#machine.state.phase === 'off-hook';
  }

  callWaiting(caller: CallerIdInfo): void {
    this.#send({ type: 'call-waiting', caller });
  }

  callWaitingOver(): void {
    this.#send({ type: 'call-waiting-over' });
  }

  /** Puts other options for the same port in force: at once, or when the telephone is on-hook again. */
  setOptions(options: FxsOptions): void {
    this.#nextOptions = options;
    this.#takeOptions();
  }

  /** Called by the owner of the ports when the card is up with this port in its inventory. */
  linkUp(): void {
    this.#send({ type: 'up' });
  }

  linkDown(reason: string): void {
    this.#send({ type: 'down', reason });
  }

  indicate(indication: CardIndication): void {
    this.#send({ type: 'indication', indication });
  }

  /** Takes the port out of service for good: its users see its call end. */
  remove(): void {
    this.stopRinging();
    const { phase, reversed, link } = this.#machine.state;
    this.linkDown('removed');
    const port = this.number;
    if (phase !== 'on-hook' && link !== 'down') {
      if (reversed)
        this.#runner.run({ type: 'command', command: { type: 'polarity', port, reversed: false } });
      this.#runner.run({ type: 'command', command: { type: 'audio', port, on: false } });
    }
    this.close();
  }

  /** Stops ringing, lets go of media and timers; the port does nothing any more. */
  close(): void {
    this.stopRinging();
    for (const off of this.#offs) off();
    this.#runner.close();
  }

  #send(event: FxsEvent): void {
    this.#machine.send(event);
    this.#takeOptions();
  }

  #takeOptions(): void {
    if (!this.#nextOptions || this.#machine.state.phase !== 'on-hook') return;
    this.#options = this.#nextOptions;
    this.#nextOptions = undefined;
    this.#transition = fxsTransition(this.#options);
    this.#machine.send({ type: 'reconfigure' });
  }

  #run(effect: FxsEffect): void {
    switch (effect.type) {
      case 'emit':
        this.emit(effect.event);
        break;
      case 'emit-digit':
        this.emit('digit', effect.key);
        break;
      case 'emit-left':
        this.emit('leftOffHook', effect.left);
        break;
      case 'emit-available':
        this.emit('available', effect.available, effect.reason);
        break;
      case 'send-caller-id':
        this.#sendCallerId(effect);
        break;
      case 'send-lamp':
        this.#sendLamp(effect);
        break;
      default:
        this.#runner.run(effect);
        break;
    }
  }

  #sendLamp({ waiting, count, tag }: FxsEffect & { type: 'send-lamp' }): void {
    const lamp = this.#options.lamp;
    if (!lamp) return;
    const { scheme, format } = lamp;
    const time = new Date(this.#environment.clock.wall());
    this.#runner.run({
      type: 'play',
      source: { type: 'message-waiting', scheme, format, waiting, count, time },
      tag,
    });
  }

  #sendCallerId({ caller, offHook, tag }: FxsEffect & { type: 'send-caller-id' }): void {
    const form = this.#options.callerId;
    if (!form) return;
    // Who calls by SIP may have a name for a number; a telephone can show that only as a name.
    const number =
      caller.number !== undefined && /^[0-9*#+]+$/.test(caller.number) ? caller.number : undefined;
    const name = caller.name ?? (number === undefined ? caller.number : undefined);
    // ETSI EN 300 659-3 5.4.4: without a number its absence has to be given.
    const absence = caller.absence ?? (number === undefined ? 'unavailable' : undefined);
    this.#runner.run({
      type: 'play',
      source: {
        type: 'caller-id',
        scheme: form.scheme,
        format: form.format,
        letters: form.letters,
        ...(number === undefined ? {} : { number }),
        ...(name === undefined ? {} : { name }),
        ...(absence === undefined ? {} : { absence }),
        ...(offHook ? { offHook } : {}),
        time: new Date(this.#environment.clock.wall()),
      },
      ...(tag ? { tag } : {}),
    });
  }
}
