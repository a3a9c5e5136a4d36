import { codeOf, messageOf } from '../base/error.ts';
import { BranchAttempt } from '../call/branch-attempt.ts';
import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import type { Leg, ReleaseCause, ReplacedDialog, TransferOrder } from '../call/leg.ts';
import type { Origin, ServiceContext } from './context.ts';
import type { Dialing } from './dialed.ts';
import type { Parking } from './handset/parking.ts';
import { limitIfOutside } from './longest-call.ts';
import type { Reach } from './reach.ts';
import { partyOf, type Transferor, transferorAt } from './transferor.ts';

/** Ruling 3: nobody is put through to an emergency service; whoever needs it dials it. */
const forwarded: Origin = { kind: 'forward' };

/**
 * Transfers that a party asks for by a request (REFER): blind, to a number, with the transferor's rights and at its cost
 * (ruling 8); attended, to somebody the transferor talks to already. Until the target answers a blind one can come back.
 */
export class Transfers {
  readonly #context: ServiceContext;
  readonly #dialing: Dialing;
  readonly #reach: Reach;
  readonly #parking: Parking;
  #watched = new WeakSet<Leg>();

  constructor(context: ServiceContext, dialing: Dialing, reach: Reach, parking: Parking) {
    this.#context = context;
    this.#dialing = dialing;
    this.#reach = reach;
    this.#parking = parking;
    context.calls.on('changed', (call) => {
      if (call.state !== 'talking' && call.state !== 'held') return;
      for (const leg of [call.caller, call.called]) if (leg?.kind === 'sip') this.#watch(leg);
    });
  }

  #watch(leg: Leg): void {
    if (this.#watched.has(leg)) return;
    this.#watched.add(leg);
    leg.on('transferAsked', (order) => this.#asked(leg, order));
  }

  #asked(leg: Leg, order: TransferOrder): void {
    const call = this.#callOf(leg);
    const who = transferorAt(this.#context.config(), leg.place);
    if (!call?.transferable(leg) || !who) {
      order.refuse(refused('this call cannot be transferred', 603));
      return;
    }
    try {
      if (order.replaces) this.#attended(call, leg, order);
      else if (!this.#parks(call, leg, order)) this.#blind(call, leg, who, order);
    } catch (error) {
      this.#context.log('error', () => `transfer by ${leg.place}: ${messageOf(error)}`);
      order.failed(localCause(cause.temporary));
    }
  }

  /** The call in which `leg` sits now; it may have been moved since it came. */
  #callOf(leg: Leg): Call | undefined {
    return [...this.#context.calls.active].find((call) => call.caller === leg || call.called === leg);
  }

  /** RFC 5589 7.3: the dialog to be replaced is the transferor's own, here. */
  #attended(call: Call, leg: Leg, order: TransferOrder): void {
    const dialog = order.replaces!;
    for (const other of this.#context.calls.active) {
      if (other === call || other.record.service === 'emergency') continue;
      const place = [other.caller, other.called].find((l) => l?.isDialog?.(dialog));
      // Nobody takes a place that is not its own.
      if (!place || place.place !== leg.place) continue;
      order.accept();
      try {
        const talking = other.called !== undefined || other.record.servedAt !== undefined;
        // Told before it is done: what is told travels in a dialog that ends with it.
        if (talking) order.done();
        else other.on('answered', () => order.done());
        if (!talking) other.recall = () => this.#backTo(leg, other);
        call.transfer(leg, other, place);
        limitIfOutside(other, this.#context);
        this.#note(other, call, leg, 'attended');
      } catch (error) {
        if (codeOf(error) !== 'call/not-transferable') throw error;
        order.failed(localCause(cause.temporary, messageOf(error)));
      }
      return;
    }
    // RFC 3891 3.
    order.refuse(refused('no such dialog of this transferor', 481));
  }

  /**
   * INVITE with Replaces of a device (RFC 3891 3): its call takes the place of a dialog of the office's own devices, be
   * it answered, or rung and to be picked up. The places of operators are not to be had.
   */
  takeOver(leg: Leg, dialog: ReplacedDialog): void {
    const refuse = (sip: number, text: string): void =>
      leg.release({ ...localCause(cause.rejected, text), sip });
    for (const call of this.#context.calls.active) {
      const rung = call.rung.find((l) => l.isDialog?.(dialog));
      if (rung) {
        this.#pickUp(leg, rung, call);
        return;
      }
      const place = [call.caller, call.called].find((l) => l?.isDialog?.(dialog));
      if (!place) continue;
      // RFC 3891 3: an early dialog that the other side has begun is not for us to give away.
      if (place.state !== 'answered') break;
      if (!place.place.startsWith('device:') || !call.transferable(place)) {
        refuse(403, 'this call is not to be taken over');
        return;
      }
      // RFC 3891 3: what was answered meanwhile is not what was meant.
      if (dialog.earlyOnly) {
        refuse(486, 'answered already');
        return;
      }
      leg.answer().then(
        () => {
          if (call.state === 'ended') leg.release(localCause(cause.normal));
          else call.replace(place, leg, (released) => leg.release(released));
        },
        () => {},
      );
      return;
    }
    refuse(481, 'no such dialog');
  }

  #pickUp(leg: Leg, rung: Leg, call: Call): void {
    if (!rung.place.startsWith('device:') || call.record.service === 'emergency') {
      leg.release({ ...localCause(cause.rejected, 'this call is not to be picked up'), sip: 403 });
      return;
    }
    leg.answer().then(
      () => {
        try {
          call.pickUp(leg);
        } catch {
          leg.release(localCause(cause.normal, 'answered elsewhere'));
        }
      },
      () => {},
    );
  }

  /** A transferor that left a call while it rang is rung itself where nobody takes it. */
  #backTo(leg: Leg, call: Call): ReturnType<Reach['extension']> | undefined {
    const who = transferorAt(this.#context.config(), leg.place);
    if (who?.party.number === undefined) return undefined;
    return this.#reach.extension(who.party.number, {
      caller: { ...(call.record.callerNumber === undefined ? {} : { number: call.record.callerNumber }) },
      ring: 'recall',
      rights: who.rights,
      pressOne: true,
    });
  }

  /** A device that refers its party to the code for parking, or to that of a slot, parks it. */
  #parks(call: Call, leg: Leg, order: TransferOrder): boolean {
    const [kind, device] = leg.place.split(':');
    if (kind !== 'device' || device === undefined) return false;
    const code = this.#context.dialPlan().classify(order.to, { kind: 'on-site', device }).feature;
    if (code?.kind !== 'park' && code?.kind !== 'retrieve') return false;
    const slot = code.kind === 'retrieve' ? code.argument : undefined;
    if (this.#parking.canPark(call, leg, slot) !== 'yes') {
      order.refuse(refused('this slot is taken', 486));
      return true;
    }
    order.accept();
    // Told before it is done: what is told travels in a dialog that ends with it.
    order.done();
    this.#parking.park(call, leg, slot);
    return true;
  }

  #blind(call: Call, leg: Leg, who: Transferor, order: TransferOrder): void {
    const party = call.other(leg)!;
    const context = this.#context;
    const number = context.dialPlan().classify(order.to, forwarded);
    const resolved = this.#dialing.resolve(number, {
      origin: forwarded,
      rights: who.rights,
      caller: partyOf(call, party),
      service: 'transfer',
      ...(who.party.number === undefined ? {} : { divertedFrom: who.party.number }),
      ...(order.userToUser === undefined ? {} : { userToUser: order.userToUser }),
    });
    if (resolved.kind !== 'attempt') {
      order.refuse(
        resolved.kind === 'refused'
          ? { ...resolved.cause, sip: resolved.cause.q850 === cause.unallocated ? 404 : 403 }
          : refused('this number takes no transfer', 403),
      );
      return;
    }
    order.accept();
    const second = context.calls.open(party, { ...resolved.seed, service: 'transfer' });
    second.keeper.set({ transferredFrom: call.id, transferredBy: leg.place });
    let rung = false;
    call.leaveTo(leg, second);
    second.on('changed', () => {
      if (second.state === 'alerting' && !rung) {
        rung = true;
        order.ringing();
      }
    });
    let moved = false;
    const over = (): void => {
      if (moved) return;
      moved = true;
      order.done();
      if (call.state !== 'ended') call.transfer(leg, second);
      limitIfOutside(second, context);
      this.#note(second, call, leg, 'blind');
    };
    second.on('answered', over);
    // A menu or a voicemail has the party now.
    second.on('served', over);
    second.on('ended', (released) => {
      if (moved) return;
      order.failed(released);
      if (call.state !== 'ended') call.leaveTo(leg, undefined);
    });
    // A transferor that has hung up already is rung again when nobody takes the call.
    const back = (): ReturnType<Reach['extension']> | undefined =>
      call.state === 'ended' && who.party.number !== undefined
        ? this.#reach.extension(who.party.number, {
            caller: partyOf(second, party),
            ring: 'recall',
            rights: who.rights,
            pressOne: true,
          })
        : undefined;
    second.place(new BranchAttempt(resolved.attempt, back));
  }

  #note(call: Call, from: Call, by: Leg, how: string): void {
    this.#context.log('info', () => `${how} transfer by ${by.place}: ${from.id} goes on as ${call.id}`);
  }
}

const refused = (text: string, sip: number): ReleaseCause => ({ ...localCause(cause.rejected, text), sip });
