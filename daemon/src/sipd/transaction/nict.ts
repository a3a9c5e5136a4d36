import {
  STAY,
  TERMINATED,
  type Timing,
  type TxEvent,
  type TxMachine,
  type TxState,
  type TxStep,
} from './timing.ts';

export const NICT_START: TxState = { at: 'trying', interval: 0 };

/** Client transaction of any request but INVITE and ACK: RFC 3261 17.1.2. */
export function nict(t: Timing, reliable: boolean): TxMachine {
  return (state, event) => {
    switch (state.at) {
      case 'trying':
      case 'proceeding':
        return open(state, event, t, reliable);
      case 'completed':
        return event.kind === 'timer' && event.timer === 'K' ? { state: TERMINATED, effects: ['end'] } : STAY;
      default:
        return STAY;
    }
  };
}

function open(state: TxState, event: TxEvent, t: Timing, reliable: boolean): TxStep {
  switch (event.kind) {
    case 'start':
      return {
        state: { at: 'trying', interval: t.T1 },
        effects: reliable
          ? ['send', { set: 'F', ms: t.give }]
          : ['send', { set: 'E', ms: t.T1 }, { set: 'F', ms: t.give }],
      };
    case 'timer': {
      if (event.timer === 'F') return { state: TERMINATED, effects: [{ clear: 'E' }, 'timeout', 'end'] };
      if (event.timer !== 'E') return STAY;
      // 17.1.2.2: doubles up to T2 while Trying, T2 from the start once Proceeding.
      const interval = state.at === 'proceeding' ? t.T2 : Math.min(state.interval * 2, t.T2);
      return { state: { at: state.at, interval }, effects: ['send', { set: 'E', ms: interval }] };
    }
    case 'transport-error':
      return { state: TERMINATED, effects: [{ clear: 'E' }, { clear: 'F' }, 'failed', 'end'] };
    case 'response':
      if (event.status < 200)
        return { state: { at: 'proceeding', interval: state.interval }, effects: ['pass'] };
      if (reliable) return { state: TERMINATED, effects: [{ clear: 'F' }, 'pass', 'end'] };
      return {
        state: { at: 'completed', interval: 0 },
        effects: [{ clear: 'E' }, { clear: 'F' }, { set: 'K', ms: t.T4 }, 'pass'],
      };
    default:
      return STAY;
  }
}
