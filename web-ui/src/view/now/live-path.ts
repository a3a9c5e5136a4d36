import type { CallLive, CallRecord } from '../../../../daemon/src/api/contract.ts';

/**
 * The record of a call in progress as it is this moment: what the live picture knows of its legs stands in the place of
 * what the record said when it was fetched, so that the path does not wait for the next fetch. Pure.
 */
export function recordNow(call: CallLive, fetched: CallRecord | undefined): CallRecord {
  const known = new Map(fetched?.legs.map((leg) => [leg.id, leg]));
  const { number, name, absence } = call.caller;
  return {
    ...{ id: call.id, state: 'active', direction: call.direction, service: call.service },
    ...(number === undefined ? {} : { callerNumber: number }),
    ...(name === undefined ? {} : { callerName: name }),
    ...(absence === undefined ? {} : { callerAbsence: absence }),
    ...(call.called.number === undefined ? {} : { calledNumber: call.called.number }),
    ...{ startedAt: call.startedAt, events: [] },
    ...fetched,
    ...(call.answeredAt === undefined ? {} : { answeredAt: call.answeredAt }),
    legs: call.legs.map(({ state: _state, ...leg }) => ({
      ...{ startedAt: call.startedAt },
      ...known.get(leg.id),
      ...leg,
    })),
  };
}
