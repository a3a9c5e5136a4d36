import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { PriceConfig } from '../config/schema.ts';
import type { Media } from '../media/api.ts';
import type { CallRecord, CallRecorder } from '../records/call-record.ts';
import type { Attempt, LegNote } from './attempt.ts';
import { cause, localCause } from './cause.ts';
import type { Leg, ReleaseCause } from './leg.ts';
import { type CallSeed, RecordKeeper } from './record-keeper.ts';
import { type ToneSet, toneSource } from './tones.ts';

/** What a call needs from the daemon. */
export interface CallContext {
  clock: Clock;
  media: Media;
  tones: ToneSet;
  recorder: CallRecorder;
  /** Price in the site's currency of `talkMs` of conversation; zero or more. */
  priceOf(price: PriceConfig, talkMs: number): number;
}

/** Who ended a call. */
export type ReleasedBy = NonNullable<CallRecord['releasedBy']>;

export type CallState = 'seeking' | 'alerting' | 'talking' | 'held' | 'ended';

export type CallEvents = {
  /** Anything the page shows has changed. */
  changed: [];
  answered: [called: Leg];
  /** The end; comes once. The called leg is released already, the caller's leg is its owner's to release. */
  ended: [released: ReleaseCause, by: ReleasedBy];
};

/**
 * One call: a caller's leg, the attempt to reach somebody, and the conversation with who answered. It
 * keeps the record. The caller's leg outlives it (it may dial again), so its owner releases that.
 */
export class Call extends Emitter<CallEvents> {
  readonly caller: Leg;
  readonly keeper: RecordKeeper;
  readonly #context: CallContext;
  #called: Leg | undefined;
  #attempt: Attempt | undefined;
  #price: PriceConfig | undefined;
  #notes = new Map<Leg, LegNote>();
  #state: CallState = 'seeking';
  /** The leg whose audio the caller hears before anybody has answered. */
  #early: Leg | undefined;
  /** A speech path toward the caller was opened before the answer: it now hears us and nothing of its own. */
  #earlyPath = false;
  #ringback = false;
  #alertedAt: number | undefined;
  #off: (() => void)[] = [];
  #dialedAt: number | undefined;
  #holder: Leg | undefined;
  /** Holds and retrievals told to a party, one after the other. */
  #telling: Promise<void> = Promise.resolve();
  /** False while the called party itself is busy with something else (a consultation) when this call ends. */
  releaseCalled = true;

  constructor(caller: Leg, seed: CallSeed, context: CallContext) {
    super();
    this.caller = caller;
    this.#context = context;
    this.keeper = new RecordKeeper(seed, context.recorder, context.clock);
    this.keeper.addLeg(caller);
    this.#off.push(
      caller.on('released', (released) =>
        this.#finish(released, released.by === 'remote' ? 'caller' : 'box'),
      ),
    );
  }

  get id(): string {
    return this.keeper.record.id;
  }

  get record(): Readonly<CallRecord> {
    return this.keeper.record;
  }

  get state(): CallState {
    return this.#state;
  }

  /** Who answered. */
  get called(): Leg | undefined {
    return this.#called;
  }

  /** Price of the conversation up to now; undefined while there is nothing to charge. */
  get priceSoFar(): number | undefined {
    const { answeredAt, endedAt } = this.record;
    if (answeredAt === undefined || !this.#price) return undefined;
    return this.#context.priceOf(this.#price, (endedAt ?? this.#context.clock.wall()) - answeredAt);
  }

  /**
   * Begins to seek somebody. Once per call.
   * @param dialedAt clock ms at which the last digit entered call control, for the post-dial delay.
   */
  place(attempt: Attempt, dialedAt?: number): void {
    if (this.#state === 'ended' || this.#attempt) return;
    this.#attempt = attempt;
    this.#dialedAt = dialedAt;
    attempt.on('started', (leg, note) => this.#legStarted(leg, note));
    attempt.on('alerting', (leg, early) => this.#alerting(leg, early));
    attempt.on('answered', (leg) => void this.#answered(leg));
    attempt.on('failed', (failed) => this.#finish(failed, failed.by === 'remote' ? 'called' : 'box'));
    attempt.start();
  }

  #legStarted(leg: Leg, note: LegNote): void {
    this.#notes.set(leg, note);
    this.keeper.addLeg(leg, note);
    this.keeper.event('tried', note.routeId ? `${leg.place} ${note.routeId}` : leg.place);
    leg.once('alerting', () => this.#noteDelay(leg));
    leg.once('answered', () => this.#noteDelay(leg));
    leg.on('released', (released) => {
      this.#noteDelay(leg);
      this.keeper.event('leg-released', `${leg.place}: ${released.text}`);
      if (leg === this.#called) this.#finish(released, released.by === 'remote' ? 'called' : 'box');
      if (leg === this.#early) this.#earlyGone();
    });
    this.emit('changed');
  }

  /** The leg that was heard is gone and others may still ring: no caller waits in silence. */
  #earlyGone(): void {
    this.#early = undefined;
    if (this.#state !== 'alerting') return;
    if (this.caller.endpoint) void this.#context.media.disconnect(this.caller.endpoint).catch(() => {});
    this.#startRingback();
  }

  /** Post-dial delay (ruling 32): to the first request that left the box. */
  #noteDelay(leg: Leg): void {
    if (this.#dialedAt === undefined || leg.startedAt === undefined) return;
    this.keeper.record.postDialDelayMs = Math.max(
      0,
      Math.round((leg.startedAt - this.#dialedAt) * 100) / 100,
    );
    this.#dialedAt = undefined;
  }

  #alerting(leg: Leg, early: boolean): void {
    if (this.#state === 'ended') return;
    this.#state = 'alerting';
    this.#alertedAt ??= this.#context.clock.now();
    this.caller.alert();
    if (early && leg.endpoint && !this.#early) void this.#hearEarly(leg);
    else if (!this.#early) this.#startRingback();
    this.emit('changed');
  }

  /** Lets the caller hear the network's own ringback or message. */
  async #hearEarly(leg: Leg): Promise<void> {
    this.#early = leg;
    await this.#stopRingback();
    try {
      await this.caller.openEarlyMedia();
    } catch {
      // The caller is gone, and says so by itself.
      return;
    }
    this.#earlyPath = true;
    // Meanwhile somebody may have answered, or this leg may be gone.
    if (this.#early === leg && this.#state === 'alerting') await this.#join(leg);
  }

  #startRingback(): void {
    if (this.#ringback || !this.caller.endpoint) return;
    // A SIP caller that we have not answered is told by 180 and makes its own ringback, until it hears us.
    if (this.caller.kind === 'sip' && this.caller.state !== 'answered' && !this.#earlyPath) return;
    // A city line that we have not answered still hears its exchange's ringback.
    if (this.caller.kind === 'fxo' && this.caller.state !== 'answered') return;
    this.#ringback = true;
    this.#play('ringback');
  }

  #play(tone: 'ringback'): void {
    const endpoint = this.caller.endpoint;
    if (endpoint)
      void this.#context.media.play(endpoint, toneSource(this.#context.tones, tone)).catch(() => {});
  }

  async #stopRingback(): Promise<void> {
    if (!this.#ringback || !this.caller.endpoint) return;
    this.#ringback = false;
    await this.#context.media.stop(this.caller.endpoint).catch(() => {});
  }

  async #join(leg: Leg): Promise<void> {
    const [a, b] = [this.caller.endpoint, leg.endpoint];
    if (a && b && this.#state !== 'ended') await this.#context.media.connect(a, b).catch(() => {});
  }

  async #answered(leg: Leg): Promise<void> {
    if (this.#state === 'ended') {
      leg.release(localCause(cause.normal, 'caller gone'));
      return;
    }
    const { clock } = this.#context;
    const note = this.#notes.get(leg) ?? {};
    this.#called = leg;
    this.#state = 'talking';
    this.#price = note.price;
    const source = this.record.legs.find((entry) => entry.id === leg.id)?.answerSource;
    this.keeper.set({
      answeredAt: clock.wall(),
      ringMs: Math.round(clock.now() - (this.#alertedAt ?? clock.now())),
      ...(source === undefined ? {} : { answerSource: source }),
      ...(note.routeId === undefined ? {} : { routeId: note.routeId }),
      ...(note.trunkId === undefined ? {} : { trunkId: note.trunkId }),
      ...(note.costCentre === undefined ? {} : { costCentre: note.costCentre }),
    });
    this.keeper.event('answered', leg.place);
    this.#off.push(this.#context.media.on('rtpLost', (endpoint) => this.#rtpLost(endpoint)));
    this.emit('answered', leg);
    this.emit('changed');
    // Speech path first, answer signal second: nobody's first word is lost.
    await this.#stopRingback();
    await this.#join(leg);
    // It was over before the caller could hear of it.
    if (this.state === 'ended') return;
    try {
      if (this.caller.state !== 'answered') {
        const hadEndpoint = this.caller.endpoint !== undefined;
        await this.caller.answer();
        if (!hadEndpoint) await this.#join(leg);
      }
    } catch {
      this.end(localCause(cause.temporary, 'the caller could not be answered'));
    }
  }

  /** A party whose sound has stopped for long is gone; a held one is silent by right (ruling 23). */
  #rtpLost(endpoint: string): void {
    if (this.#state !== 'talking') return;
    if (endpoint !== this.caller.endpoint && endpoint !== this.#called?.endpoint) return;
    this.end(localCause(cause.temporary, 'no RTP and no RTCP came any more'));
  }

  /** The leg whose party put the other one on hold. */
  get holder(): Leg | undefined {
    return this.#holder;
  }

  /**
   * `by` puts the other party on hold (it hears the hold tone) and has its own ear free, or takes it back.
   * The speech path is changed at once; a SIP party is told behind that, however long it takes to answer.
   */
  async hold(on: boolean, by: Leg): Promise<void> {
    const held = by === this.caller ? this.#called : this.caller;
    if (!held?.endpoint || this.#state === 'ended' || (this.#state === 'held') === on) return;
    this.#state = on ? 'held' : 'talking';
    this.#holder = on ? by : undefined;
    this.keeper.event(on ? 'held' : 'resumed', by.place);
    this.emit('changed');
    const { media, tones } = this.#context;
    this.#telling = this.#telling.then(() => this.#tellHold(held));
    if (on) {
      const parted = media.disconnect(held.endpoint).catch(() => {});
      void media.play(held.endpoint, toneSource(tones, 'callWaiting')).catch(() => {});
      await parted;
    } else {
      const silent = media.stop(held.endpoint).catch(() => {});
      if (this.#called) await this.#join(this.#called);
      await silent;
    }
  }

  /** Tells a party how it stands now: two quick flashes must not leave it on hold behind our back. */
  async #tellHold(held: Leg): Promise<void> {
    if (this.#state === 'ended' || held.state !== 'answered') return;
    await held.hold(this.#state === 'held' && this.#holder !== held).catch(() => {});
  }

  /** Ends the call from our side. */
  end(released: ReleaseCause, by: ReleasedBy = 'box'): void {
    this.#finish(released, by);
  }

  #finish(released: ReleaseCause, by: ReleasedBy): void {
    if (this.#state === 'ended') return;
    const talked = this.#called !== undefined;
    if (!talked && this.#alertedAt !== undefined) {
      this.keeper.record.ringMs = Math.round(this.#context.clock.now() - this.#alertedAt);
    }
    const price = this.priceSoFar;
    // Whoever put the other on hold has its ear elsewhere, in a conversation that goes on.
    const elsewhere = this.#state === 'held' && this.#holder === this.caller;
    this.#state = 'ended';
    for (const off of this.#off) off();
    // The record is closed (journalled) before the BYE leaves: architecture, "How a call flows".
    this.keeper.end(released, by, price);
    const passed: ReleaseCause = { ...released, by: 'local' };
    this.#attempt?.cancel(passed);
    if (this.releaseCalled) this.#called?.release(passed);
    void this.#stopRingback();
    if (this.caller.endpoint && this.caller.state !== 'released' && !elsewhere) {
      void this.#context.media.disconnect(this.caller.endpoint).catch(() => {});
    }
    this.emit('ended', released, by);
    this.emit('changed');
    this.off();
  }
}
