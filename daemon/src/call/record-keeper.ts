import type { Clock, Timer } from '../base/clock.ts';
import { qualityOf } from '../media/quality/speech-quality.ts';
import type { CallRecord, CallRecorder, LegRecord } from '../records/call-record.ts';
import type { LegNote } from './attempt.ts';
import type { Leg, ReleaseCause } from './leg.ts';

/** What is known of a call when it begins. */
export type CallSeed = Omit<CallRecord, 'state' | 'startedAt' | 'legs' | 'events'>;

/** How long a step of a call may wait for its line in the journal, ms: what a crash may lose of a path. */
const STEP_MS = 200;

/** Keeps one call's record: follows its legs and writes each change through the recorder. */
export class RecordKeeper {
  readonly record: CallRecord;
  readonly #recorder: CallRecorder;
  readonly #clock: Clock;
  #begun = false;
  #ended = false;
  #changed = false;
  #late: Timer | undefined;

  constructor(seed: CallSeed, recorder: CallRecorder, clock: Clock) {
    this.#recorder = recorder;
    this.#clock = clock;
    this.record = { ...seed, state: 'active', startedAt: clock.wall(), legs: [], events: [] };
    this.#write();
  }

  /** Adds a leg and follows it to its end. */
  addLeg(leg: Leg, note: LegNote = {}): LegRecord {
    // Who was rung first by the box takes the caller's place when it answers.
    const known = this.record.legs.find(({ id, endedAt }) => id === leg.id && endedAt === undefined);
    if (known) return known;
    const entry: LegRecord = {
      id: leg.id,
      kind: leg.kind,
      place: leg.place,
      direction: leg.direction,
      startedAt: this.#clock.wall(),
      ...(note.number === undefined ? {} : { number: note.number }),
      ...(leg.callId === undefined ? {} : { sipCallId: leg.callId }),
      ...(leg.state === 'released' ? { endedAt: this.#clock.wall() } : {}),
    };
    this.record.legs.push(entry);
    leg.on('alerting', () => {
      entry.alertedAt ??= this.#clock.wall();
      if (leg.callId) entry.sipCallId = leg.callId;
    });
    leg.on('answered', (source) => {
      entry.answeredAt ??= this.#clock.wall();
      entry.answerSource = source;
      if (leg.lineAccounts?.answer) entry.lineAnswer = leg.lineAccounts.answer;
      if (leg.callId) entry.sipCallId = leg.callId;
    });
    leg.on('released', (released) => this.#legReleased(leg, entry, released));
    return entry;
  }

  /** A leg leaves this call and goes on elsewhere, or hears a tone: for this record it is over. */
  legLeft(leg: Leg): void {
    const entry = this.record.legs.find(({ id, endedAt }) => id === leg.id && endedAt === undefined);
    if (entry) entry.endedAt = this.#clock.wall();
    this.#write();
  }

  #legReleased(leg: Leg, entry: LegRecord, released: ReleaseCause): void {
    entry.endedAt ??= this.#clock.wall();
    entry.q850 = released.q850;
    entry.causeText = released.text;
    if (leg.lineAccounts?.release) entry.lineRelease = leg.lineAccounts.release;
    if (released.sip !== undefined) entry.sipStatus = released.sip;
    if (leg.callId) entry.sipCallId = leg.callId;
    this.#note();
    // The last RTP figures come from the media worker a moment after the leg is gone.
    const figures = leg.statistics?.().catch(() => undefined);
    void figures?.then((rtp) => {
      if (!rtp) return;
      entry.rtp = {
        sent: rtp.packetsSent,
        received: rtp.packetsReceived,
        lost: rtp.packetsLost,
        late: rtp.packetsLate,
        jitterMs: rtp.jitterMs,
        ...(rtp.roundTripMs === undefined ? {} : { roundTripMs: rtp.roundTripMs }),
      };
      const quality = qualityOf(rtp);
      if (quality.from ?? quality.to) entry.quality = quality;
      this.#note();
    });
  }

  /** Notes a step of the call's path, and has it written soon. */
  event(what: string, detail?: string): void {
    this.record.events.push({ at: this.#clock.wall(), what, ...(detail === undefined ? {} : { detail }) });
    this.#note();
  }

  /** Changes fields of the record, and has it written within this turn. */
  set(fields: Partial<CallRecord>): void {
    Object.assign(this.record, fields);
    this.#write();
  }

  /** Closes the record; the first call counts. */
  end(released: ReleaseCause, by: NonNullable<CallRecord['releasedBy']>, price: number | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#written();
    const at = this.#clock.wall();
    Object.assign(this.record, {
      state: 'ended',
      endedAt: at,
      q850: released.q850,
      causeText: released.text,
      releasedBy: by,
      ...(this.record.answeredAt === undefined ? {} : { talkMs: at - this.record.answeredAt }),
      ...(price === undefined ? {} : { price }),
    } satisfies Partial<CallRecord>);
    this.#begin();
    this.#recorder.end(this.record);
  }

  /**
   * What a bill depends on (begin, answer, end) is in the journal before the turn is over, and once for all
   * changes of the turn. The first write comes with the first leg's start, and no INVITE waits for the disk (ruling 32).
   */
  #write(): void {
    if (this.#changed) return;
    this.#changed = true;
    queueMicrotask(() => this.#changed && this.#update());
  }

  /** A step on the way: it waits a moment for the next, as each line of the journal is the whole record. */
  #note(): void {
    if (this.#begun) this.#late ??= this.#clock.after(STEP_MS, () => this.#update());
    else this.#write();
  }

  #update(): void {
    this.#written();
    if (!this.#begin()) this.#recorder.update(this.record);
  }

  #written(): void {
    this.#changed = false;
    this.#late?.cancel();
    this.#late = undefined;
  }

  /** Opens the record with the recorder, once; false if it was open. */
  #begin(): boolean {
    if (this.#begun) return false;
    this.#begun = true;
    this.#recorder.begin(this.record);
    return true;
  }
}
