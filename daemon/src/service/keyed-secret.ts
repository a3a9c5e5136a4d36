import type { ServiceContext } from './context.ts';
import type { Dialog } from './dialog.ts';
import type { Lockouts } from './lockout.ts';
import { countWrongPin, rightPin } from './pin-lock.ts';

/** What is asked for, and of whom. */
export interface SecretAsked<T> {
  /** Where it is keyed: `port:3`, `trunk:acme`. */
  place: string;
  /** What it opens: wrong ones are counted for this and the place together, and for this alone ten times as patiently. */
  opens: string;
  /** So many digits are enough; `#` or a pause ends others. */
  length?: number;
  /** What the digits stand for; undefined: nothing. Asked in every case, so that the time tells nothing. */
  match(digits: string): T | undefined;
}

const ATTEMPTS = 3;
const LOCK_MS = 60_000;
/** Many places guessing at one room are one guesser. */
const SHARED_FACTOR = 10;
const LONGEST = 12;

/** Asks for a PIN that opens one thing of ours: a room, somebody's right. It is in no recording (ruling 20). */
export class KeyedSecrets {
  readonly #context: ServiceContext;
  readonly #lockouts: Lockouts;

  constructor(context: ServiceContext, lockouts: Lockouts) {
    this.#context = context;
    this.#lockouts = lockouts;
  }

  /** Asks until it is right, three are wrong, or the caller is gone. A locked place hears the same as one that errs. */
  async ask<T>(dialog: Dialog, asked: SecretAsked<T>): Promise<T | undefined> {
    const unmute = this.#context.recordings?.mute(dialog.leg);
    try {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        if (!dialog.digits.pending) dialog.prompt('enter-pin');
        const { length, place, opens } = asked;
        const digits = await dialog.entry({
          maxLength: LONGEST,
          ...(length === undefined ? {} : { length }),
        });
        if (digits === undefined || dialog.gone) return undefined;
        const found = this.#verdict(digits, asked, [`${opens}@${place}`, opens]);
        if (found !== undefined) return found;
        dialog.digits.flush();
        if (attempt < ATTEMPTS) await dialog.sayAll('wrong-pin');
      }
      return undefined;
    } finally {
      unmute?.();
    }
  }

  #verdict<T>(digits: string, asked: SecretAsked<T>, keys: [own: string, shared: string]): T | undefined {
    const now = this.#context.clock.now();
    const locked = keys.some((key) => this.#lockouts.locked(key, now));
    const found = asked.match(digits);
    if (found !== undefined && !locked) {
      rightPin(this.#context, this.#lockouts, keys[0]);
      return found;
    }
    for (const [i, key] of keys.entries())
      countWrongPin(this.#context, this.#lockouts, key, asked.place, {
        attempts: ATTEMPTS * (i === 0 ? 1 : SHARED_FACTOR),
        lockoutMs: LOCK_MS,
      });
    return undefined;
  }
}
