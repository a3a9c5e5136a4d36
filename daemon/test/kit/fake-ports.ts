import { Emitter } from '../../src/base/emitter.ts';
import { CodedError } from '../../src/base/error.ts';
import { type CallerIdInfo, lineEndpoint } from '../../src/media/api.ts';
import type { BorrowedLine } from '../../src/port/borrowed-line.ts';
import type { FxoEvents, FxoPort, FxsEvents, FxsPort, RingClass } from '../../src/port/port.ts';

/** A telephone's port for tests of call control alone. */
export class FakeFxs extends Emitter<FxsEvents> implements FxsPort {
  readonly number: number;
  readonly endpoint: string;
  available = true;
  offHook = false;
  ringing = false;
  caller: CallerIdInfo | undefined;
  /** Its call is over and the handset was still lifted. */
  alone = false;
  /** Signals given toward the port, in order. */
  readonly signals: string[] = [];

  constructor(number: number) {
    super();
    this.number = number;
    this.endpoint = lineEndpoint(number);
  }

  /** What class of call it rings for. */
  ringsAs: RingClass | undefined;

  ring(caller: CallerIdInfo, as: RingClass = 'external'): void {
    this.ringing = true;
    this.caller = caller;
    this.ringsAs = as;
  }

  stopRinging(): void {
    this.ringing = false;
  }

  answerSignal(on: boolean): void {
    this.signals.push(on ? 'reversed' : 'normal');
  }

  currentBreak(): void {
    this.signals.push('break');
  }

  leftAlone(): void {
    this.alone = true;
  }

  messageWaiting(waiting: boolean, count: number): void {
    this.signals.push(waiting ? `lamp ${count}` : 'lamp off');
  }

  /** Whether the port is set up for call waiting. */
  callWaitingOn = false;

  get takesCallWaiting(): boolean {
    return this.callWaitingOn && this.offHook;
  }

  callWaiting(caller: CallerIdInfo): void {
    this.signals.push(`waiting ${caller.number ?? caller.absence ?? 'unknown'}`);
  }

  callWaitingOver(): void {
    this.signals.push('waiting over');
  }

  lift(): void {
    this.offHook = true;
    if (this.ringing) {
      this.ringing = false;
      this.emit('answered');
    } else this.emit('seized');
  }

  hangUp(): void {
    this.offHook = false;
    this.emit('hungUp');
  }

  /** Keys digits, giving the dialogs of call control their turn between them. */
  async key(digits: string): Promise<void> {
    for (const digit of digits) {
      this.emit('digit', digit);
      await settle();
    }
  }
}

/** A line's port for tests of call control alone. */
export class FakeFxo extends Emitter<FxoEvents> implements FxoPort {
  readonly number: number;
  readonly endpoint: string;
  available = true;
  idle = true;
  dialed: string | undefined;
  emergency = false;
  doubtful = false;
  answeredByUs = false;
  fail: CodedError | undefined;

  constructor(number: number) {
    super();
    this.number = number;
    this.endpoint = lineEndpoint(number);
  }

  dial(digits: string, options: { emergency?: boolean } = {}): Promise<void> {
    if (this.fail) return Promise.reject(this.fail);
    if (!this.idle) return Promise.reject(new CodedError('port/busy', 'busy'));
    this.idle = false;
    this.dialed = digits;
    this.emergency = options.emergency ?? false;
    return Promise.resolve();
  }

  answer(): Promise<void> {
    this.answeredByUs = true;
    this.idle = false;
    return Promise.resolve();
  }

  release(): void {
    this.idle = true;
  }

  borrow(): Promise<BorrowedLine> {
    return Promise.reject(new CodedError('port/busy', 'not lent'));
  }

  reclaim(): void {
    this.reclaimed = true;
  }

  reclaimed = false;

  flash(): void {}

  sendDigits(): Promise<void> {
    return Promise.resolve();
  }
}

/** Lets everything that waits on settled promises run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 200; i++) await Promise.resolve();
}
