import { messageOf } from '../base/error.ts';
import type { Attempt } from '../call/attempt.ts';
import { ForkAttempt, SequenceAttempt } from '../call/attempt.ts';
import { LimitedAttempt } from '../call/attempt-limits.ts';
import { cause, localCause } from '../call/cause.ts';
import { FxoLeg } from '../call/fxo-leg.ts';
import type { Diversion, Leg, Party } from '../call/leg.ts';
import type { CallSeed } from '../call/record-keeper.ts';
import type { AccessNumberConfig, CallerListConfig, DestinationConfig } from '../config/schema.ts';
import type { CallerIdInfo } from '../media/api.ts';
import type { FxoPort } from '../port/port.ts';
import type { Access } from './access.ts';
import { callerListOf } from './caller-lists.ts';
import type { Origin, Rights, ServiceContext } from './context.ts';
import { DigitSource } from './digit-source.ts';
import type { Emergency } from './emergency.ts';
import { limitCall, lineToLineMinutes } from './longest-call.ts';
import type { Reach } from './reach.ts';

/** How long the port of an emergency call is rung before the usual destination (ruling 6), ms. */
const callBackRingMs = 30_000;

/** Brings a number in any writing to E.164, or to its bare digits; `fromLine`: as an exchange's caller ID gives it. */
export type Normalise = (number: string, fromLine?: boolean) => string;

/** A call that came in on a trunk. */
export interface TrunkCall {
  trunkId: string;
  /** As the operator sent it. */
  calledNumber: string;
  caller: Party;
  /** Who sent the call on before it came here. */
  diversions?: readonly Diversion[];
}

/** Calls from outside: which number or line was called decides who rings (main job 3). */
export class Incoming {
  readonly #context: ServiceContext;
  readonly #reach: Reach;
  readonly #access: Access;
  readonly #emergency: Emergency;
  readonly #normalise: Normalise;

  constructor(
    context: ServiceContext,
    parts: { reach: Reach; access: Access; emergency: Emergency; normalise: Normalise },
  ) {
    this.#context = context;
    this.#reach = parts.reach;
    this.#access = parts.access;
    this.#emergency = parts.emergency;
    this.#normalise = parts.normalise;
  }

  /** Serves a call from a trunk. */
  trunk(leg: Leg, told: TrunkCall): void {
    const call = { ...told, caller: this.#named(told.caller) };
    const config = this.#context.config();
    const called = this.#normalise(call.calledNumber);
    const place = `trunk:${call.trunkId}`;
    const access = config.accessNumbers.find(
      (a) => a.enabled && a.trunkNumbers.some((number) => this.#normalise(number) === called),
    );
    const number = config.incomingNumbers.find(
      (n) => this.#normalise(n.number) === called && (n.trunk === undefined || n.trunk === call.trunkId),
    );
    const shown = access || number ? called : withoutBurst(called, config.accessNumbers);
    const about: Called = {
      trunkId: call.trunkId,
      calledNumber: shown,
      ...(call.diversions?.length ? { diversions: [...call.diversions] } : {}),
    };
    const listed = this.#listed(call.caller, number?.id);
    if (listed?.action === 'refuse') {
      this.#refuse(leg, call.caller, about, listed);
      return;
    }
    if (access) {
      const who = { leg, caller: call.caller, place, origin: outside };
      this.#reachAccess(access, who, about);
      return;
    }
    const to = number && (listed?.destination ?? this.#context.hours.destinationOf(number));
    const destination = config.destinations.find((d) => d.id === to);
    this.#ring(leg, destination, call.caller, about, { list: listed, label: number?.label });
  }

  /** Serves a city line that has begun to ring; the caller's number may still come. */
  line(port: FxoPort): void {
    const leg = new FxoLeg(this.#context.newId(), port, this.#context);
    const off = port.on('caller', (caller) => {
      off();
      if (leg.state !== 'released') this.#lineCaller(leg, port, this.#party(caller));
    });
    leg.once('released', off);
  }

  /** An exchange sends a number its own way: without the 8, with a category digit before it. */
  #party(caller: CallerIdInfo | undefined): Party {
    // Nothing came: that is not the exchange's word that it does not know.
    if (!caller) return {};
    if (caller.number === undefined) return caller;
    return this.#named({ ...caller, number: this.#normalise(caller.number, true) });
  }

  /** As the office calls them: what a network says of a name is mostly the number again, or the owner of the contract. */
  #named(caller: Party): Party {
    if (caller.number === undefined || caller.absence !== undefined) return caller;
    const name = this.#context.callerName?.(this.#normalise(caller.number));
    return name === undefined ? caller : { ...caller, name, nameForOffice: true };
  }

  #lineCaller(leg: FxoLeg, port: FxoPort, caller: Party): void {
    const config = this.#context.config();
    const access = config.accessNumbers.find((a) => a.enabled && a.linePorts.includes(port.number));
    const found = config.ports.find((p) => p.kind === 'fxo' && p.number === port.number);
    const line = found?.kind === 'fxo' ? found : undefined;
    const from: Origin = { kind: 'on-site', port: port.number };
    const listed = line?.role === 'pbx-extension' ? undefined : this.#listed(caller, undefined);
    if (listed?.action === 'refuse') {
      this.#refuse(leg, caller, {}, listed);
      return;
    }
    if (access) {
      // Whoever calls from an extension of the office PBX is on site (ruling 3); a city line is the street.
      const origin: Origin =
        line?.role === 'pbx-extension' ? { kind: 'on-site', port: port.number } : outside;
      this.#reachAccess(access, { leg, caller, place: `line:${port.number}`, origin }, {});
      return;
    }
    const id = listed?.destination ?? line?.incoming;
    const destination = config.destinations.find((d) => d.id === id);
    this.#ring(leg, destination, caller, {}, { from, list: listed });
  }

  /** The list that a caller is on now. For the hour after an emergency call nobody is: the dispatcher may be anybody. */
  #listed(caller: Party, incoming: string | undefined): CallerListConfig | undefined {
    if (this.#emergency.callBackPlaces().length > 0) return undefined;
    const { clock, config, hours } = this.#context;
    const call = { caller, incoming, at: clock.wall() };
    return callerListOf(call, { config: config(), hours, normalise: this.#normalise });
  }

  /** A caller that is not let in: a trunk's is told so, a city line goes on ringing at its exchange. */
  #refuse(leg: Leg, caller: Party, about: Called, list: CallerListConfig): void {
    const call = this.#context.calls.open(leg, incomingSeed(caller, about));
    call.keeper.event('caller-list', list.id);
    call.whenDone((released) => leg.release(released));
    call.end(localCause(cause.rejected, `caller is on the list ${list.id}`));
  }

  /** An access number answers at once, but for the hour after an emergency call: the dispatcher has no PIN. */
  #reachAccess(access: AccessNumberConfig, who: Ingress, about: Called): void {
    const callBack = this.#callBack(who.caller);
    if (!callBack) {
      void this.#answerAccess(access, who);
      return;
    }
    const { leg } = who;
    const call = this.#context.calls.open(leg, incomingSeed(who.caller, about));
    let answered = false;
    call.on('answered', () => {
      answered = true;
    });
    call.whenDone((released) => {
      if (answered) leg.release(released);
      else if (leg.state !== 'released') void this.#answerAccess(access, who);
    });
    call.place(callBack);
  }

  async #answerAccess(access: AccessNumberConfig, who: Ingress): Promise<void> {
    const { leg } = who;
    const digits = new DigitSource(leg, this.#context.clock);
    try {
      await leg.answer();
    } catch {
      return;
    }
    try {
      await this.#access.serve(access.id, { ...who, digits, followOn: true });
    } catch (error) {
      this.#context.log('error', () => `access number ${access.id}: ${messageOf(error)}`);
      leg.release(localCause(cause.temporary));
    }
  }

  #ring(
    leg: Leg,
    destination: DestinationConfig | undefined,
    caller: Party,
    about: Called,
    { from, list, label }: Circumstances,
  ): void {
    const call = this.#context.calls.open(leg, {
      ...incomingSeed(caller, about),
      ...(destination ? { destination: destination.id } : {}),
    });
    if (list) call.keeper.event('caller-list', list.id);
    call.whenDone((released) => leg.release(released));
    const callBack = this.#callBack(caller);
    if (!destination && !callBack) {
      // A city line that nobody is set to answer goes on ringing elsewhere; a trunk's caller is told.
      call.end(
        localCause(leg.kind === 'fxo' ? cause.noAnswer : cause.unallocated, 'no destination for this number'),
      );
      return;
    }
    const classes = this.#context.config().classesOfService;
    const rights: Rights = { classOfService: destination?.classOfService ?? classes[0]?.id ?? '' };
    const usual = destination
      ? this.#reach.destination(destination, {
          caller,
          rights,
          // It may be the dispatcher, who is not to be asked who he is.
          ...(callBack ? { unscreened: true } : {}),
          ...(from ? { from } : {}),
          ...(label === undefined ? {} : { label }),
          diverted: (about.diversions ?? []).reduce((sum, { times }) => sum + times, 0),
          ...(about.calledNumber === undefined ? {} : { divertedFrom: about.calledNumber }),
        })
      : undefined;
    call.on('answered', (called) => {
      if (leg.kind === 'fxo' && called.kind === 'fxo')
        limitCall(call, lineToLineMinutes, this.#context, [leg, called]);
    });
    const ways = [callBack, usual].filter((way) => way !== undefined);
    call.place(new SequenceAttempt(ways, 'everyone', () => false));
  }

  /** For an hour after an emergency call its telephone is rung first: the dispatcher may call back (ruling 6). */
  #callBack(caller: Party): Attempt | undefined {
    const places = this.#emergency.callBackPlaces();
    if (places.length === 0) return undefined;
    const ringing = new ForkAttempt(places.map((place) => this.#reach.place(place, caller, 'recall')));
    return new LimitedAttempt(ringing, this.#context.clock, callBackRingMs);
  }
}

/** Where a call came in, and who it is. */
interface Ingress {
  leg: Leg;
  caller: Party;
  /** For lock-outs: `trunk:acme`, `line:5`. */
  place: string;
  origin: Origin;
}

/** What was called, as far as an operator told it. */
interface Called {
  trunkId?: string;
  calledNumber?: string;
  diversions?: Diversion[];
}

/** What else decides about a call. */
interface Circumstances {
  /** The line it came in on, which it must not go out by again. */
  from?: Origin;
  /** The list that the caller is on. */
  list: CallerListConfig | undefined;
  /** In whose name the office was called. */
  label?: string | undefined;
}

const outside: Origin = { kind: 'outside' };

const incomingSeed = (caller: Party, about: Called): Omit<CallSeed, 'id'> => ({
  direction: 'incoming',
  service: 'incoming',
  ...(caller.number === undefined ? {} : { callerNumber: caller.number }),
  ...(caller.name === undefined ? {} : { callerName: caller.name }),
  ...(caller.absence === undefined ? {} : { callerAbsence: caller.absence }),
  ...(caller.category === undefined ? {} : { callerCategory: caller.category }),
  ...about,
});

/** P05: what was dialed behind an access number in one go begins with a PIN, and is nobody's number. */
function withoutBurst(called: string, accessNumbers: readonly { trunkNumbers: readonly string[] }[]): string {
  // As far as it matters here 8, 7 and +7 are the same.
  const bare = (number: string): string =>
    number.replace(/^(?:\+?7|8)(?=\d{10})/, '').replace(/[^\d*#]/g, '');
  const numbers = accessNumbers.flatMap((access) => access.trunkNumbers);
  return numbers.find((number) => bare(number) !== '' && bare(called).startsWith(bare(number))) ?? called;
}
