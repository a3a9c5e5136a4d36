import { statfs } from 'node:fs/promises';
import type { TraceAccess } from '../../api/deps.ts';
import type { Clock } from '../../base/clock.ts';
import type { Config } from '../../config/schema.ts';
import type { AlarmBoard } from '../../health/alarm-board.ts';
import type { CallRecord } from '../../records/call-record.ts';
import type { TrunkStatus } from '../../sip/index.ts';
import { hostOf } from './addresses.ts';
import type { CallSeen, ClockSeen, MessageSeen, Observations, TrunkSeen } from './observations.ts';
import { headerOf, mediaAddress } from './sip-text.ts';

export interface Sources {
  clock: Clock;
  /** Folder whose disk counts. */
  data: string;
  config(): Config;
  trunks(): readonly TrunkStatus[];
  traces: Pick<TraceAccess, 'call' | 'peer'>;
  /** The newest call records. */
  records(limit: number): readonly CallRecord[];
  alarms: Pick<AlarmBoard, 'list'>;
  /** Places where PIN entry is locked. */
  pinLocks(): number;
}

/** Calls of late that are looked at, and how many of those that look bad are looked into. */
const CALLS = 50;
const LOOKED_INTO = 5;
/** Seen so long ago it says nothing of now, ms. */
const DATE_AGE_MS = 3_600_000;

/** Looks at what the box knows already; sends nothing. */
export async function gather(
  sources: Sources,
): Promise<Pick<Observations, 'at' | 'trunks' | 'calls' | 'alarms' | 'clock' | 'disk' | 'pinLocks'>> {
  const { clock, alarms, data } = sources;
  const at = clock.wall();
  const trunks = await Promise.all(sources.trunks().map((status) => trunkSeen(status, sources)));
  const known = trunks.flatMap((trunk) => (trunk ? [trunk] : []));
  const room = await statfs(data).catch(() => undefined);
  return {
    at,
    trunks: known,
    calls: await callsSeen(sources),
    alarms: alarms.list(),
    clock: clockSeen(at, known),
    ...(room ? { disk: { freeBytes: room.bavail * room.bsize, totalBytes: room.blocks * room.bsize } } : {}),
    pinLocks: sources.pinLocks(),
  };
}

async function trunkSeen(status: TrunkStatus, { config, traces }: Sources): Promise<TrunkSeen | undefined> {
  const trunk = config().trunks.find(({ id }) => id === status.trunkId);
  if (!trunk) return undefined;
  const trace = await traces.peer('trunks', trunk.id).catch(() => undefined);
  const { lastExchange, trouble, publicAddress, state } = status;
  return {
    ...{ id: trunk.id, name: trunk.name, enabled: trunk.enabled, server: trunk.server },
    ...{ transport: trunk.transport, state, sdpAddress: trunk.sdpAddress },
    ...(trouble ? { trouble } : {}),
    ...(lastExchange ? { last: lastExchange } : {}),
    ...(publicAddress === undefined ? {} : { publicAddress }),
    messages: (trace?.messages ?? []).map(
      ({ at, direction, transport, local, remote, text }): MessageSeen => ({
        // The page gets UTF-8; lengths are those of octets.
        ...{ at, direction, transport, local, remote, text: Buffer.from(text, 'utf8').toString('latin1') },
      }),
    ),
  };
}

async function callsSeen({ clock, records, traces }: Sources): Promise<CallSeen[]> {
  const now = clock.wall();
  let lookedInto = 0;
  const seen: CallSeen[] = [];
  for (const record of records(CALLS)) {
    // Faxes by T.38 send no speech.
    if (record.fax) continue;
    const answered = record.legs.filter((leg) => leg.kind === 'sip' && leg.answeredAt !== undefined);
    for (const { answeredAt = now, endedAt = now, place, sipCallId, rtp } of answered) {
      if (!rtp) continue;
      // Between two SIP legs speech may go past us.
      if (answered.length > 1 && rtp.sent + rtp.received === 0) continue;
      const { sent, received } = rtp;
      const bad = sent === 0 || received === 0;
      const media =
        bad && sipCallId !== undefined && lookedInto++ < LOOKED_INTO
          ? await mediaOf(traces, record.id, sipCallId)
          : {};
      seen.push({
        ...{ callId: record.id, at: record.startedAt, place, sent, received },
        ...{ seconds: (endedAt - answeredAt) / 1000, ...media },
      });
    }
  }
  return seen;
}

async function mediaOf(
  traces: Sources['traces'],
  id: string,
  sipCallId: string,
): Promise<Pick<CallSeen, 'ourMedia' | 'theirMedia' | 'peer'>> {
  const trace = await traces.call(id).catch(() => undefined);
  const messages = (trace?.messages ?? []).filter(({ callId }) => callId === sipCallId);
  const last = (direction: 'in' | 'out'): string | undefined =>
    messages
      .filter((message) => message.direction === direction)
      .flatMap(({ text }) => mediaAddress(text) ?? [])
      .at(-1);
  const [ourMedia, theirMedia, peer] = [last('out'), last('in'), messages.at(0)?.remote];
  return {
    ...(ourMedia === undefined ? {} : { ourMedia }),
    ...(theirMedia === undefined ? {} : { theirMedia }),
    ...(peer === undefined ? {} : { peer: hostOf(peer) }),
  };
}

/** What operators' servers say the time is (RFC 3261 20.17); good to a second or two, which is enough here. */
export function clockSeen(wall: number, trunks: readonly Pick<TrunkSeen, 'name' | 'messages'>[]): ClockSeen {
  const others = trunks.flatMap(({ name, messages }) => {
    const dated = [...messages]
      .reverse()
      .find(
        ({ direction, at, text }) => direction === 'in' && wall - at < DATE_AGE_MS && headerOf(text, 'date'),
      );
    const said = dated ? Date.parse(headerOf(dated.text, 'date') ?? '') : Number.NaN;
    return dated && Number.isFinite(said) ? [{ who: name, aheadMs: said - dated.at }] : [];
  });
  return { wall, others };
}
