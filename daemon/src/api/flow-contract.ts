import type { Said } from './contract.ts';

/** POST /api/v1/flows/simulate: what would happen to a caller. Nobody is rung, and nothing goes over the network. */
export interface FlowSimulateRequest {
  /** Id of a flow of the settings, or a whole flow that is not stored yet. */
  flow: string | Record<string, unknown>;
  /** As it would be with the pending changes of whoever asks. */
  draft?: boolean;
  /** The caller's number; `hidden`: it is withheld; missing: none came. */
  caller?: string;
  /** The number that was called. */
  called?: string;
  /** At which moment, ms since 1970; now if not given. */
  at?: number;
  /** What the caller presses each time a key is first waited for; an empty text, or the end of the list: nothing. */
  keys?: string[];
  /** How each ringing ends; the end of the list: nobody answers. */
  rings?: ('answered' | 'busy' | 'no-answer')[];
  /** What programs answer; null, or the end of the list: nothing in time. */
  hooks?: ({ answer?: string; set?: Record<string, string> } | null)[];
}

export interface FlowSimulateResult {
  ending: 'hung-up' | 'passed-on' | 'too-long' | 'answered';
  said: Said;
  /** What happens, in order, each at its step. */
  path: { node: string; said: Said }[];
  /** What the call's record would keep. */
  answers: { name: string; value: string }[];
  /** What whoever is rung would see before the caller's name. */
  label?: string;
}
