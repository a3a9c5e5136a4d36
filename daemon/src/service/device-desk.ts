import { messageOf } from '../base/error.ts';
import { cause, localCause } from '../call/cause.ts';
import type { Diversion, Leg, Party, ReleaseCause, ReplacedDialog } from '../call/leg.ts';
import { type Access, type AccessCaller, rightsOf } from './access.ts';
import type { Origin, ServiceContext } from './context.ts';
import type { Dialer, Dialing, Resolution } from './dialed.ts';
import { Dialog } from './dialog.ts';
import { DigitSource } from './digit-source.ts';
import { deviceConfig, partyOfDevice, rightsAt } from './directory.ts';
import type { FeatureCodes } from './feature-codes.ts';
import { switchByCode } from './mode-switch.ts';
import { hideByCode } from './number-hiding.ts';
import { type PinDesk, plainPinRule } from './pin-dialog.ts';

/** A call that a SIP device of the office makes. */
export interface DeviceCall {
  deviceId: string;
  /** The whole number, as dialed. */
  calledNumber: string;
  /** Who calls, where the device speaks for others (a PBX); empty for a telephone. */
  caller: Party;
  /** The device has as many calls as it may have. */
  full: boolean;
  /** SRTP is required of it, and it called without. */
  unprotected?: true;
  /** It comes from elsewhere than the office: there are no emergency numbers for it (ruling 3). */
  away?: true;
  /** The call is to take the place of this one (RFC 3891). */
  replaces?: ReplacedDialog;
  /** Who sent the call on before it came here, the PBX itself last. */
  diversions?: readonly Diversion[];
}

/** What calls of devices are served with. */
export interface DeviceParts {
  dialing: Dialing;
  access: Access;
  pins: PinDesk;
  codes: FeatureCodes;
}

/**
 * Calls of the office's SIP devices, which have the services of an analog port: the number comes whole, and what
 * has to be asked for, a PIN, is asked for in the call (wires D and E by SIP).
 */
export class DeviceDesk {
  readonly #context: ServiceContext;
  readonly #parts: DeviceParts;

  constructor(context: ServiceContext, parts: DeviceParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Serves a call to the end of its leg. */
  serve(leg: Leg, call: DeviceCall): void {
    this.#serve(leg, call).catch((error: unknown) => {
      this.#context.log('error', () => `device ${call.deviceId}: ${messageOf(error)}`);
      leg.release(localCause(cause.temporary));
    });
  }

  async #serve(leg: Leg, asked: DeviceCall): Promise<void> {
    const { deviceId, calledNumber, caller, full, unprotected, away } = asked;
    const context = this.#context;
    const config = context.config();
    const device = deviceConfig(config, deviceId);
    const here = { kind: 'on-site', device: deviceId } as const;
    const origin: Origin = away ? { kind: 'forward', from: here } : here;
    const dialedAt = context.clock.now();
    const [dialed, ahead] = parted(calledNumber, config.accessNumbers);
    let number = context.dialPlan().classify(dialed, origin);
    // An emergency call goes whatever else holds (ruling 5).
    if (full && number.class !== 'emergency') {
      leg.release(localCause(cause.busy, `device ${deviceId} has all the calls it may have`));
      return;
    }
    const rights = rightsAt(config, { device: deviceId });
    const party = device?.kind === 'pbx' ? caller : partyOfDevice(config, deviceId);
    const dialer: Dialer = {
      origin,
      rights,
      caller: party,
      service: 'plain',
      ...forwardedByPbx(asked.diversions),
    };
    const who: Omit<AccessCaller, 'digits'> = {
      leg,
      origin,
      caller: party,
      place: `device:${deviceId}`,
      // A PBX wants to hear at once that the far end is gone.
      followOn: device?.kind !== 'pbx',
    };
    let resolved = this.#parts.dialing.resolve(number, dialer);
    if (unprotected && number.class !== 'emergency') {
      const refusal = localCause(cause.notAuthorized, `device ${deviceId} has to speak SRTP`);
      resolved = { kind: 'refused', cause: refusal, seed: resolved.seed };
    }
    if (resolved.kind === 'feature') {
      const dialog = new Dialog(leg, new DigitSource(leg, context.clock, ahead), context);
      const use = { origin: resolved.origin, dialer, leg, dialog, answer: () => answered(leg) };
      const result = await this.#parts.codes.serve(resolved.code, use);
      if (result.kind !== 'resolved') {
        leg.release(result.kind === 'joined' ? await result.over : result.cause);
        return;
      }
      resolved = result.resolution;
      if (result.number) number = result.number;
      dialog.digits.close();
    }
    if (resolved.kind !== 'attempt' && resolved.kind !== 'refused') {
      const digits = new DigitSource(leg, context.clock, ahead);
      try {
        await leg.answer();
      } catch {
        return;
      }
      if (resolved.kind === 'presentation') {
        leg.release(await hideByCode(new Dialog(leg, digits, context), origin, resolved.hidden, context));
        return;
      }
      if (resolved.kind === 'mode') {
        const dialog = new Dialog(leg, digits, context);
        leg.release(await switchByCode(dialog, resolved.origin, resolved.code, context));
        return;
      }
      if (resolved.kind === 'access') {
        await this.#parts.access.serve(resolved.id, { ...who, digits });
        return;
      }
      const pin = await this.#parts.pins.ask(new Dialog(leg, digits, context), {
        outside: false,
        place: who.place,
        rule: config.accessNumbers.find((a) => a.enabled) ?? plainPinRule,
        seed: resolved.seed,
      });
      digits.close();
      if (!pin) return;
      resolved = this.#parts.dialing.resolve(number, { ...dialer, rights: rightsOf(pin) });
    }
    leg.release(await this.#call(leg, resolved, dialedAt));
  }

  #call(leg: Leg, resolved: Resolution, dialedAt: number): Promise<ReleaseCause> {
    const call = this.#context.calls.open(leg, resolved.seed);
    return new Promise((resolve) => {
      call.whenDone((released) => resolve(released));
      if (resolved.kind === 'attempt') call.place(resolved.attempt, dialedAt);
      else if (resolved.kind === 'refused') call.end(resolved.cause);
      else call.end(localCause(cause.rejected, 'this PIN does not open the number'));
    });
  }
}

/** Answers a leg; false: it is gone. */
const answered = (leg: Leg): Promise<boolean> =>
  leg.state === 'answered'
    ? Promise.resolve(true)
    : leg.answer().then(
        () => true,
        () => false,
      );

/** A call that a PBX forwards: it goes out as one that we forward, and who diverted it is noted (ruling 14). */
function forwardedByPbx(
  diversions: readonly Diversion[] | undefined,
): Pick<Dialer, 'diversions' | 'divertedFrom' | 'diversionReason'> {
  const last = diversions?.at(-1);
  if (!diversions || !last) return {};
  return { diversions, divertedFrom: last.number ?? '', diversionReason: last.reason };
}

/**
 * A number as dialed, and what was dialed behind an access number in the same go: a PBX sends access number, PIN
 * and destination as one (P04). As at an analog port the access number is it as soon as its digits are there.
 */
function parted(
  called: string,
  accessNumbers: readonly { enabled: boolean; code?: string | undefined }[],
): [dialed: string, ahead: string] {
  for (const { enabled, code } of accessNumbers) {
    if (enabled && code && called.startsWith(code)) return [code, called.slice(code.length)];
  }
  return [called, ''];
}
