import {
  STAY,
  TERMINATED,
  type Timing,
  type TxEvent,
  type TxMachine,
  type TxState,
  type TxStep,
} from './timing.ts';

export const IST_START: TxState = { at: 'proceeding', interval: 0 };

/**
 * INVITE server transaction: RFC 3261 17.2.1 with the Accepted state of RFC 6026 7.1. The request
 * itself has been passed up before the machine is told anything.
 */
export function ist(t: Timing, reliable: boolean): TxMachine {
  return (state, event) => {
    switch (state.at) {
      case 'proceeding':
        return proceeding(event, t, reliable);
      case 'completed':
        return completed(state, event, t, reliable);
      case 'confirmed':
        return event.kind === 'timer' && event.timer === 'I' ? { state: TERMINATED, effects: ['end'] } : STAY;
      case 'accepted':
        return accepted(event);
      default:
        return STAY;
    }
  };
}

function proceeding(event: TxEvent, t: Timing, reliable: boolean): TxStep {
  // The latest provisional response, if any, answers a repeated INVITE.
  if (event.kind === 'request') return { effects: ['send'] };
  if (event.kind === 'transport-error') return { effects: ['failed'] };
  if (event.kind !== 'respond') return STAY;
  if (event.status < 200) return { effects: ['send'] };
  if (event.status < 300)
    return { state: { at: 'accepted', interval: 0 }, effects: ['send', { set: 'L', ms: t.give }] };
  return {
    state: { at: 'completed', interval: t.T1 },
    effects: reliable
      ? ['send', { set: 'H', ms: t.give }]
      : ['send', { set: 'G', ms: t.T1 }, { set: 'H', ms: t.give }],
  };
}

function completed(state: TxState, event: TxEvent, t: Timing, reliable: boolean): TxStep {
  if (event.kind === 'request') return { effects: ['send'] };
  if (event.kind === 'ack') {
    const stop = [{ clear: 'G' }, { clear: 'H' }] as const;
    // 17.2.1: timer I soaks up further ACKs; there are none on a reliable transport.
    if (reliable) return { state: TERMINATED, effects: [...stop, 'end'] };
    return { state: { at: 'confirmed', interval: 0 }, effects: [...stop, { set: 'I', ms: t.T4 }] };
  }
  if (event.kind === 'timer' && event.timer === 'G') {
    const interval = Math.min(state.interval * 2, t.T2);
    return { state: { at: 'completed', interval }, effects: ['send', { set: 'G', ms: interval }] };
  }
  if (event.kind === 'timer' && event.timer === 'H')
    return { state: TERMINATED, effects: [{ clear: 'G' }, 'timeout', 'end'] };
  return STAY;
}

// RFC 6026 7.1: repeated INVITEs are absorbed (the dialog repeats its 2xx), 2xx are let through.
function accepted(event: TxEvent): TxStep {
  if (event.kind === 'respond' && event.status >= 200 && event.status < 300) return { effects: ['send'] };
  if (event.kind === 'ack') return { effects: ['pass'] };
  if (event.kind === 'timer' && event.timer === 'L') return { state: TERMINATED, effects: ['end'] };
  return STAY;
}
