import {
  STAY,
  TERMINATED,
  type Timing,
  type TxEvent,
  type TxMachine,
  type TxState,
  type TxStep,
} from './timing.ts';

export const NIST_START: TxState = { at: 'trying', interval: 0 };

/** Server transaction of any request but INVITE and ACK: RFC 3261 17.2.2, RFC 4320. */
export function nist(t: Timing, reliable: boolean): TxMachine {
  return (state, event) => {
    switch (state.at) {
      case 'trying':
        return respond(event, t, reliable);
      case 'proceeding':
        return event.kind === 'request' ? { effects: ['send'] } : respond(event, t, reliable);
      case 'completed':
        if (event.kind === 'request') return { effects: ['send'] };
        return event.kind === 'timer' && event.timer === 'J' ? { state: TERMINATED, effects: ['end'] } : STAY;
      default:
        return STAY;
    }
  };
}

function respond(event: TxEvent, t: Timing, reliable: boolean): TxStep {
  if (event.kind === 'transport-error') return { effects: ['failed'] };
  if (event.kind !== 'respond') return STAY;
  if (event.status < 200) {
    // RFC 4320 4.1: a provisional response to a non-INVITE request is 100 and only after timer E
    // has reached T2; the user of this machine sends none, and others are not let out.
    return event.status === 100 ? { state: { at: 'proceeding', interval: 0 }, effects: ['send'] } : STAY;
  }
  if (reliable) return { state: TERMINATED, effects: ['send', 'end'] };
  return { state: { at: 'completed', interval: 0 }, effects: ['send', { set: 'J', ms: t.give }] };
}
