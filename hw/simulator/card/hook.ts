/** Windows of a port's hook, ms (hw/protocol/commands.json, configure). */
export interface HookTiming {
  pulseDialing: boolean;
  pulseBreakMin: number;
  pulseBreakMax: number;
  interDigit: number;
  flashMin: number;
  flashMax: number;
}

/** Before configure (frame.md section 4). */
export const HOOK_DEFAULTS: HookTiming = {
  pulseDialing: true,
  pulseBreakMin: 20,
  pulseBreakMax: 110,
  interDigit: 250,
  flashMin: 120,
  flashMax: 900,
};

/** Current for this long is off-hook. */
const LIFT_MS = 20;

export type HookEvent =
  | { type: 'off-hook' | 'on-hook'; agoMs: number }
  | { type: 'flash'; ms: number; agoMs: number }
  | { type: 'pulse-digit'; digit: string; agoMs: number };

/** Judges a loop, one call each millisecond; says what happened and how long ago. */
export class HookWatch {
  timing: HookTiming = HOOK_DEFAULTS;
  offHook = false;
  #closedFor = 0;
  #openFor = 0;
  #pulses = 0;

  tick(closed: boolean): HookEvent | undefined {
    return closed ? this.#closed() : this.#open();
  }

  #closed(): HookEvent | undefined {
    const opened = this.#openFor;
    this.#openFor = 0;
    this.#closedFor++;
    const t = this.timing;
    if (!this.offHook) {
      if (this.#closedFor !== LIFT_MS) return undefined;
      this.offHook = true;
      return { type: 'off-hook', agoMs: LIFT_MS - 1 };
    }
    if (opened > 0 && t.pulseDialing && opened >= t.pulseBreakMin && opened <= t.pulseBreakMax) {
      this.#pulses++;
    } else if (opened >= t.flashMin && opened <= t.flashMax) {
      this.#pulses = 0;
      return { type: 'flash', ms: opened, agoMs: 0 };
    }
    if (this.#pulses === 0 || this.#closedFor !== t.interDigit) return undefined;
    const pulses = this.#pulses;
    this.#pulses = 0;
    if (pulses > 10) return undefined;
    return { type: 'pulse-digit', digit: String(pulses % 10), agoMs: t.interDigit };
  }

  #open(): HookEvent | undefined {
    this.#openFor++;
    this.#closedFor = 0;
    if (!this.offHook || this.#openFor <= this.timing.flashMax) return undefined;
    this.offHook = false;
    this.#pulses = 0;
    return { type: 'on-hook', agoMs: this.#openFor - 1 };
  }
}
