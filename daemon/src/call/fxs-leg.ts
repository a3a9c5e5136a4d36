import type { Clock } from '../base/clock.ts';
import type { Media } from '../media/api.ts';
import type { FxsPort, RingClass } from '../port/port.ts';
import { cause, localCause, remoteCause } from './cause.ts';
import type { Leg, Party, ReleaseCause } from './leg.ts';
import { LegBase } from './leg-base.ts';
import { releaseTone, type ToneSet, toneSource } from './tones.ts';

/** What FXS and FXO legs need from the daemon. */
export interface AnalogContext {
  media: Media;
  clock: Clock;
  tones: ToneSet;
}

/** Times of DTMF that we send, ms (analog-line default 80/80). */
export const dtmfTiming = { onMs: 80, offMs: 80 } as const;

/** What is done with a call that a telephone has left for another one, once the handset is put down. */
export interface Recall {
  /** Who is shown while it rings. */
  party(): Party;
  rings(): void;
  lifted(): void;
}

/**
 * A telephone, or a PBX's city-line input, on an FXS port. Incoming: it was lifted. Outgoing: we ring it.
 * When the box ends an answered call the current is cut for a moment (release supervision), then the
 * tone of the cause plays until the handset is put down; the port stays with nobody meanwhile.
 */
export class FxsLeg extends LegBase {
  readonly kind = 'fxs';
  readonly #port: FxsPort;
  readonly #context: AnalogContext;
  readonly #caller: Party;
  readonly #ringClass: RingClass;
  /** The telephone is in another call, and is told of this one until it takes it or hangs up. */
  #waits: boolean;
  #endWait = (): void => {};
  /** The telephone has left this call for another one: its keys and its hook are not this call's. */
  #away: Recall | 'for-good' | undefined;
  /** The telephone has another call beside this one, which goes on when this one ends. */
  shared = false;

  constructor(
    id: string,
    port: FxsPort,
    context: AnalogContext,
    ringing?: { caller: Party; as?: RingClass; waits?: boolean },
  ) {
    super(id, ringing ? 'outgoing' : 'incoming', `port:${port.number}`, port.endpoint);
    this.#port = port;
    this.#context = context;
    this.#caller = ringing?.caller ?? {};
    this.#ringClass = ringing?.as ?? 'external';
    this.#waits = ringing?.waits ?? false;
    if (!ringing) this.#begin();
  }

  get waits(): boolean {
    return this.#waits;
  }

  /** Whether the telephone has left this call for another one. */
  get away(): boolean {
    return this.#away !== undefined;
  }

  get lifted(): boolean {
    return this.#port.offHook;
  }

  get modem(): 'fax' | 'data' | undefined {
    return this.#port.modem;
  }

  start(): void {
    if (this.direction !== 'outgoing' || this.state !== 'idle') return;
    const port = this.#port;
    if (!port.available) {
      this.becomeReleased(remoteCause(cause.outOfOrder));
      return;
    }
    if (this.#waits && port.takesCallWaiting) {
      this.#wait();
      return;
    }
    this.#waits = false;
    if (port.offHook || port.ringing) {
      this.becomeReleased(remoteCause(cause.busy));
      return;
    }
    this.#ring();
    this.becomeAlerting(false);
  }

  /** Call waiting: a tone now and then, and the ring when the other call is over. */
  #wait(): void {
    const port = this.#port;
    this.startedAt = this.#context.clock.now();
    this.state = 'trying';
    this.#endWait = port.on('hungUp', () => {
      this.#endWait();
      this.#waits = false;
      if (this.state !== 'released') this.#ring();
    });
    this.whileAlive(() => this.#endWait());
    this.whileAlive(
      port.on('available', (available) => {
        if (!available) this.becomeReleased(localCause(cause.outOfOrder, 'line card port lost'));
      }),
    );
    port.callWaiting(this.#caller);
    this.becomeAlerting(false);
  }

  /** The telephone takes the call that waits; its other one is left before. False: nothing waits any more. */
  take(): boolean {
    if (!this.#waits || this.state === 'released' || !this.#port.offHook) return false;
    this.#waits = false;
    this.#endWait();
    this.#port.callWaitingOver();
    this.#begin();
    this.becomeAnswered('off-hook');
    return true;
  }

  /** The telephone goes over to another call. `recall`: what follows when it hangs up there; missing: this leg's end. */
  leave(recall?: Recall): void {
    this.#away = recall ?? 'for-good';
  }

  comeBack(): void {
    this.#away = undefined;
  }

  /** The handset was put down while the party of this call is held: the telephone rings for it. */
  #ringBack(recall: Recall): void {
    const port = this.#port;
    const offs = [
      port.on('answered', () => {
        off();
        this.comeBack();
        if (this.direction === 'incoming') port.answerSignal(true);
        recall.lifted();
      }),
      port.on('seized', () => {
        off();
        this.becomeReleased(remoteCause(cause.glare));
      }),
    ];
    const off = (): void => {
      for (const one of offs) one();
    };
    this.whileAlive(off);
    this.shared = false;
    port.ring(recall.party(), 'recall');
    recall.rings();
  }

  #ring(): void {
    const port = this.#port;
    this.#begin();
    this.whileAlive(port.on('answered', () => this.becomeAnswered('off-hook')));
    // Lifted before it rang: it dials by itself, and is not ours to ring or to play tones to (G07).
    this.whileAlive(port.on('seized', () => this.becomeReleased(remoteCause(cause.glare))));
    port.ring(this.#caller, this.#ringClass);
  }

  #begin(): void {
    const port = this.#port;
    this.startedAt ??= this.#context.clock.now();
    if (this.state === 'idle') this.state = 'trying';
    this.whileAlive(
      port.on('hungUp', () => {
        if (this.#away && this.#away !== 'for-good') this.#ringBack(this.#away);
        else this.becomeReleased(remoteCause(cause.normal));
      }),
    );
    this.whileAlive(
      port.on('digit', (key) => {
        if (!this.#away) this.emit('digit', key);
      }),
    );
    this.whileAlive(
      port.on('flashed', () => {
        if (!this.#away) this.emit('flashed');
      }),
    );
    this.whileAlive(
      port.on('available', (available) => {
        if (!available) this.becomeReleased(localCause(cause.outOfOrder, 'line card port lost'));
      }),
    );
  }

  alert(): void {
    if (this.direction === 'incoming' && this.state === 'trying') this.state = 'alerting';
  }

  openEarlyMedia(): Promise<void> {
    return Promise.resolve();
  }

  answer(): Promise<void> {
    if (this.direction === 'incoming' && this.state !== 'released') {
      this.becomeAnswered('off-hook');
      this.#port.answerSignal(true);
    }
    return Promise.resolve();
  }

  release(released: ReleaseCause): void {
    if (this.state === 'released') return;
    const answered = this.state === 'answered';
    const wasIdle = this.state === 'idle';
    this.becomeReleased(released);
    if (wasIdle) return;
    if (this.#waits) {
      // The telephone itself belongs to its other call.
      this.#port.callWaitingOver();
      return;
    }
    if (this.shared) return;
    if (this.#port.ringing) this.#port.stopRinging();
    if (this.#port.offHook) this.#park(answered, released);
  }

  /** Release toward a handset that is still lifted: current break after a conversation, then the tone. */
  #park(answered: boolean, released: ReleaseCause): void {
    const { media, tones } = this.#context;
    const port = this.#port;
    port.answerSignal(false);
    if (answered) port.currentBreak();
    void media.disconnect(port.endpoint).catch(() => {});
    void media.play(port.endpoint, toneSource(tones, releaseTone(released))).catch(() => {});
    port.leftAlone();
    const off = port.on('hungUp', () => {
      off();
      void media.stop(port.endpoint).catch(() => {});
    });
  }

  async sendDigits(digits: string): Promise<void> {
    await this.#context.media.play(this.endpoint, { type: 'dtmf', digits, ...dtmfTiming });
  }
}

/** An attempt's leg toward an FXS port, or the cause why there is none. `talking`: it is in one call, which another may wait behind. */
export function ringPort(
  id: string,
  port: FxsPort | undefined,
  context: AnalogContext,
  caller: Party,
  talking = false,
  as: RingClass = 'external',
): Leg | ReleaseCause {
  if (!port?.available) return localCause(cause.outOfOrder, 'port not available');
  if (talking && port.takesCallWaiting) return new FxsLeg(id, port, context, { caller, as, waits: true });
  if (port.offHook || port.ringing) return localCause(cause.busy);
  return new FxsLeg(id, port, context, { caller, as });
}
