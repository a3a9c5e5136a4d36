import type { Attempt } from '../call/attempt.ts';
import { SequenceAttempt } from '../call/attempt.ts';
import { LimitedAttempt } from '../call/attempt-limits.ts';
import { cause, localCause } from '../call/cause.ts';
import { FxoLeg } from '../call/fxo-leg.ts';
import type { Leg, Party } from '../call/leg.ts';
import type { AccessNumberConfig, DestinationConfig } from '../config/schema.ts';
import type { CallerIdInfo } from '../media/api.ts';
import type { FxoPort } from '../port/port.ts';
import type { Access } from './access.ts';
import type { Rights, ServiceContext } from './context.ts';
import { DigitSource } from './digit-source.ts';
import type { Emergency } from './emergency.ts';
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
  trunk(leg: Leg, call: TrunkCall): void {
    const config = this.#context.config();
    const called = this.#normalise(call.calledNumber);
    const place = `trunk:${call.trunkId}`;
    const access = config.accessNumbers.find(
      (a) => a.enabled && a.trunkNumbers.some((number) => this.#normalise(number) === called),
    );
    if (access) {
      void this.#answerAccess(leg, access, call.caller, place);
      return;
    }
    const number = config.incomingNumbers.find(
      (n) => this.#normalise(n.number) === called && (n.trunk === undefined || n.trunk === call.trunkId),
    );
    const destination = config.destinations.find((d) => d.id === number?.destination);
    this.#ring(leg, destination, call.caller, { trunkId: call.trunkId, calledNumber: called });
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
    if (!caller) return { absence: 'unavailable' };
    return caller.number === undefined ? caller : { ...caller, number: this.#normalise(caller.number, true) };
  }

  #lineCaller(leg: FxoLeg, port: FxoPort, caller: Party): void {
    const config = this.#context.config();
    const access = config.accessNumbers.find((a) => a.enabled && a.linePorts.includes(port.number));
    if (access) {
      void this.#answerAccess(leg, access, caller, `line:${port.number}`);
      return;
    }
    const line = config.ports.find((p) => p.kind === 'fxo' && p.number === port.number);
    const id = line?.kind === 'fxo' ? line.incoming : undefined;
    this.#ring(
      leg,
      config.destinations.find((d) => d.id === id),
      caller,
      {},
    );
  }

  async #answerAccess(leg: Leg, access: AccessNumberConfig, caller: Party, place: string): Promise<void> {
    const digits = new DigitSource(leg, this.#context.clock);
    try {
      await leg.answer();
    } catch {
      return;
    }
    const origin = { kind: 'outside' } as const;
    await this.#access.serve(access.id, { leg, digits, origin, caller, place, followOn: true });
  }

  #ring(
    leg: Leg,
    destination: DestinationConfig | undefined,
    caller: Party,
    about: { trunkId?: string; calledNumber?: string },
  ): void {
    const call = this.#context.calls.open(leg, {
      direction: 'incoming',
      service: 'incoming',
      ...(caller.number === undefined ? {} : { callerNumber: caller.number }),
      ...(caller.name === undefined ? {} : { callerName: caller.name }),
      ...(caller.absence === undefined ? {} : { callerAbsence: caller.absence }),
      ...about,
    });
    call.on('ended', (released) => leg.release(released));
    const callBack = this.#emergency.callBackPort();
    if (!destination && callBack === undefined) {
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
          ...(about.calledNumber === undefined ? {} : { divertedFrom: about.calledNumber }),
        })
      : undefined;
    call.place(this.#withCallBack(usual, callBack, caller));
  }

  /** For an hour after an emergency call its port is rung first: the dispatcher may call back (ruling 6). */
  #withCallBack(usual: Attempt | undefined, port: number | undefined, caller: Party): Attempt {
    if (port === undefined) return usual!;
    const first = new LimitedAttempt(this.#reach.port(port, caller), this.#context.clock, callBackRingMs);
    return new SequenceAttempt(usual ? [first, usual] : [first], 'everyone', () => false);
  }
}
