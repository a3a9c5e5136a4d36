import type { Party } from '../../call/leg.ts';
import type { Said } from '../../dialplan/route-plan.ts';
import type { During } from '../../schedule/schedules.ts';
import type { Language } from '../announcing.ts';

/** What a flow wants done next. It is one thing at a time, and each ends by itself after a bounded time. */
export type Ask =
  /** Say something; answered by `said`. `flush`: what was keyed ahead is forgotten. */
  | { kind: 'say'; what: string | Said; interrupt: boolean; flush?: true; secret?: true }
  /** Wait for a key; `more`: others came before it. Answered by `key` or `silence`. */
  | { kind: 'key'; ms: number; more: boolean; secret?: true }
  /** Ring somebody; answered by `unanswered`, or the flow is over. */
  | { kind: 'ring'; target: string; seconds?: number; pressOne: boolean }
  /** Ask a program of the office; answered by `hooked`. */
  | { kind: 'hook'; url: string; seconds: number }
  /** Order a callback; answered by `ordered`. */
  | { kind: 'order'; queue: string; number: string }
  /** It is over. */
  | { kind: 'end'; how: 'hang-up' | 'pass-on'; why?: 'too-long' };

/** What a program of the office has answered. */
export interface HookAnswer {
  answer?: string;
  /** Values to be kept. */
  set?: Readonly<Record<string, string>>;
}

/** What has come of an {@link Ask}. */
export type FlowEvent =
  | { kind: 'begin' }
  | { kind: 'said' }
  | { kind: 'key'; key: string }
  | { kind: 'silence' }
  | { kind: 'unanswered'; busy: boolean }
  /** Without an answer it has failed. */
  | { kind: 'hooked'; answer?: HookAnswer }
  | { kind: 'ordered'; taken: boolean };

/** What happened in a flow, in the words of call records: `keyed`, `2`. Nothing secret is ever in it. */
export interface FlowTrace {
  node: string;
  what: /** The caller has come to the step. */
    | 'flow-node'
    | 'keyed'
    | 'wrong-key'
    | 'no-key'
    /** Which branch of a decision: its number from 1, or `otherwise`. */
    | 'flow-way'
    | 'extension'
    | 'unanswered'
    | 'hook-failed'
    | 'answer-kept'
    | 'callback-ordered'
    | 'callback-refused'
    | 'flow-too-long';
  detail?: string;
}

/** An answer that the caller has given and that the call's record keeps. */
export interface KeptAnswer {
  name: string;
  value: string;
}

/** What dialing an extension out of a menu leads to; `more`: a longer one begins so. */
export interface ExtensionMatch {
  target?: string;
  more: boolean;
}

/** What a flow may look at. All of it is answered at once. */
export interface FlowWorld {
  /** Monotonic ms. */
  now(): number;
  readonly caller: Party;
  readonly calledNumber: string | undefined;
  /** Whether a schedule is in one of these modes. */
  holds(during: During): boolean;
  /** Whether the caller is among the numbers, or on the callers' list. */
  isCaller(numbers: { numbers: readonly string[] }, list: string | undefined): boolean;
  /** People, telephones, groups and services of the office by what is dialed; nothing outside, no emergency number. */
  extension(digits: string): ExtensionMatch;
  /** The number that would be called back, or why none would. */
  callable(queue: string, who: Party | string): { number: string } | 'not-this-number' | 'never';
  /** How long another digit is waited for, ms: where more is needed, and where more is only possible. */
  readonly interDigitMs: number;
  readonly matchMs: number;
}

/** Where a caller is in a flow. Plain data. */
export interface FlowState {
  node: string;
  /** What the step is at. */
  phase: 'say' | 'keys' | 'sorry' | 'busy';
  /** Keys of the present answer. */
  entered: string;
  wrong: number;
  silent: number;
  /** Values by name. */
  values: Readonly<Record<string, string>>;
  /** Names of those that nobody is to see. */
  hidden: readonly string[];
  answers: readonly KeptAnswer[];
  /** How often each `repeat` has led round. */
  rounds: Readonly<Record<string, number>>;
  label: string | undefined;
  language: Language | undefined;
  /** Steps come to, and events taken, in this visit. */
  steps: number;
  events: number;
  /** Time spent, talks and queues apart, ms. */
  spentMs: number;
  /** What is asked now, and since when. */
  ask: Ask;
  askedAt: number;
}

/** One move of a flow. */
export interface FlowMove {
  state: FlowState;
  trace: readonly FlowTrace[];
}
