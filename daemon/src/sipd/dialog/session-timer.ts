import type { Clock, Timer } from '../../base/clock.ts';
import type { SipMessage } from '../message/message.ts';
import { param } from '../message/scan.ts';

/** Smallest interval we accept, in s (RFC 4028 5). */
export const MIN_SE = 90;

/** What both sides have agreed on: the interval in s, and whether it is for us to refresh. */
export interface SessionTerms {
  interval: number;
  ours: boolean;
}

/** The Session-Expires of a message: interval in s and refresher ('' if not named). */
export function sessionExpires(m: SipMessage): { interval: number; refresher: string } | undefined {
  const value = m.get('session-expires');
  if (value === undefined) return undefined;
  const interval = Number.parseInt(value, 10);
  if (!(interval > 0)) return undefined;
  const semi = value.indexOf(';');
  const refresher = semi < 0 ? '' : (param(value.slice(semi), 'refresher') ?? '').toLowerCase();
  return { interval, refresher };
}

/** Whether a request must be refused with 422: its interval is too small, and it would understand (RFC 4028 9). */
export function tooSmall(request: SipMessage): boolean {
  const asked = sessionExpires(request);
  return asked !== undefined && asked.interval < MIN_SE && request.listHas('supported', 'timer');
}

/** What we answer a request with (RFC 4028 9, table 2): terms, and the lines of the 2xx. */
export function answerTerms(request: SipMessage): { terms: SessionTerms; lines: string } | undefined {
  const asked = sessionExpires(request);
  if (!asked) return undefined;
  const supports = request.listHas('supported', 'timer');
  // A peer that does not know session timers cannot refresh: its proxy asked.
  const ours = !supports || asked.refresher === 'uas';
  const interval = Math.max(asked.interval, MIN_SE);
  const lines = `Session-Expires: ${interval};refresher=${ours ? 'uas' : 'uac'}\r\n${ours ? '' : 'Require: timer\r\n'}`;
  return { terms: { interval, ours }, lines };
}

/** What a 2xx to our request settles (RFC 4028 7.2). */
export function settledTerms(response: SipMessage): SessionTerms | undefined {
  const said = sessionExpires(response);
  return said && { interval: Math.max(said.interval, MIN_SE), ours: said.refresher !== 'uas' };
}

/** The running timer of one dialog. */
export class SessionTimer {
  readonly #clock: Clock;
  readonly #refresh: (interval: number) => void;
  readonly #expired: () => void;
  #timers: Timer[] = [];
  terms: SessionTerms | undefined;

  constructor(clock: Clock, refresh: (interval: number) => void, expired: () => void) {
    this.#clock = clock;
    this.#refresh = refresh;
    this.#expired = expired;
  }

  /** Begins anew with these terms; without any, the session has no end. */
  set(terms: SessionTerms | undefined): void {
    this.stop();
    this.terms = terms;
    if (!terms) return;
    const { interval, ours } = terms;
    // RFC 4028 10: refresh at half the interval; BYE a third of it, at most 32 s, before its end.
    if (ours) this.#timers.push(this.#clock.after((interval / 2) * 1000, () => this.#refresh(interval)));
    this.#timers.push(this.#clock.after((interval - Math.min(32, interval / 3)) * 1000, this.#expired));
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
  }
}
