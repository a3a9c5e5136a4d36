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
  return readExpires(m.get('session-expires'));
}

function readExpires(value: string | undefined): { interval: number; refresher: string } | undefined {
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

/**
 * What we answer a request with (RFC 4028 9, table 2): terms, and the lines of the 2xx. A request
 * that is silent about the timer of a session that has one (`present`) does not end it: we may put
 * the terms into the 2xx, and whoever refreshed goes on with it.
 */
export function answerTerms(
  request: SipMessage,
  present?: SessionTerms,
): { terms: SessionTerms; lines: string } | undefined {
  const asked = sessionExpires(request);
  if (!asked && !present) return undefined;
  const supports = request.listHas('supported', 'timer');
  // A peer that does not know session timers cannot refresh: its proxy asked.
  const ours = !supports || (asked ? asked.refresher === 'uas' : present!.ours);
  const interval = Math.max(asked?.interval ?? present!.interval, MIN_SE, minSe(request));
  const lines = `Session-Expires: ${interval};refresher=${ours ? 'uas' : 'uac'}\r\n${ours ? '' : 'Require: timer\r\n'}`;
  return { terms: { interval, ours }, lines };
}

/** The Min-SE of a message, s; 0 if it has none. */
export function minSe(m: SipMessage): number {
  const value = Number.parseInt(m.get('min-se') ?? '', 10);
  return value > 0 && value < 2 ** 31 ? value : 0;
}

/** The terms that the client wrote into its own 2xx; a refresher it does not name is the caller. */
export function givenTerms(value: string): SessionTerms | undefined {
  const said = readExpires(value);
  return said && { interval: Math.max(said.interval, MIN_SE), ours: said.refresher === 'uas' };
}

/**
 * The lines with which a request of ours within a session that has a timer goes on with it: without
 * them the 2xx would end it (RFC 4028 7.4). `min`: the largest Min-SE the peer has asked for.
 */
export function refreshLines(terms: SessionTerms, min: number): string {
  const interval = Math.max(terms.interval, min);
  const least = min > 0 ? `Min-SE: ${min}\r\n` : '';
  return `Session-Expires: ${interval};refresher=${terms.ours ? 'uac' : 'uas'}\r\n${least}`;
}

/** What a 2xx to our request settles (RFC 4028 7.2). */
export function settledTerms(response: SipMessage): SessionTerms | undefined {
  const said = sessionExpires(response);
  return said && { interval: Math.max(said.interval, MIN_SE), ours: said.refresher !== 'uas' };
}

/** Seconds as the ms of a timer; Node fires one of more than 2**31 - 1 ms at once. */
export function delayOf(seconds: number): number {
  return Math.min(seconds * 1000, 2 ** 31 - 1);
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
    if (ours) this.#timers.push(this.#clock.after(delayOf(interval / 2), () => this.#refresh(interval)));
    this.#timers.push(this.#clock.after(delayOf(interval - Math.min(32, interval / 3)), this.#expired));
  }

  /** Refreshes after `ms`, if the session has not been renewed or ended by then. */
  retry(ms: number, interval: number): void {
    if (this.terms) this.#timers.push(this.#clock.after(ms, () => this.#refresh(interval)));
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
  }
}
