import { messageOf } from '../base/error.ts';
import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import type { Leg } from '../call/leg.ts';
import type { Origin, ServiceContext } from './context.ts';
import type { Dialing } from './dialed.ts';
import { Dialog } from './dialog.ts';
import { DigitSource } from './digit-source.ts';
import { onKeyCode } from './key-code.ts';
import { limitIfOutside } from './longest-call.ts';
import { partyOf, type Transferor, transferorByKeys } from './transferor.ts';

/** How long the tone of a failed call sounds before the held one comes back by itself, ms. */
const failedToneMs = 2500;

/** Ruling 3: emergency services do not exist for whoever is not on site. */
const forwarded: Origin = { kind: 'forward' };

/**
 * Transfer by keys for staff on a mobile (A07): the code holds the other party and gives a broken dial tone; a number,
 * and the two talk; hanging up puts the held party through, the code once more leads back to it.
 */
export class KeyTransfers {
  readonly #context: ServiceContext;
  readonly #dialing: Dialing;
  #watched = new WeakSet<Leg>();
  #sessions = new Map<Leg, KeyTransfer>();

  constructor(context: ServiceContext, dialing: Dialing) {
    this.#context = context;
    this.#dialing = dialing;
    context.calls.on('changed', (call) => {
      if (call.state !== 'talking' || call.record.service === 'emergency') return;
      if (context.config().dialing.transferCode === '') return;
      // Nobody's keys are listened for who could not transfer: such a call may take the shortest way (ruling 24).
      for (const leg of [call.caller, call.called])
        if (leg && leg.kind !== 'fxs' && transferorByKeys(context.config(), call, leg)) this.#watch(leg);
    });
  }

  /** Resolves when `leg` is in no transfer; its owner uses it only then. */
  async idle(leg: Leg): Promise<void> {
    await this.#sessions.get(leg)?.over;
  }

  #watch(leg: Leg): void {
    if (this.#watched.has(leg)) return;
    this.#watched.add(leg);
    const { clock, config } = this.#context;
    onKeyCode(
      leg,
      () => config().dialing.transferCode,
      clock,
      () => this.#coded(leg),
    );
  }

  #coded(leg: Leg): void {
    const session = this.#sessions.get(leg);
    if (session) {
      session.back();
      return;
    }
    const call = [...this.#context.calls.active].find((c) => c.caller === leg || c.called === leg);
    if (call?.state !== 'talking' || !call.transferable(leg)) return;
    const who = transferorByKeys(this.#context.config(), call, leg);
    if (!who) return;
    const begun = new KeyTransfer(call, leg, who, this.#context, this.#dialing);
    this.#sessions.set(leg, begun);
    void begun.over.then(() => this.#sessions.delete(leg));
  }
}

/** One transfer by keys, from the code to the way back or the hang-up. */
class KeyTransfer {
  readonly over: Promise<void>;
  readonly #call: Call;
  readonly #leg: Leg;
  readonly #who: Transferor;
  readonly #context: ServiceContext;
  readonly #dialing: Dialing;
  readonly #digits: DigitSource;
  #second: Call | undefined;

  constructor(call: Call, leg: Leg, who: Transferor, context: ServiceContext, dialing: Dialing) {
    this.#call = call;
    this.#leg = leg;
    this.#who = who;
    this.#context = context;
    this.#dialing = dialing;
    this.#digits = new DigitSource(leg, context.clock);
    // Whoever consults is not cut off when the held party goes.
    const called = leg === call.called;
    if (called) call.releaseCalled = false;
    this.over = this.#run()
      .catch((error: unknown) => {
        context.log('error', () => `transfer by keys at ${leg.place}: ${messageOf(error)}`);
        leg.release(localCause(cause.temporary));
      })
      .then(() => {
        this.#digits.close();
        call.releaseCalled = true;
        if (called && call.state === 'ended') leg.release(localCause(cause.normal));
      });
  }

  /** Back to the held party. */
  back(): void {
    if (this.#second) this.#second.end(localCause(cause.normal, 'consultation left'), 'caller');
  }

  async #run(): Promise<void> {
    const call = this.#call;
    const leg = this.#leg;
    await call.hold(true, leg);
    const dialog = new Dialog(leg, this.#digits, this.#context);
    dialog.tone('stutter');
    const number = await dialog.number(forwarded);
    dialog.hush();
    if (number && number.dialed !== this.#context.config().dialing.transferCode) {
      const failed = await this.#consult(number);
      if (failed && leg.state !== 'released') {
        dialog.tone('busy');
        await dialog.key(failedToneMs);
        dialog.hush();
      }
    }
    if (leg.state !== 'released') await call.hold(false, leg);
  }

  /** @returns whether nobody was reached. */
  #consult(number: Parameters<Dialing['resolve']>[0]): Promise<boolean> {
    const call = this.#call;
    const leg = this.#leg;
    const { party, rights } = this.#who;
    const held = call.other(leg);
    const resolved = this.#dialing.resolve(number, {
      origin: forwarded,
      rights,
      // Who is shown: the one who talks first, and after the transfer is still the one who pays.
      caller: party.number === undefined && held ? partyOf(call, held) : party,
      service: 'consult',
    });
    const second = this.#context.calls.open(leg, { ...resolved.seed, service: 'consult' });
    this.#second = second;
    return new Promise((resolve) => {
      second.whenDone((_released, by) => {
        this.#second = undefined;
        call.leaveTo(leg, undefined);
        resolve(second.called === undefined && by !== 'caller');
      });
      if (resolved.kind !== 'attempt') {
        second.end(
          resolved.kind === 'refused' ? resolved.cause : localCause(cause.rejected, 'no transfer there'),
        );
        return;
      }
      call.leaveTo(leg, second, leg);
      second.on('changed', () => {
        if (second.caller !== leg) limitIfOutside(second, this.#context);
      });
      second.place(resolved.attempt, this.#digits.lastAt);
    });
  }
}
