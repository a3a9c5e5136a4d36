import { cause, localCause } from '../call/cause.ts';
import type { Leg, Party, ReleaseCause } from '../call/leg.ts';
import { releaseTone } from '../call/tones.ts';
import type { AccessNumberConfig, PinConfig } from '../config/schema.ts';
import type { Origin, Rights, ServiceContext } from './context.ts';
import type { DialedSeed, Dialer, Dialing, Resolution } from './dialed.ts';
import { Dialog } from './dialog.ts';
import type { DigitSource } from './digit-source.ts';
import { rightsAt } from './directory.ts';
import type { KeyTransfers } from './key-transfer.ts';
import { limitCall } from './longest-call.ts';
import type { PinDesk } from './pin-dialog.ts';

/** After the far end has hung up, `##` within this time asks for another call (ruling 17), ms. */
const followOnMs = 15_000;

/** A caller at the access number. */
export interface AccessCaller {
  leg: Leg;
  digits: DigitSource;
  origin: Origin;
  caller: Party;
  /** Where the caller came in, for lock-outs. */
  place: string;
  /**
   * Whether `##` after a call asks for another. Not on a PBX's line (wire A): there the far end's release
   * must come through at once, as a cut of the current.
   */
  followOn: boolean;
  /** Resolves when the caller is in no consultation (hook flash); until then its leg is not ours to use. */
  idle?(): Promise<void>;
}

/** The access number: PIN, number, call, and further calls with `##` (P01 to P03). */
export class Access {
  readonly #context: ServiceContext;
  readonly #dialing: Dialing;
  readonly #pins: PinDesk;
  readonly #transfers: KeyTransfers;

  constructor(context: ServiceContext, dialing: Dialing, pins: PinDesk, transfers: KeyTransfers) {
    this.#context = context;
    this.#dialing = dialing;
    this.#pins = pins;
    this.#transfers = transfers;
  }

  /** Serves a caller who has reached access number `id` from inside or outside, to the end of the leg. */
  async serve(id: string, who: AccessCaller): Promise<void> {
    const access = this.#context.config().accessNumbers.find((a) => a.id === id && a.enabled);
    if (!access) {
      who.leg.release(localCause(cause.unallocated, 'access number is switched off'));
      return;
    }
    const dialog = new Dialog(who.leg, who.digits, this.#context);
    const rights = await this.#identify(dialog, who, access);
    if (!rights || dialog.gone) return;
    const item = await this.#item(dialog, access);
    if (item !== 'unknown') {
      await this.calls(dialog, who, item === undefined ? rights : { ...rights, costCentre: item }, access);
      return;
    }
    const released = localCause(cause.rejected, 'no cost centre has this itemised code');
    this.#context.calls.open(who.leg, this.#seed(who)).end(released);
    who.leg.release(released);
  }

  /** What the caller's PIN allows; or what his telephone may, where an old PBX sends a PIN that is not looked at (P04). */
  async #identify(
    dialog: Dialog,
    who: AccessCaller,
    access: AccessNumberConfig,
  ): Promise<Rights | undefined> {
    const { origin } = who;
    if (origin.kind === 'on-site' && access.pinInside === 'dropped') {
      const dropped = await dialog.entry({ length: access.pinLength, maxLength: access.pinLength });
      return dropped === undefined ? undefined : rightsAt(this.#context.config(), origin);
    }
    const pin = await this.#pins.ask(dialog, {
      outside: origin.kind !== 'on-site',
      place: who.place,
      rule: access,
      seed: this.#seed(who),
    });
    return pin && rightsOf(pin);
  }

  /** The cost centre of the itemised billing code that stands between PIN and number, where one is sent (P04). */
  async #item(dialog: Dialog, { itemLength }: AccessNumberConfig): Promise<string | undefined> {
    if (itemLength === 0) return undefined;
    const code = await dialog.entry({ length: itemLength, maxLength: itemLength });
    return this.#context.config().costCentres.find((centre) => centre.code === code)?.id ?? 'unknown';
  }

  /** Number after number in the name of a PIN, until the caller has enough. */
  async calls(dialog: Dialog, who: AccessCaller, rights: Rights, access: AccessNumberConfig): Promise<void> {
    const dialer: Dialer = {
      origin: who.origin,
      rights,
      caller: who.caller,
      service: 'access',
    };
    for (let dialed = 0; ; dialed++) {
      if (!dialog.digits.pending) dialog.tone('dial');
      const number = await dialog.number(who.origin);
      if (dialog.gone || !number) {
        if (dialed === 0) this.#undialed(who, rights, dialog.gone);
        who.leg.release(localCause(cause.invalidNumber, 'no number dialed'));
        return;
      }
      const resolved = this.#dialing.resolve(number, dialer);
      const ended = await this.#call(dialog, resolved, who.leg, access);
      await who.idle?.();
      await this.#transfers.idle(who.leg);
      if (dialog.gone) return;
      if (who.followOn && this.#pinOf(rights)?.followOn !== false) {
        dialog.tone(releaseTone(ended));
        if ((await followOn(dialog)) && this.#stillHolds(rights)) continue;
      }
      who.leg.release(ended);
      return;
    }
  }

  /** A PIN that was taken away during a call opens no further one. */
  #stillHolds(rights: Rights): boolean {
    return rights.pinId === undefined || this.#pinOf(rights)?.enabled === true;
  }

  #pinOf({ pinId }: Rights): PinConfig | undefined {
    return this.#context.config().pins.find(({ id }) => id === pinId);
  }

  #call(dialog: Dialog, resolved: Resolution, leg: Leg, access: AccessNumberConfig): Promise<ReleaseCause> {
    // Somebody on site may dial 112 here too; that call is no access call, and knows no longest time.
    const emergency = resolved.seed.service === 'emergency';
    const call = this.#context.calls.open(
      leg,
      emergency ? resolved.seed : { ...resolved.seed, service: 'access' },
    );
    return new Promise((resolve) => {
      call.whenDone((released) => resolve(released));
      let limited = emergency;
      const limit = (): void => {
        if (!limited) limitCall(call, access.maxMinutes, this.#context, [leg]);
        limited = true;
      };
      call.on('answered', limit);
      call.on('served', limit);
      if (resolved.kind === 'attempt') {
        call.place(resolved.attempt, dialog.digits.lastAt);
        return;
      }
      // An access number behind an access number, or a class that the PIN does not open.
      call.end(
        resolved.kind === 'refused'
          ? resolved.cause
          : localCause(cause.rejected, 'not allowed with this PIN'),
      );
    });
  }

  /** A caller from outside whom we have answered is in the records, whatever became of it. */
  #undialed(who: AccessCaller, { costCentre, pinId }: Rights, gone: boolean): void {
    if (who.origin.kind === 'on-site') return;
    const call = this.#context.calls.open(who.leg, {
      ...this.#seed(who),
      ...(pinId === undefined ? {} : { pinId }),
      ...(costCentre === undefined ? {} : { costCentre }),
    });
    if (gone) call.end(localCause(cause.normal, 'hung up before a number was dialed'), 'caller');
    else call.end(localCause(cause.invalidNumber, 'no number dialed'));
  }

  #seed(who: AccessCaller): DialedSeed {
    const { caller } = who;
    return {
      direction: who.origin.kind === 'on-site' ? 'outgoing' : 'incoming',
      service: 'access',
      ...(caller.number === undefined ? {} : { callerNumber: caller.number }),
      ...(caller.name === undefined ? {} : { callerName: caller.name }),
      ...(caller.absence === undefined ? {} : { callerAbsence: caller.absence }),
      ...(caller.category === undefined ? {} : { callerCategory: caller.category }),
    };
  }
}

/** What a PIN allows, and who pays. */
export function rightsOf(pin: PinConfig): Rights {
  return {
    classOfService: pin.classOfService,
    pinId: pin.id,
    ...(pin.owner === undefined ? {} : { person: pin.owner }),
    ...(pin.costCentre === undefined ? {} : { costCentre: pin.costCentre }),
  };
}

/** Whether the caller keys `##` while the tone of the release plays. */
async function followOn(dialog: Dialog): Promise<boolean> {
  dialog.digits.flush();
  const first = await dialog.digits.next(followOnMs);
  if (first !== '#') return false;
  const second = await dialog.digits.next(followOnMs);
  dialog.hush();
  return second === '#';
}
