import type { CallRecord } from '../records/call-record.ts';
import type { RecordPage, RecordQuery } from '../records/query.ts';

/** Calls looked through for who knows whom; a page of them costs a few milliseconds of the main thread. */
const most = 4000;
const pageSize = 1000;

/** The newest answered calls, newest first. */
export function* recentCalls(records: { list(query: RecordQuery): RecordPage }): Generator<CallRecord> {
  let before: string | undefined;
  for (let read = 0; read < most; read += pageSize) {
    const page = records.list({ outcome: 'answered', limit: pageSize, ...(before ? { before } : {}) });
    yield* page.calls;
    if (page.next === undefined) return;
    before = page.next;
  }
}
