import type { TraceKind, TraceMessage } from '../api/trace-view.ts';
import type { CallRecord } from '../records/call-record.ts';
import { maskedBehind } from '../sipd/trace/mask.ts';
import { type PcapMessage, pcap } from '../sipd/trace/pcap.ts';
import type { TraceEntry } from '../sipd/trace/ring.ts';

/** The part of a call's record that its trace is found and labelled by. */
export type TracedCall = Pick<CallRecord, 'id' | 'startedAt' | 'state' | 'legs'> & {
  answeredAt?: number;
  q850?: number;
};

/** Call-IDs of all legs of a call: of both sides, and of every way that was tried. */
export function callIdsOf(call: Pick<TracedCall, 'legs'>): string[] {
  return [...new Set(call.legs.flatMap((leg) => (leg.sipCallId ? [leg.sipCallId] : [])))];
}

/** Whether a call is one that somebody will want to look into: not answered, or ended by trouble. */
export function wentWrong(call: TracedCall): boolean {
  // Q.850 16: normal clearing; 31: normal, unspecified.
  return call.answeredAt === undefined || (call.q850 !== undefined && call.q850 !== 16 && call.q850 !== 31);
}

/**
 * Takes out what callers dialed behind an access number in one go. Only they can have dialed it: in what we
 * send to operators the same digits are a telephone number.
 */
export function withoutDialedPins(
  entries: readonly TraceEntry[],
  call: Pick<TracedCall, 'legs'>,
  accessNumbers: readonly string[],
): TraceEntry[] {
  const incoming = new Set(call.legs.filter((l) => l.direction === 'incoming').map((l) => l.sipCallId));
  return entries.map((entry) =>
    incoming.has(entry.callId) ? { ...entry, text: maskedBehind(entry.text, accessNumbers) } : entry,
  );
}

/** Messages of two readings as one, in the order of time. */
export function merged(a: readonly TraceEntry[], b: readonly TraceEntry[]): TraceEntry[] {
  const all = new Map([...a, ...b].map((entry) => [entry.id, entry]));
  return [...all.values()].sort((x, y) => x.at - y.at);
}

/** Messages of one call: one that changes its session every minute has no end. */
const MOST_MESSAGES = 600;
/** Characters of all of them: a hostile peer may fill each to the brim. */
const MOST_CHARACTERS = 1_000_000;

/** The first messages of a call, as many as are shown and kept. */
export function bounded(entries: readonly TraceEntry[]): TraceEntry[] {
  let characters = 0;
  const end = entries.findIndex((entry, i) => {
    characters += entry.text.length;
    return i >= MOST_MESSAGES || characters > MOST_CHARACTERS;
  });
  return end < 0 ? [...entries] : entries.slice(0, end);
}

/** Messages for the page. `placeOf`: whom a Call-ID was spoken with. */
export function messagesOf(
  entries: readonly TraceEntry[],
  placeOf: (callId: string) => string,
): TraceMessage[] {
  const seen = new Set<string>();
  return entries.map((entry) => {
    const { id, at, direction, proto, local, remote, callId } = entry;
    const start = startOf(entry.text);
    const same = `${direction} ${remote} ${entry.text}`;
    const repeated = seen.has(same);
    seen.add(same);
    return {
      id,
      at,
      direction,
      transport: proto,
      local,
      remote,
      callId,
      place: placeOf(callId),
      ...start,
      ...(/\r?\n\r?\n(?:.*\r?\n)*m=audio /.test(entry.text) ? { sdp: true } : {}),
      ...(repeated ? { repeated } : {}),
      text: Buffer.from(entry.text, 'latin1').toString('utf8'),
    };
  });
}

/** Messages as a file for Wireshark. */
export function pcapOf(entries: readonly TraceEntry[]): Buffer {
  return pcap(
    entries.map(({ at, direction, proto, local, remote, text }): PcapMessage => {
      const [from, to] = direction === 'in' ? [remote, local] : [local, remote];
      return { at, proto, from, to, text };
    }),
  );
}

function startOf(text: string): { kind: TraceKind; method: string; status?: number; summary: string } {
  const line = text.slice(0, text.search(/\r?\n|$/));
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/i.exec(line);
  if (!response) {
    const method = line.split(' ', 1)[0]!.slice(0, 32);
    return { kind: 'request', method, summary: method };
  }
  const status = Number(response[1]);
  const method = /^cseq[ \t]*:[ \t]*\d+[ \t]+(\S{1,32})/im.exec(text)?.[1] ?? '';
  const kind = status < 200 ? 'provisional' : status < 300 ? 'success' : 'refusal';
  const reason = Buffer.from(response[2]!.slice(0, 80), 'latin1').toString('utf8');
  return { kind, method, status, summary: `${status} ${reason}`.trim() };
}
