import type { Transition } from '../base/machine.ts';
import type { FlowTimes } from './outbound.ts';

/** Times of the registration, in ms but where named otherwise; tests shorten them. */
export interface RegistrationTimes {
  /** What we ask for, seconds (configuration, `registerSeconds`). */
  expiresSeconds: number;
  /** First pause after a timeout or 5xx; doubles up to `maxBackoffMs`. */
  backoffMs: number;
  maxBackoffMs: number;
  /** First pause after a refusal of the account (401 and 407 after digest, 403, 404): pressing on gets it blocked. */
  refusedMs: number;
  maxRefusedMs: number;
  /** Pauses between attempts where the registration is one of several flows (RFC 5626 4.5). */
  flow?: FlowTimes;
}

export const registrationTimes = (expiresSeconds: number): RegistrationTimes => ({
  expiresSeconds,
  backoffMs: 5_000,
  maxBackoffMs: 600_000,
  refusedMs: 60_000,
  maxRefusedMs: 3_600_000,
});

export interface RegistrationState {
  phase: 'idle' | 'registering' | 'registered' | 'failed' | 'refused' | 'stopping';
  /** Seconds asked for in the next REGISTER; 423 raises it. */
  expires: number;
  /** Failures in a row. */
  failures: number;
  /** How often 423 has raised `expires` in this attempt. */
  raised: number;
  /** Clock ms until which the binding holds; undefined without one. */
  validUntil: number | undefined;
  /** A change of transport came while a REGISTER was out: another one follows. */
  again: boolean;
}

export type RegistrationEvent =
  | { type: 'start' }
  /** Final answer, digest done. `expires`: seconds granted to our contact. */
  | { type: 'answered'; status: number; expires?: number; minExpires?: number; retryAfter?: number }
  /** Nothing came, or it could not be sent. */
  | { type: 'lost' }
  | { type: 'timer' }
  /** Address or connection has changed, or come back: the registrar must hear of it. */
  | { type: 'transportChanged' }
  | { type: 'stop' };

export type RegistrationEffect =
  | { type: 'send'; expires: number }
  | { type: 'timer'; ms: number }
  | { type: 'cancelTimer' };

/** Longest Retry-After that is believed, seconds. */
const MAX_RETRY_AFTER = 3600;

/** More raises than this and the registrar's 423 is taken for a failure. */
const MAX_RAISES = 3;

/** 4xx that speak of the moment and not of the account; 430: a flow that broke on the way (RFC 5626 11.5). */
const PASSING: ReadonlySet<number> = new Set([408, 423, 430, 480, 491]);

export const initialRegistration = (times: RegistrationTimes): RegistrationState => ({
  phase: 'idle',
  expires: times.expiresSeconds,
  failures: 0,
  raised: 0,
  validUntil: undefined,
  again: false,
});

/**
 * The registration of one account (RFC 3261 10.2) as a pure machine. `random` gives 0 to under 1, for
 * the jitter that keeps a thousand boxes from registering in step after an operator's outage. `flowPause`: ms to wait
 * after so many failures in a row, if the times of flows hold now.
 */
export function registration(
  times: RegistrationTimes,
  random: () => number,
  flowPause: (failures: number) => number | undefined = () => undefined,
): Transition<RegistrationState, RegistrationEvent, RegistrationEffect> {
  const send = (state: RegistrationState) => ({
    state: {
      ...state,
      phase: state.phase === 'registered' ? ('registered' as const) : ('registering' as const),
      again: false,
    },
    effects: [{ type: 'cancelTimer' }, { type: 'send', expires: state.expires }] as RegistrationEffect[],
  });

  /** Doubles with each failure in a row, half of it jitter (RFC 5626 4.5). */
  const pause = (base: number, max: number, failures: number): number =>
    Math.min(max, base * 2 ** Math.min(failures, 20)) * (0.5 + 0.5 * random());

  const fail = (state: RegistrationState, now: number, refused: boolean, retryAfter?: number) => {
    const failures = state.failures + 1;
    const backoff = refused
      ? pause(times.refusedMs, times.maxRefusedMs, state.failures)
      : (flowPause(failures) ?? pause(times.backoffMs, times.maxBackoffMs, state.failures));
    const ms =
      retryAfter === undefined ? backoff : Math.max(backoff, Math.min(retryAfter, MAX_RETRY_AFTER) * 1000);
    // A refresh that failed while the old binding still holds does not take the trunk out of service.
    const holds = !refused && state.validUntil !== undefined && state.validUntil > now;
    const phase = holds ? ('registered' as const) : refused ? ('refused' as const) : ('failed' as const);
    const validUntil = holds ? state.validUntil : undefined;
    const left = holds && state.validUntil !== undefined ? Math.max(100, state.validUntil - now) : ms;
    return {
      state: { ...state, phase, failures, raised: 0, validUntil, again: false },
      effects: [{ type: 'timer', ms: Math.min(ms, left) }] as RegistrationEffect[],
    };
  };

  const answered = (
    state: RegistrationState,
    event: Extract<RegistrationEvent, { type: 'answered' }>,
    now: number,
  ) => {
    if (event.status >= 200 && event.status < 300) {
      const granted = event.expires ?? state.expires;
      const next = {
        ...state,
        phase: 'registered' as const,
        failures: 0,
        raised: 0,
        validUntil: now + granted * 1000,
      };
      if (state.again) return send(next);
      // Refresh between half and nine tenths of what was granted, so that boxes spread and a lost refresh can be repeated.
      const ms = granted * 1000 * (0.5 + 0.4 * random());
      return { state: next, effects: [{ type: 'timer', ms }] as RegistrationEffect[] };
    }
    if (
      event.status === 423 &&
      event.minExpires !== undefined &&
      event.minExpires > state.expires &&
      state.raised < MAX_RAISES
    ) {
      return send({ ...state, expires: Math.min(event.minExpires, 86_400), raised: state.raised + 1 });
    }
    const refused = event.status >= 400 && event.status < 500 && !PASSING.has(event.status);
    return fail(state, now, refused || event.status >= 600, event.retryAfter);
  };

  return (state, event, now) => {
    if (event.type === 'stop') {
      // RFC 3261 10.2.2: taking the binding back, if there may be one.
      const bound = state.validUntil !== undefined || state.phase === 'registering';
      return {
        state: { ...initialRegistration(times), phase: 'stopping' },
        effects: [{ type: 'cancelTimer' }, ...(bound ? [{ type: 'send' as const, expires: 0 }] : [])],
      };
    }
    if (state.phase === 'stopping') {
      return event.type === 'start' ? send(initialRegistration(times)) : {};
    }
    switch (event.type) {
      case 'start':
        return state.phase === 'idle' ? send(state) : {};
      case 'timer':
        return state.phase === 'idle' ? {} : send(state);
      case 'transportChanged':
        if (state.phase === 'idle') return {};
        if (state.phase === 'registering') return { state: { ...state, again: true } };
        // The old binding points nowhere now; what failed before may work over the new road at once.
        return send({ ...state, phase: 'failed', failures: 0, validUntil: undefined });
      case 'answered':
        return answered(state, event, now);
      case 'lost':
        return fail(state, now, false);
    }
  };
}
