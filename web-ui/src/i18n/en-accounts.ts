import type { ruAccounts } from './ru-accounts.ts';

/** Words of accounts: who signs in, as what, and the own account. */
export const enAccounts: Record<keyof typeof ruAccounts, string> = {
  'login.account': 'Name',
  'login.accountHelp': 'The administrator leaves this empty.',
  'login.lostAccount': 'Lost the password? The administrator sets a new one.',
  'place.account': 'Account',
  'own.lead': 'You are signed in as {name}.',
  'own.extension': 'Extension',
  'own.role': 'Role',
  'own.calls': 'You see your own calls, and those of your groups and queues.',
  'own.callsOwn': 'You see your own calls only.',
  'now.callsMine': 'Calls in progress',
  'now.noCallsMine': 'None of your people is in a call now.',
  'accountRole.admin': 'Administrator',
  'accountRole.supervisor': 'Supervisor',
  'accountRole.user': 'User',
  'box.accounts': 'Access',
  'accounts.title': 'Who signs in on the page',
  'accounts.add': 'Add',
  'accounts.new': 'New account',
  'accounts.empty':
    'So far only the administrator signs in. Give a supervisor or a member of staff a name and a password.',
  'accounts.lead':
    'Tell the name and the first password in person; its owner then changes it. After any change here they have to sign in again.',
  'accounts.name': 'Sign-in name',
  'accounts.nameHelp': 'Lower-case letters, digits and hyphens.',
  'accounts.role': 'Role',
  'accounts.roleHelp.admin': 'May do everything, as the administrator without a name.',
  'accounts.roleHelp.supervisor':
    'Sees and hears calls of the own groups and queues and their voicemail, and directs their agents. Sees no settings.',
  'accounts.roleHelp.user': 'Sees the own calls and hears the own messages. Hears no recordings of calls.',
  'accounts.person': 'Person',
  'accounts.groups': 'Groups',
  'accounts.queues': 'Queues',
  'accounts.noGroups': 'There are no groups and queues yet.',
  'accounts.password': 'First password',
  'accounts.newPassword': 'New password',
  'accounts.passwordHelp': '8 characters or more.',
  'accounts.keepHelp': 'Empty: the present one stays.',
  'accounts.enabled': 'May sign in',
  'accounts.noPassword': 'no password',
};
