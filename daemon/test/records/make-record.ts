import type { CallRecord, DialogJournal } from '../../src/records/call-record.ts';

/** A record of an outgoing long-distance call, in progress. */
export function makeRecord(id: string, over: Partial<CallRecord> = {}): CallRecord {
  const startedAt = over.startedAt ?? Date.UTC(2026, 0, 15, 9, 0, 0);
  return {
    id,
    state: 'active',
    direction: 'outgoing',
    service: 'plain',
    callerNumber: '201',
    callerName: 'Анна',
    dialed: '88121234567',
    calledNumber: '+78121234567',
    tollClass: 'national',
    startedAt,
    legs: [
      { id: `${id}-a`, kind: 'fxs', place: 'port:1', direction: 'incoming', startedAt },
      {
        id: `${id}-b`,
        kind: 'sip',
        place: 'trunk:acme',
        direction: 'outgoing',
        number: '+78121234567',
        startedAt,
      },
    ],
    events: [{ at: startedAt, what: 'tried', detail: 'trunk:acme' }],
    ...over,
  };
}

export function makeDialog(callId: string, callRecordId: string): DialogJournal {
  return {
    callRecordId,
    callId,
    localUri: 'sip:box@192.0.2.1',
    remoteUri: 'sip:+78121234567@sip.example.com',
    localTag: 'a1',
    remoteTag: 'b2',
    localSeq: 7,
    remoteTarget: 'sip:+78121234567@198.51.100.7:5060',
    routeSet: ['<sip:proxy.example.com;lr>'],
    nextHop: 'udp/198.51.100.7:5060',
  };
}
