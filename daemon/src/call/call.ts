import { Emitter } from '../base/emitter.ts';
import { CodedError } from '../base/error.ts';
import type { PriceConfig } from '../config/schema.ts';
import type { CallRecord } from '../records/call-record.ts';
import type { Attempt, LegNote } from './attempt.ts';
import { CallFax } from './call-fax.ts';
import type { CallContext, CallEvents, CallState, Done, ReleasedBy } from './call-types.ts';
import { CallerEar } from './caller-ear.ts';
import { cause, localCause } from './cause.ts';
import { Holds } from './holds.ts';
import type { Leg, Party, ReleaseCause } from './leg.ts';
import { type CallSeed, RecordKeeper } from './record-keeper.ts';

export type { CallContext, CallEvents, CallState, Done, ReleasedBy } from './call-types.ts';

/** A party's place in a call; who has come from another call brings along who is to be told of the end. */
interface Seat {
  readonly leg: Leg;
  done: Done;
}

/** A record that a transfer left open, because a leg of it still costs (ruling 8). */
interface Companion {
  readonly keeper: RecordKeeper;
  readonly leg: Leg;
  readonly price: () => number | undefined;
}

/**
 * One call: a caller's leg, the attempt to reach somebody, and the conversation with who answered. It
 * keeps the record. The caller's leg outlives it (it may dial again), so its owner releases that. A
 * transfer moves a party with its owner into another call.
 */
export class Call extends Emitter<CallEvents> {
  readonly keeper: RecordKeeper;
  readonly #context: CallContext;
  #caller: Seat;
  #called: Seat | undefined;
  #attempt: Attempt | undefined;
  #price: PriceConfig | undefined;
  #notes = new Map<Leg, LegNote>();
  #state: CallState = 'seeking';
  #alertedAt: number | undefined;
  #off: (() => void)[] = [];
  /** Ends what is heard of each party. */
  #seated = new Map<Leg, () => void>();
  #companions: Companion[] = [];
  /** Where the other party goes when `by` hangs up before the transfer it asked for is done. */
  #leaving: { by: Leg; into: Call; place: Leg | undefined } | undefined;
  #dialedAt: number | undefined;
  readonly #holds: Holds;
  readonly #ear: CallerEar;
  readonly #fax: CallFax;
  /** Holds and retrievals told to a party, one after the other. */
  #telling: Promise<void> = Promise.resolve();
  /** Where a call goes that a transfer left to its fate, if nobody takes it: back to the transferor. */
  recall: (() => Attempt | undefined) | undefined;
  /** False while the called party itself is busy with something else (a consultation) when this call ends. */
  releaseCalled = true;

  constructor(caller: Leg, seed: CallSeed, context: CallContext) {
    super();
    this.#caller = { leg: caller, done: () => {} };
    this.#context = context;
    this.#holds = new Holds(context.media, context.tones, context.holdSound);
    this.#ear = new CallerEar(context.media, context.tones, this);
    this.#fax = new CallFax(context.media, context.clock, this, (fax) => {
      this.keeper.set({ fax });
      this.emit('changed');
    });
    this.keeper = new RecordKeeper(seed, context.recorder, context.clock);
    if (!caller.standsIn) this.keeper.addLeg(caller);
    this.#seat(caller);
  }

  /** Follows a party from here on: its end, and whether it holds the other. */
  #seat(leg: Leg): void {
    const offs = [
      leg.on('released', (released) => this.#partyGone(leg, released)),
      leg.on('held', (on, music) => void this.hold(on, leg, music)),
      leg.on('connected', (party) => this.#connected(leg, party)),
      leg.on('path', (direct) => this.keeper.event(direct ? 'media-direct' : 'media-back', leg.place)),
    ];
    this.#seated.set(leg, () => {
      for (const off of offs) off();
    });
  }

  /** RFC 4916: who is really spoken to is told to the other party, and stands in the record where he was not called. */
  #connected(leg: Leg, party: Party): void {
    const called = this.#notes.get(leg)?.number ?? this.record.calledNumber;
    if (party.number === undefined || (leg === this.called && party.number === called)) return;
    this.other(leg)?.show?.(party);
    if (leg !== this.called) return;
    this.keeper.set({
      connectedNumber: party.number,
      ...(party.name === undefined ? {} : { connectedName: party.name }),
    });
    this.emit('changed');
  }

  #unseat(leg: Leg): void {
    this.#seated.get(leg)?.();
    this.#seated.delete(leg);
  }

  #partyGone(leg: Leg, released: ReleaseCause): void {
    // It has left for another call in this very moment.
    if (!this.#seated.has(leg)) return;
    const { by, into, place } = this.#leaving ?? {};
    if (by === leg && into && into.state !== 'ended') {
      this.transfer(leg, into, place);
      return;
    }
    this.#finish(released, released.by === 'local' ? 'box' : leg === this.caller ? 'caller' : 'called');
  }

  get caller(): Leg {
    return this.#caller.leg;
  }

  /**
   * Tells the owner of the caller's leg, once, that the leg's part is over: the call has ended, or somebody has taken
   * the leg's place. After a transfer it is the end of the call that the leg was moved to.
   */
  whenDone(done: Done): void {
    this.#caller.done = done;
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
    return this.#called?.leg;
  }

  /** The party that `leg` talks to. */
  other(leg: Leg): Leg | undefined {
    return leg === this.caller ? this.called : leg === this.called ? this.caller : undefined;
  }

  /** Price of the conversation up to now; undefined while there is nothing to charge. */
  get priceSoFar(): number | undefined {
    const prices = [this.#ownPrice(), ...this.#companions.map(({ price }) => price())];
    const known = prices.filter((price) => price !== undefined);
    return known.length ? known.reduce((sum, price) => sum + price, 0) : undefined;
  }

  #ownPrice(): number | undefined {
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
    this.#dialedAt = dialedAt;
    this.#seek(attempt);
  }

  #seek(attempt: Attempt): void {
    this.#attempt = attempt;
    attempt.on('started', (leg, note) => this.#legStarted(leg, note));
    attempt.on('alerting', (leg, early) => this.#alerting(leg, early));
    attempt.on('answered', (leg) => void this.#answered(leg));
    attempt.on('hosted', (receive) => receive(this));
    attempt.on('step', (what, detail) => this.keeper.event(what, detail));
    attempt.on('failed', (failed) => {
      const back = this.recall?.();
      this.recall = undefined;
      if (back) {
        this.keeper.event('recalled');
        this.#seek(back);
      } else this.#finish(failed, failed.by === 'remote' ? 'called' : 'box');
    });
    attempt.start();
  }

  /** Who is rung, or called, and has not answered. */
  get rung(): Leg[] {
    return [...this.#notes.keys()].filter((leg) => leg.state === 'trying' || leg.state === 'alerting');
  }

  /**
   * `next`, an answered leg, takes the call in place of whoever is rung (RFC 3891 3, of an early dialog).
   * @throws CodedError `call/not-transferable` if somebody has taken it
   */
  pickUp(next: Leg): void {
    if (this.#called || !this.#attempt || this.#state === 'ended')
      throw new CodedError('call/not-transferable', 'nobody is rung any more');
    this.#attempt.cancel(localCause(cause.normal, 'answered elsewhere'));
    this.keeper.addLeg(next).answerSource = next.kind === 'fxs' ? 'off-hook' : 'sip';
    this.keeper.event('picked-up', next.place);
    void this.#answered(next);
  }

  #legStarted(leg: Leg, note: LegNote): void {
    leg.follows?.(this.caller);
    this.#notes.set(leg, note);
    this.keeper.addLeg(leg, note);
    this.keeper.event('tried', note.routeId ? `${leg.place} ${note.routeId}` : leg.place);
    leg.once('alerting', () => this.#noteDelay(leg));
    leg.once('answered', () => this.#noteDelay(leg));
    leg.on('released', (released) => {
      this.#noteDelay(leg);
      this.keeper.event('leg-released', `${leg.place}: ${released.text}`);
      this.#ear.gone(leg);
    });
    this.emit('changed');
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

  /**
   * A service of ours answers the caller in the name of `by`, and speaks to it until somebody else is found.
   * @throws CodedError `call/over` where the caller is gone
   */
  async serve(by: string): Promise<void> {
    this.keepsSound = true;
    if (this.caller.state !== 'answered') await this.caller.answer();
    if (this.#state === 'ended') throw new CodedError('call/over', 'the caller is gone');
    this.#state = 'served';
    this.keeper.set({ servedAt: this.record.servedAt ?? this.#context.clock.wall(), servedBy: by });
    this.keeper.event('served', by);
    this.#followRtp();
    this.emit('served', by);
    this.emit('changed');
  }

  /** Whom a service rang has not answered: the service speaks again. */
  servedAgain(): void {
    if (this.#state !== 'alerting' || this.record.servedAt === undefined) return;
    this.keepsSound = true;
    this.#state = 'served';
    this.emit('changed');
  }

  /** While true the caller hears the service, and neither ringback nor the network of who is rung. */
  get keepsSound(): boolean {
    return this.#ear.aside;
  }

  set keepsSound(on: boolean) {
    if (on) this.#ear.hush();
    this.#ear.aside = on;
  }

  #followRtp(): void {
    if (this.#off.length === 0)
      this.#off.push(this.#context.media.on('rtpLost', (endpoint) => this.#rtpLost(endpoint)));
  }

  #alerting(leg: Leg, early: boolean): void {
    if (this.#state === 'ended') return;
    this.#state = 'alerting';
    this.#alertedAt ??= this.#context.clock.now();
    this.caller.alert();
    this.#ear.alerting(leg, early);
    this.emit('changed');
  }

  async #answered(leg: Leg): Promise<void> {
    if (this.#state === 'ended') {
      leg.release(localCause(cause.normal, 'caller gone'));
      return;
    }
    const { clock } = this.#context;
    const note = this.#notes.get(leg) ?? {};
    this.#called = { leg, done: (released) => this.releaseCalled && leg.release(released) };
    this.#seat(leg);
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
      ...(note.person === undefined ? {} : { answeredBy: note.person }),
    });
    this.keeper.event('answered', leg.place);
    this.#followRtp();
    this.emit('answered', leg);
    this.emit('changed');
    // Speech path first, answer signal second: nobody's first word is lost.
    this.keepsSound = false;
    this.#ear.hush();
    this.#ear.join(leg);
    // It was over before the caller could hear of it.
    if (this.state === 'ended') return;
    try {
      if (this.caller.state !== 'answered') {
        const hadEndpoint = this.caller.endpoint !== undefined;
        await this.caller.answer();
        if (!hadEndpoint) this.#ear.join(leg);
      }
      // A dispatcher's line is a dispatcher's: nothing in it is ever taken for a fax.
      if (this.#talks() && this.record.service !== 'emergency') this.#fax.begin();
    } catch {
      this.end(localCause(cause.temporary, 'the caller could not be answered'));
    }
  }

  #talks(): boolean {
    return this.#state === 'talking' || this.#state === 'held';
  }

  /** A party whose sound has stopped for long is gone; a held one is silent by right (ruling 23). */
  #rtpLost(endpoint: string): void {
    if (this.#state !== 'talking' && this.#state !== 'served') return;
    if (endpoint !== this.caller.endpoint && endpoint !== this.called?.endpoint) return;
    this.end(localCause(cause.temporary, 'no RTP and no RTCP came any more'));
  }

  /** The leg whose party put the other one on hold; of two the first. */
  get holder(): Leg | undefined {
    return this.#holds.first;
  }

  /**
   * `by` puts the other party on hold (it hears the hold tone) and has its own ear free, or takes it back.
   * The speech path is changed at once; a SIP party is told behind that, however long it takes to answer.
   * @param music `by` goes on sending: the other party hears that, and is told nothing.
   */
  async hold(on: boolean, by: Leg, music = false): Promise<void> {
    const held = this.other(by);
    if (!held || (this.#state !== 'talking' && this.#state !== 'held')) return;
    // A dispatcher is put on hold by nobody, not even by a telephone that believes so.
    if (this.record.service === 'emergency' || !this.#holds.note(by, on, music)) return;
    this.#state = this.#holds.any ? 'held' : 'talking';
    this.keeper.event(on ? 'held' : 'resumed', by.place);
    this.emit('changed');
    this.#tell(held);
    await this.#holds.apply(this.caller, held === this.caller ? by : held);
  }

  /** Tells a party how it stands now: two quick flashes must not leave it on hold behind our back. */
  #tell(leg: Leg, after: Promise<void> = Promise.resolve()): void {
    this.#telling = Promise.all([this.#telling, after]).then(async () => {
      if (this.#state === 'ended' || leg.state !== 'answered') return;
      // While we ring for it, or serve it, nobody holds it.
      if (!this.other(leg) && this.record.servedAt === undefined) return;
      await leg.hold(this.#holds.silences(this.other(leg))).catch(() => {});
    });
  }

  /** Whether `by` may hand its party over now: somebody is there, and it is no emergency call. */
  transferable(by: Leg): boolean {
    const busy = this.#state === 'talking' || this.#state === 'held';
    return busy && this.record.service !== 'emergency' && this.other(by)?.state === 'answered';
  }

  /**
   * Until {@link transfer} or `undefined`: if `by` hangs up, its party goes on in `into` at once. Without `place` the
   * party is that call's caller already, for whom somebody is sought (a blind transfer whose transferor does not wait).
   */
  leaveTo(by: Leg, into: Call | undefined, place?: Leg): void {
    this.#leaving = into && { by, into, place };
    if (place || this.#state === 'ended') return;
    const party = this.other(by);
    if (!party) return;
    if (into) this.#lend(party);
    else void this.#holds.apply(by, party);
  }

  /** The party hears somebody else's ringing for a while, and no longer its own call. */
  #lend(party: Leg): void {
    this.#holds.hush(party);
    if (party.endpoint) void this.#context.media.disconnect(party.endpoint).catch(() => {});
  }

  /**
   * `by` hands the other party of this call over to `into` and is out of both: the party takes the place of `place`,
   * `by`'s leg over there, or sits there already as the caller (blind transfer). This call ends without releasing the
   * party; a leg that costs goes on being charged on this call's record (ruling 8).
   * @throws CodedError `call/not-transferable`
   */
  transfer(by: Leg, into: Call, place?: Leg): void {
    const seat = by === this.caller ? this.#called : this.#caller;
    const leaver = by === this.caller ? this.#caller : this.#called;
    if (!this.other(by) || !seat || !leaver || this.#state === 'ended' || into.state === 'ended')
      throw new CodedError('call/not-transferable', 'nobody is there to be transferred');
    const released = localCause(cause.normal, 'transferred');
    const left = by === this.caller ? 'caller' : 'called';
    this.#leaving = undefined;
    this.#unseat(seat.leg);
    this.#unseat(by);
    const holds = this.#holds.musicOf(seat.leg);
    this.#holds.forget(seat.leg);
    this.#holds.forget(by);
    this.#fax.end();
    this.#state = 'ended';
    for (const off of this.#off) off();
    this.keeper.event('transferred', by.place);
    this.keeper.set({ transferredTo: into.id });
    const moved = { ...seat, done: this.#doneOf(seat) };
    const costs = seat === this.#called && this.#price !== undefined;
    const companions = [...this.#companions];
    if (costs) companions.push({ keeper: this.keeper, leg: seat.leg, price: () => this.#ownPrice() });
    if (!costs) this.keeper.end(released, left, this.#ownPrice());
    if (holds !== undefined) into.#holds.note(seat.leg, true, holds);
    const mover = this.#partyOf(seat);
    const there = into.other(place ?? seat.leg);
    // One for whom somebody was sought has been shown to him from the first.
    const met = there && into.#partyOf(there === into.caller ? into.#caller : into.#called!);
    // Before the other call finds somebody new in it: what follows the party is not begun anew there.
    this.emit('handedOver', seat.leg, into);
    into.#receive(moved, this, by, place, companions);
    // RFC 4916: both see whom they talk to now.
    if (met) seat.leg.show?.(met);
    if (place) there?.show?.(mover);
    this.emit('ended', released, left);
    this.#doneOf(leaver)(released, left);
    this.emit('changed');
    into.emit('changed');
    this.off();
  }

  /** A party as its call knows it. */
  #partyOf(seat: Seat): Party {
    const { callerNumber, callerName, callerAbsence, calledNumber } = this.record;
    if (seat !== this.#caller) {
      const number = this.record.connectedNumber ?? this.#notes.get(seat.leg)?.number ?? calledNumber;
      return number === undefined ? {} : { number };
    }
    if (callerAbsence !== undefined) return { absence: callerAbsence };
    return {
      ...(callerNumber === undefined ? {} : { number: callerNumber }),
      ...(callerName === undefined ? {} : { name: callerName }),
      ...(callerName !== undefined && this.record.direction === 'incoming' && { nameForOffice: true }),
    };
  }

  /** Whom a seat's end concerns, once this call no longer stands behind it. */
  #doneOf(seat: Seat): Done {
    // A called party that has a consultation of its own is released by whoever began that.
    return seat === this.#called && !this.releaseCalled ? () => {} : seat.done;
  }

  #endCompanions(released: ReleaseCause, by: ReleasedBy): void {
    const leaver = by === 'caller' ? this.caller : by === 'called' ? this.called : undefined;
    for (const { keeper, leg, price } of this.#companions)
      keeper.end(released, leaver === undefined ? 'box' : leaver === leg ? 'called' : 'caller', price());
  }

  #receive(seat: Seat, from: Call, by: Leg, place: Leg | undefined, companions: readonly Companion[]): void {
    this.#companions.push(...companions);
    this.keeper.set({ transferredFrom: from.id, transferredBy: by.place });
    this.keeper.event('joined', seat.leg.place);
    if (place) this.replace(place, seat.leg, seat.done, from.#telling);
    else {
      this.#caller.done = seat.done;
      this.#tell(seat.leg, from.#telling);
    }
  }

  /**
   * `next`, an answered leg, takes the place of `leaving` (RFC 3891 3): it hears and is heard at once. `done` is told
   * when its part is over; whoever owns `leaving` is told now.
   * @throws CodedError `call/not-transferable`
   */
  replace(leaving: Leg, next: Leg, done: Done, after?: Promise<void>): void {
    const seat = leaving === this.caller ? this.#caller : leaving === this.called ? this.#called : undefined;
    if (!seat || this.#state === 'ended')
      throw new CodedError('call/not-transferable', 'the place to be taken is not in this call');
    const asCaller = seat === this.#caller;
    const ringing = asCaller && !this.#called;
    if (ringing) this.#ear.hush();
    this.#unseat(leaving);
    this.#holds.forget(leaving);
    this.keeper.legLeft(leaving);
    if (!next.standsIn) this.keeper.addLeg(next);
    this.keeper.event('replaced', next.place);
    this.#seat(next);
    const leave = this.#doneOf(seat);
    this.#fax.end();
    if (asCaller) this.#caller = { leg: next, done };
    else {
      this.#called = { leg: next, done };
      this.releaseCalled = true;
    }
    if (leaving.endpoint) void this.#context.media.disconnect(leaving.endpoint).catch(() => {});
    if (ringing) {
      void after?.then(() => next.hold(false)).catch(() => {});
      this.#ear.passOn();
    } else {
      this.#state = this.#holds.any ? 'held' : 'talking';
      for (const leg of [this.caller, this.called]) if (leg) this.#tell(leg, after);
      if (this.called) void this.#holds.apply(this.caller, this.called);
      if (this.record.service !== 'emergency') this.#fax.begin();
    }
    leave(localCause(cause.normal, 'replaced'), asCaller ? 'caller' : 'called');
    this.emit('replaced', leaving, next);
    this.emit('changed');
  }

  /** Ends the call from our side. */
  end(released: ReleaseCause, by: ReleasedBy = 'box'): void {
    this.#finish(released, by);
  }

  #finish(released: ReleaseCause, by: ReleasedBy): void {
    if (this.#state === 'ended') return;
    const talked = this.called !== undefined;
    if (!talked && this.#alertedAt !== undefined) {
      this.keeper.record.ringMs = Math.round(this.#context.clock.now() - this.#alertedAt);
    }
    const price = this.#ownPrice();
    // Whoever put the other on hold has its ear elsewhere, in a conversation that goes on.
    const elsewhere = this.#holds.has(this.caller);
    this.#fax.end();
    this.#state = 'ended';
    for (const off of this.#off) off();
    for (const leg of [...this.#seated.keys()]) this.#unseat(leg);
    // The record is closed (journalled) before the BYE leaves: architecture, "How a call flows".
    this.keeper.end(released, by, price);
    this.#endCompanions(released, by);
    const passed: ReleaseCause = { ...released, by: 'local' };
    this.#attempt?.cancel(passed);
    this.#called?.done(passed, by);
    this.#ear.hush();
    if (this.caller.endpoint && this.caller.state !== 'released' && !elsewhere) {
      void this.#context.media.disconnect(this.caller.endpoint).catch(() => {});
    }
    this.emit('ended', released, by);
    this.#caller.done(released, by);
    this.emit('changed');
    this.off();
  }
}
