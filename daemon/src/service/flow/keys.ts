import type { ExtensionMatch, FlowWorld } from './flow-step.ts';

/** What keys that were pressed in a menu come to. */
export type KeyMatch =
  /** A choice: its next step. `more`: a longer choice, or an extension, begins so. */
  | { kind: 'choice'; next: string; more: boolean }
  /** An extension of the office. */
  | { kind: 'extension'; target: string; digits: string; more: boolean }
  /** Only the beginning of something. */
  | { kind: 'beginning' }
  | { kind: 'nothing' };

/** Reads what was pressed: a choice stands over an extension, and `#` after an extension ends it. */
export function matchKeys(
  entered: string,
  choices: readonly { keys: string; next: string }[],
  extensions: boolean,
  world: Pick<FlowWorld, 'extension'>,
): KeyMatch {
  const extension = (digits: string): ExtensionMatch =>
    extensions ? world.extension(digits) : { more: false };
  const choice = choices.find(({ keys }) => keys === entered);
  const own = extension(entered);
  const more =
    own.more || choices.some(({ keys }) => keys.length > entered.length && keys.startsWith(entered));
  if (choice) return { kind: 'choice', next: choice.next, more };
  if (own.target !== undefined) return { kind: 'extension', target: own.target, digits: entered, more };
  if (more) return { kind: 'beginning' };
  const digits = entered.slice(0, -1);
  if (!entered.endsWith('#') || digits === '') return { kind: 'nothing' };
  const ended = matchKeys(digits, choices, extensions, world);
  return ended.kind === 'choice' || ended.kind === 'extension'
    ? { ...ended, more: false }
    : { kind: 'nothing' };
}
