/** Whether a peer answers, judged with hysteresis, so that one lost packet does not turn calls away. */
export interface HealthState {
  up: boolean;
  /** Failures, or successes, in a row that speak against the present judgement. */
  against: number;
}

/** Failures in a row after which a peer is down: three OPTIONS that each took the full time of RFC 3261 timer F would be 96 s. */
const DOWN_AFTER = 2;

/** Answers in a row after which it is up again (fail-back with hysteresis, C05). */
const UP_AFTER = 2;

/** A peer is believed up until the contrary is seen. */
export const initialHealth: HealthState = { up: true, against: 0 };

/** Whether a final status of OPTIONS shows a live peer. 408 and 503 are what the engine says of a silent or unreachable one. */
export function showsLife(status: number): boolean {
  return status !== 408 && status !== 503;
}

/** The judgement after one more exchange. */
export function judge(state: HealthState, alive: boolean): HealthState {
  if (alive === state.up) return state.against === 0 ? state : { ...state, against: 0 };
  const against = state.against + 1;
  const enough = state.up ? DOWN_AFTER : UP_AFTER;
  return against >= enough ? { up: alive, against: 0 } : { up: state.up, against };
}
