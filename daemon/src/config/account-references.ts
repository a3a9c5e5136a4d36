import type { ConfigIssue } from '../api/contract.ts';
import type { Config } from './schema.ts';

/** The name of the administrator who is in no list. */
export const builtInAdmin = 'admin';

/** Accounts are told apart, and belong to people, groups and queues that are there. */
export function checkAccounts({ accounts, people, groups, queues }: Config): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const add = (path: string, ru: string, en: string): void => {
    issues.push({ path, said: { ru, en } });
  };
  const names = new Set([builtInAdmin]);
  accounts.forEach((account, i) => {
    const at = `/accounts/${i}`;
    if (names.has(account.id))
      add(`${at}/id`, `Имя «${account.id}» уже занято.`, `The name "${account.id}" is taken.`);
    names.add(account.id);
    if (account.person !== undefined && !people.some(({ id }) => id === account.person))
      add(`${at}/person`, `Здесь нет «${account.person}».`, `There is no "${account.person}" here.`);
    if (account.role === 'user' && account.person === undefined)
      add(
        `${at}/person`,
        'Укажите сотрудника: он увидит только своё.',
        'Choose the person: they see only what is theirs.',
      );
    const known = { groups, queues } as const;
    for (const key of ['groups', 'queues'] as const)
      account[key].forEach((id, k) => {
        if (!known[key].some((entry) => entry.id === id))
          add(`${at}/${key}/${k}`, `Здесь нет «${id}».`, `There is no "${id}" here.`);
      });
  });
  return issues;
}
