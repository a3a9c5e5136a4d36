import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import type { Leg, ReleaseCause } from '../call/leg.ts';
import type { CodeKind, DialedCode } from '../dialplan/feature-codes.ts';
import type { ClassifiedNumber, Said } from '../dialplan/route-plan.ts';
import { beeps } from './chime.ts';
import type { Origin, ServiceContext } from './context.ts';
import type { Dialer, Resolution } from './dialed.ts';
import type { Dialog } from './dialog.ts';

/** Somebody who has dialed a feature code, with a dialog to be told by what has become of it. */
export interface CodeUse {
  /** What was dialed behind the code. */
  readonly argument: string;
  readonly origin: Extract<Origin, { kind: 'on-site' }>;
  /** In whose name and with whose rights. */
  readonly dialer: Dialer;
  readonly leg: Leg;
  readonly dialog: Dialog;
  /** Opens the speech path of a SIP device; before anything is played. False: it is gone. */
  answer(): Promise<boolean>;
  /** The call that the telephone holds: the code was dialed behind a flash. */
  readonly held?: Call;
}

/** What has become of it. A tone says it at once; where the box can speak, words follow. */
export type CodeOutcome =
  /** Done: tone of confirmation. */
  | {
      kind: 'confirmed';
      text: string;
      words?: readonly Said[];
      /** So many beeps in place of the words, where the box cannot speak. */
      beeps?: number;
    }
  /** Not done: special information tone. */
  | { kind: 'refused'; text: string; words?: readonly Said[]; q850?: number }
  /** How something stands: tone of confirmation for on, busy tone for off. */
  | { kind: 'state'; on: boolean; words: readonly Said[] }
  /** As if this had been dialed in place of the code. */
  | { kind: 'dial'; number: string }
  /** Somebody is to be reached. */
  | { kind: 'attempt'; resolution: Extract<Resolution, { kind: 'attempt' }> }
  /** The handler has joined the leg with somebody; this resolves when that is over. */
  | { kind: 'joined'; over: Promise<ReleaseCause> }
  /** The handler has said everything itself. */
  | { kind: 'over'; cause: ReleaseCause };

export type CodeHandler = (use: CodeUse) => Promise<CodeOutcome>;

/** What is left for whoever has the leg to do. */
export type CodeResult =
  | { kind: 'resolved'; resolution: Resolution; number?: ClassifiedNumber }
  | { kind: 'joined'; over: Promise<ReleaseCause> }
  | { kind: 'over'; cause: ReleaseCause };

/** How long the tone sounds that says what has become of it, ms: three bursts of the confirmation. */
const toneMs = 1500;

/**
 * The feature codes by their kinds. Another one is a line in `dialplan/feature-codes.ts` and a handler registered here.
 */
export class FeatureCodes {
  readonly #context: ServiceContext;
  readonly #resolve: (number: ClassifiedNumber, dialer: Dialer) => Resolution;
  readonly #handlers = new Map<CodeKind, CodeHandler>();

  constructor(context: ServiceContext, resolve: (number: ClassifiedNumber, dialer: Dialer) => Resolution) {
    this.#context = context;
    this.#resolve = resolve;
  }

  /** From now on `handler` serves the code. */
  register(kind: CodeKind, handler: CodeHandler): void {
    this.#handlers.set(kind, handler);
  }

  /** Serves somebody who has dialed a code; the caller hears what has become of it before this resolves. */
  async serve(code: DialedCode, use: Omit<CodeUse, 'argument'>): Promise<CodeResult> {
    const handler = this.#handlers.get(code.kind);
    let outcome: CodeOutcome;
    try {
      outcome = handler
        ? await handler({ ...use, argument: code.argument })
        : { kind: 'refused', text: `nothing serves the code ${code.kind}` };
    } catch (error) {
      outcome = { kind: 'refused', text: (error as Error).message, q850: cause.temporary };
    }
    switch (outcome.kind) {
      case 'attempt':
        return { kind: 'resolved', resolution: outcome.resolution };
      case 'joined':
      case 'over':
        return outcome;
      case 'dial': {
        const number = this.#context.dialPlan().classify(`${outcome.number}#`, use.origin);
        return { kind: 'resolved', resolution: this.#resolve(number, use.dialer), number };
      }
      case 'confirmed':
        await this.tell(use, 'confirmation', outcome.words, outcome.beeps);
        return { kind: 'over', cause: localCause(cause.normal, outcome.text) };
      case 'state':
        await this.tell(use, outcome.on ? 'confirmation' : 'busy', outcome.words);
        return { kind: 'over', cause: localCause(cause.normal, outcome.on ? 'on' : 'off') };
      case 'refused':
        await this.tell(use, 'sit', outcome.words);
        return { kind: 'over', cause: localCause(outcome.q850 ?? cause.rejected, outcome.text) };
    }
  }

  /** A tone for a while, and words where the box can speak; a key ends it. */
  async tell(
    { dialog, answer }: Pick<CodeUse, 'dialog' | 'answer'>,
    tone: 'confirmation' | 'busy' | 'sit',
    words: readonly Said[] = [],
    count = 0,
  ): Promise<void> {
    if (!(await answer()) || dialog.gone) return;
    dialog.digits.flush();
    dialog.tone(tone);
    let key = await dialog.digits.next(toneMs);
    // The # of whoever ends every code with one is not impatience.
    if (key === '#') key = await dialog.digits.next(toneMs);
    dialog.hush();
    if (key !== undefined || dialog.gone) return;
    if (this.#context.speech) await dialog.announce(words);
    else if (count > 0) await dialog.announce({ sound: beeps(count) });
  }
}
