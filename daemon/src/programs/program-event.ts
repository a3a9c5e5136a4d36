import type { EventKind } from '../config/schema/webhook.ts';
import type { Config, PersonConfig } from '../config/schema.ts';
import type { Said } from '../dialplan/route-plan.ts';
import type { CallRecord, LegRecord } from '../records/call-record.ts';

/** A party of a call as programs are told of it. */
export interface EventParty {
  /** E.164 with +, or an extension. */
  number?: string;
  name?: string;
  /** He does not want to be known, or nobody knows him. */
  absence?: 'private' | 'unavailable';
}

/** Somebody of the office. */
export interface EventPerson {
  id: string;
  name: string;
  extension?: string;
}

/** What is told of a call. No PIN and no key that anybody has pressed is ever in it. Times are wall-clock ms since 1970. */
export interface CallEventData {
  call: {
    id: string;
    direction: CallRecord['direction'];
    service: string;
    caller: EventParty;
    called: EventParty;
    /** In whose name it is made. */
    calledBy?: EventPerson;
    answeredBy?: EventPerson;
    /** Whose telephones are being rung; only while it rings. */
    ringing?: EventPerson[];
    trunk?: string;
    destination?: string;
    startedAt: number;
    answeredAt?: number;
    endedAt?: number;
    ringMs?: number;
    talkMs?: number;
    /** Of a call that is over. */
    outcome?: 'answered' | 'missed' | 'failed' | 'interrupted';
    releasedBy?: 'caller' | 'called' | 'box';
    /** ITU-T Q.850. */
    cause?: number;
  };
}

export interface RecordingEventData {
  callId: string;
  /** For `GET /api/v1/calls/CALL/recordings/FILE`. */
  file: string;
  at: number;
  seconds: number;
}

export interface VoicemailEventData {
  /** For `GET /api/v1/voicemail/BOX/ID/sound`. */
  box: string;
  id: string;
  callId: string;
  at: number;
  seconds: number;
  caller: EventParty;
}

export interface AlarmEventData {
  id: string;
  severity: 'info' | 'warning' | 'critical';
  said: Said;
  cure: Said;
  since: number;
  place?: string;
}

export type EventData = CallEventData | RecordingEventData | VoicemailEventData | AlarmEventData;

/** Something that programs are told of. */
export interface ProgramEvent {
  /** Grows with each; where a program has got to. */
  number: number;
  /** The same however often it is told: whoever has seen it may leave it out. */
  id: string;
  type: EventKind;
  /** Wall-clock ms since 1970. */
  at: number;
  data: EventData;
}

/** What has been told of a call. */
export interface CallMarks {
  /** People whose telephones were told to ring; undefined: not even that it rings. */
  rung?: string[];
  answered?: true;
  ended?: true;
  recordings?: string[];
}

/** More people than these are not told of one by one: a call that goes round a whole company. */
const mostRung = 50;

/**
 * What is new in a call since `marks`, in order, and the marks from now on; undefined: nothing more will come of it.
 * @param missed whether somebody of the office has missed it, where it is over
 */
export function callNews(
  record: CallRecord,
  marks: CallMarks,
  config: Config,
  missed: (record: CallRecord) => boolean,
): { news: { type: EventKind; data: EventData }[]; marks: CallMarks | undefined } {
  const news: { type: EventKind; data: EventData }[] = [];
  const next: CallMarks = { ...marks };
  const tell = (type: EventKind, more: Partial<CallEventData['call']> = {}): void => {
    news.push({ type, data: { call: { ...callData(record, config), ...more } } });
  };
  const over = record.state !== 'active';
  const ringing = ringingIn(record, config);
  if (!next.answered && !over && record.answeredAt === undefined && ringing) {
    const known = new Set(next.rung);
    const fresh = ringing.filter(({ id }) => !known.has(id));
    if (next.rung === undefined || (fresh.length > 0 && known.size < mostRung)) {
      next.rung = [...known, ...fresh.map(({ id }) => id)];
      tell('call.ringing', { ringing });
    }
  }
  if (!next.answered && record.answeredAt !== undefined) {
    next.answered = true;
    tell('call.answered');
  }
  if (!next.ended && over) {
    next.ended = true;
    const lost = record.state === 'ended' && record.answeredAt === undefined && missed(record);
    const outcome =
      record.state === 'interrupted'
        ? 'interrupted'
        : record.answeredAt !== undefined
          ? 'answered'
          : lost
            ? 'missed'
            : 'failed';
    tell('call.ended', { outcome });
    if (lost) tell('call.missed', { outcome });
  }
  for (const { file, at, seconds, failed, gone } of record.recordings ?? []) {
    if (seconds === undefined || failed !== undefined || gone || next.recordings?.includes(file)) continue;
    next.recordings = [...(next.recordings ?? []), file];
    news.push({ type: 'recording.ready', data: { callId: record.id, file, at, seconds } });
  }
  const waits = record.recordings?.some(
    ({ seconds, failed, gone }) => seconds === undefined && !failed && !gone,
  );
  return { news, marks: next.ended && (!waits || record.state === 'interrupted') ? undefined : next };
}

/** People whose telephones ring; undefined: nothing rings yet, or it is somebody outside who is being called and is not reached. */
function ringingIn({ legs }: CallRecord, config: Config): EventPerson[] | undefined {
  const rung = legs.filter(
    ({ direction, answeredAt, endedAt }) =>
      direction === 'outgoing' && answeredAt === undefined && endedAt === undefined,
  );
  if (!rung.some(({ alertedAt }) => alertedAt !== undefined)) return undefined;
  return config.people.filter((person) => rung.some((leg) => isAt(leg, person))).map(personOf);
}

function isAt({ place, number }: LegRecord, person: PersonConfig): boolean {
  const [kind, id = ''] = place.split(':');
  if (kind === 'port') return person.ports.includes(Number(id));
  if (kind === 'device') return person.devices.includes(id);
  return person.mobile !== undefined && number === person.mobile;
}

function callData(record: CallRecord, config: Config): CallEventData['call'] {
  const { id, direction, service, startedAt, trunkId, destination } = record;
  const { answeredAt, endedAt, ringMs, talkMs, releasedBy, q850 } = record;
  const { callerNumber, callerName, callerAbsence, calledNumber, connectedNumber, connectedName } = record;
  const person = (wanted: string | undefined): EventPerson | undefined => {
    const found = config.people.find((one) => one.id === wanted);
    return found && personOf(found);
  };
  // Who sits at the telephone that has answered, also where a destination rings the socket and not the person.
  const answered = record.legs.find((leg) => leg.direction === 'outgoing' && leg.answeredAt !== undefined);
  const there = answered && config.people.find((one) => isAt(answered, one));
  const calledBy = person(record.calledBy);
  const answeredBy = person(record.answeredBy) ?? (there && personOf(there));
  return {
    ...{ id, direction, service },
    caller: party(callerNumber, callerName, callerAbsence),
    called: party(connectedNumber ?? calledNumber, connectedName),
    ...(calledBy ? { calledBy } : {}),
    ...(answeredBy ? { answeredBy } : {}),
    ...(trunkId === undefined ? {} : { trunk: trunkId }),
    ...(destination === undefined ? {} : { destination }),
    startedAt,
    ...(answeredAt === undefined ? {} : { answeredAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(ringMs === undefined ? {} : { ringMs }),
    ...(talkMs === undefined ? {} : { talkMs }),
    ...(releasedBy === undefined ? {} : { releasedBy }),
    ...(q850 === undefined ? {} : { cause: q850 }),
  };
}

export function party(number?: string, name?: string, absence?: EventParty['absence']): EventParty {
  // Whoever does not want to be known is not told of to programs either.
  if (absence === 'private') return { absence };
  return {
    ...(number === undefined ? {} : { number }),
    ...(name === undefined ? {} : { name }),
    ...(absence === undefined ? {} : { absence }),
  };
}

const personOf = ({ id, name, extension }: PersonConfig): EventPerson => ({
  ...{ id, name },
  ...(extension === undefined ? {} : { extension }),
});
