import type { CallRecord, LegRecord } from '../../../../daemon/src/api/contract.ts';

/** One step of the way a call took. */
export type PathStep =
  | { kind: 'began'; at: number; leg: LegRecord | undefined }
  | {
      kind: 'tried';
      at: number;
      leg: LegRecord;
      /** How long until it answered or was given up, ms; undefined while it lasts. */
      tookMs: number | undefined;
      result: 'answered' | 'rang' | 'failed' | 'trying';
      /** Something else was tried after this. */
      movedOn: boolean;
    }
  | { kind: 'event'; at: number; what: string; detail: string | undefined }
  | { kind: 'ended'; at: number };

/** What the legs tell already need not be told again by the events. */
const toldByLegs = new Set(['tried', 'leg-released', 'answered', 'began', 'ended', 'released']);

/** The record as a path in order of time: who was tried, for how long, and whether it went on. Pure. */
export function pathOf(record: CallRecord): PathStep[] {
  const incoming = record.legs.find((leg) => leg.direction === 'incoming');
  const outgoing = record.legs.filter((leg) => leg.direction === 'outgoing');
  const steps: PathStep[] = [{ kind: 'began', at: record.startedAt, leg: incoming }];
  outgoing.forEach((leg, index) => {
    const over = leg.answeredAt ?? leg.endedAt;
    const result = leg.answeredAt
      ? 'answered'
      : leg.endedAt === undefined
        ? 'trying'
        : leg.alertedAt
          ? 'rang'
          : 'failed';
    steps.push({
      kind: 'tried',
      at: leg.startedAt,
      leg,
      tookMs: over === undefined ? undefined : over - leg.startedAt,
      result,
      movedOn: leg.answeredAt === undefined && index < outgoing.length - 1,
    });
  });
  for (const { at, what, detail } of record.events) {
    if (!toldByLegs.has(what)) steps.push({ kind: 'event', at, what, detail });
  }
  if (record.endedAt !== undefined) steps.push({ kind: 'ended', at: record.endedAt });
  const rank = { began: 0, tried: 1, event: 1, ended: 2 };
  return steps.sort((a, b) => a.at - b.at || rank[a.kind] - rank[b.kind]);
}
