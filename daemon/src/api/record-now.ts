import type { CallRecord } from '../records/call-record.ts';
import type { ApiDeps } from './deps.ts';

/** A record that is at hand; one that has to be waited for is as good as none to the live picture. */
export function recordNow({ records }: Pick<ApiDeps, 'records'>, id: string): CallRecord | undefined {
  const found = records.get(id);
  return found instanceof Promise ? undefined : found;
}
