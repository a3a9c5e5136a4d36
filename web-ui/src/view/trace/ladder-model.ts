import type { CallRecord, LegRecord, TraceMessage } from '../../../../daemon/src/api/contract.ts';

/** A vertical line of the ladder: a party, or the box between them. */
export interface Lane {
  key: string;
  /** `trunk:acme`, `port:3`, an address; empty for the box. */
  place: string;
}

/** What happens on a wire without SIP. */
export type LineEvent = 'dialed' | 'rings-us' | 'rung' | 'called' | 'answered' | 'hung-up' | 'released';

/** One arrow from lane to lane. */
export interface Rung {
  id: string;
  at: number;
  from: number;
  to: number;
  /** Ms since the rung before, where that is long enough to be seen as a pause. */
  pauseMs?: number;
  message?: TraceMessage;
  /** On a telephone or city line, with the number dialed if there is one. */
  line?: { event: LineEvent; number?: string };
}

export interface Ladder {
  lanes: Lane[];
  /** Which of the lanes is the box. */
  box: number;
  rungs: Rung[];
}

/** Pauses shorter than this are not drawn, ms. */
const PAUSE_MS = 1000;

/**
 * Messages, and what happened on analog legs, as a ladder: who called at the left, the box, then everybody who
 * was tried, in that order. Without a record (a trunk's own exchange) there is the box and the operator.
 */
export function ladderOf(
  messages: readonly TraceMessage[],
  record?: Pick<CallRecord, 'legs' | 'releasedBy' | 'dialed'>,
): Ladder {
  const legs = record?.legs ?? [];
  const left: Lane[] = [];
  const right: Lane[] = [];
  const laneOf = (side: Lane[], place: string): Lane => {
    const known = side.find((lane) => lane.place === place);
    if (known) return known;
    const lane = { key: `${side === left ? 'in' : 'out'} ${place}`, place };
    side.push(lane);
    return lane;
  };
  const legLane = (leg: LegRecord): Lane => laneOf(leg.direction === 'incoming' ? left : right, leg.place);
  for (const leg of legs) legLane(leg);
  const drawn: (Omit<Rung, 'from' | 'to' | 'pauseMs'> & { lane: Lane; toBox: boolean })[] = [];
  for (const message of messages) {
    const leg = legs.find((l) => l.sipCallId === message.callId);
    const lane = leg ? legLane(leg) : laneOf(right, message.place || message.remote);
    drawn.push({ id: message.id, at: message.at, lane, toBox: message.direction === 'in', message });
  }
  for (const leg of legs) {
    if (leg.kind === 'sip') continue;
    for (const { event, at, toBox, number } of lineEvents(leg, record?.releasedBy, record?.dialed))
      drawn.push({
        id: `${leg.id} ${event}`,
        at,
        lane: legLane(leg),
        toBox,
        line: { event, ...(number === undefined ? {} : { number }) },
      });
  }
  drawn.sort((a, b) => a.at - b.at);
  const box: Lane = { key: 'box', place: '' };
  const lanes = [...left, box, ...right];
  const middle = left.length;
  let before: number | undefined;
  const rungs = drawn.map(({ lane, toBox, ...rest }): Rung => {
    const there = lanes.indexOf(lane);
    const pause = before === undefined ? 0 : rest.at - before;
    before = rest.at;
    return {
      ...rest,
      from: toBox ? there : middle,
      to: toBox ? middle : there,
      ...(pause >= PAUSE_MS ? { pauseMs: pause } : {}),
    };
  });
  return { lanes, box: middle, rungs };
}

function lineEvents(
  leg: LegRecord,
  releasedBy: CallRecord['releasedBy'],
  dialed: string | undefined,
): { event: LineEvent; at: number; toBox: boolean; number?: string }[] {
  const out: ReturnType<typeof lineEvents> = [];
  const telephone = leg.kind === 'fxs';
  if (leg.direction === 'incoming') {
    const number = dialed === undefined ? {} : { number: dialed };
    out.push({
      event: telephone ? 'dialed' : 'rings-us',
      at: leg.startedAt,
      toBox: true,
      ...(telephone ? number : {}),
    });
    if (!telephone && leg.answeredAt !== undefined)
      out.push({ event: 'answered', at: leg.answeredAt, toBox: false });
  } else {
    const number = leg.number === undefined ? {} : { number: leg.number };
    out.push({
      event: telephone ? 'rung' : 'called',
      at: leg.startedAt,
      toBox: false,
      ...(telephone ? {} : number),
    });
    if (leg.answeredAt !== undefined) out.push({ event: 'answered', at: leg.answeredAt, toBox: true });
  }
  if (leg.endedAt !== undefined) {
    const them = releasedBy === (leg.direction === 'incoming' ? 'caller' : 'called');
    out.push({ event: them ? 'hung-up' : 'released', at: leg.endedAt, toBox: them });
  }
  return out;
}
