import { codeOf, messageOf } from '../base/error.ts';
import type { FxoPort, LineAccount, LineRelease } from '../port/port.ts';
import type { LineAccountRecord } from '../records/line-account.ts';
import { cause, localCause, remoteCause } from './cause.ts';
import type { AnalogContext } from './fxs-leg.ts';
import type { ReleaseCause } from './leg.ts';
import { LegBase } from './leg-base.ts';

/** Q.850 cause for each way a line lets go; before the answer a tone tells why nobody came. */
function causeOfLine(release: LineRelease, answered: boolean): ReleaseCause {
  if (release === 'link-lost') return localCause(cause.outOfOrder, 'line card port lost');
  if (release === 'no-line') return remoteCause(cause.outOfOrder, release);
  if (release === 'max-time') return localCause(cause.normal, 'longest call time reached');
  if (answered) return remoteCause(cause.normal, release);
  if (release === 'busy-tone') return remoteCause(cause.busy, release);
  if (release === 'congestion-tone') return remoteCause(cause.noChannel, release);
  if (release === 'sit') return remoteCause(cause.unallocated, release);
  return remoteCause(cause.normal, release);
}

/** Q.850 cause for an attempt to dial that ended before the digits were out. */
function causeOfDialing(error: unknown): ReleaseCause {
  switch (codeOf(error)) {
    case 'port/glare':
    case 'port/busy':
      return remoteCause(cause.glare, messageOf(error));
    case 'port/no-dial-tone':
      return remoteCause(38, messageOf(error));
    case 'port/no-line':
      return remoteCause(cause.outOfOrder, messageOf(error));
    default:
      return remoteCause(cause.temporary, messageOf(error));
  }
}

const tenth = (value: number): number => Math.round(value * 10) / 10;

/** An account of a line as the record keeps it. */
function accountRecord(as: string, { evidence, doubts }: LineAccount): LineAccountRecord {
  const { tone, ...rest } = evidence;
  return {
    as,
    doubts: [...doubts],
    ...rest,
    ...(tone
      ? {
          tone: {
            frequencyHz: tenth(tone.frequencyHz),
            levelDbm0: tenth(tone.levelDbm0),
            count: tone.count,
            cycles: tone.cycles.map((cycle) => ({
              onMs: cycle.onMs,
              offMs: cycle.offMs,
              frequencyHz: tenth(cycle.frequencyHz),
              levelDbm0: tenth(cycle.levelDbm0),
              purity: Math.round(cycle.purity * 100) / 100,
            })),
          },
        }
      : {}),
  };
}

/** What is dialed on a line; an emergency call is released by no timer, tone or silence (ruling 5). */
export interface LineDialing {
  digits: string;
  emergency?: boolean;
}

/** A city line or a PBX extension on an FXO port. Incoming: it rings. Outgoing: we seize and dial. */
export class FxoLeg extends LegBase {
  readonly kind = 'fxo';
  readonly #port: FxoPort;
  readonly #context: AnalogContext;
  readonly #dialing: LineDialing | undefined;
  readonly lineAccounts: { answer?: LineAccountRecord; release?: LineAccountRecord } = {};

  /** @param dialing what to dial; undefined makes an incoming leg of a ringing line. */
  constructor(id: string, port: FxoPort, context: AnalogContext, dialing?: LineDialing) {
    super(id, dialing ? 'outgoing' : 'incoming', `line:${port.number}`, port.endpoint);
    this.#port = port;
    this.#context = context;
    this.#dialing = dialing;
    if (!dialing) this.#begin();
  }

  start(): void {
    if (!this.#dialing || this.state !== 'idle') return;
    this.#begin();
    const port = this.#port;
    this.whileAlive(port.on('alerting', () => this.becomeAlerting(true)));
    this.whileAlive(
      port.on('answered', (source, account) => {
        if (account) this.lineAccounts.answer = accountRecord(source, account);
        this.becomeAnswered(source);
      }),
    );
    const { digits, emergency } = this.#dialing;
    port.dial(digits, { emergency: emergency ?? false }).then(
      // The digits are out: whatever the exchange says now (ringback, a recorded message) is worth hearing.
      () => this.becomeAlerting(true),
      (error) => this.becomeReleased(causeOfDialing(error)),
    );
  }

  #begin(): void {
    const port = this.#port;
    this.startedAt = this.#context.clock.now();
    this.state = 'trying';
    this.whileAlive(
      port.on('released', (release, account) => {
        if (account) this.lineAccounts.release = accountRecord(release, account);
        this.becomeReleased(causeOfLine(release, this.state === 'answered'));
      }),
    );
    this.whileAlive(port.on('digit', (key) => this.emit('digit', key)));
    if (this.direction === 'incoming') {
      this.whileAlive(
        port.on('ringingStopped', () => {
          if (this.state !== 'answered') this.becomeReleased(remoteCause(cause.normal, 'caller gave up'));
        }),
      );
    }
  }

  /** The line goes on ringing by itself; its caller is charged nothing until we answer. */
  alert(): void {
    if (this.direction === 'incoming' && this.state === 'trying') this.state = 'alerting';
  }

  openEarlyMedia(): Promise<void> {
    return Promise.resolve();
  }

  async answer(): Promise<void> {
    if (this.direction !== 'incoming' || this.state === 'released') return;
    await this.#port.answer();
    this.becomeAnswered('off-hook');
  }

  release(released: ReleaseCause): void {
    const begun = this.state !== 'idle';
    // Also while an answer is on its way, or the loop would close with nobody on it; a line that only
    // rings is left ringing by this.
    if (this.becomeReleased(released) && begun) this.#port.release();
  }

  async sendDigits(digits: string): Promise<void> {
    await this.#port.sendDigits(digits);
  }
}

/** An attempt's leg on a line, or the cause why it is not to be had. */
export function seizeLine(
  id: string,
  port: FxoPort | undefined,
  context: AnalogContext,
  dialing: LineDialing,
): FxoLeg | ReleaseCause {
  if (!port?.available) return localCause(cause.outOfOrder, 'line not available');
  return port.idle ? new FxoLeg(id, port, context, dialing) : localCause(cause.noChannel, 'line busy');
}
