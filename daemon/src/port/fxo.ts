import { Emitter } from '../base/emitter.ts';
import { CodedError } from '../base/error.ts';
import { Machine } from '../base/machine.ts';
import type { CardIndication } from '../line/card.ts';
import type { Detection, EndpointId } from '../media/api.ts';
import { lineEndpoint } from '../media/api.ts';
import { BorrowedLine } from './borrowed-line.ts';
import type { CallerLearning } from './caller-learning.ts';
import { dialSteps } from './dial-string.ts';
import { answerDoubts, releaseDoubts } from './doubt.ts';
import type { PortEvent } from './effect.ts';
import type { PortEnvironment } from './effect-runner.ts';
import { EffectRunner } from './effect-runner.ts';
import { EvidenceKeeper } from './evidence.ts';
import { fxoTransition } from './fxo-machine.ts';
import type { FxoEffect, FxoEvent, FxoRequest, FxoState } from './fxo-state.ts';
import { fxoTrouble, holdsLoop, initialFxoState } from './fxo-state.ts';
import type { FxoOptions } from './options.ts';
import type { AnswerSource, FxoEvents, FxoPort, LineAccount, LineRelease } from './port.ts';

interface Waiting {
  resolve: () => void;
  reject: (error: CodedError) => void;
}

/** Whether an event comes from the line, not from the port's user. */
function isHeard(event: FxoEvent): event is PortEvent {
  return !['dial', 'answer', 'borrow', 'reconfigure', 'release', 'recall', 'flash', 'send-digits'].includes(
    event.type,
  );
}

/** The shell of an FXO port: its machine over the card and media. */
export class Fxo extends Emitter<FxoEvents> implements FxoPort {
  readonly kind = 'fxo';
  readonly number: number;
  readonly endpoint: EndpointId;
  #options: FxoOptions;
  #nextOptions: FxoOptions | undefined;
  #transition: ReturnType<typeof fxoTransition>;
  readonly #machine: Machine<FxoState, FxoEvent, FxoEffect>;
  readonly #runner: EffectRunner;
  readonly #waiting = new Map<FxoRequest, Waiting>();
  readonly #offs: (() => void)[];
  #sends: Promise<void> = Promise.resolve();
  readonly #evidence = new EvidenceKeeper();
  readonly #now: () => number;
  readonly #environment: PortEnvironment;
  #borrowed: BorrowedLine | undefined;

  constructor(environment: PortEnvironment, options: FxoOptions) {
    super();
    this.number = options.number;
    this.endpoint = lineEndpoint(options.number);
    this.#options = options;
    this.#environment = environment;
    this.#now = () => environment.clock.now();
    this.#transition = fxoTransition(options);
    this.#runner = new EffectRunner(environment, this.endpoint, (event) => this.#send(event));
    this.#machine = new Machine(
      initialFxoState,
      (state, event, now) => this.#transition(state, event, now),
      (effect) => this.#run(effect),
      () => environment.clock.now(),
    );
    const { media } = environment;
    const mine = (endpoint: EndpointId, event: FxoEvent): void => {
      if (endpoint === this.endpoint) this.#send(event);
    };
    this.#offs = [
      media.on('digit', (endpoint, key) => mine(endpoint, { type: 'digit', key })),
      media.on('tone', (endpoint, tone, evidence) =>
        mine(endpoint, { type: 'tone', tone, ...(evidence ? { evidence } : {}) }),
      ),
      media.on('ringbackStopped', (endpoint) => mine(endpoint, { type: 'ringback-stopped' })),
      media.on('voice', (endpoint) => mine(endpoint, { type: 'voice' })),
      media.on('silence', (endpoint) => mine(endpoint, { type: 'silence' })),
      media.on('level', (endpoint, toneDbm0, totalDbm0) =>
        mine(endpoint, { type: 'level', toneDbm0, totalDbm0 }),
      ),
      media.on('callerIdBegun', (endpoint) => mine(endpoint, { type: 'caller-id-begun' })),
      media.on('callerId', (endpoint, heard) => mine(endpoint, { type: 'caller-id', ...heard })),
    ];
  }

  get role(): FxoOptions['role'] {
    return this.#options.role;
  }

  get available(): boolean {
    return fxoTrouble(this.#machine.state) === undefined;
  }

  /** Why the port is unavailable, for the page; undefined: it is available. */
  get trouble(): string | undefined {
    return fxoTrouble(this.#machine.state);
  }

  get idle(): boolean {
    const { phase, line, suspected } = this.#machine.state;
    return this.available && phase === 'idle' && line === 'idle' && !suspected;
  }

  /** Somebody measures it. */
  get lent(): boolean {
    return this.#borrowed !== undefined;
  }

  get doubtful(): boolean {
    return this.#machine.state.doubtful;
  }

  get ringing(): boolean {
    const { phase } = this.#machine.state;
    return phase === 'ringing' || phase === 'asking';
  }

  /** What the line has shown of its caller ID. */
  get learning(): CallerLearning {
    return this.#machine.state.learning;
  }

  /** Gives back what was learnt of this line's caller ID before the daemon was started. */
  recall(learning: CallerLearning): void {
    this.#send({ type: 'recall', learning });
  }

  async dial(digits: string, options: { emergency?: boolean } = {}): Promise<void> {
    const steps = dialSteps(digits, this.#options.dialMethod);
    if (this.#waiting.has('dial')) throw new CodedError('port/busy', 'the line is dialing already');
    await this.#request('dial', { type: 'dial', steps, emergency: options.emergency ?? false });
  }

  async answer(): Promise<void> {
    if (this.#waiting.has('answer')) throw new CodedError('port/busy', 'the line is being answered already');
    await this.#request('answer', { type: 'answer' });
  }

  release(): void {
    this.#send({ type: 'release' });
  }

  async borrow(): Promise<BorrowedLine> {
    if (this.#waiting.has('borrow')) throw new CodedError('port/busy', 'the line is being borrowed already');
    await this.#request('borrow', { type: 'borrow' });
    const line = new BorrowedLine(this.#environment, this.number, this.endpoint, () => this.reclaim());
    if (this.#machine.state.phase !== 'borrowed') throw new CodedError('port/busy', 'taken back at once');
    this.#borrowed = line;
    this.emit('lent', true);
    return line;
  }

  reclaim(): void {
    if (this.#machine.state.phase === 'borrowed') this.release();
  }

  flash(): void {
    this.#send({ type: 'flash' });
  }

  async sendDigits(digits: string): Promise<void> {
    // A second string waits for the first: two at once would replace each other on the line.
    const turn = this.#sends.then(() => this.#request('send-digits', { type: 'send-digits', digits }));
    this.#sends = turn.catch(() => undefined);
    await turn;
  }

  /** Puts other options for the same port in force: at once, or when the line is idle again. */
  setOptions(options: FxoOptions): void {
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

  /** Takes the port out of service for good: its users see its call end, and the loop is opened. */
  remove(): void {
    const { link } = this.#machine.state;
    const held = holdsLoop(this.#machine.state);
    this.linkDown('removed');
    const port = this.number;
    if (held && link !== 'down') {
      this.#runner.run({ type: 'command', command: { type: 'release', port } });
      this.#runner.run({ type: 'command', command: { type: 'audio', port, on: false } });
    }
    this.close();
  }

  /** Opens the loop, lets go of media and timers; the port does nothing any more. */
  close(): void {
    this.release();
    for (const off of this.#offs) off();
    this.#runner.close();
  }

  #send(event: FxoEvent): void {
    this.#evidence.hear(event, this.#now());
    this.#machine.send(event);
    this.#lend(event);
    this.#takeOptions();
  }

  /** Tells whoever has borrowed the line what it shows, and when it is his no more. */
  #lend(event: FxoEvent): void {
    const line = this.#borrowed;
    if (!line) return;
    if (this.#machine.state.phase !== 'borrowed') {
      this.#borrowed = undefined;
      line.lose();
      this.emit('lent', false);
    } else if (isHeard(event)) line.emit('heard', event);
  }

  #takeOptions(): void {
    const { phase } = this.#machine.state;
    if (!this.#nextOptions || (phase !== 'idle' && phase !== 'guard')) return;
    this.#options = this.#nextOptions;
    this.#nextOptions = undefined;
    this.#transition = fxoTransition(this.#options);
    this.#machine.send({ type: 'reconfigure' });
  }

  #request(request: FxoRequest, event: FxoEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      this.#send(event);
    });
  }

  #settle(request: FxoRequest): Waiting | undefined {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    return waiting;
  }

  #answerAccount(source: AnswerSource): LineAccount {
    return { evidence: this.#evidence.told(this.#now()), doubts: answerDoubts(source) };
  }

  #releaseAccount(cause: LineRelease): LineAccount {
    const { tones, toneHz, loopBreak, silenceMs } = this.#options.releaseSupervision;
    const byTone = /-tone$|^sit$/.test(cause);
    const evidence = this.#evidence.told(this.#now(), {
      tone: byTone,
      ...(cause === 'silence' ? { silenceMs } : {}),
    });
    const limits = { detect: tones, learntHz: toneHz, breakMinMs: loopBreak.minMs };
    return { evidence, doubts: releaseDoubts(cause, evidence, limits) };
  }

  #run(effect: FxoEffect): void {
    switch (effect.type) {
      case 'resolve':
        if (effect.request === 'dial' || effect.request === 'answer') this.#evidence.dialed(this.#now());
        if (effect.request === 'answer') this.#evidence.answered(this.#now());
        this.#settle(effect.request)?.resolve();
        break;
      case 'reject':
        this.#settle(effect.request)?.reject(new CodedError(effect.code, effect.message));
        break;
      case 'emit':
        this.emit(effect.event);
        break;
      case 'emit-caller':
        this.emit('caller', effect.caller);
        break;
      case 'emit-learnt':
        this.emit('callerLearnt', effect.learning);
        break;
      case 'emit-answered':
        this.#evidence.answered(this.#now());
        this.emit('answered', effect.source, this.#answerAccount(effect.source));
        break;
      case 'emit-released':
        this.emit('released', effect.cause, this.#releaseAccount(effect.cause));
        break;
      case 'emit-digit':
        this.emit('digit', effect.key);
        break;
      case 'emit-available':
        this.emit('available', effect.available, effect.reason);
        break;
      case 'emit-doubted':
        this.emit('doubted', effect.doubtful);
        break;
      case 'detect':
        this.#runner.run({ type: 'detect', detection: this.#learnt(effect.detection) });
        break;
      default:
        this.#runner.run(effect);
        break;
    }
  }

  /** Whatever tones are listened for, they are this line's own. */
  #learnt(detection: Detection): Detection {
    const { toneHz } = this.#options.releaseSupervision;
    return toneHz === undefined || !detection.tones ? detection : { ...detection, toneHz };
  }
}
