import type { Said } from '../dialplan/route-plan.ts';

/** What an office can be in; beside these three, modes are whatever word the office gives them. */
const known: Record<string, Said> = {
  open: { ru: 'открыто', en: 'open' },
  closed: { ru: 'закрыто', en: 'closed' },
  break: { ru: 'перерыв', en: 'break' },
};

/** A mode as it is compared: the known ones are the same in either language. */
export function modeOf(word: string): string {
  const plain = word.trim().toLowerCase().replaceAll('ё', 'е');
  for (const [mode, { ru, en }] of Object.entries(known)) {
    if (plain === mode || plain === ru || plain === en) return mode;
  }
  return plain;
}

/** How a mode is called to people. */
export function modeName(mode: string): Said {
  return known[mode] ?? { ru: `«${mode}»`, en: `"${mode}"` };
}
