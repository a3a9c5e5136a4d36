import type { CallRecord } from '../records/call-record.ts';
import type { RecordPage, RecordQuery } from '../records/query.ts';

/** Calls looked through for who knows whom; a page of them costs a few milliseconds of the main thread. */
const most = 4000;
const pageSize = 1000;

/** A person's last calls are among so many of the office; they are looked at when somebody asks for them. */
const mostLatest = 2000;
const latestPageSize = 250;

interface Source {
  list(query: RecordQuery): RecordPage;
}

/** The newest answered calls, newest first. */
export const recentCalls = (records: Source): Generator<CallRecord> =>
  newest(records, { outcome: 'answered', limit: pageSize }, most);

/** The newest calls, answered or not, newest first. */
export const latestCalls = (records: Source): Generator<CallRecord> =>
  newest(records, { limit: latestPageSize }, mostLatest);

function* newest(
  records: Source,
  query: RecordQuery & { limit: number },
  total: number,
): Generator<CallRecord> {
  let before: string | undefined;
  for (let read = 0; read < total; read += query.limit) {
    const page = records.list({ ...query, ...(before ? { before } : {}) });
    yield* page.calls;
    if (page.next === undefined) return;
    before = page.next;
  }
}
