import { codeOf, messageOf } from '../base/error.ts';
import type { Call } from '../call/call.ts';
import type { Leg } from '../call/leg.ts';
import type { RecordingOrder, RecordingOutcome } from '../media/api.ts';
import type { RecordingRecord } from '../records/call-record.ts';
import type { ServiceContext } from './context.ts';
import type { PromptName } from './prompts.ts';
import { recordingAlarm } from './recording-alarm.ts';
import { mayRecord, wanted } from './recording-rules.ts';

/** Where recordings lie. */
export interface RecordingShelf {
  /** Where a file of this name is to be written, and how. */
  place(file: string): Pick<RecordingOrder, 'file' | 'seal'>;
  /** Looks whether anything is to be deleted. */
  tidy(): void;
}

/** One file being made. */
interface Running {
  readonly id: string;
  readonly entry: RecordingRecord;
  call: Call;
  /** The party at whose endpoint it is taken, and whether that party is on the right. */
  tapped: Leg;
  mirrored: boolean;
  mutes: number;
  /** Who has heard that it is recorded. */
  told: WeakSet<Leg>;
  /** Ends the pause that somebody keyed. */
  resume?: (() => void) | undefined;
}

/** Services at which a conversation is over that was recorded. */
const elsewhere = /^(?:room|voicemail|mailbox):/;

/** What a recording was begun by. */
export type RecordingOrigin = NonNullable<RecordingRecord['by']>;

/**
 * Records the calls that the configuration names, from answer to end (M09). A recording belongs to the conversation: it is
 * taken where the party is that stays, so that hold, transfer and replacement go by without an end of the file.
 */
export class CallRecordings {
  readonly #context: ServiceContext;
  readonly #shelf: RecordingShelf;
  readonly #running = new Map<string, Running>();
  /** By the call that it belongs to now. */
  readonly #of = new Map<Call, Running>();
  /** Ended, and not yet told so by who writes. */
  readonly #ending = new Map<string, Running>();

  constructor(context: ServiceContext, shelf: RecordingShelf) {
    this.#context = context;
    this.#shelf = shelf;
    context.calls.on('changed', (call) => this.#look(call));
    context.media.on('recording', (id, outcome) => this.#over(id, outcome));
  }

  /** Whether a call is being recorded now. */
  recorded(call: Call): boolean {
    return this.#of.has(call);
  }

  /** Nothing is recorded of a party until what is returned is called: it enters something secret (ruling 20). */
  mute(leg: Leg): () => void {
    return this.#mute(
      [...this.#running.values()].filter(({ call }) => call.caller === leg || call.called === leg),
    );
  }

  #mute(muted: Running[]): () => void {
    const { media } = this.#context;
    for (const running of muted)
      if (running.mutes++ === 0) void media.muteRecording(running.id, true).catch(() => {});
    return () => {
      for (const running of muted.splice(0))
        if (--running.mutes === 0) void media.muteRecording(running.id, false).catch(() => {});
    };
  }

  /** What the present recording of a call was begun by; undefined: it is not recorded. */
  begunBy(call: Call): RecordingOrigin | undefined {
    const running = this.#of.get(call);
    return running && (running.entry.by ?? 'rule');
  }

  /** Ends the recording of a call that goes on; both parties hear that. False: it is not recorded. */
  end(call: Call): boolean {
    const running = this.#of.get(call);
    if (!running) return false;
    this.#stop(running);
    call.keeper.event('recording-ended');
    this.#tell(call, 'not-recorded');
    return true;
  }

  /** Silence in the file from now on, or no longer; both parties hear that. @returns whether it is paused now. */
  pause(call: Call): boolean {
    const running = this.#of.get(call);
    if (!running) return false;
    const { resume } = running;
    running.resume = resume ? undefined : this.#mute([running]);
    resume?.();
    call.keeper.event(resume ? 'recording-resumed' : 'recording-paused');
    this.#tell(call, resume ? 'recorded' : 'not-recorded');
    return !resume;
  }

  /** Begins to record a call in progress. False: it is recorded already, or cannot be. */
  begin(call: Call, by: RecordingOrigin): boolean {
    const { called } = call;
    if (!called || this.#of.has(call) || call.state === 'ended' || !mayRecord(call)) return false;
    const { format, minFreeMegabytes } = this.#context.config().recording;
    // A caller whose speech path is opened with the answer has none yet.
    const mirrored = call.caller.endpoint === undefined;
    const tapped = mirrored ? called : call.caller;
    if (!tapped.endpoint) return false;
    const id = this.#context.newId();
    const at = this.#context.clock.wall();
    const number = (call.record.recordings?.length ?? 0) + 1;
    const entry: RecordingRecord = { file: `${call.id}-${number}.${format}`, at, by };
    const running: Running = { id, entry, call, tapped, mirrored, mutes: 0, told: new WeakSet() };
    this.#running.set(id, running);
    this.#of.set(call, running);
    this.#follow(call, running);
    note(call, entry);
    call.keeper.event('recording');
    const order = {
      id,
      ...this.#shelf.place(entry.file),
      format,
      mirrored,
      minFreeBytes: minFreeMegabytes * 1_000_000,
    };
    this.#context.media.record(tapped.endpoint, order).catch((error: unknown) => {
      this.#context.log('warn', () => `recording of ${call.id}: ${codeOf(error)}: ${messageOf(error)}`);
      this.#over(id, { durationMs: 0, bytes: 0, gapMs: 0, kept: false, failed: 'recorder-lost' });
    });
    // What is told of an answer may end the ringback behind this.
    queueMicrotask(() => this.#tellNew(running));
    return true;
  }

  /** Nothing is recorded unannounced (ruling 20), whoever comes into the call later. */
  #tellNew({ call, told }: Running): void {
    for (const leg of [call.caller, call.called]) {
      if (!leg || told.has(leg)) continue;
      told.add(leg);
      this.#announce(leg, 'recorded');
    }
  }

  /** Somebody else comes to be heard in a call; that it is recorded is told to him, too. */
  joins(call: Call, leg: Leg): void {
    const running = this.#of.get(call);
    if (!running || running.told.has(leg)) return;
    running.told.add(leg);
    this.#announce(leg, 'recorded');
  }

  #tell(call: Call, what: PromptName): void {
    for (const leg of [call.caller, call.called]) if (leg) this.#announce(leg, what);
  }

  #announce(leg: Leg, what: PromptName): void {
    const say = (): void => {
      if (leg.endpoint)
        void this.#context.media.play(leg.endpoint, this.#context.prompts.source(what)).catch(() => {});
    };
    if (leg.state === 'answered') say();
    else leg.once('answered', say);
  }

  #look(call: Call): void {
    const running = this.#of.get(call);
    // What is said in a conference room or to a mailbox is not this conversation, and nobody there has been told.
    if (running && call.state === 'served' && elsewhere.test(call.record.servedBy ?? '')) this.#stop(running);
    if (call.state !== 'talking' && call.state !== 'held') return;
    if (!running) {
      if (!call.record.recordings && wanted(call, this.#context.config())) this.begin(call, 'rule');
      return;
    }
    // Who is held hears music, and is told once the two talk.
    if (call.state === 'talking') queueMicrotask(() => this.#tellNew(running));
    // Whoever holds the other has its ear elsewhere, and what it does there is another call's.
    if (call.holder === running.tapped && call.called) this.#tap(running, call.other(running.tapped));
  }

  #follow(call: Call, running: Running): void {
    call.on('replaced', (leaving, next) => {
      if (this.#of.get(call) === running && leaving === running.tapped) this.#tap(running, call.other(next));
    });
    call.on('handedOver', (party, into) => {
      if (this.#of.get(call) !== running || this.#of.has(into)) return;
      // The party keeps its side, whoever it talks to now.
      this.#tap(running, party);
      this.#of.delete(call);
      this.#of.set(into, running);
      running.call = into;
      note(into, running.entry);
      this.#follow(into, running);
    });
    call.on('ended', () => {
      if (this.#of.get(call) === running) this.#stop(running);
    });
  }

  #stop(running: Running): void {
    this.#of.delete(running.call);
    this.#ending.set(running.id, running);
    this.#running.delete(running.id);
    void this.#context.media.stopRecording(running.id).catch(() => {});
  }

  #tap(running: Running, leg: Leg | undefined): void {
    if (!leg?.endpoint || leg === running.tapped) return;
    running.tapped = leg;
    running.mirrored = !running.mirrored;
    void this.#context.media.moveRecording(running.id, leg.endpoint, running.mirrored).catch(() => {});
  }

  #over(id: string, { durationMs, bytes, gapMs, kept, failed }: RecordingOutcome): void {
    const running = this.#running.get(id) ?? this.#ending.get(id);
    if (!running) return;
    this.#running.delete(id);
    this.#ending.delete(id);
    const { call, entry } = running;
    if (this.#of.get(call) === running) this.#of.delete(call);
    Object.assign(entry, {
      seconds: Math.round(durationMs / 100) / 10,
      bytes,
      ...(gapMs > 0 ? { gapSeconds: Math.ceil(gapMs / 1000) } : {}),
      ...(failed === undefined ? {} : { failed }),
      ...(kept ? {} : { gone: true as const }),
    });
    note(call, entry);
    recordingAlarm(this.#context, failed ?? (gapMs > 0 ? 'slow' : undefined));
    this.#shelf.tidy();
  }
}

/** Puts an entry into a record, or renews it there. */
function note(call: Call, entry: RecordingRecord): void {
  const others = (call.record.recordings ?? []).filter(({ file }) => file !== entry.file);
  call.keeper.set({ recordings: [...others, { ...entry }] });
}
