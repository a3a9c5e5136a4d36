import { messageOf } from '../base/error.ts';
import { LimitedAttempt } from '../call/attempt-limits.ts';
import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import type { Leg } from '../call/leg.ts';
import { Conference } from './conference.ts';
import type { ServiceContext } from './context.ts';
import type { Dialer, Dialing } from './dialed.ts';
import { Dialog } from './dialog.ts';
import { DigitSource } from './digit-source.ts';
import { partyOfPort, rightsAt } from './directory.ts';
import type { FeatureCodes } from './feature-codes.ts';
import { limitIfOutside } from './longest-call.ts';
import type { Reach } from './reach.ts';
import { partyOf } from './transferor.ts';
import { WaitingCalls } from './waiting.ts';

/** How long the tone of a failed consultation sounds before the held call comes back by itself, ms. */
const failedToneMs = 2500;

/** How long a telephone rings for the party that it has put through to nobody, ms. */
const recallMs = 30_000;

/** What consultations are made of. */
export interface ConsultParts {
  dialing: Dialing;
  codes: FeatureCodes;
  reach: Reach;
}

/**
 * Hook flash in a call: the other party is held and the flasher hears a broken dial tone, may dial
 * somebody and talk. Another flash joins all three, one more leaves the consulted party; by itself it comes back when the
 * consultation ends. Hanging up puts the two others together.
 */
export class Consultations {
  readonly #context: ServiceContext;
  readonly #parts: ConsultParts;
  readonly #waiting: WaitingCalls;
  #sessions = new Map<Leg, Consultation>();

  constructor(context: ServiceContext, parts: ConsultParts) {
    this.#context = context;
    this.#parts = parts;
    this.#waiting = new WaitingCalls(context);
    context.calls.on('changed', (call) => {
      if (call.state === 'talking') {
        this.#watch(call, call.caller);
        if (call.called) this.#watch(call, call.called);
      }
    });
  }

  /** Resolves when `leg` is in no consultation, and its telephone in no other call; its owner releases it only then. */
  async idle(leg: Leg): Promise<void> {
    await this.#sessions.get(leg)?.done;
    await this.#waiting.idle(leg);
  }

  #watched = new WeakMap<Leg, Call>();

  #watch(call: Call, leg: Leg): void {
    if (leg.kind !== 'fxs' || this.#watched.has(leg)) return;
    this.#watched.set(leg, call);
    const off = leg.on('flashed', () => {
      const session = this.#sessions.get(leg);
      if (session) session.flash();
      else if (this.#waiting.flash(leg)) return;
      // A slip of the hook must not put the dispatcher on hold.
      else if (call.state === 'talking' && call.record.service !== 'emergency') this.#begin(call, leg);
    });
    call.on('ended', () => {
      off();
      this.#watched.delete(leg);
    });
  }

  #begin(call: Call, leg: Leg): void {
    const session = new Consultation(call, leg, this.#context, this.#parts);
    this.#sessions.set(leg, session);
    const called = leg === call.called;
    if (called) call.releaseCalled = false;
    const off = leg.on('flashed', () => {
      // After the held call has ended its own watch is gone; the consultation is still to be left.
      if (call.state === 'ended') session.flash();
    });
    void session.done.then(() => {
      off();
      this.#sessions.delete(leg);
      call.releaseCalled = true;
      // The call is over, or the leg has left it: parked its party, or handed it over.
      if (called && (call.state === 'ended' || call.called !== leg)) leg.release(localCause(cause.normal));
    });
  }
}

/** One party's consultation while its call is on hold. */
class Consultation {
  readonly done: Promise<void>;
  readonly #first: Call;
  readonly #leg: Leg;
  readonly #context: ServiceContext;
  readonly #dialing: Dialing;
  readonly #codes: FeatureCodes;
  readonly #reach: Reach;
  readonly #digits: DigitSource;
  #second: Call | undefined;
  #conference: Conference | undefined;

  constructor(first: Call, leg: Leg, context: ServiceContext, parts: ConsultParts) {
    this.#first = first;
    this.#leg = leg;
    this.#context = context;
    this.#dialing = parts.dialing;
    this.#codes = parts.codes;
    this.#reach = parts.reach;
    this.#digits = new DigitSource(leg, context.clock);
    this.done = this.#run().catch((error: unknown) => {
      context.log('error', () => `consultation at ${leg.place}: ${messageOf(error)}`);
      leg.release(localCause(cause.temporary));
    });
  }

  /** Once the consulted party has answered: all three talk, if the office wants that. Else, and then: back to the held party. */
  flash(): void {
    const second = this.#second;
    if (!second) this.#digits.close();
    else if (this.#joins(second)) {
      this.#first.leaveTo(this.#leg, undefined, this.#leg);
      this.#conference = new Conference(this.#first, second, this.#leg, this.#context);
    } else second.end(localCause(cause.normal, 'consultation left'), 'caller');
  }

  #joins(second: Call): boolean {
    return (
      !this.#conference &&
      this.#context.config().dialing.secondFlash === 'conference' &&
      second.state === 'talking' &&
      second.record.service !== 'emergency' &&
      this.#first.transferable(this.#leg)
    );
  }

  async #run(): Promise<void> {
    await this.#first.hold(true, this.#leg);
    const dialog = new Dialog(this.#leg, this.#digits, this.#context);
    dialog.tone('stutter');
    const port = Number(this.#leg.place.slice('port:'.length));
    const origin = { kind: 'on-site', port } as const;
    const number = await dialog.number(origin);
    dialog.hush();
    if (number) {
      const ended = await this.#consult(number, port, dialog);
      if (ended === 'failed' && this.#leg.state !== 'released') {
        dialog.tone('busy');
        await dialog.digits.next(failedToneMs);
        dialog.hush();
      }
    }
    this.#digits.close();
    if (this.#leg.state !== 'released') await this.#first.hold(false, this.#leg);
  }

  async #consult(
    number: Parameters<Dialing['resolve']>[0],
    port: number,
    dialog: Dialog,
  ): Promise<'talked' | 'failed'> {
    const config = this.#context.config();
    const dialer: Dialer = {
      origin: { kind: 'on-site', port },
      rights: rightsAt(config, { port }),
      caller: partyOfPort(config, port),
      service: 'consult',
    };
    let resolved = this.#dialing.resolve(number, dialer);
    if (resolved.kind === 'feature') {
      const held = { leg: this.#leg, dialog, held: this.#first, answer: async () => true };
      const result = await this.#codes.serve(resolved.code, { origin: resolved.origin, dialer, ...held });
      // What there was to hear about it has been heard.
      if (result.kind !== 'resolved') return 'talked';
      resolved = result.resolution;
    }
    const call = this.#context.calls.open(this.#leg, resolved.seed);
    this.#second = call;
    this.#mayHandOver(call);
    return new Promise((resolve) => {
      call.whenDone((_released, by) => {
        this.#second = undefined;
        this.#first.leaveTo(this.#leg, undefined, this.#leg);
        resolve(call.called || by === 'caller' ? 'talked' : 'failed');
      });
      if (resolved.kind === 'attempt') call.place(resolved.attempt, this.#digits.lastAt);
      else call.end(resolved.kind === 'refused' ? resolved.cause : localCause(cause.rejected, 'needs a PIN'));
    });
  }

  /**
   * Hanging up puts the held party through (M13): to who has answered, or to who is still rung, under the rights and at
   * the cost of whoever dialed (ruling 8). If nobody takes it the telephone rings. Not in an emergency call.
   */
  #mayHandOver(second: Call): void {
    const { config, clock } = this.#context;
    const [first, leg] = [this.#first, this.#leg];
    if (!config().dialing.hangUpTransfers || second.record.service === 'emergency') return;
    if (!first.transferable(leg)) return;
    first.leaveTo(leg, second, leg);
    second.recall = () =>
      second.caller === leg
        ? undefined
        : new LimitedAttempt(
            this.#reach.place(leg.place, partyOf(second, second.caller), 'recall'),
            clock,
            recallMs,
          );
    second.on('changed', () => {
      if (second.caller !== leg) limitIfOutside(second, this.#context);
    });
  }
}
