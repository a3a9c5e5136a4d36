import type { ConfigIssue } from '../api/contract.ts';
import type { Config } from './schema.ts';

/** Codes keyed during a call that mean something else already (ruling 17). */
const followOnCode = '##';

/** Whom and what the rules of recording name exists, and its code means one thing. */
export function checkRecording({ recording, people, groups, destinations, dialing }: Config): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const known = {
    people: idsOf(people),
    exceptPeople: idsOf(people),
    groups: idsOf(groups),
    destinations: idsOf(destinations),
  };
  for (const [list, ids] of Object.entries(known) as [keyof typeof known, ReadonlySet<string>][]) {
    recording[list].forEach((id, i) => {
      if (ids.has(id)) return;
      const path = `/recording/${list}/${i}`;
      issues.push({ path, said: { ru: `Здесь нет «${id}».`, en: `There is no "${id}" here.` } });
    });
  }
  const { code } = recording;
  const clash = [dialing.transferCode, followOnCode].find((other) => overlap(code, other));
  if (clash !== undefined) {
    const said = {
      ru: `Код записи не должен пересекаться с ${clash}, который тоже набирают в разговоре.`,
      en: `The recording code must not clash with ${clash}, which is keyed during calls, too.`,
    };
    issues.push({ path: '/recording/code', said });
  }
  return issues;
}

const idsOf = (entries: readonly { id: string }[]): ReadonlySet<string> =>
  new Set(entries.map(({ id }) => id));

const overlap = (a: string, b: string): boolean =>
  a !== '' && b !== '' && (a.startsWith(b) || b.startsWith(a));
