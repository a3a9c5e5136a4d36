import type { ConfigIssue } from '../api/contract.ts';
import type { Config } from './schema.ts';

/** Letters have a sender, and a mailbox one owner. */
export function checkMail({ mail, people, groups }: Config): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  if (mail.host !== '' && mail.from === undefined && !mail.user.includes('@')) {
    issues.push({
      path: '/mail/from',
      said: {
        ru: 'Укажите адрес, от имени которого уходят письма.',
        en: 'Give the address in whose name letters go out.',
      },
    });
  }
  groups.forEach(({ id, voicemail }, i) => {
    if (!voicemail.enabled || !people.some((one) => one.id === id && one.voicemail.enabled)) return;
    issues.push({
      path: `/groups/${i}/voicemail/enabled`,
      said: {
        ru: `Голосовая почта «${id}» уже есть у сотрудника с таким же кодом.`,
        en: `A person with the same id has the voicemail "${id}" already.`,
      },
    });
  });
  return issues;
}
