import {
  STAY,
  TERMINATED,
  type Timing,
  type TxEvent,
  type TxMachine,
  type TxState,
  type TxStep,
} from './timing.ts';

export const ICT_START: TxState = { at: 'calling', interval: 0 };

/**
 * INVITE client transaction: RFC 3261 17.1.1 with the Accepted state of RFC 6026 7.2.
 * `reliable`: the transport delivers, so timer A never runs and D is zero.
 */
export function ict(t: Timing, reliable: boolean): TxMachine {
  return (state, event) => {
    switch (state.at) {
      case 'calling':
        return calling(state, event, t, reliable);
      case 'proceeding':
        return proceeding(state, event, t, reliable);
      case 'completed':
        return completed(event);
      case 'accepted':
        return accepted(event);
      default:
        return STAY;
    }
  };
}

// 17.1.1.2: sent at 0, T1, 3*T1, 7*T1 ... until a response or timer B.
function calling(state: TxState, event: TxEvent, t: Timing, reliable: boolean): TxStep {
  switch (event.kind) {
    case 'start':
      return {
        state: { at: 'calling', interval: t.T1 },
        effects: reliable
          ? ['send', { set: 'B', ms: t.give }]
          : ['send', { set: 'A', ms: t.T1 }, { set: 'B', ms: t.give }],
      };
    case 'timer':
      if (event.timer === 'A') {
        const interval = state.interval * 2;
        return { state: { at: 'calling', interval }, effects: ['send', { set: 'A', ms: interval }] };
      }
      return event.timer === 'B' ? { state: TERMINATED, effects: ['timeout', 'end'] } : STAY;
    case 'transport-error':
      return { state: TERMINATED, effects: ['failed', 'end'] };
    case 'response':
      return answered(event.status, t, reliable);
    default:
      return STAY;
  }
}

function proceeding(_state: TxState, event: TxEvent, t: Timing, reliable: boolean): TxStep {
  if (event.kind === 'response')
    return event.status < 200 ? { effects: ['pass'] } : answered(event.status, t, reliable);
  // 17.1.1.2 tells of transport errors in any state before the final response.
  return event.kind === 'transport-error' ? { state: TERMINATED, effects: ['failed', 'end'] } : STAY;
}

function answered(status: number, t: Timing, reliable: boolean): TxStep {
  const stop = [{ clear: 'A' }, { clear: 'B' }] as const;
  if (status < 200) return { state: { at: 'proceeding', interval: 0 }, effects: [...stop, 'pass'] };
  // RFC 6026 7.2: every 2xx, from whichever fork, goes up for 64*T1.
  if (status < 300)
    return { state: { at: 'accepted', interval: 0 }, effects: [...stop, { set: 'M', ms: t.give }, 'pass'] };
  if (reliable) return { state: TERMINATED, effects: [...stop, 'ack', 'pass', 'end'] };
  return {
    state: { at: 'completed', interval: 0 },
    effects: [...stop, 'ack', { set: 'D', ms: t.D }, 'pass'],
  };
}

// 17.1.1.2: a repeated final response is acknowledged again and not passed on.
function completed(event: TxEvent): TxStep {
  if (event.kind === 'response' && event.status >= 300) return { effects: ['ack'] };
  if (event.kind === 'timer' && event.timer === 'D') return { state: TERMINATED, effects: ['end'] };
  if (event.kind === 'transport-error') return { state: TERMINATED, effects: [{ clear: 'D' }, 'end'] };
  return STAY;
}

function accepted(event: TxEvent): TxStep {
  if (event.kind === 'response' && event.status >= 200 && event.status < 300) return { effects: ['pass'] };
  if (event.kind === 'timer' && event.timer === 'M') return { state: TERMINATED, effects: ['end'] };
  return STAY;
}
