import type { Config } from '../config/schema.ts';
import { type CodeKind, type OfficeCode, officeCodes } from './feature-codes.ts';
import type { DialPlanIssue } from './lint.ts';
import { type Area, readPublicNumber } from './number-rules.ts';
import { ownNumbers } from './own-numbers.ts';
import type { Said } from './route-plan.ts';

/** A feature code that something else stands against. */
export interface CodeConflict {
  kind: CodeKind;
  /** The other one, where that is a feature code too. */
  other?: CodeKind;
  /** At the code; and at the other one's place, where that is none. */
  issues: DialPlanIssue[];
}

interface Rival {
  digits: string;
  owner: Said;
  path: string;
  kind?: CodeKind;
}

/**
 * Feature codes that cannot be told from something else as they are keyed: equal, or one the beginning of the other, so
 * that the shorter one would swallow the longer or make it wait; that hide an emergency number; or with which numbers of
 * the public network begin. Pure.
 */
export function codeConflicts(config: Config, area: Area): CodeConflict[] {
  const codes = officeCodes(config.dialing);
  const rivals: Rival[] = [
    ...ownNumbers(config).map(({ digits, owner, path }) => ({ digits, owner, path })),
    ...codes.map(asRival),
  ];
  return codes.flatMap((code, i) => {
    // Of two codes the later one is told of.
    const others = rivals.slice(0, rivals.length - codes.length + i);
    const found = others.flatMap((rival) => clash(code, rival) ?? []);
    return [...found, ...outside(code, area)];
  });
}

const asRival = ({ kind, code, name, path }: OfficeCode): Rival => ({
  kind,
  digits: code,
  owner: name,
  path,
});

const overlap = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);

function clash(code: OfficeCode, rival: Rival): CodeConflict | undefined {
  if (!overlap(code.code, rival.digits)) return undefined;
  const issues = [issue(code.path, code.code, rival)];
  if (rival.kind === undefined) issues.push(issue(rival.path, rival.digits, asRival(code)));
  return { kind: code.kind, ...(rival.kind === undefined ? {} : { other: rival.kind }), issues };
}

function issue(path: string, digits: string, { digits: other, owner }: Rival): DialPlanIssue {
  return { path, severity: 'error', said: clashWords(digits, other, owner) };
}

function clashWords(digits: string, other: string, owner: Said): Said {
  if (digits === other)
    return {
      ru: `Код ${digits} уже занят: «${owner.ru}».`,
      en: `The code ${digits} is taken already: "${owner.en}".`,
    };
  return other.startsWith(digits)
    ? {
        ru: `${digits} не даёт набрать ${other} («${owner.ru}»).`,
        en: `${digits} keeps ${other} ("${owner.en}") from being dialed.`,
      }
    : {
        ru: `${digits} не набрать: раньше сработает ${other} («${owner.ru}»).`,
        en: `${digits} cannot be dialed: ${other} ("${owner.en}") would be taken first.`,
      };
}

/** What is not the office's own: emergency numbers, and whatever operators give numbers to. */
function outside({ kind, code, path }: OfficeCode, area: Area): CodeConflict[] {
  const { emergency, legacyEmergency } = area.profile;
  const hidden = [...emergency, ...Object.keys(legacyEmergency)].find((number) => overlap(code, number));
  const said: Said | undefined =
    hidden !== undefined
      ? {
          ru: `${code} мешает набрать экстренный номер ${hidden}.`,
          en: `${code} gets in the way of the emergency number ${hidden}.`,
        }
      : /^\d+$/.test(code) && readPublicNumber(code, area, false).completeness !== 'impossible'
        ? {
            ru: `С ${code} начинаются номера операторов: кодом могут быть * и # с цифрами.`,
            en: `Numbers of operators begin with ${code}: a code has * or # in it.`,
          }
        : undefined;
  return said ? [{ kind, issues: [{ path, severity: 'error', said }] }] : [];
}

/**
 * Turns off codes that the document does not mention where their defaults stand against what it has: a document that
 * was valid before there were such codes is valid still.
 * @param named the kinds that the document gives a code, or none
 * @returns the kinds that were turned off
 */
export function yieldDefaults(config: Config, area: Area, named: ReadonlySet<string>): CodeKind[] {
  const yielding = new Set<CodeKind>();
  for (const { kind, other } of codeConflicts(config, area)) {
    if (!named.has(kind)) yielding.add(kind);
    else if (other !== undefined && !named.has(other)) yielding.add(other);
  }
  for (const kind of yielding) config.dialing.codes[kind] = '';
  return [...yielding];
}
