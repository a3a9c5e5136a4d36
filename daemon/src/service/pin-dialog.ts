import { cause, localCause } from '../call/cause.ts';
import type { AccessNumberConfig, PinConfig } from '../config/schema.ts';
import type { ServiceContext } from './context.ts';
import type { DialedSeed } from './dialed.ts';
import type { Dialog } from './dialog.ts';
import type { Lockouts } from './lockout.ts';
import { countWrongPin, rightPin } from './pin-lock.ts';

/** A PIN of this many digits or more may be given from outside without a user number (ruling 9). */
const pinAloneLength = 8;
/** Longest PIN. */
const maxLength = 12;
/** Longest entry of a user number. */
const userNumberLength = 6;
/** How many times the failures of one user number it takes to lock what others share with it (ruling 9, P02). */
const factors = {
  /** A number from outside may be many people's, and be forged. */
  caller: 2,
  /** A trunk or a city line. */
  ingress: 3,
  /** All of the outside together: whoever guesses over several lines at once. */
  outside: 10,
} as const;
/** How long the tone after the last wrong PIN sounds before the line is released, ms. */
const refusalToneMs = 3000;

/** Rule for a PIN that a class of service asks for, where no access number says otherwise. */
export const plainPinRule: PinAsker['rule'] = { pinLength: 6, attempts: 3, lockoutSeconds: 60 };

/** Who is asked for a PIN. */
export interface PinAsker {
  outside: boolean;
  /** Where wrong PINs are counted: `port:3`, `device:desk`, `trunk:acme`, `line:5`. */
  place: string;
  rule: Pick<AccessNumberConfig, 'pinLength' | 'attempts' | 'lockoutSeconds'>;
  /** What the record of a refused attempt says of the call. */
  seed: DialedSeed;
}

/** Asks for PINs and locks out who guesses (P02, P03). */
export class PinDesk {
  readonly #context: ServiceContext;
  readonly #lockouts: Lockouts;

  constructor(context: ServiceContext, lockouts: Lockouts) {
    this.#context = context;
    this.#lockouts = lockouts;
  }

  /**
   * Asks until a PIN is right, the tries are used up, or the caller is gone. A locked place hears the
   * same as one that errs: it learns nothing from the answer.
   */
  async ask(dialog: Dialog, asker: PinAsker): Promise<PinConfig | undefined> {
    // No PIN is in a recording (ruling 20).
    const unmute = this.#context.recordings?.mute(dialog.leg);
    try {
      return await this.#ask(dialog, asker);
    } finally {
      unmute?.();
    }
  }

  async #ask(dialog: Dialog, asker: PinAsker): Promise<PinConfig | undefined> {
    for (let attempt = 1; attempt <= asker.rule.attempts; attempt++) {
      const entry = await this.#entry(dialog, asker);
      if (entry === undefined) {
        this.#leave(dialog, asker);
        return undefined;
      }
      const found = this.#verdict(entry, asker);
      if (found) return found;
      dialog.digits.flush();
      if (attempt < asker.rule.attempts) await dialog.sayAll('wrong-pin');
    }
    await this.#refuse(dialog, asker);
    return undefined;
  }

  async #entry(dialog: Dialog, asker: PinAsker): Promise<{ pin: string; user?: string } | undefined> {
    if (!dialog.digits.pending) dialog.prompt(asker.outside ? 'enter-user' : 'enter-pin');
    if (!asker.outside) {
      const pin = await this.#insidePin(dialog, asker);
      return pin === undefined ? undefined : { pin };
    }
    const first = await dialog.entry({ maxLength });
    if (first === undefined) return undefined;
    if (first.length > userNumberLength || first === '') return { pin: first };
    if (!dialog.digits.pending) dialog.prompt('enter-pin');
    const pin = await dialog.entry({ maxLength });
    return pin === undefined ? undefined : { pin, user: first };
  }

  /**
   * A PIN from inside has the length that the access number says, so that a PBX can send the number in the same burst. Where
   * there are longer PINs as well, digits that are no PIN wait for more. A locked place waits in any case: it must not
   * be told by its haste that the digits were right.
   */
  async #insidePin(dialog: Dialog, asker: PinAsker): Promise<string | undefined> {
    const { config, clock } = this.#context;
    const length = asker.rule.pinLength;
    const longer = config().pins.flatMap((pin) => (pin.enabled && pin.length > length ? [pin.length] : []));
    for (;;) {
      let pin = await dialog.entry({ length, maxLength });
      if (pin === undefined || pin.length < length || longer.length === 0) return pin;
      const longest = Math.max(...longer);
      for (;;) {
        const locked = keysOf(undefined, asker).some(({ key }) => this.#lockouts.locked(key, clock.now()));
        const known = this.#match(pin, asker) !== undefined;
        if ((known && !locked) || pin.length >= longest) return pin;
        const key = await dialog.key(config().dialing.interDigitMs);
        if (dialog.gone) return undefined;
        if (key === undefined || key === '#') return pin;
        if (key === '*') break;
        pin += key;
      }
    }
  }

  #match(pin: string, { outside, seed }: PinAsker, user?: string): PinConfig | undefined {
    const caller = seed.callerNumber;
    return this.#context.pins.match(pin, {
      outside,
      ...(user === undefined ? {} : { userNumber: user }),
      ...(caller === undefined ? {} : { caller }),
    });
  }

  #verdict(entry: { pin: string; user?: string }, asker: PinAsker): PinConfig | undefined {
    const now = this.#context.clock.now();
    const keys = keysOf(entry.user, asker);
    const locked = keys.filter(({ key }) => this.#lockouts.locked(key, now));
    const enough = !asker.outside || entry.user !== undefined || entry.pin.length >= pinAloneLength;
    // The comparison is made in every case, so that the time to the answer tells nothing.
    const found = this.#match(entry.pin, asker, entry.user);
    if (found && enough && locked.length === 0) {
      for (const { key } of keys) rightPin(this.#context, this.#lockouts, key);
      return found;
    }
    // While the way in is locked nobody tries anything: a guesser must not lock one user number after the other.
    if (!locked.some(({ shared }) => shared))
      for (const { key, factor } of keys) this.#count(key, factor, asker);
    return undefined;
  }

  #count(key: string, factor: number, asker: PinAsker): void {
    countWrongPin(this.#context, this.#lockouts, key, asker.place, {
      attempts: asker.rule.attempts * factor,
      lockoutMs: asker.rule.lockoutSeconds * 1000,
    });
  }

  /** A caller from outside whom we have answered is in the records, even one who hangs up at once. */
  #leave(dialog: Dialog, asker: PinAsker): void {
    if (!asker.outside) return;
    const call = this.#context.calls.open(dialog.leg, asker.seed);
    call.end(localCause(cause.normal, 'hung up before the PIN was entered'), 'caller');
  }

  async #refuse(dialog: Dialog, asker: PinAsker): Promise<void> {
    const call = this.#context.calls.open(dialog.leg, asker.seed);
    call.end(localCause(cause.rejected, 'PIN not accepted'));
    if (dialog.gone) return;
    dialog.tone('sit');
    await dialog.key(refusalToneMs);
    dialog.leg.release(localCause(cause.rejected, 'PIN not accepted'));
  }
}

/** Something that wrong PINs are counted for. */
interface LockKey {
  key: string;
  /** A way in that many share. */
  shared: boolean;
  factor: number;
}

/** What a wrong PIN counts against. Nothing outside is ever the key of a port inside: a stranger locks no staff out. */
function keysOf(user: string | undefined, { outside, place, seed }: PinAsker): LockKey[] {
  if (!outside) return [{ key: place, shared: false, factor: 1 }];
  const { callerNumber, callerAbsence } = seed;
  return [
    { key: place, shared: true, factor: factors.ingress },
    { key: 'outside', shared: true, factor: factors.outside },
    ...(user === undefined ? [] : [{ key: `user:${user}`, shared: false, factor: 1 }]),
    ...(callerNumber === undefined || callerAbsence !== undefined
      ? []
      : [{ key: `caller:${callerNumber.replace(/[^0-9]/g, '')}`, shared: false, factor: factors.caller }]),
  ];
}
