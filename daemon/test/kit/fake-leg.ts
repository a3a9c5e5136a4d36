import { Emitter } from '../../src/base/emitter.ts';
import type { Leg, LegEvents, LegState, Party, ReleaseCause, ReplacedDialog } from '../../src/call/leg.ts';

let made = 0;

/** A leg on a trunk for tests of call control alone; the test plays the far side. */
export class FakeLeg extends Emitter<LegEvents> implements Leg {
  readonly kind = 'sip';
  readonly id = `leg-${++made}`;
  readonly direction: Leg['direction'];
  readonly place: string;
  readonly endpoint: string;
  readonly callId: string;
  state: LegState = 'idle';
  startedAt: number | undefined;
  releasedWith: ReleaseCause | undefined;
  alerted = false;
  readonly sent: string[] = [];
  readonly number: string;
  onHold = false;
  /** Parties that it was told it talks to. */
  readonly shown: Party[] = [];

  constructor(direction: Leg['direction'], place: string, number = '') {
    super();
    this.direction = direction;
    this.place = place;
    this.number = number;
    this.endpoint = `rtp:${this.id}`;
    this.callId = `call-${this.id}`;
  }

  show(party: Party): void {
    this.shown.push(party);
  }

  start(): void {
    this.state = 'trying';
    this.startedAt = 0;
  }

  alert(): void {
    this.alerted = true;
  }

  openEarlyMedia(): Promise<void> {
    return Promise.resolve();
  }

  answer(): Promise<void> {
    this.state = 'answered';
    return Promise.resolve();
  }

  release(cause: ReleaseCause): void {
    if (this.state === 'released') return;
    this.state = 'released';
    this.releasedWith = cause;
    this.emit('released', cause);
  }

  sendDigits(digits: string): Promise<void> {
    this.sent.push(digits);
    return Promise.resolve();
  }

  hold(on: boolean): Promise<void> {
    this.onHold = on;
    return Promise.resolve();
  }

  isDialog({ callId }: ReplacedDialog): boolean {
    return callId === this.callId;
  }

  /** The far side rings. */
  farRings(early = false): void {
    this.state = 'alerting';
    this.emit('alerting', early);
  }

  /** The far side answers. */
  farAnswers(): void {
    if (this.state === 'released') return;
    this.state = 'answered';
    this.emit('answered', 'sip');
  }

  /** The far side refuses, or hangs up. */
  farReleases(q850: number, more: Partial<ReleaseCause> = {}): void {
    if (this.state === 'released') return;
    this.state = 'released';
    this.emit('released', { q850, text: `cause ${q850}`, by: 'remote', ...more });
  }
}
