import { cause, localCause } from '../call/cause.ts';
import { FxsLeg } from '../call/fxs-leg.ts';
import type { ReleaseCause } from '../call/leg.ts';
import type { FxsPortConfig } from '../config/schema.ts';
import type { ClassifiedNumber } from '../dialplan/route-plan.ts';
import type { FxsPort } from '../port/port.ts';
import { type Access, type AccessCaller, rightsOf } from './access.ts';
import type { Consultations } from './consult.ts';
import type { Origin, ServiceContext } from './context.ts';
import type { Dialer, Dialing, Resolution } from './dialed.ts';
import { Dialog } from './dialog.ts';
import { DigitSource } from './digit-source.ts';
import { fxsConfig, partyOfPort, rightsAt } from './directory.ts';
import type { FeatureCodes } from './feature-codes.ts';
import { switchByCode } from './mode-switch.ts';
import { hideByCode } from './number-hiding.ts';
import { type PinDesk, plainPinRule } from './pin-dialog.ts';

/** What stations share. */
export interface StationServices {
  dialing: Dialing;
  access: Access;
  pins: PinDesk;
  consultations: Consultations;
  codes: FeatureCodes;
}

/** Whoever lifts a handset, or seizes a line of ours as a PBX: dial tone, digits, call (wires A and D). */
export class Station {
  readonly #port: FxsPort;
  readonly #context: ServiceContext;
  readonly #services: StationServices;
  readonly #off: () => void;

  constructor(port: FxsPort, context: ServiceContext, services: StationServices) {
    this.#port = port;
    this.#context = context;
    this.#services = services;
    this.#off = port.on('seized', () => void this.#serve());
  }

  close(): void {
    this.#off();
  }

  async #serve(): Promise<void> {
    const context = this.#context;
    const leg = new FxsLeg(context.newId(), this.#port, context);
    const dialog = new Dialog(leg, new DigitSource(leg, context.clock), context);
    try {
      await this.#session(leg, dialog);
    } catch (error) {
      context.log('error', () => `port ${this.#port.number}: ${(error as Error).stack}`);
      leg.release(localCause(cause.temporary));
    }
  }

  async #session(leg: FxsLeg, dialog: Dialog): Promise<void> {
    const context = this.#context;
    const port = this.#port.number;
    const origin: Origin = { kind: 'on-site', port };
    let number = await this.#number(dialog, origin, fxsConfig(context.config(), port)?.hotline);
    if (dialog.gone) return;
    // The rights are those of the moment at which the number is complete.
    const config = context.config();
    const fxs = fxsConfig(config, port);
    if (!number) {
      leg.release(localCause(cause.invalidNumber, 'no number dialed'));
      return;
    }
    const rights = rightsAt(config, { port });
    const dialer: Dialer = { origin, rights, caller: partyOfPort(config, port), service: 'plain' };
    const who: AccessCaller = {
      leg,
      digits: dialog.digits,
      origin,
      caller: dialer.caller,
      place: `port:${port}`,
      followOn: fxs?.role !== 'pbx-line',
      idle: () => this.#services.consultations.idle(leg),
    };
    let resolved = this.#services.dialing.resolve(number, dialer);
    if (resolved.kind === 'feature') {
      const { code, origin: at } = resolved;
      const use = { origin: at, dialer, leg, dialog, answer: async () => true };
      const result = await this.#services.codes.serve(code, use);
      if (result.kind !== 'resolved') {
        const ended = result.kind === 'joined' ? await result.over : result.cause;
        await this.#services.consultations.idle(leg);
        leg.release(ended);
        return;
      }
      resolved = result.resolution;
      if (result.number) number = result.number;
    }
    if (resolved.kind === 'access') {
      await this.#services.access.serve(resolved.id, who);
      return;
    }
    if (resolved.kind === 'pin') {
      const rule = config.accessNumbers.find((a) => a.enabled) ?? plainPinRule;
      const pin = await this.#services.pins.ask(dialog, {
        outside: false,
        place: who.place,
        rule,
        seed: resolved.seed,
      });
      if (!pin || dialog.gone) return;
      resolved = this.#services.dialing.resolve(number, { ...dialer, rights: rightsOf(pin) });
    }
    if (resolved.kind === 'presentation') {
      leg.release(await hideByCode(dialog, origin, resolved.hidden, context));
      return;
    }
    if (resolved.kind === 'mode') {
      leg.release(await switchByCode(dialog, resolved.origin, resolved.code, context));
      return;
    }
    const ended = await this.#call(leg, dialog, resolved);
    await this.#services.consultations.idle(leg);
    leg.release(ended);
  }

  /**
   * What was dialed, or the hotline's number where nothing was in its time (N02): at once and without dial tone
   * for a hotline of 0 s, after some seconds of dial tone otherwise.
   */
  async #number(
    dialog: Dialog,
    origin: Origin,
    hotline: FxsPortConfig['hotline'],
  ): Promise<ClassifiedNumber | undefined> {
    if (hotline?.afterSeconds !== 0) {
      dialog.tone(this.#messagesWait() ? 'stutter' : 'dial');
      const dialed = await dialog.number(origin, hotline && hotline.afterSeconds * 1000);
      if (dialed || dialog.gone || !hotline) return dialed;
      dialog.hush();
    }
    return this.#context.dialPlan().classify(hotline.number, origin);
  }

  /** A broken dial tone says that messages wait; what it sounds like is the country's. */
  #messagesWait(): boolean {
    const { config, messages } = this.#context;
    const how = fxsConfig(config(), this.#port.number)?.messageWaiting;
    if (how !== 'both' && how !== 'stutter') return false;
    const person = config().people.find((p) => p.ports.includes(this.#port.number));
    return person !== undefined && messages.counts(person.id).fresh > 0;
  }

  #call(leg: FxsLeg, dialog: Dialog, resolved: Resolution): Promise<ReleaseCause> {
    const call = this.#context.calls.open(leg, resolved.seed);
    return new Promise((resolve) => {
      call.whenDone((released) => resolve(released));
      if (resolved.kind === 'attempt') call.place(resolved.attempt, dialog.digits.lastAt);
      else if (resolved.kind === 'refused') call.end(resolved.cause);
      else call.end(localCause(cause.rejected, 'this PIN does not open the number'));
    });
  }
}
